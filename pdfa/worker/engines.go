package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"segnatura/pdfa"
	"segnatura/scanner"
)

// Engines is what works in the jail. Whoever starts the program names them; a job for one that is nil fails.
type Engines struct {
	// Convert writes a job as PDF/A (pdfa/convert).
	Convert func(ctx context.Context, job pdfa.Job, w io.Writer, progress func(page int)) (pdfa.Result, error)
	// Check judges a PDF/A (pdfa/check). progress is told how many pages are judged, also where that is as many as before.
	Check func(ctx context.Context, r io.ReaderAt, size int64, progress func(pages int)) (pdfa.Report, error)
	// Rasters hands over each page that needs its text recognised, and counts all pages (pdfa/convert). emit keeps nothing of the raster.
	// progress is told of each page, also of those that are not handed over.
	Rasters func(ctx context.Context, inputs []pdfa.Input, emit func(pdfa.Raster) error, progress func(page int)) (pages int, err error)
	// Inspect measures one page (scanner/sheet).
	Inspect func(ctx context.Context, r io.ReadSeeker, settings scanner.Settings, accept func(text string) bool, maxPx int) (scanner.Facts, []byte, error)
	// Crop draws a part of one page (scanner/sheet).
	Crop func(ctx context.Context, r io.ReadSeeker, settings scanner.Settings, box scanner.Box, maxPx int) ([]byte, error)
	// Separate takes a file of several pages apart. emit reads the part's Data to its end before it returns.
	Separate func(ctx context.Context, in pdfa.Input, emit func(Part) error) error
}

// Part is one page that was taken out of a file.
type Part struct {
	Page   int    `json:"page"`   // in the file, from 1
	Format string `json:"format"` // MIME type
	// Data are the part's bytes, to be read before the next part is asked for.
	Data io.Reader `json:"-"`
}

// do does the session's job. The context never ends: whoever loses interest kills the process.
func (e Engines) do(s *session) (result any, err error) {
	work, known := map[job]func(*session) (any, error){
		jobConvert: e.convert, jobCheck: e.check, jobRasters: e.rasters, jobInspect: e.inspect, jobSeparate: e.separate,
	}[s.job.Job]
	if !known {
		return nil, protocolError("no job is called %q", s.job.Job)
	}
	return work(s)
}

var errNoEngine = errors.New("this program has no engine for the job")

func arguments[T any](s *session) (args T, err error) {
	if err := json.Unmarshal(s.job.Args, &args); err != nil {
		return args, fmt.Errorf("read what the job is: %w", err)
	}
	s.job.Args = nil // the text of many pages is large
	return args, nil
}

func (e Engines) convert(s *session) (any, error) {
	args, err := arguments[convertArgs](s)
	if err != nil {
		return nil, err
	}
	if e.Convert == nil {
		return nil, errNoEngine
	}
	return e.Convert(context.Background(), args.job(s.inputs()), s, s.progress)
}

func (e Engines) check(s *session) (any, error) {
	if e.Check == nil {
		return nil, errNoEngine
	}
	r, err := s.open(0)
	if err != nil {
		return nil, err
	}
	return e.Check(context.Background(), r, r.size, s.progress)
}

func (e Engines) rasters(s *session) (any, error) {
	if e.Rasters == nil {
		return nil, errNoEngine
	}
	return e.Rasters(context.Background(), s.inputs(), func(r pdfa.Raster) error {
		return s.part(headOf(r), &blob{r.Pix})
	}, s.progress)
}

func (e Engines) inspect(s *session) (any, error) {
	args, err := arguments[inspectArgs](s)
	if err != nil {
		return nil, err
	}
	if e.Inspect == nil {
		return nil, errNoEngine
	}
	r, err := s.open(0)
	if err != nil {
		return nil, err
	}
	if args.Crop != nil {
		if e.Crop == nil {
			return nil, errNoEngine
		}
		jpeg, err := e.Crop(context.Background(), r, args.Settings, *args.Crop, args.MaxPx)
		return inspected{Thumbnail: jpeg}, err
	}
	var accept func(string) bool
	if args.Accepts {
		accept = s.accept
	}
	var found inspected
	found.Facts, found.Thumbnail, err = e.Inspect(context.Background(), r, args.Settings, accept, args.MaxPx)
	return found, err
}

func (e Engines) separate(s *session) (any, error) {
	if e.Separate == nil {
		return nil, errNoEngine
	}
	return nil, e.Separate(context.Background(), s.inputs()[0], func(p Part) error { return s.part(p, p.Data) })
}

// blob reads bytes without a copy of them.
type blob struct{ left []byte }

func (b *blob) Read(p []byte) (int, error) {
	if len(b.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.left)
	b.left = b.left[n:]
	return n, nil
}
