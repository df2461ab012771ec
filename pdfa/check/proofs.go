package check

import (
	"bytes"
	"cmp"
	"io"
	"runtime"
	"slices"
	"sync"
)

// proofs walks JPEGs beside each other, and beside the reading of the next. Its memory is bounded by mostAtOnce and mostHeld.
type proofs struct {
	all   sync.WaitGroup
	slots chan struct{} // holds one token for each that is walked

	mu       sync.Mutex
	unproved []picture
}

const (
	mostAtOnce = 4
	mostHeld   = 8 << 20 // bytes of a JPEG that is read whole before it is walked; a longer one is walked where it lies
)

// jpegData is a JPEG in memory, or where it lies.
type jpegData struct {
	whole  []byte
	r      io.ReaderAt
	length int64
}

// held reads a stream's data if they are not too long; nil after an error of reading.
func (c *checker) held(o object) *jpegData {
	if o.length > mostHeld {
		return &jpegData{r: io.NewSectionReader(c.r, o.data, o.length), length: o.length}
	}
	whole := c.read(o.data, o.length)
	if whole == nil {
		return nil
	}
	return &jpegData{whole: whole, r: bytes.NewReader(whole), length: o.length}
}

func (d *jpegData) from(offset int64) io.Reader {
	return io.NewSectionReader(d.r, offset, d.length-offset)
}

func (d *jpegData) begin() [2]byte { return d.two(0) }
func (d *jpegData) end() [2]byte   { return d.two(d.length - 2) }

// two are two bytes; zeros where they cannot be read.
func (d *jpegData) two(offset int64) (b [2]byte) {
	if _, err := d.r.ReadAt(b[:], offset); err != nil && err != io.EOF {
		return [2]byte{}
	}
	return b
}

// add has a JPEG proved: one that is held, behind the caller's back.
func (p *proofs) add(pic picture, data *jpegData) {
	prove := func() {
		if !provedJPEG(data.from(0), pic.width, pic.height, pic.components) {
			p.mu.Lock()
			p.unproved = append(p.unproved, pic)
			p.mu.Unlock()
		}
	}
	if data.whole == nil {
		prove()
		return
	}
	if p.slots == nil {
		p.slots = make(chan struct{}, min(runtime.GOMAXPROCS(0), mostAtOnce))
	}
	p.slots <- struct{}{}
	p.all.Go(func() {
		defer func() { <-p.slots }()
		prove()
	})
}

// wait waits until all are walked, and returns those that were not proved, in the order of their objects.
func (p *proofs) wait() []picture {
	p.all.Wait()
	slices.SortFunc(p.unproved, func(a, b picture) int { return cmp.Compare(a.number, b.number) })
	return p.unproved
}
