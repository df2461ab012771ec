package station

import (
	"context"
	"io"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
)

// Edition is one PDF/A of a document: made, found compliant, and stored with the files that are kept beside it. The blobs that it
// names are durable before it is recorded.
type Edition struct {
	Result pdfa.Result
	Report pdfa.Report
	Files  []KeptFile
}

// KeptFile is a stored file beside an archived one.
type KeptFile struct {
	Kind      KeptKind `json:"kind"`
	Page      int      `json:"page,omitempty"` // of the archived file, from 1; 0 where it belongs to the whole
	Name      string   `json:"name"`           // for people, without folder
	MediaType string   `json:"mediaType"`
	SHA256    string   `json:"sha256"`
	Bytes     int64    `json:"bytes"`
}

// KeptKind is why a file is kept.
type KeptKind string

const (
	KeptMetadata KeptKind = "metadata" // the metadata file of R4.3 (LLGG annex 5), one for each edition
	KeptSource   KeptKind = "source"   // what a page was before it had to be drawn
)

// The ordinals of a document's editions.
const (
	firstEdition = 1 // as scanned, PDF/A-2b
	textEdition  = 2 // the same pages with searchable text, PDF/A-2u
)

// ArchiveView is an archived file: the current edition of it, with the earlier one and what is kept beside them.
type ArchiveView struct {
	SHA256    string    `json:"sha256"`
	Bytes     int64     `json:"bytes"`
	Flavour   string    `json:"flavour"`
	At        time.Time `json:"at"`
	Current   bool      `json:"current"` // no later scan of the registration is archived
	Delivered time.Time `json:"delivered,omitzero"`
	Text      TextView  `json:"text"`
	// Editions are oldest first; the last one is current.
	Editions []EditionView  `json:"editions"`
	Files    []KeptFileView `json:"files,omitempty"`
}

// EditionView is one edition of an archived file.
type EditionView struct {
	Ordinal int       `json:"ordinal"` // 1 as scanned, 2 with text
	SHA256  string    `json:"sha256"`
	Bytes   int64     `json:"bytes"`
	Flavour string    `json:"flavour"`
	At      time.Time `json:"at"`
}

// KeptFileView is a file beside an archive.
type KeptFileView struct {
	ID      int64 `json:"id"`
	Edition int   `json:"edition"`
	KeptFile
}

// ArchiveStore keeps the archive.
type ArchiveStore interface {
	// DueForArchive lists confirmed documents that have no archived file, oldest first.
	DueForArchive(ctx context.Context) ([]protocollo.Document, error)
	// PutBlob stores a file under its SHA-256, read-only, durable once it returns; putting the same content again is no error.
	PutBlob(ctx context.Context, r io.Reader) (sha256 string, size int64, err error)
	OpenBlob(ctx context.Context, sha256 string) (io.ReadSeekCloser, int64, error)
	// AttachArchive records the archived file of a document with its check report and what is kept beside it, and its delivery as
	// due, in one transaction. With awaitsText its text is due instead, and the delivery once that has an outcome (decision 0019).
	AttachArchive(ctx context.Context, documentID int64, e Edition, awaitsText bool) error
	// ReleasePages erases spool images of archived documents whose text is not due; the archive has them now.
	ReleasePages(ctx context.Context) (int, error)
}

// Converter makes PDF/A.
type Converter interface {
	Convert(ctx context.Context, job pdfa.Job, w io.Writer, progress func(page int)) (pdfa.Result, error)
}

// Checker judges a PDF/A; no verdict is a no.
type Checker interface {
	Check(ctx context.Context, r io.ReaderAt, size int64) (pdfa.Report, error)
}
