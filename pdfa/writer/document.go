// Package writer streams PDF/A-2 files (ISO 19005-2 on ISO 32000-1) to an io.Writer: scanned images, one a page, with the words
// that were recognised on them, and pages of text for acts, receipts and registers.
//
// Scanner JPEGs pass through bit for bit, bitonal images are coded as CCITT G4, all others losslessly (requirement R4.4 forbids
// lossy recompression). Equal calls give equal bytes: there is no clock and no randomness here. Only what [pdfa/check] knows is
// ever written; whoever adds a key here adds it there.
//
// It refuses flavours other than 2b and 2u, pages outside 3 to 14400 points (6.1.13), text whose characters the font lacks,
// metadata that XML cannot hold, and fonts without the tables that embedding needs.
//
//	d, err := writer.NewDocument(w, meta, pdfa.Flavour2U)
//	font, err := d.Font(goregular.TTF)
//	p, err := d.AddPage(210, 297, 0)          // A4, lengths in millimetres from the top left corner
//	err = p.Text(font, 11, 20, 30, "Registro giornaliero")
//	p.Line(20, 32, 190, 32, 0.2)
//	result, err := d.Close()
//
// A page is written when the next one is begun or the document is closed; memory holds one page's operators, never its images.
// The first error sticks: every later call returns it, and what was written so far is to be thrown away.
package writer

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"

	"segnatura/pdfa"
)

// MaxPages bounds one document.
const MaxPages = 5000

// Page sizes in points between which ISO 19005-2, 6.1.13, allows page boundaries.
const (
	minPagePt = 3.0
	maxPagePt = 14400.0
)

// pointsPerMM converts millimetres to PDF's units of 1/72 inch.
const pointsPerMM = 72 / 25.4

// Numbers of the objects that every file has, written in this order.
const (
	objCatalog = iota + 1
	objPages
	objInfo
	objMetadata
	objProfile
	objIntent
	firstFreeObject
)

// Document is one PDF/A file being written. It is not safe for concurrent use. The io.Writer stays its caller's: Close flushes
// and does not close it.
type Document struct {
	out     *bufio.Writer
	sum     hash.Hash
	size    int64
	err     error
	closed  bool
	flavour pdfa.Flavour
	meta    pdfa.Metadata
	offsets []int64 // by object number; 0: reserved, not yet written
	pages   []int   // object numbers
	results []pdfa.PageResult
	fonts   []*Font
	// profiles are the images' ICC profiles that were written, by their SHA-256: object numbers.
	profiles map[[sha256.Size]byte]int
	// glyphless is the font of invisible text; nil until a page has some.
	glyphless *glyphless
	page      *Page // the page under way
}

// NewDocument begins a file. Equal metadata, flavour and pages give equal files; meta.DocumentID enters the file identifier.
func NewDocument(w io.Writer, meta pdfa.Metadata, flavour pdfa.Flavour) (*Document, error) {
	if flavour != pdfa.Flavour2B && flavour != pdfa.Flavour2U {
		return nil, fmt.Errorf("begin PDF/A: flavour %q is not one of 2b and 2u", flavour)
	}
	if err := validateMetadata(meta); err != nil {
		return nil, fmt.Errorf("begin PDF/A: %w", err)
	}
	d := &Document{sum: sha256.New(), flavour: flavour, meta: meta, offsets: make([]int64, firstFreeObject),
		profiles: map[[sha256.Size]byte]int{}}
	d.out = bufio.NewWriterSize(w, 64<<10)
	// 6.1.2: at least four bytes above 127 on the second line, so that transports see binary data.
	d.printf("%%PDF-1.7\n%%\xE2\xE3\xCF\xD3\n")
	d.object(objCatalog, fmt.Sprintf("<</Type /Catalog /Pages %d 0 R /Metadata %d 0 R /OutputIntents [%d 0 R]>>",
		objPages, objMetadata, objIntent))
	d.object(objInfo, infoDictionary(meta))
	d.stream(objMetadata, "/Type /Metadata /Subtype /XML", xmpPacket(meta, flavour))
	d.flateStream(objProfile, "/N 3 /Alternate /DeviceRGB", sRGBProfile())
	d.object(objIntent, fmt.Sprintf("<</Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (%s) /Info (%s) "+
		"/DestOutputProfile %d 0 R>>", profileName, profileName, objProfile))
	return d, d.err
}

// Flavour returns the conformance level that the file claims.
func (d *Document) Flavour() pdfa.Flavour { return d.flavour }

