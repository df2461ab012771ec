package station

// LabelOf and ComposeFitting are the wording of a label and how it is made to fit, for tests that look at sizes.
var (
	LabelOf        = labelOf
	ComposeFitting = composeFitting
)

// QualityOf says what pages are suspected of.
var QualityOf = qualityOf
