package rules

import (
	"time"

	"segnatura/internal/protocollo"
)

// The limits of an offset (R14.2). The minute is the one of DPCM 22/2/2013 art. 41(3), applied by analogy to this machine's clock.
const (
	ClockWarnAbove     = time.Second
	ClockAnnotateAbove = time.Minute
)

// ClockVerdict says what a clock's proof means for a stamp.
type ClockVerdict string

// The verdicts, from the best to the worst.
const (
	ClockGood     ClockVerdict = "good"     // proven within a second
	ClockOff      ClockVerdict = "off"      // proven within a minute: warned of
	ClockUnproven ClockVerdict = "unproven" // nobody vouches for it: «Ora non verificata dal…»
	ClockFar      ClockVerdict = "far"      // off by more than a minute as far as anybody knows: a bid's stamp needs an annotation by hand
)

// JudgeClock weighs a proof. What is known to be far stays so until it is measured anew: an old measurement is no proof of a good clock, and
// reason enough to ask for a hand's annotation.
func JudgeClock(p protocollo.ClockProof) ClockVerdict {
	if estimate, known := p.Estimate(); known && estimate.Abs() > ClockAnnotateAbove {
		return ClockFar
	}
	offset, uncertainty, known := p.Verified()
	switch {
	case !known:
		return ClockUnproven
	case offset.Abs()+uncertainty > ClockAnnotateAbove:
		return ClockFar
	case offset.Abs() > ClockWarnAbove:
		return ClockOff
	}
	return ClockGood
}
