package docarea

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"segnatura/internal/protocollo"
	"segnatura/internal/soap"
)

// stale is a refusal that may be the session's, of a call that did nothing: with a new session it may be made again.
type stale struct{ error }

func (s stale) Unwrap() error { return s.error }

// inSession runs do with the session's token, and a second time with a new one where it returned a stale error. So do may return one only as long as
// nothing that it did would be done twice.
func (c *Connector) inSession(ctx context.Context, do func(token string) error) error {
	var refusal stale
	for range 2 {
		token, err := c.session(ctx)
		if err != nil {
			return err
		}
		err = do(token)
		if !errors.As(err, &refusal) {
			return err
		}
		c.forget(token)
	}
	return refusal.error
}

// session returns the open session's token, or opens one. Two may be opened at the same time: both are good.
func (c *Connector) session(ctx context.Context) (string, error) {
	c.mu.Lock()
	token := c.token
	c.mu.Unlock()
	if token != "" {
		return token, nil
	}
	return c.logIn(ctx)
}

func (c *Connector) forget(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == token {
		c.token = ""
	}
}

// logIn opens a session. Its failure is Unavailable: it says nothing of the letter, and nothing was numbered.
func (c *Connector) logIn(ctx context.Context) (string, error) {
	said, err := c.ask(ctx, c.profile.login, true, values{}, "")
	if err != nil {
		var e *protocollo.Error
		if errors.As(err, &e) && e.Class == protocollo.Rejected {
			refusal := protocollo.Errorf(protocollo.Unavailable, "credentials", "log in: %w", err)
			refusal.Words = e.Words
			return "", refusal
		}
		return "", err
	}
	token := said.text(c.profile.answer.token)
	switch {
	case said.code != 0:
		return "", said.refused(protocollo.Unavailable, "credentials", "the centre refused to log us in")
	case token == "":
		return "", said.refused(protocollo.Unavailable, "nonsense", "the answer to the log-in has no token")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = token
	return token, nil
}

// said is an answer with its code read.
type said struct {
	reply
	code  int64
	words string
}

// refused returns an error with the centre's words in it.
func (s said) refused(class protocollo.Class, code, format string, args ...any) error {
	err := protocollo.Errorf(class, code, format, args...)
	if err.Words = s.words; err.Words == "" && s.code != 0 {
		err.Words = "errore " + strconv.FormatInt(s.code, 10)
	}
	return err
}

// ask makes one call. An answer without a code is none.
func (c *Connector) ask(ctx context.Context, op operation, idempotent bool, v values, mediaType string) (said, error) {
	v[theEntity], v[theUser], v[thePassword] = []byte(c.cfg.Entity), []byte(c.cfg.User), []byte(c.cfg.Password)
	var s said
	if err := c.call(ctx, c.profile.main, op, idempotent, v, mediaType, &s.reply); err != nil {
		return said{}, err
	}
	code, ok := s.integer(c.profile.answer.code)
	if !ok {
		class := protocollo.OutcomeUnknown
		if idempotent {
			class = protocollo.Unavailable
		}
		return said{}, protocollo.Errorf(class, "nonsense", "the answer to %s has no error number", op.name)
	}
	s.code, s.words = code, s.text(c.profile.answer.words)
	return s, nil
}

func (c *Connector) call(ctx context.Context, at service, op operation, idempotent bool, v values, mediaType string, answer any) error {
	o := soap.Operation{Action: op.action, Path: at.path, Idempotent: idempotent}
	if op.beside != 0 {
		o.Parts = []soap.Part{{ID: "file", MediaType: mediaType, Body: v[op.beside]}}
	}
	return c.soap.Call(ctx, o, message{service: at, operation: op, values: v}, answer)
}

// verdict says what a refusal of the call that numbers proves.
func (p *profile) verdict(s said) error {
	switch {
	case slices.Contains(p.over, s.code):
		return stale{s.refused(protocollo.Unavailable, "credentials", "the centre ended the session")}
	case slices.ContainsFunc(p.unclear, func(r span) bool { return s.code >= r.from && s.code <= r.to }):
		return s.refused(protocollo.OutcomeUnknown, "outcome-unknown", "the centre failed with %d, perhaps after it numbered", s.code)
	}
	return s.refused(protocollo.Rejected, "rejected", "the centre refused with %d", s.code)
}
