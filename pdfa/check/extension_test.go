package check_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"segnatura/pdfa"
	"segnatura/pdfa/check/checktest"
	"segnatura/pdfa/writer"
)

func segnatura() *pdfa.Segnatura {
	return &pdfa.Segnatura{
		Text: "c_a000|AOO1|PG|0001234|2026-11-22", BodyCode: "c_a000", BodyName: "Comune di <Forlì> & Co.", AOOCode: "AOO1",
		AOOName: "Ente", RegisterCode: "PG", Year: 2026, Number: "0001234", Day: "2026-11-22",
		RegisteredAt: time.Date(2026, 11, 22, 10, 30, 0, 0, time.FixedZone("CET", 3600)), Direction: pdfa.Incoming, Version: 1,
	}
}

// extended writes one page with the segnatura in its packet.
func extended(tb testing.TB, s *pdfa.Segnatura) []byte {
	tb.Helper()
	var out bytes.Buffer
	d, err := writer.NewDocument(&out, pdfa.Metadata{Title: "Prot. n. 0001234", CreatorTool: "segnatura", Segnatura: s,
		CreatedAt: time.Date(2026, 11, 22, 10, 31, 0, 0, time.UTC)}, pdfa.Flavour2B)
	must(tb, err)
	_, err = d.AddImagePage(writer.ImagePage{XDPI: 72, YDPI: 72, Image: writer.Raster(8, 8,
		writer.RasterFormat{Components: 1, Bits: 8}, bytes.NewReader(bytes.Repeat([]byte{200}, 64)))})
	must(tb, err)
	_, err = d.Close()
	must(tb, err)
	return out.Bytes()
}

// TestSegnaturaIsInThePacket reads back what a program that knows XMP would read.
func TestSegnaturaIsInThePacket(t *testing.T) {
	pdf := extended(t, segnatura())
	checktest.Compliant(t, pdf, pdfa.Flavour2B)
	for _, want := range []string{
		"<segnatura:Segnatura>c_a000|AOO1|PG|0001234|2026-11-22</segnatura:Segnatura>",
		"<segnatura:DenominazioneAmministrazione>Comune di &lt;Forlì&gt; &amp; Co.</segnatura:DenominazioneAmministrazione>",
		"<segnatura:TipoRegistro>Protocollo Ordinario</segnatura:TipoRegistro>",
		"<segnatura:NumeroRegistrazione>0001234</segnatura:NumeroRegistrazione>",
		"<segnatura:IstanteRegistrazione>2026-11-22T10:30:00+01:00</segnatura:IstanteRegistrazione>",
		"<segnatura:TipologiaDiFlusso>E</segnatura:TipologiaDiFlusso>",
	} {
		if !bytes.Contains(pdf, []byte(want)) {
			t.Errorf("the packet lacks %s", want)
		}
	}
	attached := segnatura()
	attached.Part = 2
	if bytes.Contains(pdf, []byte("<segnatura:NumeroAllegato>")) {
		t.Error("the main document calls itself an attachment")
	}
	pdf = extended(t, attached)
	checktest.Compliant(t, pdf, pdfa.Flavour2B)
	if !bytes.Contains(pdf, []byte("<segnatura:NumeroAllegato>2<")) {
		t.Error("the packet does not say which attachment it is")
	}
	emergency := segnatura()
	emergency.Emergency, emergency.Direction, emergency.RegisteredAt, emergency.AOOName = true, pdfa.Outgoing, time.Time{}, ""
	pdf = extended(t, emergency)
	checktest.Compliant(t, pdf, pdfa.Flavour2B)
	if !bytes.Contains(pdf, []byte("<segnatura:TipoRegistro>Protocollo Emergenza<")) || bytes.Contains(pdf, []byte("<segnatura:IstanteRegistrazione>")) {
		t.Error("the emergency register's kind, or an instant that nobody stated")
	}
}

func TestHalfASegnaturaIsRefused(t *testing.T) {
	for what, edit := range map[string]func(*pdfa.Segnatura){
		"no text":           func(s *pdfa.Segnatura) { s.Text = "" },
		"no administration": func(s *pdfa.Segnatura) { s.BodyCode = "" },
		"no AOO":            func(s *pdfa.Segnatura) { s.AOOCode = "" },
		"no register":       func(s *pdfa.Segnatura) { s.RegisterCode = "" },
		"no year":           func(s *pdfa.Segnatura) { s.Year = 0 },
		"short number":      func(s *pdfa.Segnatura) { s.Number = "123456" },
		"Italian day":       func(s *pdfa.Segnatura) { s.Day = "22/11/2026" },
		"no direction":      func(s *pdfa.Segnatura) { s.Direction = "" },
		"no version":        func(s *pdfa.Segnatura) { s.Version = 0 },
		"control character": func(s *pdfa.Segnatura) { s.AOOName = "a\x01" },
		"endless name":      func(s *pdfa.Segnatura) { s.BodyName = strings.Repeat("a", 9000) },
	} {
		s := segnatura()
		edit(s)
		if _, err := writer.NewDocument(&bytes.Buffer{}, pdfa.Metadata{Segnatura: s}, pdfa.Flavour2B); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}
