package scanner

// PageSize is an area that people ask for by its name. The zero value leaves the area to the device's family.
type PageSize string

// The sizes of an office's paper (ISO 216), and the whole of what the device reaches.
const (
	SizeA3    PageSize = "A3"
	SizeA4    PageSize = "A4"
	SizeA5    PageSize = "A5"
	SizeWhole PageSize = "max"
)

// PageSizes lists the sizes in the order in which they are offered.
func PageSizes() []PageSize { return []PageSize{SizeA4, SizeA3, SizeA5, SizeWhole} }

// paperMM are the sizes upright, in millimetres.
var paperMM = map[PageSize]struct{ width, height float64 }{SizeA3: {297, 420}, SizeA4: {210, 297}, SizeA5: {148, 210}}

// sizeToleranceMM forgives a glass that is announced a hair short of its paper (210 mm is 2480.3 units of eSCL).
const sizeToleranceMM = 1.0

// Area returns what a [Request] of that size asks for in millimetres, as far as the input reaches; 0, 0 leaves it to the device. ok is
// false for a size that the input does not have, or that nobody knows. An input that does not say how far it reaches has all papers.
func (in InputCapabilities) Area(s PageSize) (widthMM, heightMM float64, ok bool) {
	if s == "" {
		return 0, 0, true
	}
	if s == SizeWhole {
		return in.MaxWidthMM, in.MaxHeightMM, in.MaxWidthMM > 0 && in.MaxHeightMM > 0
	}
	p, known := paperMM[s]
	if !known || in.MaxWidthMM <= 0 || in.MaxHeightMM <= 0 {
		return p.width, p.height, known
	}
	if p.width > in.MaxWidthMM+sizeToleranceMM || p.height > in.MaxHeightMM+sizeToleranceMM {
		return 0, 0, false
	}
	return min(p.width, in.MaxWidthMM), min(p.height, in.MaxHeightMM), true
}

// Sizes lists the sizes that the input has.
func (in InputCapabilities) Sizes() []PageSize {
	var out []PageSize
	for _, s := range PageSizes() {
		if _, _, ok := in.Area(s); ok {
			out = append(out, s)
		}
	}
	return out
}
