package convert

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"segnatura/pdfa"
)

// The filters of ISO 32000-1, 7.4, under which images lie, and those that only pack bytes.
const (
	filterJPEG  = "DCTDecode"
	filterFax   = "CCITTFaxDecode"
	filterJPX   = "JPXDecode"
	filterJBIG2 = "JBIG2Decode"
	filterFlate = "FlateDecode"
	filterLZW   = "LZWDecode"
)

// filterNames gives the long names of those that inline images, and some programs everywhere, shorten (8.9.7).
var filterNames = map[string]string{
	"A85": "ASCII85Decode", "AHx": "ASCIIHexDecode", "CCF": filterFax, "DCT": filterJPEG, "Fl": filterFlate, "LZW": filterLZW,
	"RL": "RunLengthDecode",
}

// imageFilters are the last of their stream.
var imageFilters = map[string]bool{filterJPEG: true, filterFax: true, filterJPX: true, filterJBIG2: true}

// packing is one filter of a stream.
type packing struct {
	name  string
	parms types.Dict
}

// packings returns a stream's filters, in the order of decoding.
func (f *pdfFile) packings(sd types.StreamDict) []packing {
	names, parms := f.get(sd.Dict["Filter"]), f.get(sd.Dict["DecodeParms"])
	if names == nil {
		return nil
	}
	list, ok := names.(types.Array)
	if !ok {
		list = types.Array{names}
	}
	parmsList, ok := parms.(types.Array)
	if !ok {
		parmsList = types.Array{parms}
	}
	var out []packing
	for i, o := range list {
		p := packing{name: f.name(o)}
		if long := filterNames[p.name]; long != "" {
			p.name = long
		}
		if i < len(parmsList) {
			p.parms = f.dict(parmsList[i])
		}
		if out = append(out, p); len(out) > 8 {
			panic(refuse(pdfa.RefusedCorrupt, "a stream of the PDF with %d filters", len(list)))
		}
	}
	return out
}

// decoded unpacks a stream that is no image.
func (f *pdfFile) decoded(sd types.StreamDict) []byte {
	data, last := f.unpacked(sd)
	if last.name != "" {
		panic(refuse(pdfa.RefusedCorrupt, "a stream of the PDF that is no image is packed as %s", last.name))
	}
	return data
}

// unpacked undoes all filters but that of an image, which is returned.
func (f *pdfFile) unpacked(sd types.StreamDict) (data []byte, last packing) {
	r, last := f.unpack(sd)
	data, err := io.ReadAll(io.LimitReader(r, maxPDFStream+1))
	switch {
	case err != nil:
		panic(streamError(err))
	case len(data) > maxPDFStream:
		panic(refuse(pdfa.RefusedTooLarge, "a stream of the PDF unpacks to more than %d MiB", maxPDFStream>>20))
	}
	return data, last
}

// streamError makes a refusal of what went wrong while a stream was unpacked.
func streamError(err error) error {
	if _, ok := errors.AsType[*pdfa.RefusedError](err); ok {
		return err
	}
	if errors.Is(err, filter.ErrDecodeLimitExceeded) {
		return refuse(pdfa.RefusedTooLarge, "a stream of the PDF unpacks to more than %d MiB", maxPDFStream>>20)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse(pdfa.RefusedTruncated, "a stream of the PDF ends too early")
	}
	return refuse(pdfa.RefusedCorrupt, "a stream of the PDF does not unpack: %v", err)
}

// unpack returns a reader of a stream without its filters, but for that of an image. Flate is unpacked while it is read, all
// else at once.
func (f *pdfFile) unpack(sd types.StreamDict) (r io.Reader, last packing) {
	r = bytes.NewReader(sd.Raw)
	list := f.packings(sd)
	for i, p := range list {
		switch {
		case imageFilters[p.name]:
			if i != len(list)-1 {
				panic(refuse(pdfa.RefusedCorrupt, "a stream of the PDF with a filter behind %s", p.name))
			}
			return r, p
		case p.name == "Crypt" && (p.parms == nil || f.name(p.parms["Name"]) == "" || f.name(p.parms["Name"]) == "Identity"):
		case p.name == filterFlate:
			r = f.inflate(r, p.parms)
		default:
			r = f.otherFilter(r, p)
		}
	}
	return r, packing{}
}

