package ipp

import (
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/icholy/digest"

	"segnatura/stamp"
)

// login is what a printer that wants to know who prints is told (RFC 8011, 9.1): Digest (RFC 7616) where it takes that, Basic (RFC 7617) where
// nobody on the way can read it. It says nothing until it is asked; what the printer asked for once it is told from then on, since a
// document that is sent in vain may end in a broken connection.
type login struct {
	user, password string
	target         *url.URL

	challenge *digest.Challenge
	count     int // of answers to the challenge
	basic     bool
}

// errInTheClear says that a password would be readable on the way.
var errInTheClear = &misfit{stamp.ConditionOther, errors.New("the printer wants the password in the clear: its address has to begin with ipps")}

// header answers what the printer asked for, or is "" where it asked for nothing.
func (l *login) header() (string, error) {
	switch {
	case l.challenge != nil:
		l.count++
		told, err := digest.Digest(l.challenge, digest.Options{Method: http.MethodPost, URI: l.target.RequestURI(), Count: l.count, Username: l.user, Password: l.password})
		if err != nil {
			return "", err
		}
		return told.String(), nil
	case l.basic:
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(l.user+":"+l.password)), nil
	}
	return "", nil
}

// asked reads what the printer asks for in an answer 401, and reports whether it is worth answering: it was not answered already, or the
// answer only was too old.
func (l *login) asked(h http.Header) (bool, error) {
	if l.user == "" {
		return false, nil
	}
	if challenge, err := digest.FindChallenge(h); err == nil && digest.CanDigest(challenge) && (len(challenge.QOP) == 0 || challenge.SupportsQOP("auth")) {
		first := l.challenge == nil || challenge.Stale
		l.challenge, l.count = challenge, 0
		return first, nil
	}
	for _, way := range h.Values("WWW-Authenticate") {
		if scheme, _, _ := strings.Cut(way, " "); strings.EqualFold(scheme, "Basic") {
			if l.target.Scheme != "https" && !isLoopback(l.target.Hostname()) {
				return false, errInTheClear
			}
			first := !l.basic
			l.basic = true
			return first, nil
		}
	}
	return false, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
