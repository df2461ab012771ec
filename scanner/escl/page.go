package escl

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"segnatura/scanner"
)

// pageBody is one page on its way. It fails rather than end early: see whole.
type pageBody struct {
	doc    *document
	call   *call
	r      io.Reader
	end    func() error
	format string
	seq    int
	left   int64
	tail   []byte // the last bytes read
	err    error  // how reading ended, for good
	closed bool
}

const tailLen = 4096

func (b *pageBody) Read(p []byte) (int, error) {
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	b.call.timer.Reset(b.doc.src.cfg.IdleTimeout) // only while we wait for the device: a slow reader is not its fault
	n, err := b.r.Read(p)
	b.call.timer.Stop()
	if int64(n) > b.left {
		b.err = &scanner.Fault{Kind: scanner.FaultBadData, Detail: fmt.Sprintf("page %d is longer than a page may be", b.seq)}
		return 0, b.stop()
	}
	b.left -= int64(n)
	if b.tail = append(b.tail, p[:n]...); len(b.tail) > 2*tailLen {
		b.tail = append(b.tail[:0], b.tail[len(b.tail)-tailLen:]...)
	}
	switch {
	case err == io.EOF && whole(b.format, b.tail):
		b.err = io.EOF
	case err == io.EOF:
		b.err = &scanner.Fault{Kind: scanner.FaultTruncated, Detail: fmt.Sprintf("page %d ends before its %s does", b.seq, b.format)}
	case err != nil:
		b.err = truncated(b.call.fault(fmt.Sprintf("page %d", b.seq), err))
	default:
		return n, nil
	}
	return n, b.stop()
}

// stop tells the run; a fault of a page is the end of its run.
func (b *pageBody) stop() error {
	if b.err != io.EOF {
		return b.doc.finish(b.err)
	}
	return b.err
}

// Close gives the page back. Closing before the end is taken as the loss of the page: the device will not send it again.
func (b *pageBody) Close() error {
	if b.closed {
		return nil
	}
	b.closed = true
	err := b.end()
	b.doc.mu.Lock()
	defer b.doc.mu.Unlock()
	b.doc.page = nil
	if b.err == nil {
		b.err = &scanner.Fault{Kind: scanner.FaultTruncated, Detail: fmt.Sprintf("page %d was closed before its end", b.seq)}
		if b.doc.end == nil {
			b.doc.end = b.err
		}
	}
	if b.err == io.EOF {
		return nil // the connection's own farewell does not matter once the page is whole
	}
	return err
}

// truncated turns a transport's fault in the middle of a page into what it is for the page; a cancellation stays one.
func truncated(err error) error {
	var f *scanner.Fault
	if errors.As(err, &f) && f.Kind == scanner.FaultCancelled {
		return err
	}
	return &scanner.Fault{Kind: scanner.FaultTruncated, Detail: "the transfer was cut", Err: err}
}

const sniffLen = 8

// signatures are the formats that the station takes, with the bytes that must stand near the end of a whole file. A TIFF has
// none; decoding it is the only proof.
var signatures = []struct {
	format string
	head   string
	tail   string
}{
	{"image/jpeg", "\xff\xd8\xff", "\xff\xd9"}, // EOI; entropy-coded data cannot contain it
	{"image/png", "\x89PNG\r\n\x1a\n", "IEND\xaeB`\x82"},
	{"application/pdf", "%PDF-", "%%EOF"},
	{"image/tiff", "II*\x00", ""},
	{"image/tiff", "MM\x00*", ""},
}

func sniff(head []byte) string {
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.head)) {
			return s.format
		}
	}
	return ""
}

// whole says whether the last bytes can be the end of a file of the format; padding after it is common.
func whole(format string, tail []byte) bool {
	for _, s := range signatures {
		if s.format == format {
			return bytes.Contains(tail[max(0, len(tail)-tailLen):], []byte(s.tail))
		}
	}
	return false
}
