// Package ui is the station's face: the HTTP API, which is its own OpenAPI 3.1 document, the live websocket, sessions, and the
// embedded browser application. It decides nothing: every handler calls one use case of package station, and every answer is
// filtered there by what the actor may see.
//
// It refuses requests whose Host is not on its list (DNS rebinding), cross-origin writes, and everything without a session but
// the log-in, the first run and the application's own files.
package ui

import (
	"context"
	"errors"
	"log/slog"
	"mime/multipart"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"segnatura/internal/auth"
	"segnatura/internal/hub"
	"segnatura/internal/station"
	"segnatura/scanner"
	"segnatura/stamp"
)

// Config is what the wiring hands over. All fields but Secure, Log and Extra are needed.
type Config struct {
	Station *station.Station
	Auth    *auth.Service
	Hub     *hub.Hub[station.Event]
	Devices Devices
	Finder  ScannerFinder
	Paper   Paper
	// Uploaded opens the files of a form as a run of pages; abort is called to free a read that waits for the browser.
	Uploaded func(form *multipart.Reader, abort func()) (scanner.Document, error)
	// Hosts are the names, without port, by which browsers may call the station.
	Hosts []string
	// SetupToken opens the first-run page while nothing is configured; one time.
	SetupToken string
	// Secure is set when the listener speaks TLS: cookies are then for TLS only.
	Secure bool
	// Trial marks the pretend office: the screens say so.
	Trial bool
	// PretendOfficeURL is the pretend office's own page, shown in a trial; or "".
	PretendOfficeURL string
	Version          string
	Log              *slog.Logger
}

// Server answers browsers. It is an http.Handler, safe for concurrent use.
type Server struct {
	Config
	api     huma.API
	handler http.Handler
	sockets sockets
	states  deviceStates
	found   foundScanners
}

// New wires the routes. It does not listen.
func New(c Config) *Server {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{Config: c, states: deviceStates{
		scanners: map[string]scanner.Status{}, printers: map[string]stamp.PrinterState{}, abilities: map[string]scanner.Capabilities{}, asked: make(chan struct{}, 1),
	}}
	mux := http.NewServeMux()
	s.api = humago.New(mux, apiConfig(c.Version))
	describeProblems(s.api.OpenAPI().Components)
	s.routes()
	mux.HandleFunc("GET /api/live", s.live)
	mux.Handle("/", application())

	crossOrigin := http.NewCrossOriginProtection()
	s.handler = securityHeaders(s.allowedHosts(crossOrigin.Handler(s.identified(s.keyed(mux)))))
	return s
}

func apiConfig(version string) huma.Config {
	c := huma.DefaultConfig("Stazione di segnatura", version)
	c.OpenAPIPath = "/api/openapi"
	c.DocsPath = "" // the documentation page would load scripts from elsewhere
	c.SchemasPath = ""
	c.CreateHooks = nil
	c.Transformers = []huma.Transformer{frameworkProblem}
	c.Info.Description = "API della stazione di segnatura. Ogni scrittura è una decisione di una persona; nessuna richiesta porta un numero di protocollo, tranne l'ultimo noto dopo un ripristino."
	c.Info.License = &huma.License{Name: "AGPL-3.0-or-later", Identifier: "AGPL-3.0-or-later"}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: cookieName},
	}
	return c
}

// OpenAPI returns the API's own description.
func (s *Server) OpenAPI() *huma.OpenAPI { return s.api.OpenAPI() }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Shutdown closes the sockets; the http.Server's own Shutdown does not know hijacked connections.
func (s *Server) Shutdown(ctx context.Context) error { return s.sockets.closeAll(ctx) }

// routes registers every operation, one file a subject.
func (s *Server) routes() {
	s.setupRoutes()
	s.sessionRoutes()
	s.deskRoutes()
	s.intakeRoutes()
	s.recordRoutes()
	s.supersedeRoutes()
	s.printRoutes()
	s.printerRoutes()
	s.temporaryRoutes()
	s.envelopeRoutes()
	s.unregisteredRoutes()
	s.legendRoutes()
	s.counterRoutes()
	s.outgoingRoutes()
	s.reconciliationRoutes()
	s.scanRoutes()
	s.profileRoutes()
	s.foundRoutes()
	s.exceptionRoutes()
	s.outcomeRoutes()
	s.refusedRoutes()
	s.correctionRoutes()
	s.stoppedRoutes()
	s.keyedRoutes()
	s.emergencyRoutes()
	s.emergencyAfterRoutes()
	s.alarmRoutes()
	s.bidRoutes()
	s.competitionRoutes()
	s.tenderPaperRoutes()
	s.exclusionRoutes()
	s.endOfDayRoutes()
	s.dailyRoutes()
	s.dailySignedRoutes()
	s.timeRoutes()
	s.emergencyPaperRoutes()
	s.editRoutes()
	s.attachmentRoutes()
	s.referenceRoutes()
	s.officeRoutes()
}

// access says what an operation asks of its caller.
type access int

const (
	accessOpen     access = iota // anybody
	accessKey                    // a session, even locked, or a desk's token: the key that freezes an instant (R20.1)
	accessIdentity               // a session, even locked or with a password to change
	accessDesk                   // an open session; the use case checks the role
)

// operation registers one handler that takes the caller's identity. Errors are worded by class and code (see [Problem]).
func operation[I, O any](s *Server, method, path, id, summary string, need access, h func(context.Context, auth.Identity, *I) (*O, error),
	adjust ...func(*huma.Operation)) {
	op := huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, MaxBodyBytes: maxBody}
	if need != accessOpen {
		op.Security = []map[string][]string{{"session": {}}}
	}
	for _, a := range adjust {
		a(&op)
	}
	s.declareProblems(&op, need)
	// Before anything of the request is read: who may not come in learns nothing of what is asked inside.
	op.Middlewares = append(op.Middlewares, func(c huma.Context, next func(huma.Context)) {
		if _, err := admit(c.Context(), need); err != nil {
			s.refuse(c, id, err)
			return
		}
		next(c)
	})
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		who, err := admit(ctx, need)
		if err != nil {
			return nil, s.problem(ctx, id, err)
		}
		out, err := h(ctx, who, in)
		if err != nil {
			return nil, s.problem(ctx, id, err)
		}
		return out, nil
	})
}

// Bounds of a request's body: a letter to two thousand recipients, and an imported list.
const (
	maxBody     = 4 << 20
	maxListBody = 24 << 20
)

// longList lets an operation take an imported list.
func longList(op *huma.Operation) { op.MaxBodyBytes = maxListBody }

// body is an answer of JSON.
type body[T any] struct{ Body T }

func answer[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{Body: v}, nil
}

// none is the answer or the input without content.
type none struct{}

// IDPath is the input of operations on one thing. It is exported because huma fills no field of an unexported embedded struct: the
// id would silently be 0.
type IDPath struct {
	ID int64 `path:"id" minimum:"1"`
}

// Who is nobody here is answered 401 with these codes.
var (
	errNoIdentity = errors.New("session")
	errNoDesk     = errors.New("desk-token")
)
