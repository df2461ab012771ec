package worker

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"

	"segnatura/pdfa"
)

// heapAim is where Go's collector begins to work harder, in bytes: memory that MuPDF takes comes on top.
const heapAim = 128 << 20

// Serve is the process's whole life: it jails itself, takes one job from the parent's end of the pipes, does it with engines, and
// returns. A job that failed, and was told so, is no error. Whoever calls it exits then, and has read nothing foreign before.
func Serve(engines Engines, in io.Reader, out io.Writer) error {
	debug.SetMemoryLimit(heapAim)
	jail, err := enter()
	if err != nil {
		return err
	}
	s := &session{in: bufio.NewReader(in), out: bufio.NewWriterSize(out, chunk+headBytes)}
	if err := s.tell(kindReady, jail); err != nil {
		return err
	}
	k, payload, err := readFrame(s.in, nil)
	if errors.Is(err, io.EOF) {
		return nil // not needed after all
	}
	if err != nil {
		return fmt.Errorf("take a job: %w", err)
	}
	if k != kindJob {
		return protocolError("a job was expected, not %q", k)
	}
	if err := json.Unmarshal(payload, &s.job); err != nil {
		return fmt.Errorf("take a job: %w", err)
	}
	result, err := engines.do(s)
	if err == nil {
		err = s.flushOutput()
	}
	if err != nil {
		return s.tell(kindFailed, packError(err))
	}
	return s.tell(kindDone, result)
}

// session is the process's side of one job. Its methods may be called by several goroutines, one question is asked at a time.
type session struct {
	job jobSpec[json.RawMessage]

	mu      sync.Mutex
	in      *bufio.Reader
	out     *bufio.Writer
	pending []byte // output that does not fill a frame yet
	// closed are inputs of which the parent is told with the next frame, whatever that is: a panic closes files on its way out, and
	// where it happened is to be remembered.
	closed []int
}

// send puts a frame on its way, after the output that was written before it.
func (s *session) send(k kind, payload []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sendLocked(k, payload)
}

func (s *session) sendLocked(k kind, payload []byte) error {
	for _, index := range s.closed {
		if err := writeFrame(s.out, kindClose, binary.BigEndian.AppendUint32(nil, uint32(index))); err != nil {
			return err
		}
	}
	s.closed = s.closed[:0]
	if err := writeFrame(s.out, k, payload); err != nil {
		return err
	}
	return s.out.Flush()
}

func (s *session) tell(k kind, v any) error {
	payload, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %q: %w", k, err)
	}
	return s.send(k, payload)
}

// ask sends a question and reads the answer into buf.
func (s *session) ask(k kind, question []byte, want kind, buf []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.sendLocked(k, question); err != nil {
		return nil, err
	}
	got, answer, err := readFrame(s.in, buf)
	if err != nil {
		return nil, err
	}
	if got != want {
		return nil, protocolError("%q is no answer to %q", got, k)
	}
	return answer, nil
}

// Write passes output on, in whole frames.
func (s *session) Write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n < len(p) {
		take := min(len(p)-n, chunk-len(s.pending))
		s.pending = append(s.pending, p[n:n+take]...)
		n += take
		if len(s.pending) == chunk {
			if err := s.flushLocked(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

func (s *session) flushOutput() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flushLocked()
}

func (s *session) flushLocked() error {
	if len(s.pending) == 0 {
		return nil
	}
	err := s.sendLocked(kindWrite, s.pending)
	s.pending = s.pending[:0]
	return err
}

// progress says that a page is done. When that cannot be said the next question fails, so nothing is lost here.
func (s *session) progress(page int) {
	_ = s.send(kindProgress, binary.BigEndian.AppendUint32(nil, uint32(page)))
}

// accept asks whether a code is one of those that are looked for.
func (s *session) accept(text string) bool {
	if most, _ := longest(kindAccept); len(text) > most {
		return false
	}
	answer, err := s.ask(kindAccept, []byte(text), kindAnswer, nil)
	return err == nil && len(answer) == 1 && answer[0] == 1
}

// part hands something over: its head and its bytes.
func (s *session) part(head any, data io.Reader) error {
	if err := s.tell(kindPart, head); err != nil {
		return err
	}
	buf := make([]byte, chunk)
	for {
		n, err := io.ReadFull(data, buf)
		if n > 0 {
			if err := s.send(kindPartData, buf[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return s.send(kindPartEnd, nil)
		}
		if err != nil {
			return err
		}
	}
}

// inputs are the job's, as the engines know them: each is opened by the parent when it is opened here.
func (s *session) inputs() []pdfa.Input {
	list := make([]pdfa.Input, 0, len(s.job.Inputs))
	for i, spec := range s.job.Inputs {
		list = append(list, spec.input(func() (io.ReadSeekCloser, error) { return s.open(i) }))
	}
	return list
}

func (s *session) open(index int) (*remote, error) {
	answer, err := s.ask(kindOpen, binary.BigEndian.AppendUint32(nil, uint32(index)), kindSize, nil)
	if err != nil {
		return nil, err
	}
	if len(answer) != 8 {
		return nil, protocolError("a size of %d bytes", len(answer))
	}
	return &remote{s: s, index: index, size: int64(binary.BigEndian.Uint64(answer))}, nil
}

// remote is an input that the parent reads for us. It is no more for several goroutines than a file's position is.
type remote struct {
	s     *session
	index int
	size  int64
	at    int64

	window   []byte // bytes of the file from windowAt on
	windowAt int64
	buf      []byte
}

var (
	_ io.ReadSeekCloser = (*remote)(nil)
	_ io.ReaderAt       = (*remote)(nil)
)

// Read implements io.Reader.
func (r *remote) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if r.at >= r.size {
		return 0, io.EOF
	}
	n, err := r.readSome(p, r.at)
	r.at += int64(n)
	return n, err
}

// ReadAt implements io.ReaderAt.
func (r *remote) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errors.New("read before the beginning of a file")
	}
	for n < len(p) {
		if off+int64(n) >= r.size {
			return n, io.EOF
		}
		m, err := r.readSome(p[n:], off+int64(n))
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// readSome returns at least one byte, from within the file, from the window where that has it.
func (r *remote) readSome(p []byte, off int64) (int, error) {
	if off < r.windowAt || off >= r.windowAt+int64(len(r.window)) {
		if err := r.fetch(off); err != nil {
			return 0, err
		}
	}
	return copy(p, r.window[off-r.windowAt:]), nil
}

// fetch moves the window.
func (r *remote) fetch(off int64) error {
	question := binary.BigEndian.AppendUint32(nil, uint32(r.index))
	question = binary.BigEndian.AppendUint64(question, uint64(off))
	question = binary.BigEndian.AppendUint32(question, uint32(min(chunk, r.size-off)))
	if r.buf == nil {
		r.buf = make([]byte, chunk)
	}
	r.window = nil
	answer, err := r.s.ask(kindRead, question, kindBytes, r.buf)
	if err != nil {
		return err
	}
	if len(answer) == 0 {
		return io.ErrUnexpectedEOF // the file became shorter
	}
	r.window, r.windowAt = answer, off
	return nil
}

// Seek implements io.Seeker.
func (r *remote) Seek(offset int64, whence int) (int64, error) {
	from, known := map[int]int64{io.SeekStart: 0, io.SeekCurrent: r.at, io.SeekEnd: r.size}[whence]
	if !known || from+offset < 0 {
		return 0, errors.New("seek outside of a file")
	}
	r.at = from + offset
	return r.at, nil
}

// Close implements io.Closer.
func (r *remote) Close() error {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.s.closed = append(r.s.closed, r.index)
	return nil
}
