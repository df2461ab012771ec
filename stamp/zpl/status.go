package zpl

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"segnatura/stamp"
)

const (
	stx = 0x02
	etx = 0x03
)

// answers is what a printer has said so far on one connection, taken apart by STX and ETX: firmwares differ in what stands
// between the blocks (CR LF, LF alone, nothing).
type answers struct {
	hqes *hqes
	hs   *hs
}

// hqes is the answer to ~HQES: two groups of 32 error bits and two of warnings.
type hqes struct {
	errors, warnings         bool
	errorGroup2, errorGroup1 uint32
	warnGroup2, warnGroup1   uint32
}

// hs is what we use of the three strings that answer ~HS.
type hs struct {
	paperOut, paused, bufferFull, partialFormat bool
	cold, hot, headUp, ribbonOut                bool
	formatsWaiting, labelsRemaining             int
	labelDots                                   int // measured when the printer was calibrated; of a continuous roll, as the last format set it
	continuous                                  bool
}

// parse reads every whole block in data. What it does not know, or what is cut short, it leaves out.
func parse(data []byte) answers {
	var a answers
	var pending [][]byte // consecutive blocks that are not ~HQES
	for _, block := range blocks(data) {
		if found, ok := parseHQES(block); ok {
			a.hqes = &found
			pending = nil
			continue
		}
		pending = append(pending, block)
		if len(pending) == 3 {
			if found, ok := parseHS(pending); ok {
				a.hs = &found
				pending = nil
			} else {
				pending = pending[1:]
			}
		}
	}
	return a
}

// blocks returns what stands between each ETX and the STX that last came before it: an answer cut short is left out.
func blocks(data []byte) [][]byte {
	var found [][]byte
	for {
		_, after, ok := bytes.Cut(data, []byte{stx})
		if !ok {
			return found
		}
		block, rest, ok := bytes.Cut(after, []byte{etx})
		if !ok {
			return found
		}
		found = append(found, block[bytes.LastIndexByte(block, stx)+1:])
		data = rest
	}
}

// parseHQES reads by label: the spacing differs between firmwares.
func parseHQES(block []byte) (hqes, bool) {
	var q hqes
	text := string(block)
	if !strings.Contains(text, "PRINTER STATUS") {
		return q, false
	}
	var okErrors, okWarnings bool
	q.errors, q.errorGroup2, q.errorGroup1, okErrors = flagAfter(text, "ERRORS:")
	q.warnings, q.warnGroup2, q.warnGroup1, okWarnings = flagAfter(text, "WARNINGS:")
	return q, okErrors && okWarnings
}

// flagAfter reads «flag group2 group1» behind a label.
func flagAfter(text, label string) (flag bool, group2, group1 uint32, ok bool) {
	_, after, found := strings.Cut(text, label)
	fields := strings.Fields(after)
	if !found || len(fields) < 3 {
		return false, 0, 0, false
	}
	two, err2 := strconv.ParseUint(fields[1], 16, 32)
	one, err1 := strconv.ParseUint(fields[2], 16, 32)
	if err1 != nil || err2 != nil || (fields[0] != "0" && fields[0] != "1") {
		return false, 0, 0, false
	}
	return fields[0] == "1", uint32(two), uint32(one), true
}

// parseHS reads three strings by position, as the ZPL II Programming Guide counts them under ~HS. The strings have 12, 11
// and 2 fields; a later firmware's further ones are ignored.
func parseHS(strings3 [][]byte) (hs, bool) {
	var fields [3][]int
	for i, want := range [...]int{12, 11, 2} {
		for text := range strings.SplitSeq(string(strings3[i]), ",") {
			// The password in the third string need not be a number.
			n, err := strconv.Atoi(strings.TrimSpace(text))
			if err != nil && i < 2 {
				return hs{}, false
			}
			fields[i] = append(fields[i], n)
		}
		if len(fields[i]) < want {
			return hs{}, false
		}
	}
	first, second := fields[0], fields[1]
	return hs{
		paperOut:        first[1] != 0,
		paused:          first[2] != 0,
		labelDots:       first[3],
		formatsWaiting:  first[4],
		bufferFull:      first[5] != 0,
		partialFormat:   first[7] != 0,
		cold:            first[10] != 0,
		hot:             first[11] != 0,
		headUp:          second[2] != 0,
		ribbonOut:       second[3] != 0,
		labelsRemaining: second[8],
		continuous:      second[0]&functionContinuous != 0,
	}, true
}

// functionContinuous is the bit of the function settings in the second string of ~HS that tells a continuous roll from labels.
const functionContinuous = 0x80

// media is what ~HS tells of what is loaded: no printer says how wide it is.
func (a answers) media(r stamp.Resolution) stamp.Media {
	switch {
	case a.hs == nil:
		return stamp.Media{}
	case a.hs.continuous:
		return stamp.Media{Kind: stamp.MediaContinuous}
	case a.hs.labelDots <= 0 || r.DotsPerMM <= 0:
		return stamp.Media{Kind: stamp.MediaDieCut}
	}
	return stamp.Media{HeightMM: float64(a.hs.labelDots) / r.DotsPerMM, Kind: stamp.MediaDieCut}
}