// Close ends the last page, writes fonts, page tree, cross-reference table and trailer, and flushes. A document without pages
// is an error. Close may be called once.
func (d *Document) Close() (pdfa.Result, error) {
	if d.closed {
		return pdfa.Result{}, errors.New("close PDF/A: it is closed already")
	}
	d.endPage()
	d.closed = true
	if d.err == nil && len(d.pages) == 0 {
		d.err = errors.New("no page was added")
	}
	if d.glyphless != nil {
		d.glyphless.font.tables = d.glyphless.program()
	}
	for _, f := range d.fonts {
		if f.number != 0 {
			d.writeFont(f)
		}
	}
	d.writePageTree()
	d.writeTrailer()
	if err := d.out.Flush(); err != nil && d.err == nil {
		d.err = err
	}
	if d.err != nil {
		return pdfa.Result{}, fmt.Errorf("close PDF/A: %w", d.err)
	}
	return pdfa.Result{
		Flavour: d.flavour, SHA256: hex.EncodeToString(d.sum.Sum(nil)), Bytes: d.size, Pages: d.results,
	}, nil
}

func (d *Document) writePageTree() {
	var kids strings.Builder
	for _, n := range d.pages {
		fmt.Fprintf(&kids, " %d 0 R", n)
	}
	d.object(objPages, fmt.Sprintf("<</Type /Pages /Count %d /Kids [%s]>>", len(d.pages), strings.TrimSpace(kids.String())))
}

// writeTrailer writes the cross-reference table (ISO 32000-1, 7.5.4) and the trailer. The identifier is a digest of DocumentID
// and of all bytes before it; both halves are equal, the file never having been changed (14.4).
func (d *Document) writeTrailer() {
	content := d.sum.Sum(nil)
	id := sha256.Sum256([]byte("segnatura\x00" + d.meta.DocumentID + "\x00" + string(content)))
	start := d.size
	d.printf("xref\n0 %d\n0000000000 65535 f \n", len(d.offsets))
	for n, offset := range d.offsets[1:] {
		if offset == 0 && d.err == nil {
			d.err = fmt.Errorf("object %d was never written", n+1)
		}
		d.printf("%010d 00000 n \n", offset)
	}
	d.printf("trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /ID [<%X> <%X>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(d.offsets), objCatalog, objInfo, id[:16], id[:16], start)
}

// Write implements io.Writer for the parts of a file: it counts and digests what goes out.
func (d *Document) Write(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	n, err := d.out.Write(p)
	d.sum.Write(p[:n])
	d.size += int64(n)
	d.err = err
	return n, err
}

func (d *Document) printf(format string, args ...any) { fmt.Fprintf(d, format, args...) }

// reserve takes the next object number.
func (d *Document) reserve() int {
	d.offsets = append(d.offsets, 0)
	return len(d.offsets) - 1
}

// object writes one indirect object. 6.1.9: number, generation and "obj" are apart by single spaces, lines end in one LF.
func (d *Document) object(n int, body string) {
	d.offsets[n] = d.size
	d.printf("%d 0 obj\n%s\nendobj\n", n, body)
}

// stream writes a stream that is at hand.
func (d *Document) stream(n int, keys string, data []byte) {
	d.offsets[n] = d.size
	d.printf("%d 0 obj\n<<%s /Length %d>>\nstream\n", n, keys, len(data))
	d.Write(data) // the error sticks in d.err
	d.printf("\nendstream\nendobj\n")
}

// flateStream writes a stream, compressed, that is at hand.
func (d *Document) flateStream(n int, keys string, data []byte) {
	d.stream(n, keys+" /Filter /FlateDecode", deflate(data))
}

// longStream writes a stream while it is made; its length follows as an object of its own. It returns the digest and the length
// of the data.
func (d *Document) longStream(n int, keys string, body func(io.Writer) error) (digest string, length int64) {
	lengthObject := d.reserve()
	d.offsets[n] = d.size
	d.printf("%d 0 obj\n<<%s /Length %d 0 R>>\nstream\n", n, keys, lengthObject)
	start, sum := d.size, sha256.New()
	if err := body(io.MultiWriter(d, sum)); err != nil && d.err == nil {
		d.err = err
	}
	length = d.size - start
	d.printf("\nendstream\nendobj\n")
	d.object(lengthObject, strconv.FormatInt(length, 10))
	return hex.EncodeToString(sum.Sum(nil)), length
}

// number formats a real for PDF: at most four decimals, no exponent (ISO 32000-1, 7.3.3).
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', 4, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}
