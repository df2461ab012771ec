package ui

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strconv"
	"strings"

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
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

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

// declareProblems writes into an operation's description which problems it may answer: one for each class, and what can be said of
// a request before it is understood. It stands after the operation's own answers.
func (s *Server) declareProblems(op *huma.Operation, need access) {
	codes := []int{http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}
	if need != accessOpen {
		codes = append(codes, http.StatusUnauthorized)
	}
	for _, code := range statuses {
		codes = append(codes, code)
	}
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	for _, code := range codes {
		op.Responses[strconv.Itoa(code)] = &huma.Response{Ref: "#/components/responses/Problem"}
	}
}

// describeProblems enters the answer that all operations share.
func describeProblems(c *huma.Components) {
	c.Responses = map[string]*huma.Response{"Problem": {Description: "Che cosa non va", Content: map[string]*huma.MediaType{
		problemType: {Schema: c.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")}}}}
}

// frameworkProblem words what huma itself refuses as a [Problem] like any other: a browser knows one form only. The code is "schema"
// where a field is at fault, "http" where the request is no request of ours at all.
func frameworkProblem(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := &Problem{Status: m.Status, Class: protocollo.Invalid, Code: "http", Detail: m.Detail}
	if m.Status >= http.StatusInternalServerError {
		p.Class = protocollo.Internal
	}
	if len(m.Errors) > 0 {
		p.Code, p.Detail = "schema", m.Errors[0].Message
		p.Field = strings.TrimPrefix(strings.TrimPrefix(m.Errors[0].Location, "body."), "draft.")
	}
	return p, nil
}

// refuse answers a problem before the request is read.
func (s *Server) refuse(c huma.Context, operation string, err error) {
	p := s.asProblem(c.Context(), operation, err)
	c.SetHeader("Content-Type", problemType)
	c.SetStatus(p.Status)
	_ = json.NewEncoder(c.BodyWriter()).Encode(p) // a browser that went away needs no answer
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
	for _, stranger := range []error{errNoIdentity, errNoDesk} {
		if errors.Is(err, stranger) {
			p.Status, p.Class, p.Code = http.StatusUnauthorized, protocollo.Forbidden, stranger.Error()
		}
	}
	if class == protocollo.Internal && p.Status != http.StatusUnauthorized {
		level := slog.LevelError
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			level = slog.LevelInfo // the browser went away, and nobody waits for the answer
		}
		s.Log.LogAttrs(ctx, level, "request failed", slog.String("operation", operation), slog.Any("err", err))
		p.Detail = ""
	}
	return p
}