// errorBits maps group 1 of ~HQES errors (ZPL II Programming Guide, ~HQ). A bit that is not here is ConditionOther.
var errorBits = []struct {
	mask      uint32
	condition stamp.Condition
}{
	{0x00000001, stamp.ConditionMediaOut},
	{0x00000002, stamp.ConditionRibbonOut},
	{0x00000004, stamp.ConditionHeadOpen},
	{0x00000008, stamp.ConditionCutter},
	{0x00000030, stamp.ConditionTooHot}, // head, motor
	{0x00001000, stamp.ConditionJam},
	{0x00004000, stamp.ConditionJam}, // feed error
	{0x00010000, stamp.ConditionPaused},
}

// warnMediaLow is the only warning with a condition of its own; the others (clean the head, calibrate) do not keep a label
// from coming out and stand in the detail only.
const warnMediaLow = 0x00000008

func (q hqes) conditions() []stamp.Condition {
	var found []stamp.Condition
	known := uint32(0)
	for _, bit := range errorBits {
		if q.errorGroup1&bit.mask != 0 {
			found = append(found, bit.condition)
		}
		known |= bit.mask
	}
	unknown := q.errorGroup1&^known != 0 || q.errorGroup2 != 0
	if unknown || q.errors && len(found) == 0 {
		found = append(found, stamp.ConditionOther)
	}
	if q.warnGroup1&warnMediaLow != 0 {
		found = append(found, stamp.ConditionMediaLow)
	}
	return found
}

func (s hs) conditions() []stamp.Condition {
	var found []stamp.Condition
	for _, flag := range []struct {
		set       bool
		condition stamp.Condition
	}{
		{s.paperOut, stamp.ConditionMediaOut},
		{s.ribbonOut, stamp.ConditionRibbonOut},
		{s.headUp, stamp.ConditionHeadOpen},
		{s.paused, stamp.ConditionPaused},
		{s.hot, stamp.ConditionTooHot},
		{s.cold, stamp.ConditionOther},
		{s.busy(), stamp.ConditionBusy},
	} {
		if flag.set {
			found = append(found, flag.condition)
		}
	}
	return found
}

// busy reports that some label has still to come out.
func (s hs) busy() bool {
	return s.bufferFull || s.partialFormat || s.formatsWaiting > 0 || s.labelsRemaining > 0
}

// answer reports whether every one of the questions was answered.
func (a answers) answer(questions string) bool {
	return (a.hqes != nil || !strings.Contains(questions, askErrors)) && (a.hs != nil || !strings.Contains(questions, askStatus))
}

// state puts both answers together; what both say stands once. Nothing said is silence, and nothing wrong is ready.
func (a answers) state(raw []byte) stamp.PrinterState {
	state := stamp.PrinterState{Detail: detail(raw)}
	if a.hqes == nil && a.hs == nil {
		state.Conditions = []stamp.Condition{stamp.ConditionSilent}
		return state
	}
	var all []stamp.Condition
	if a.hqes != nil {
		all = append(all, a.hqes.conditions()...)
	}
	if a.hs != nil {
		all = append(all, a.hs.conditions()...)
	}
	seen := make(map[stamp.Condition]bool)
	for _, c := range all {
		if !seen[c] {
			seen[c] = true
			state.Conditions = append(state.Conditions, c)
		}
	}
	if _, blocks := state.Blocks(); !blocks && !seen[stamp.ConditionBusy] {
		state.Conditions = append([]stamp.Condition{stamp.ConditionReady}, state.Conditions...)
	}
	return state
}

func withoutReady(conditions []stamp.Condition) []stamp.Condition {
	return slices.DeleteFunc(conditions, func(c stamp.Condition) bool { return c == stamp.ConditionReady || c == stamp.ConditionSilent })
}

const maxDetail = 300

// detail is the answer as it came, with runs of space closed up and control characters spelled out, for the log.
func detail(raw []byte) string {
	text := strings.Join(strings.Fields(string(bytes.Map(func(r rune) rune {
		if r == stx || r == etx {
			return ' '
		}
		return r
	}, raw))), " ")
	if len(text) > maxDetail {
		text = text[:maxDetail] + "…"
	}
	return strings.Trim(strconv.QuoteToASCII(text), `"`)
}

// Identity is what a printer says to ~HI.
type Identity struct {
	Model     string
	Firmware  string
	DotsPerMM float64 // 8, 12 or 24; 6 on old heads
	Memory    string
}

// parseIdentity reads «model,firmware,dots per mm,memory».
func parseIdentity(data []byte) (Identity, error) {
	for _, block := range blocks(data) {
		fields := strings.Split(string(block), ",")
		if len(fields) < 4 {
			continue
		}
		dots, err := strconv.ParseFloat(strings.TrimSpace(fields[2]), 64)
		if err != nil || !(dots > 0 && dots <= 48) {
			return Identity{}, fmt.Errorf("read ~HI answer: %q dots per mm", fields[2])
		}
		return Identity{
			Model:     strings.TrimSpace(fields[0]),
			Firmware:  strings.TrimSpace(fields[1]),
			DotsPerMM: dots,
			Memory:    strings.TrimSpace(fields[3]),
		}, nil
	}
	return Identity{}, fmt.Errorf("read ~HI answer: none of its fields in %s", detail(data))
}
