package stamp

// Media is what a printer said of the labels that are in it. The zero value means that it said nothing: unknown, never «right».
type Media struct {
	// WidthMM and HeightMM are the label's, or 0 where the printer did not say. HeightMM is along the feed; a continuous roll has none.
	WidthMM, HeightMM float64
	Kind              MediaKind
}

// MediaKind says how labels follow each other.
type MediaKind string

const (
	MediaUnknown    MediaKind = ""
	MediaDieCut     MediaKind = "die-cut"    // labels with a gap or a mark between them
	MediaContinuous MediaKind = "continuous" // a roll that is cut where a label ends
)

// mediaToleranceMM is what a printer's own measure of its labels may differ from the size they are sold by.
const mediaToleranceMM = 2

// Refuses reports whether the printer said something by which the label would not fit on what is loaded: it would be cut off or run
// over the gap. A label that is smaller than the media is let through, and so is one of which nothing is known.
func (m Media) Refuses(label Size) bool {
	over := func(label, media float64) bool { return media > 0 && label > media+mediaToleranceMM }
	return over(label.WidthMM, m.WidthMM) || m.Kind != MediaContinuous && over(label.HeightMM, m.HeightMM)
}