// otherFilter undoes the old filters, by pdfcpu.
func (f *pdfFile) otherFilter(r io.Reader, p packing) io.Reader {
	parms := map[string]int{}
	if p.name == filterLZW {
		parms["EarlyChange"] = f.integer(p.parms["EarlyChange"], 1)
	}
	undo, err := filter.NewFilter(p.name, parms, maxPDFStream)
	if err != nil {
		panic(refuse(pdfa.RefusedUnsupported, "a stream of the PDF is packed as %q", p.name))
	}
	out, err := undo.Decode(r)
	if err != nil {
		panic(streamError(err))
	}
	return f.unpredict(out, p.parms)
}

// inflate undoes Flate and its predictor. Bytes behind the compressed data are passed over: many programs count the line end.
func (f *pdfFile) inflate(r io.Reader, parms types.Dict) io.Reader {
	zr, err := zlib.NewReader(bufio.NewReaderSize(r, 64<<10))
	if err != nil {
		panic(streamError(err))
	}
	return f.unpredict(zr, parms)
}

// predictor is what a stream's parameters say of its rows (7.4.4.4).
type predictor struct {
	kind                 int // 1 none, 2 TIFF, 10 and above PNG
	colours, bits, width int
}

func (f *pdfFile) predictor(parms types.Dict) predictor {
	return predictor{
		f.integer(parms["Predictor"], 1), f.integer(parms["Colors"], 1), f.integer(parms["BitsPerComponent"], 8),
		f.integer(parms["Columns"], 1),
	}
}

func (p predictor) stride() int { return (p.width*p.colours*p.bits + 7) / 8 }

func (f *pdfFile) unpredict(r io.Reader, parms types.Dict) io.Reader {
	p := f.predictor(parms)
	if p.kind <= 1 {
		return r
	}
	if p.width < 1 || p.width > MaxPixels || p.colours < 1 || p.colours > 32 || p.bits != 1 && p.bits != 2 && p.bits != 4 && p.bits != 8 && p.bits != 16 ||
		p.kind != 2 && p.kind < 10 {
		panic(refuse(pdfa.RefusedCorrupt, "a stream of the PDF with predictor %d, %d columns of %d x %d bits", p.kind, p.width, p.colours, p.bits))
	}
	if p.kind == 2 {
		return &mappedRows{r: r, in: make([]byte, p.stride()), edit: p.undoTIFF}
	}
	return &pngRows{r: r, row: make([]byte, 1+p.stride()), prev: make([]byte, 1+p.stride()), bytesPerPixel: max(1, p.colours*p.bits/8)}
}

// undoTIFF adds to each sample the one to its left (TIFF 6.0, 14).
func (p predictor) undoTIFF(row []byte) []byte {
	for i := p.colours; i < p.width*p.colours; i++ {
		putSample(row, i, p.bits, (sample(row, i, p.bits)+sample(row, i-p.colours, p.bits))&(1<<p.bits-1))
	}
	return row
}

// pngRows undoes PNG's filters of rows until the data end, wherever that is.
type pngRows struct {
	r             io.Reader
	row, prev     []byte
	bytesPerPixel int
	unread        []byte
}

func (p *pngRows) Read(buf []byte) (int, error) {
	if len(p.unread) == 0 {
		p.row, p.prev = p.prev, p.row
		if _, err := io.ReadFull(p.r, p.row); err != nil {
			return 0, err
		}
		if err := unfilter(p.row[0], p.row[1:], p.prev[1:], p.bytesPerPixel); err != nil {
			return 0, fmt.Errorf("a row of the stream: %w", err)
		}
		p.unread = p.row[1:]
	}
	n := copy(buf, p.unread)
	p.unread = p.unread[n:]
	return n, nil
}
