package ui

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
)

type scanInput struct {
	Body struct {
		Scanner    string            `json:"scanner,omitempty" doc:"Vuoto: il primo"`
		Input      scanner.Input     `json:"input,omitempty" enum:"feeder,platen"`
		Duplex     bool              `json:"duplex,omitempty"`
		ColorMode  scanner.ColorMode `json:"colorMode,omitempty" enum:"rgb,grey,binary"`
		Resolution int               `json:"resolution,omitempty" minimum:"0" maximum:"1200"`
		PageSize   scanner.PageSize  `json:"pageSize,omitempty" enum:"A4,A3,A5,max"`
		// Profile takes its settings instead of those above, on its own scanner where none is named.
		Profile int64 `json:"profile,omitempty"`
		// Selected is the registration on the screen: then a code joins only if it is that one's (R18.3). 0 = none.
		Selected int64 `json:"selected,omitempty"`
		// Continue appends to the document of a run that a fault ended.
		Continue int64 `json:"continue,omitempty"`
		// Replace is a page that is scanned again: the first page of this run takes its place.
		Replace int64 `json:"replace,omitempty" minimum:"0"`
		// TwoSided is set where a one-sided feeder takes the backs in a second pass, which names this one's batch in BacksOf.
		TwoSided bool  `json:"twoSided,omitempty"`
		BacksOf  int64 `json:"backsOf,omitempty"`
	}
}

// uploadInput keeps the request itself: its files are streamed, never held whole.
type uploadInput struct {
	Selected int64 `query:"selezionata" minimum:"0" doc:"La registrazione a schermo, o 0"`
	request  *http.Request
	writer   http.ResponseWriter
}

// Resolve implements huma.Resolver.
func (in *uploadInput) Resolve(c huma.Context) []error {
	in.request, in.writer = humago.Unwrap(c)
	return nil
}

// describeUpload documents the form. It stands after the registration, because huma would read a body that it knows of.
func (s *Server) describeUpload() {
	file := &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	s.api.OpenAPI().Paths["/api/uploads"].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"multipart/form-data": {Schema: &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"file": file}}},
	}}
}

type scannerPath struct {
	ID string `path:"id"`
}

// ScanForecast says before anything is scanned what the page rule will ask (R3.2).
type ScanForecast struct {
	Within   bool   `json:"within"`
	Declared int    `json:"declared,omitempty"`
	Limit    int    `json:"limit,omitempty"`
	Unit     string `json:"unit,omitempty" enum:"pagine,fogli"`
	Manual   string `json:"manual,omitempty"`
}

func (s *Server) scanRoutes() {
	operation(s, http.MethodGet, "/api/scanners/{id}", "scanner", "Che cosa offre uno scanner", accessDesk, s.scannerForm)
	operation(s, http.MethodPost, "/api/scans", "scan", "Avvia una scansione", accessDesk, s.scan)
	operation(s, http.MethodPost, "/api/scans/{id}/cancel", "cancelScan", "Ferma una scansione; le pagine già prese restano", accessDesk, s.cancelScan)
	operation(s, http.MethodPost, "/api/batches/{id}/front-only", "frontOnly", "Solo i fronti: una seconda passata non serve", accessDesk, s.frontOnly)
	operation(s, http.MethodGet, "/api/expected", "expected", "Etichette stampate e non ancora viste dallo scanner (R19.7)", accessDesk, s.expected)
	operation(s, http.MethodGet, "/api/pages/{id}/crop.jpg", "pageCrop", "Una parte di una pagina, a piena risoluzione", accessDesk, s.pageCrop, binaryAnswer("image/jpeg"))
	operation(s, http.MethodPost, "/api/uploads", "upload", "Carica file di scansioni", accessDesk, s.upload)
	s.describeUpload()
	operation(s, http.MethodGet, "/api/batches/{id}", "batch", "Una scansione con i suoi documenti", accessDesk, s.batch)
	operation(s, http.MethodGet, "/api/registrations/{id}/scope", "scope", "Che cosa chiederà la regola delle pagine", accessDesk, s.scope)
	operation(s, http.MethodPost, "/api/documents/{id}/confirm", "confirmQuality", "Conferma leggibilità e qualità (R19.1)", accessDesk, s.confirm)
	operation(s, http.MethodGet, "/api/pages/{id}/thumbnail.jpg", "thumbnail", "Miniatura di una pagina", accessDesk, s.thumbnail, binaryAnswer("image/jpeg"))
	operation(s, http.MethodGet, "/api/pages/{id}/image.jpg", "pageImage", "Una pagina a tutto schermo", accessDesk, s.pageImage, binaryAnswer("image/jpeg"))
	operation(s, http.MethodGet, "/api/documents/{id}/archive.pdf", "archive", "Il PDF/A archiviato", accessDesk, s.archive, pdfAnswer)
	operation(s, http.MethodGet, "/api/documents/{id}/files/{file}", "keptFile", "Un file conservato accanto al PDF/A", accessDesk, s.keptFile,
		binaryAnswer("application/xml", "application/pdf"))
}

