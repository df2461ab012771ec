package call

import (
	"fmt"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"segnatura/internal/protocollo"
)

// statuses says what a status proves of a request that may not be repeated; the others are judged by their hundred. Only what a service
// says before it begins is Unavailable. 302 and 303 may be how it tells that it is done (RFC 9110, 15.4.3 and 15.4.4).
var statuses = map[int]struct {
	class protocollo.Class
	code  string
}{
	http.StatusMovedPermanently:   {protocollo.Unavailable, "address"},
	http.StatusTemporaryRedirect:  {protocollo.Unavailable, "address"},
	http.StatusPermanentRedirect:  {protocollo.Unavailable, "address"},
	http.StatusUnauthorized:       {protocollo.Unavailable, "credentials"},
	http.StatusForbidden:          {protocollo.Unavailable, "credentials"},
	http.StatusProxyAuthRequired:  {protocollo.Unavailable, "credentials"},
	http.StatusNotFound:           {protocollo.Unavailable, "address"},
	http.StatusMethodNotAllowed:   {protocollo.Unavailable, "address"},
	http.StatusMisdirectedRequest: {protocollo.Unavailable, "address"},
	http.StatusRequestTimeout:     {protocollo.OutcomeUnknown, "no-answer"}, // of whoever stands between
	http.StatusTooManyRequests:    {protocollo.OutcomeUnknown, "no-answer"},
}

// Refused returns nil for a status of the 200s, and else an error that says what the status proves. An Unavailable one has the code
// "credentials" or "address" where the settings are at fault. A contract that words its refusals in the body looks there first.
func (a Answer) Refused() error {
	if a.Status/100 == 2 {
		return nil
	}
	known, found := statuses[a.Status]
	class, code := known.class, known.code
	switch {
	case found:
	case a.Status/100 == 4:
		class, code = protocollo.Rejected, "status"
	default:
		class, code = protocollo.OutcomeUnknown, "no-answer"
	}
	if a.idempotent && class == protocollo.OutcomeUnknown {
		class = protocollo.Unavailable
	}
	err := protocollo.Errorf(class, code, "the service answered with status %d", a.Status)
	err.Words = a.words()
	return err
}

// Unclear returns the error for an answer that came, and says nothing that the contract knows: OutcomeUnknown, or Unavailable where
// the request may be repeated.
func (a Answer) Unclear(cause error) error {
	class := protocollo.OutcomeUnknown
	if a.idempotent {
		class = protocollo.Unavailable
	}
	return protocollo.Errorf(class, "nonsense", "the service's answer with status %d is none: %w", a.Status, cause)
}

// words are the status and, where the body is text for people, its beginning.
func (a Answer) words() string {
	words := strings.TrimSpace(fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status)))
	kind, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil || kind != "text/plain" && kind != "application/json" && kind != "application/problem+json" || !utf8.Valid(a.Body) {
		return words
	}
	const limit = 300 // characters
	said := []rune(strings.Join(strings.Fields(string(a.Body)), " "))
	if len(said) > limit {
		said = said[:limit]
	}
	if len(said) == 0 {
		return words
	}
	return words + ": " + string(said)
}
