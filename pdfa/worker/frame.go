package worker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A frame is one byte of kind, four of length (big endian), and so many bytes. The process asks and tells; we only answer, one
// answer to each question, after the one frame that hands the job over.
type kind byte

const (
	// From us.
	kindJob    kind = 'J' // jobSpec as JSON
	kindSize   kind = 'S' // answer to open: the file's length, eight bytes
	kindBytes  kind = 'B' // answer to read: at least one byte and at most as many as asked for; none at the end of the file
	kindAnswer kind = 'A' // answer to accept: one byte, 1 for yes

	// From the process.
	kindReady    kind = 'r' // Jail as JSON; before it there is no foreign byte in the process
	kindOpen     kind = 'o' // an input's index, four bytes
	kindRead     kind = 'b' // an input's index, four bytes; an offset, eight; how many bytes, four
	kindClose    kind = 'c' // an input's index, four bytes
	kindWrite    kind = 'w' // bytes of the output
	kindProgress kind = 'p' // the number of a page that is done, four bytes
	kindPart     kind = 'h' // the head of something that is handed over, as JSON; its bytes follow
	kindPartData kind = 'd'
	kindPartEnd  kind = 'e'
	kindAccept   kind = 'a' // a code's text
	kindDone     kind = '.' // the result as JSON: the last frame
	kindFailed   kind = '!' // a wireError as JSON: the last frame
)

// chunk is the most that one frame of bytes carries.
const chunk = 256 << 10

// longest bounds each kind of frame, in bytes; a kind that is not here is none. Texts of a thousand pages fit into a job.
func longest(k kind) (int, bool) {
	n, known := map[kind]int{
		kindJob: 256 << 20, kindSize: 8, kindBytes: chunk, kindAnswer: 1,
		kindReady: 4 << 10, kindOpen: 4, kindRead: 16, kindClose: 4, kindWrite: chunk, kindProgress: 4,
		kindPart: 64 << 10, kindPartData: chunk, kindPartEnd: 0, kindAccept: 64 << 10, kindDone: 16 << 20, kindFailed: 64 << 10,
	}[k]
	return n, known
}

// errProtocol is what was said by the other side and has no meaning, or not here.
var errProtocol = errors.New("broken protocol")

func protocolError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errProtocol, fmt.Sprintf(format, args...))
}

const headBytes = 5

func writeFrame(w io.Writer, k kind, payload []byte) error {
	if most, _ := longest(k); len(payload) > most {
		return protocolError("%d bytes are too long for %q", len(payload), k)
	}
	head := [headBytes]byte{byte(k)}
	binary.BigEndian.PutUint32(head[1:], uint32(len(payload)))
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	_, err := w.Write(payload)
	return err
}

// readHead returns what comes next. The payload is then read by the caller, who has seen that its length is lawful.
func readHead(r io.Reader) (kind, int, error) {
	var head [headBytes]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, 0, err
	}
	k, n := kind(head[0]), int64(binary.BigEndian.Uint32(head[1:]))
	most, known := longest(k)
	if !known || n > int64(most) {
		return 0, 0, protocolError("a frame of kind %q and %d bytes", k, n)
	}
	return k, int(n), nil
}

// readFrame reads a frame into buf, which it enlarges where it has to. What it returns holds until buf is used again.
func readFrame(r io.Reader, buf []byte) (kind, []byte, error) {
	k, n, err := readHead(r)
	if err != nil {
		return 0, nil, err
	}
	if n > cap(buf) {
		buf = make([]byte, n)
	}
	if _, err := io.ReadFull(r, buf[:n]); err != nil {
		return 0, nil, fmt.Errorf("read a frame's %d bytes: %w", n, noEOF(err))
	}
	return k, buf[:n], nil
}

// noEOF makes an end within a frame unlike one between frames.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
