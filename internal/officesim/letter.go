package officesim

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// LetterKind says what lies in the feeder.
type LetterKind string

const (
	KindLetter      LetterKind = "letter"       // an ordinary letter, one to three pages unless Pages says otherwise
	KindLong        LetterKind = "long"         // eleven pages: one more than the manuals let be scanned whole
	KindForeignCode LetterKind = "foreign-code" // carries a sender's own QR and Code 128
	KindPhotocopy   LetterKind = "photocopy"    // encloses, as its first page, the photocopy of a labelled letter of ours
	KindUnlabelled  LetterKind = "unlabelled"   // nobody will stick a label on it
	KindPlan        LetterKind = "plan"         // one drawing on A3
	KindTwoLabels   LetterKind = "two-labels"   // takes the next two labels
	KindBlankBacks  LetterKind = "blank-backs"  // two sheets printed on one side: scanned on both sides, every second page is blank
	KindDoubleSided LetterKind = "double-sided" // three pages on two sheets; the last back is blank
	KindPoor        LetterKind = "poor"         // six pages of which five are askew, upside down, faint, cut and blank
)

// Letter is one letter to put into the feeder. The zero value is an ordinary one.
type Letter struct {
	Kind LetterKind
	// Pages is the number of printed pages; 0 leaves it to the kind.
	Pages int
}

const maxPages = 200

// kindFacts is what sets one kind of letter apart from another.
type kindFacts struct {
	minPages, maxPages int
	labels             int // how many labels the clerk sticks on it
	doubleSided        bool
	paper              paperSize
}

var letterKinds = map[LetterKind]kindFacts{
	KindLetter:      {minPages: 1, maxPages: 3, labels: 1, paper: paperA4},
	KindLong:        {minPages: 11, maxPages: 11, labels: 1, paper: paperA4},
	KindForeignCode: {minPages: 1, maxPages: 2, labels: 1, paper: paperA4},
	KindPhotocopy:   {minPages: 1, maxPages: 2, labels: 1, paper: paperA4},
	KindUnlabelled:  {minPages: 1, maxPages: 3, labels: 0, paper: paperA4},
	KindPlan:        {minPages: 1, maxPages: 1, labels: 1, paper: paperA3},
	KindTwoLabels:   {minPages: 1, maxPages: 3, labels: 2, paper: paperA4},
	KindBlankBacks:  {minPages: 2, maxPages: 2, labels: 1, paper: paperA4},
	KindDoubleSided: {minPages: 3, maxPages: 3, labels: 1, doubleSided: true, paper: paperA4},
	KindPoor:        {minPages: 6, maxPages: 6, labels: 1, paper: paperA4},
}

// paperSize is in millimetres, upright as it goes into the feeder.
type paperSize struct{ width, height float64 }

var (
	paperA4 = paperSize{210, 297}
	paperA3 = paperSize{297, 420}
)

// ErrNoLabel is returned by Load for a photocopy of a labelled letter while no label has been printed.
var ErrNoLabel = errors.New("officesim: no label has been printed yet that could be photocopied")

// lying is a letter in the feeder.
type lying struct {
	id      int // 1, 2, 3 ... since the office opened
	kind    LetterKind
	facts   kindFacts
	pages   int
	labels  []Label   // stuck on its first page, the first in the top right corner
	copied  *Label    // photocopied on its first page
	taken   int       // sheets that a run has taken off the stack
	turned  bool      // the last sheet lies on top, with its back in sight
	written time.Time // the day on which it came in; letters are dated some days earlier
}

func (l *lying) sheets() int {
	if l.facts.doubleSided {
		return (l.pages + 1) / 2
	}
	return l.pages
}

// side is one face of one sheet of a letter.
type side struct {
	letter lying // a copy, so that it can be drawn without the office's lock
	sheet  int   // 0, 1, 2 ... within the letter
	back   bool
}

// page is the printed page that the side shows, from 0, or -1 for a blank back.
func (s side) page() int {
	n := s.sheet
	switch {
	case s.letter.facts.doubleSided:
		n = 2 * s.sheet
		if s.back {
			n++
		}
	case s.back:
		return -1
	}
	if n >= s.letter.pages {
		return -1
	}
	return n
}

// stack is the paper in the feeder. It is guarded by Office.mu.
type stack struct {
	letters []*lying
	nextID  int
	loose   []int    // indices of labels printed while no letter waited for one
	lastRun []*lying // the letters from which the last run took sheets, in order
}

// LetterState describes one letter in the feeder.
type LetterState struct {
	ID     int        `json:"id"`
	Kind   LetterKind `json:"kind"`
	Sheets int        `json:"sheets"` // still in the feeder
	Pages  int        `json:"pages"`  // printed pages of the whole letter
	Labels []int      `json:"labels"` // Seq of the labels on it
}

// Load puts letters into the feeder, below those that lie there. A label that was printed while no letter waited for one is
// stuck on the first of them that takes it. On an error nothing is loaded.
func (o *Office) Load(letters ...Letter) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	nextID := o.stack.nextID
	var fresh []*lying
	for _, l := range letters {
		ly, err := o.newLying(l)
		if err != nil {
			o.stack.nextID = nextID
			return err
		}
		fresh = append(fresh, ly)
	}
	o.stack.letters = append(o.stack.letters, fresh...)
	loose := o.stack.loose
	o.stack.loose = nil
	for _, i := range loose {
		if !o.stickOnWaiting(i) {
			o.stack.loose = append(o.stack.loose, i)
		}
	}
	return nil
}