func (s *Server) scannerForm(ctx context.Context, _ auth.Identity, in *scannerPath) (*body[ScannerView], error) {
	sc, ok := s.scannerNamed(in.ID)
	if !ok {
		return nil, protocollo.Errorf(protocollo.NotFound, "no-scanner", "no scanner %q", in.ID)
	}
	st := sc.Source.Status(ctx)
	v := ScannerView{ID: sc.ID, Name: sc.Name, State: st.State, Feeder: st.Feeder, Fault: st.Fault, User: s.Station.ScannerUser(sc.ID)}
	if v.State != scanner.StateOffline {
		c, err := sc.Source.Capabilities(ctx)
		if err != nil {
			return nil, protocollo.Errorf(protocollo.Unavailable, "scanner", "ask the scanner: %w", err)
		}
		s.states.learn(sc.ID, c)
		v.Device, v.Inputs = c.ID, inputViews(c)
	}
	return answer(v, nil)
}

func (s *Server) scan(ctx context.Context, id auth.Identity, in *scanInput) (*body[protocollo.Batch], error) {
	b := in.Body
	o, err := s.scanOrder(ctx, id.Actor, b.Profile, b.Scanner, station.ScanSettings{
		Input: b.Input, Duplex: b.Duplex, ColorMode: b.ColorMode, Resolution: b.Resolution, PageSize: b.PageSize})
	if err != nil {
		return nil, err
	}
	return answer(s.Station.StartScan(ctx, id.Actor, station.ScanCommand{
		SourceID: o.scanner.ID, Source: o.scanner.Source, Selected: b.Selected, Continue: b.Continue, Replace: b.Replace, TwoSided: b.TwoSided, BacksOf: b.BacksOf,
		Request: s.request(o), // the format is the family's: one bit a pixel has no JPEG
	}))
}

func (s *Server) cancelScan(ctx context.Context, id auth.Identity, in *IDPath) (*none, error) {
	return &none{}, s.Station.CancelScan(ctx, id.Actor, in.ID)
}

// upload takes the pages of the form's files, in the order in which they stand there. It answers when all are durable.
func (s *Server) upload(ctx context.Context, id auth.Identity, in *uploadInput) (*body[station.Taken], error) {
	form, err := in.request.MultipartReader()
	if err != nil {
		return nil, protocollo.Errorf(protocollo.Invalid, "file", "read the form: %w", err)
	}
	// An aborted read cancels the context of the whole connection (net/http), and with it every later request that the browser
	// would send on it.
	in.writer.Header().Set("Connection", "close")
	doc, err := s.Uploaded(form, func() { _ = http.NewResponseController(in.writer).SetReadDeadline(time.Now()) })
	if err != nil {
		return nil, protocollo.Errorf(protocollo.Internal, "upload", "open the form's files: %w", err)
	}
	return answer(s.Station.Upload(ctx, id.Actor, doc, in.Selected))
}

