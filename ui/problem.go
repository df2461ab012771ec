package ui

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"segnatura/internal/protocollo"
)

// Problem is every error answer. The browser words it in Italian by Code, else by Class: what happened, what is safe, what to do
// now. Detail is English, for the expert's eye.
type Problem struct {
	Status int              `json:"status"`
	Class  protocollo.Class `json:"class"`
	Code   string           `json:"code"`
	Field  string           `json:"field,omitempty"`
	Words  string           `json:"words,omitempty" doc:"Le parole dell'altro sistema, o chi ha già risolto"`
	Detail string           `json:"detail,omitempty"`
}

func (p *Problem) Error() string  { return p.Code }
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes the answer application/problem+json (RFC 9457).
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statuses maps error classes to HTTP.
var statuses = map[protocollo.Class]int{
	protocollo.Invalid:        http.StatusUnprocessableEntity,
	protocollo.Conflict:       http.StatusConflict,
	protocollo.NotFound:       http.StatusNotFound,
	protocollo.Forbidden:      http.StatusForbidden,
	protocollo.Unavailable:    http.StatusServiceUnavailable,
	protocollo.OutcomeUnknown: http.StatusBadGateway,
	protocollo.Rejected:       http.StatusUnprocessableEntity,
	protocollo.Stopped:        http.StatusLocked,
	protocollo.Internal:       http.StatusInternalServerError,
}

// problem turns an error into its answer and logs what is our fault, once, here at the edge.
func (s *Server) problem(ctx context.Context, operation string, err error) error {
	var already huma.StatusError
	if errors.As(err, &already) {
		return err
	}
	return s.asProblem(ctx, operation, err)
}

func (s *Server) asProblem(ctx context.Context, operation string, err error) *Problem {
	class := protocollo.ClassOf(err)
	p := &Problem{Status: statuses[class], Class: class, Code: string(class)}
	var e *protocollo.Error
	if errors.As(err, &e) {
		p.Code, p.Field, p.Words, p.Detail = e.Code, e.Field, e.Words, e.Detail
	}
	if errors.Is(err, errNoIdentity) {
		p.Status, p.Class, p.Code = http.StatusUnauthorized, protocollo.Forbidden, "session"
	}
	if class == protocollo.Internal && p.Status != http.StatusUnauthorized {
		s.Log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("operation", operation), slog.Any("err", err))
		p.Detail = ""
	}
	return p
}