// newLying gives a letter its identity. The caller holds o.mu.
func (o *Office) newLying(l Letter) (*lying, error) {
	if l.Kind == "" {
		l.Kind = KindLetter
	}
	facts, ok := letterKinds[l.Kind]
	if !ok {
		return nil, fmt.Errorf("%w: no letter is called %q", errInvalid, l.Kind)
	}
	if l.Pages < 0 || l.Pages > maxPages {
		return nil, fmt.Errorf("%w: a letter of %d pages", errInvalid, l.Pages)
	}
	o.stack.nextID++
	ly := &lying{id: o.stack.nextID, kind: l.Kind, facts: facts, pages: l.Pages, written: o.cfg.Now()}
	if ly.pages == 0 {
		rng := o.random(ly.id, purposeLength)
		ly.pages = facts.minPages + rng.IntN(facts.maxPages-facts.minPages+1)
	}
	if l.Kind == KindPhotocopy {
		if len(o.printer.labels) == 0 {
			return nil, ErrNoLabel
		}
		older := o.printer.labels[0]
		ly.copied = &older
	}
	return ly, nil
}

// Empty takes everything out of the feeder.
func (o *Office) Empty() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stack.letters = nil
}

// Reload puts the letters of the last run back on top of the stack, whole, as a clerk does to scan them again.
func (o *Office) Reload() {
	o.mu.Lock()
	defer o.mu.Unlock()
	rest := slices.DeleteFunc(o.stack.letters, func(l *lying) bool { return slices.Contains(o.stack.lastRun, l) })
	for _, l := range o.stack.lastRun {
		l.taken = 0
	}
	o.stack.letters = append(o.stack.lastRun, rest...)
	o.stack.lastRun = nil
}

// TurnOver puts the letters of the last run back on top of the stack as Reload does, but turned over as a whole, as a clerk does whose
// feeder takes one side: the last letter's last sheet is the first, and its back is in sight.
func (o *Office) TurnOver() {
	o.mu.Lock()
	for _, l := range o.stack.lastRun {
		l.turned = !l.turned
	}
	slices.Reverse(o.stack.lastRun)
	o.mu.Unlock()
	o.Reload()
}

// Feeder lists the letters in the feeder, the next to be scanned first.
func (o *Office) Feeder() []LetterState {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := make([]LetterState, 0, len(o.stack.letters))
	for _, l := range o.stack.letters {
		st := LetterState{ID: l.id, Kind: l.kind, Sheets: l.sheets() - l.taken, Pages: l.pages, Labels: []int{}}
		for _, lb := range l.labels {
			st.Labels = append(st.Labels, lb.Seq)
		}
		list = append(list, st)
	}
	return list
}

// stick finds a place for the label with index i: on the letter that already carries the same one (a reprint goes over the
// first), else on the first waiting letter with room, else on a letter drawn for it. The caller holds o.mu.
func (o *Office) stick(i int) {
	if o.stickOnWaiting(i) {
		return
	}
	if !o.cfg.AutoLetters {
		o.stack.loose = append(o.stack.loose, i)
		return
	}
	ly, err := o.newLying(Letter{})
	if err != nil {
		panic("officesim: an ordinary letter cannot be refused: " + err.Error())
	}
	o.stack.letters = append(o.stack.letters, ly)
	o.stickOn(ly, i)
}

// stickOnWaiting reports whether a letter in the feeder took the label. The caller holds o.mu.
func (o *Office) stickOnWaiting(i int) bool {
	label := &o.printer.labels[i]
	for _, l := range o.stack.letters {
		same := func(old Label) bool {
			return old.Bitmap.Width == label.Bitmap.Width && slices.Equal(old.Bitmap.Bits, label.Bitmap.Bits)
		}
		if at := slices.IndexFunc(l.labels, same); at >= 0 && l.taken == 0 {
			label.Letter = l.id
			l.labels[at] = *label
			return true
		}
	}
	for _, l := range o.stack.letters {
		if l.taken == 0 && len(l.labels) < l.facts.labels {
			o.stickOn(l, i)
			return true
		}
	}
	return false
}

func (o *Office) stickOn(l *lying, i int) {
	o.printer.labels[i].Letter = l.id
	l.labels = append(l.labels, o.printer.labels[i])
}

// nextSide returns the next side that a run on the stack would see, and whether there is one. The caller holds o.mu.
func (o *Office) nextSide(back bool) (side, bool) {
	if len(o.stack.letters) == 0 {
		return side{}, false
	}
	l := *o.stack.letters[0]
	l.labels = slices.Clone(l.labels)
	if l.turned {
		return side{letter: l, sheet: l.sheets() - 1 - l.taken, back: !back}, true
	}
	return side{letter: l, sheet: l.taken, back: back}, true
}

// takeSheet removes the top sheet, once it was delivered whole: a jam or a cut transfer leaves it, as if the clerk had laid
// it back. The caller holds o.mu.
func (o *Office) takeSheet(id int) {
	if len(o.stack.letters) == 0 || o.stack.letters[0].id != id {
		return // emptied meanwhile
	}
	l := o.stack.letters[0]
	if !slices.Contains(o.stack.lastRun, l) {
		o.stack.lastRun = append(o.stack.lastRun, l)
	}
	if l.taken++; l.taken == l.sheets() {
		o.stack.letters = o.stack.letters[1:]
	}
}
