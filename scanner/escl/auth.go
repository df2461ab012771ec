package escl

import (
	"crypto/md5" // #nosec: RFC 7616 names it, and most devices know nothing else
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strings"
	"sync"
)

// login answers the device's challenge (RFC 7235) with a name and a password: Digest (RFC 7616) where the device offers it, else Basic
// (RFC 7617), which shows the password to anyone on the way of plain http. Nothing is sent before the device asks. Safe for concurrent use.
type login struct {
	user, password string
	// nonce makes the client's own; nil means a random one.
	nonce func() string

	mu    sync.Mutex
	asked *challenge // the device's last one
	count int        // answers given to its nonce
}

// challenge is one WWW-Authenticate that we can answer.
type challenge struct {
	digest    bool
	realm     string
	nonce     string
	opaque    string
	algorithm string // as the device spells it; "" is MD5
	hash      func() hash.Hash
	session   bool // "-sess"
	qop       bool // "auth"
	stale     bool
}

// hashes are the algorithms of RFC 7616, without the one that no device was seen to have (SHA-512-256).
var hashes = map[string]func() hash.Hash{"": md5.New, "MD5": md5.New, "SHA-256": sha256.New}

// sign adds the answer to the device's last challenge, if it has one.
func (l *login) sign(r *http.Request) {
	if l.user == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.asked == nil:
	case l.asked.digest:
		l.count++
		r.Header.Set("Authorization", l.digest(r.Method, r.URL.RequestURI()))
	default:
		r.SetBasicAuth(l.user, l.password)
	}
}

// learn takes the challenge of a 401 and reports whether it is worth another try: nothing was answered yet, or the nonce was an old one.
// Otherwise the password is wrong.
func (l *login) learn(resp *http.Response, answered bool) bool {
	if l.user == "" {
		return false
	}
	c := strongest(resp.Header.Values("WWW-Authenticate"))
	if c == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	again := !answered || c.digest && (c.stale || l.asked == nil || c.nonce != l.asked.nonce)
	l.asked, l.count = c, 0
	return again
}

// digest is the header's value: RFC 7616, 3.4.
func (l *login) digest(method, uri string) string {
	c := l.asked
	sum := func(parts ...string) string {
		h := c.hash()
		_, _ = io.WriteString(h, strings.Join(parts, ":"))
		return hex.EncodeToString(h.Sum(nil))
	}
	mine, count := "", fmt.Sprintf("%08x", l.count)
	if l.nonce != nil {
		mine = l.nonce()
	} else {
		mine = rand.Text()
	}
	secret := sum(l.user, c.realm, l.password)
	if c.session {
		secret = sum(secret, c.nonce, mine)
	}
	answer := sum(secret, c.nonce, sum(method, uri)) // RFC 2069, for devices without qop
	if c.qop {
		answer = sum(secret, c.nonce, count, mine, "auth", sum(method, uri))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `Digest username=%s, realm=%s, nonce=%s, uri=%s, response="%s"`, quoted(l.user), quoted(c.realm), quoted(c.nonce), quoted(uri), answer)
	if c.algorithm != "" {
		fmt.Fprintf(&b, ", algorithm=%s", c.algorithm)
	}
	if c.opaque != "" {
		fmt.Fprintf(&b, ", opaque=%s", quoted(c.opaque))
	}
	if c.qop {
		fmt.Fprintf(&b, ", qop=auth, nc=%s, cnonce=%s", count, quoted(mine))
	}
	return b.String()
}

func quoted(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }

// strongest picks the challenge to answer: Digest by SHA-256, then by MD5, then Basic. nil: none that we know.
func strongest(headers []string) *challenge {
	var best *challenge
	rank := 0
	for _, c := range challenges(headers) {
		scheme, params := strings.ToLower(c.scheme), c.params
		switch algorithm, session := strings.CutSuffix(strings.ToUpper(params["algorithm"]), "-SESS"); {
		case scheme == "basic" && rank < 1:
			best, rank = &challenge{realm: params["realm"]}, 1
		case scheme == "digest" && params["nonce"] != "" && hashes[algorithm] != nil && offersAuth(params):
			r := 2
			if algorithm == "SHA-256" {
				r = 3
			}
			if r > rank {
				best, rank = &challenge{digest: true, realm: params["realm"], nonce: params["nonce"], opaque: params["opaque"], algorithm: params["algorithm"],
					hash: hashes[algorithm], session: session, qop: params["qop"] != "", stale: strings.EqualFold(params["stale"], "true")}, r
			}
		}
	}
	return best
}

// offersAuth says whether a digest protects the request alone, not its body, or says nothing of that.
func offersAuth(params map[string]string) bool {
	qop, said := params["qop"]
	if !said {
		return true
	}
	for q := range strings.SplitSeq(qop, ",") {
		if strings.EqualFold(strings.TrimSpace(q), "auth") {
			return true
		}
	}
	return false
}

type wireChallenge struct {
	scheme string
	params map[string]string
}

// challenges reads WWW-Authenticate: schemes, each with name=value pairs, all apart by commas (RFC 7235, 4.1). A part without "=" in its first
// word begins a scheme.
func challenges(headers []string) []wireChallenge {
	var out []wireChallenge
	for _, h := range headers {
		for _, part := range splitUnquoted(h) {
			name, value, pair := strings.Cut(part, "=")
			name = strings.TrimSpace(name)
			if scheme, first, two := strings.Cut(name, " "); two || !pair {
				out = append(out, wireChallenge{scheme, map[string]string{}})
				name = strings.TrimSpace(first)
			}
			if pair && len(out) > 0 {
				out[len(out)-1].params[strings.ToLower(name)] = unquoted(strings.TrimSpace(value))
			}
		}
	}
	return out
}

// splitUnquoted splits at the commas that stand outside of quotes.
func splitUnquoted(s string) []string {
	var parts []string
	inside, escaped, from := false, false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case escaped:
			escaped = false
		case s[i] == '\\' && inside:
			escaped = true
		case s[i] == '"':
			inside = !inside
		case s[i] == ',' && !inside:
			parts, from = append(parts, strings.TrimSpace(s[from:i])), i+1
		}
	}
	return append(parts, strings.TrimSpace(s[from:]))
}

func unquoted(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s)-1; i++ {
		if s[i] == '\\' && i+1 < len(s)-1 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
