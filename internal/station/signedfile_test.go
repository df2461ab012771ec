package station_test

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"image"
	"image/png"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp/pdf"
)

// signedPDF begins and ends as a PDF.
const signedPDF = "%PDF-1.7\n1 0 obj\n<</Type /Sig /ByteRange [0 1 2 3]>>\nendobj\nstartxref\n0\n%%EOF\n"

// envelope is a ContentInfo of a type, in DER.
func envelope(t *testing.T, id ...int) string {
	t.Helper()
	der, err := asn1.Marshal(struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"explicit,tag:0"`
	}{id, bytes.Repeat([]byte{1}, 300)})
	if err != nil {
		t.Fatal(err)
	}
	return string(der)
}

// A signed act is known by its content; what the station printed itself is none (R21.3).
func TestSignedFileIsKnownByItsContent(t *testing.T) {
	o := newOffice(t)
	e := o.openRegister(o.opening())
	paper, err := o.s.EmergencyPaper(t.Context(), chief.Actor, "1-2026", protocollo.ActAuthorisation)
	if err != nil {
		t.Fatal(err)
	}
	var printed, picture bytes.Buffer
	if _, err := pdf.EmergencyAuthorisation(&printed, paper); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	const media = "application/pkcs7-mime"
	der := envelope(t, 1, 2, 840, 113549, 1, 7, 2)
	header := len(der) - len(der[4:])
	for _, c := range []struct{ name, media, content, code string }{
		{"a text called p7m", media, "prova", "signed-content"},
		{"an envelope that is only encrypted", media, envelope(t, 1, 2, 840, 113549, 1, 7, 3), "signed-content"},
		{"an envelope that was cut", media, der[:len(der)-9], "signed-content"},
		{"an envelope in base64", media, base64.StdEncoding.EncodeToString([]byte(der)), "signed-content"},
		{"a length longer than the file", media, "\x30\x84\xff\xff\xff\xff" + der[header:], "signed-content"},
		{"a length that is cut", media, "\x30\x84", "signed-content"},
		{"a PDF called p7m", media, signedPDF, "signed-content"},
		{"a PDF that was cut", "application/pdf", signedPDF[:30], "signed-content"},
		{"a picture called PDF", "application/pdf", picture.String(), "signed-content"},
		{"a text called picture", "image/tiff", "prova", "signed-content"},
		{"the paper as it was printed", "application/pdf", printed.String(), "signed-unsigned"},
		{"the paper with a signature", "application/pdf", printed.String() + signedPDF, ""},
		{"an envelope in DER", media, der, ""},
		{"an envelope of indefinite length", media, "\x30\x80" + der[header:] + "\x00\x00", ""},
		{"a scan", "image/png", picture.String(), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := o.s.AttachSignedAct(t.Context(), clerk, station.SignedAct{Kind: protocollo.ActOpening, ActID: e.ID, FileName: "atto", MediaType: c.media, Content: strings.NewReader(c.content)})
			if c.code != "" {
				wantClass(t, err, protocollo.Invalid, c.code)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	paper, err = o.s.EmergencyPaper(t.Context(), chief.Actor, "1-2026", protocollo.ActOpening)
	if err != nil || strings.Contains(paper.Signature, "firmato") || !strings.HasPrefix(paper.Signature, "acquisito il ") {
		t.Errorf("the paper says %q, %v", paper.Signature, err)
	}
}
