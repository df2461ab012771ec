package station

import "segnatura/internal/protocollo"

// ScanView says how pages of a document were taken (LLGG annex 2; R4.4): it stays readable when the pages are only in the archive.
type ScanView struct {
	Device    string `json:"device,omitempty"`
	Input     string `json:"input,omitempty"`
	ColorMode string `json:"colorMode,omitempty"`
	XDPI      int    `json:"xDPI,omitempty"`
	YDPI      int    `json:"yDPI,omitempty"`
	Duplex    bool   `json:"duplex,omitempty"`
	Pages     int    `json:"pages"`
}

// withScans puts into the views of documents how their pages were taken, as their metadata files have it.
func withScans(docs []DocumentView) {
	for i, d := range docs {
		var pages []protocollo.Page
		for _, p := range d.PageList {
			pages = append(pages, p.Page)
		}
		for _, c := range scansOf(pages) {
			docs[i].Scans = append(docs[i].Scans, ScanView{Device: c.Device, Input: c.Input, ColorMode: c.ColorMode, XDPI: c.XDPI, YDPI: c.YDPI,
				Duplex: c.Duplex, Pages: c.Pages})
		}
	}
}
