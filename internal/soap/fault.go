package soap

import (
	"strings"

	"segnatura/internal/protocollo"
)

// Fault is what a service answers instead of an answer (SOAP 1.1, 4.4).
type Fault struct {
	Code   string `xml:"faultcode"`   // as it came, with its prefix: "soapenv:Server.userException"
	String string `xml:"faultstring"` // for people
	Detail string `xml:"-"`           // the detail's text, its elements apart by blanks; at most a thousand characters

	Raw struct {
		Inner string `xml:",innerxml"`
	} `xml:"detail"`
}

// Error tells code and words.
func (f *Fault) Error() string { return "SOAP fault " + f.Code + ": " + f.String }

// trimmed makes texts for people of what came.
func (f *Fault) trimmed() *Fault {
	f.Code, f.String, f.Detail = strings.TrimSpace(f.Code), words(f.String), words(text(f.Raw.Inner))
	f.Raw.Inner = ""
	return f
}

// text is what stands between the tags.
func text(inner string) string {
	var b strings.Builder
	decoder := newDecoder([]byte(inner))
	for {
		token, err := decoder.RawToken()
		if err != nil {
			return b.String()
		}
		if data, ok := charData(token); ok {
			b.WriteString(data + " ")
		}
	}
}

// faultCodes says what a fault's code proves, by its local name up to the first dot. A Server fault may come after the deed, and many
// services answer so to whatever they refuse as well: a connector that knows its vendor's words tells them apart itself. The names of
// WS-Security (OASIS WSS 1.1, 12) are given before anything else is looked at.
var faultCodes = map[string]struct {
	class protocollo.Class
	code  string
}{
	"Client":                   {protocollo.Rejected, "fault"},
	"VersionMismatch":          {protocollo.Rejected, "fault"},
	"MustUnderstand":           {protocollo.Rejected, "fault"},
	"FailedAuthentication":     {protocollo.Unavailable, "credentials"},
	"FailedCheck":              {protocollo.Unavailable, "credentials"},
	"InvalidSecurity":          {protocollo.Unavailable, "credentials"},
	"InvalidSecurityToken":     {protocollo.Unavailable, "credentials"},
	"SecurityTokenUnavailable": {protocollo.Unavailable, "credentials"},
	"MessageExpired":           {protocollo.Unavailable, "credentials"},
}

// judged says what the fault proves of a call.
func (f *Fault) judged(idempotent bool) error {
	local := f.Code[strings.LastIndex(f.Code, ":")+1:]
	local, _, _ = strings.Cut(local, ".")
	known, found := faultCodes[local]
	if !found {
		known.class, known.code = protocollo.OutcomeUnknown, "fault"
		if idempotent {
			known.class = protocollo.Unavailable
		}
	}
	return f.Classed(known.class, known.code)
}

// Classed returns the fault as an error of a class that the caller knows better: by a vendor's own words.
func (f *Fault) Classed(class protocollo.Class, code string) error {
	err := protocollo.Errorf(class, code, "the service answered with a fault: %w", f)
	if err.Words = f.String; err.Words == "" {
		err.Words = f.Detail
	}
	return err
}
