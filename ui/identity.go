package ui

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

const (
	cookieName = "segnatura_sessione"
	// backgroundHeader marks requests that the page makes by itself: they do not keep a session awake (R11.4).
	backgroundHeader = "X-Sfondo"
)

type (
	identityKey struct{}
	deskKey     struct{}
)

// identified puts the caller's identity, if there is one, into the request's context.
func (s *Server) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie(cookieName)
		if err != nil || !strings.HasPrefix(r.URL.Path, "/api/") {
			next.ServeHTTP(w, r)
			return
		}
		activity := r.Header.Get(backgroundHeader) == "" && r.URL.Path != "/api/live"
		id, err := s.Auth.Identify(r.Context(), cookie.Value, activity)
		switch {
		case err == nil:
			r = r.WithContext(context.WithValue(r.Context(), identityKey{}, id))
		case r.Context().Err() != nil: // the browser has gone; nobody reads the answer
			return
		case protocollo.ClassOf(err) == protocollo.Internal:
			s.Log.LogAttrs(r.Context(), slog.LevelError, "identify a session", slog.Any("err", err))
		}
		next.ServeHTTP(w, r)
	})
}

// keyed puts the desk whose token a browser has into the context of a request for the key that freezes an instant.
func (s *Server) keyed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if cookie, err := r.Cookie(deskCookie); err == nil && r.URL.Path == freezePath {
			desk, err := s.Station.DeskOf(r.Context(), cookie.Value)
			switch {
			case err == nil:
				r = r.WithContext(context.WithValue(r.Context(), deskKey{}, desk))
			case protocollo.ClassOf(err) == protocollo.Internal:
				s.Log.LogAttrs(r.Context(), slog.LevelError, "identify a desk", slog.Any("err", err))
			}
		}
		next.ServeHTTP(w, r)
	})
}

// admit returns the caller when it may use an operation at all.
func admit(ctx context.Context, need access) (auth.Identity, error) {
	id, ok := ctx.Value(identityKey{}).(auth.Identity)
	switch {
	case need == accessOpen:
		return id, nil
	case need == accessKey:
		if _, desk := ctx.Value(deskKey{}).(station.DeskToken); !ok && !desk {
			return auth.Identity{}, errNoDesk
		}
		return id, nil
	case !ok:
		return auth.Identity{}, errNoIdentity
	case need == accessIdentity:
		return id, nil
	case id.Locked:
		return auth.Identity{}, protocollo.Errorf(protocollo.Stopped, "screen-locked", "the screen is locked")
	case id.MustChange:
		return auth.Identity{}, protocollo.Errorf(protocollo.Forbidden, "must-change-password", "the password must be changed first")
	}
	return id, nil
}

// allowedHosts refuses requests for a name that is not ours: a page on the web cannot reach the station by rebinding its own name
// to this machine's address.
func (s *Server) allowedHosts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if !slices.Contains(s.Hosts, strings.ToLower(host)) {
			http.Error(w, "this name is not served here", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// securityHeaders lets the page load its own things only. Styles are allowed inline because Svelte sets them on elements.
func securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; "+
			"object-src 'none'; frame-src 'self' blob:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "SAMEORIGIN")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store") // what it answers is about people, and the desk's browser is everybody's
		}
		next.ServeHTTP(w, r)
	})
}