func (s *Server) batch(ctx context.Context, id auth.Identity, in *IDPath) (*body[StripBatch], error) {
	b, err := s.Station.BatchView(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return answer(s.stripBatch(ctx, id.Actor, b))
}

func (s *Server) scope(ctx context.Context, id auth.Identity, in *IDPath) (*body[ScanForecast], error) {
	f, err := s.Station.ScopeForecast(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return answer(ScanForecast{Within: f.Verdict.Within, Declared: f.Declared, Limit: f.Verdict.Limit.Max,
		Unit: string(f.Verdict.Limit.Unit), Manual: f.Manual}, nil)
}

// confirmInput names the pages that were looked at singly; without flagged pages it needs no body.
type confirmInput struct {
	IDPath
	Body *struct {
		Pages []int64 `json:"pages,omitempty" maxItems:"10000" doc:"Le pagine segnalate, confermate una per una"`
	}
}

func (s *Server) confirm(ctx context.Context, id auth.Identity, in *confirmInput) (*none, error) {
	var pages []int64
	if in.Body != nil {
		pages = in.Body.Pages
	}
	return &none{}, s.Station.ConfirmQuality(ctx, id.Actor, in.ID, pages)
}

// Sizes of page pictures, long side in pixels: a thumbnail on the strip, and a page to be read on a screen.
const (
	thumbnailPx = 320
	screenPx    = 1800
)

func (s *Server) thumbnail(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	return s.pagePicture(ctx, id, in.ID, thumbnailPx)
}

func (s *Server) pageImage(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	return s.pagePicture(ctx, id, in.ID, screenPx)
}

func (s *Server) pagePicture(ctx context.Context, id auth.Identity, pageID int64, px int) (*file, error) {
	jpeg, err := s.Station.PagePicture(ctx, id.Actor, pageID, px)
	if err != nil {
		return nil, err
	}
	return &file{ContentType: "image/jpeg", ContentDisposition: "inline", CacheControl: "private, no-store", Body: jpeg}, nil
}

type archiveInput struct {
	IDPath
	Edition int `query:"edizione" minimum:"0" maximum:"2" doc:"1 = come scansionato, 2 = con testo ricercabile; 0 = quella corrente"`
}

type keptFileInput struct {
	IDPath
	File int64 `path:"file" minimum:"1"`
}

// archive streams an archived file, with ranges, so that the browser's reader shows the first page at once.
func (s *Server) archive(ctx context.Context, id auth.Identity, in *archiveInput) (*huma.StreamResponse, error) {
	a, err := s.Station.OpenArchive(ctx, id.Actor, in.ID, in.Edition)
	if err != nil {
		return nil, err
	}
	return streamed(a, "inline"), nil
}

// keptFile streams what is kept beside an archived file. It is for saving, not for looking: a page's source is somebody else's file.
func (s *Server) keptFile(ctx context.Context, id auth.Identity, in *keptFileInput) (*huma.StreamResponse, error) {
	a, err := s.Station.OpenKeptFile(ctx, id.Actor, in.ID, in.File)
	if err != nil {
		return nil, err
	}
	return streamed(a, "attachment"), nil
}

func streamed(a *station.ArchivedFile, disposition string) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer a.Close()
		r, w := humago.Unwrap(hc)
		w.Header().Set("Content-Type", a.MediaType)
		w.Header().Set("Content-Disposition", disposition+`; filename="`+a.Name+`"`)
		w.Header().Set("Cache-Control", "private, no-store")
		http.ServeContent(w, r, "", a.At, a)
	}}
}

func (s *Server) frontOnly(ctx context.Context, id auth.Identity, in *IDPath) (*none, error) {
	return &none{}, s.Station.FrontOnly(ctx, id.Actor, in.ID)
}

// Expected lists the letters that have a label and no scan, the oldest first.
type Expected struct {
	Expected []Candidate `json:"expected"`
}

func (s *Server) expected(ctx context.Context, id auth.Identity, _ *none) (*body[Expected], error) {
	list, err := s.Station.Expected(ctx, id.Actor)
	if err != nil {
		return nil, err
	}
	out := Expected{Expected: []Candidate{}}
	for _, r := range list {
		out.Expected = append(out.Expected, candidate(r))
	}
	return answer(out, nil)
}
