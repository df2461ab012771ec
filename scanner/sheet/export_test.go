package sheet

// MeasureAgain measures the quality of a page once more, for the benchmark: the ink is part of what was measured before.
func MeasureAgain(m *Image) { m.quality(m.cells.findInk()) }
