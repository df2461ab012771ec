package writer

import "io"

// Source is what an image would be written from, for whoever wants to look at the picture instead. One of its readers is set. It
// is read once: the image cannot be written afterwards.
type Source struct {
	// JPEG is a whole stream, which Options explain.
	JPEG    io.Reader
	Options JPEGOptions
	// Rows are samples as Format says.
	Rows io.Reader
	// Deflated is a zlib stream of rows with PNG filter bytes before them.
	Deflated io.Reader
	Format   RasterFormat
	// BlackIsOne says that the samples of a bitonal image mean ink, not light.
	BlackIsOne bool
}

// Source returns what the image would be written from.
func (img Image) Source() Source { return img.source }
