package convert

import (
	"context"
	"errors"
	"fmt"
	"io"

	"segnatura/pdfa"
)

// Picture makes a picture of a file's first page for whoever looks at pages: an uncompressed grey TIFF that states the resolution, or
// 0 dpi where the file states none. An image is as it lies in the file, whatever its orientation says, with every pixel; a PDF, which
// must have one page, is drawn as it is shown. Refusals are those of Convert.
func (e Engine) Picture(ctx context.Context, in pdfa.Input) ([]byte, error) {
	file, err := e.openInput(in)
	if err != nil {
		return nil, fmt.Errorf("draw %s: %w", in.Name, err)
	}
	defer file.close()
	head := make([]byte, 5)
	if _, err := file.f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("draw %s: %w", in.Name, err)
	}
	if n, err := io.ReadFull(file.f, head); err != nil && n == 0 {
		head = nil
	}
	var out []byte
	if string(head) == "%PDF-" {
		out, err = e.pdfPicture(ctx, file)
	} else {
		out, err = imagePicture(ctx, file)
	}
	if refused, ok := errors.AsType[*pdfa.RefusedError](err); ok {
		return nil, &pdfa.RefusedError{File: in.Name, Page: refused.Page, Reason: refused.Reason, Detail: refused.Detail}
	}
	if err != nil {
		return nil, fmt.Errorf("draw %s: %w", in.Name, err)
	}
	return out, nil
}

func (e Engine) pdfPicture(ctx context.Context, file pdfInput) (out []byte, err error) {
	f, err := file.read(ctx)
	if err != nil {
		return nil, err
	}
	if len(f.pages) != 1 {
		return nil, refuse(pdfa.RefusedUnsupported, "the PDF has %d pages where one is looked at", len(f.pages))
	}
	err = guardPDF(func() error {
		out, err = f.greyTIFF(ctx, f.pages[0], e.Drawer)
		return onPage(1, err)
	})
	return out, err
}

// errOnePage ends the reading of an image file behind its first page.
var errOnePage = errors.New("one page is enough")

func imagePicture(ctx context.Context, file pdfInput) ([]byte, error) {
	var out []byte
	c := converter{ctx: ctx}
	err := c.readInput(file.f, func(pic picture) error {
		width, height := pic.image.Width, pic.image.Height
		rows, err := greyRows(pic.image.Source(), width, height)
		if err != nil {
			return err
		}
		grey, err := shrink(rows, width, height, width, height)
		if err != nil {
			return err
		}
		x, y := pic.xDPI, pic.yDPI
		if !plausibleDPI(x) || !plausibleDPI(y) {
			x, y = 0, 0
		}
		out = greyTIFF(width, height, x, y, grey)
		return errOnePage
	})
	if errors.Is(err, errOnePage) {
		return out, nil
	}
	return nil, err
}

// greyTIFF makes a TIFF of a byte a pixel, 0 black.
func greyTIFF(width, height int, xDPI, yDPI float64, pix []byte) []byte {
	return buildTIFF([]tiffField{
		{256, 4, uint32(width)}, {257, 4, uint32(height)}, {258, 3, 8}, {259, 3, 1}, {262, 3, 1}, {277, 3, 1}, {278, 4, uint32(height)},
	}, xDPI, yDPI, pix)
}
