package pdf

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
)

// Attestation writes the attestation that copies by image conform to the paper that they were taken from, as a document of its
// own with a time reference and the digest of every copy (CAD arts. 22 and 23-ter; LLGG 2.2 and 2.5; R3.8). It is for the
// delegated officer to sign, outside of this program, and says itself that it is worth nothing before that.
//
// Errors: of copies without a digest, of a comparison without its time, or the writer's.
func Attestation(w io.Writer, a pdfa.Attestation) (pdfa.Result, error) {
	c := a.Comparison
	if len(c.Copies) == 0 || c.ComparedAt.IsZero() || a.Segnatura.Text == "" || a.Reference == "" {
		return pdfa.Result{}, fmt.Errorf("write attestation: no copy, no time reference or no segnatura")
	}
	at := c.ComparedAt.In(protocollo.Rome())
	text := []Paragraph{
		{Text: "ATTESTAZIONE DI CONFORMITÀ DI COPIA PER IMMAGINE", Bold: true, SizePt: 16},
		{Text: "artt. 22 e 23-ter d.lgs. 82/2005; Linee guida AgID sui documenti informatici, par. 2.2 e 2.5", SizePt: 9, SpaceMM: 1},
		{Text: fmt.Sprintf("%s, AOO %s.", a.Segnatura.BodyName, a.Segnatura.AOOCode), Bold: true, SizePt: 13, SpaceMM: 5},
		{Text: fmt.Sprintf("%s. Oggetto: %s.", a.Reference, a.Subject), SpaceMM: 5},
		{Text: declaration(c), SpaceMM: 6},
		{Text: fmt.Sprintf("Riferimento temporale: %s alle ore %s (%s).", at.Format("02/01/2006"), at.Format("15:04:05"), at.Format(time.RFC3339)), SpaceMM: 4},
		{Text: fmt.Sprintf("Copie per immagine: %d", len(c.Copies)), Bold: true, SizePt: 13, SpaceMM: 6},
	}
	for i, one := range c.Copies {
		lines, err := copyLines(i+1, one)
		if err != nil {
			return pdfa.Result{}, fmt.Errorf("write attestation: %w", err)
		}
		text = append(text, lines...)
	}
	for _, l := range a.Lots {
		text = append(text, lotLines(l)...)
	}
	text = append(text, Paragraph{Text: "Senza la firma digitale, elettronica qualificata o avanzata del funzionario delegato il presente documento " +
		"non attesta nulla.", SpaceMM: 8})
	return Text(w, text, a.Banner, pdfa.Metadata{
		Title:       "Attestazione di conformità – " + a.Reference,
		Author:      a.Segnatura.BodyName,
		CreatorTool: "segnatura",
		CreatedAt:   at,
		DocumentID:  fmt.Sprintf("attestation %s %s", a.Segnatura.Text, at.Format(time.RFC3339Nano)),
	})
}

// declaration is the officer's statement. Who signs is said by the signature, unless the name was given.
func declaration(c pdfa.Comparison) string {
	who := "Il funzionario delegato che sottoscrive"
	if c.Officer != "" {
		who += ", " + c.Officer
	}
	if c.Capacity != "" {
		who += " (" + c.Capacity + ")"
	}
	where := ""
	if c.Place != "" {
		where = ", a " + c.Place
	}
	return who + ", avendo raffrontato ciascuna copia con il documento analogico da cui è tratta" + where +
		", attesta che le copie per immagine elencate qui di seguito ne hanno contenuto e forma identici."
}

func copyLines(n int, c pdfa.CopyDigest) ([]Paragraph, error) {
	raw, err := hex.DecodeString(c.SHA256)
	if err != nil || len(raw) != 32 {
		return nil, fmt.Errorf("%q is no digest of %s", c.SHA256, c.Name)
	}
	lines := []Paragraph{
		{Text: fmt.Sprintf("%d. %s – PDF/A-%s, pagine %d, byte %d", n, c.Name, c.Flavour, c.Pages, c.Bytes), Bold: true, SpaceMM: 4},
		{Text: "Impronta SHA-256 (esadecimale): " + c.SHA256, SizePt: 9},
		{Text: "Impronta SHA-256 (base64): " + base64.StdEncoding.EncodeToString(raw), SizePt: 9},
	}
	if c.Note != "" {
		lines = append(lines, Paragraph{Text: "La copia non è di tutto il documento. Nota: " + c.Note, SizePt: 9})
	}
	return lines, nil
}

func lotLines(l pdfa.ScanLot) []Paragraph {
	say := func(t time.Time) string {
		if t.IsZero() {
			return "–"
		}
		return t.In(protocollo.Rome()).Format("02/01/2006 15:04:05")
	}
	var words []string
	for _, a := range l.Anomalies {
		words = append(words, anomalyWords(a))
	}
	anomalies := cmp.Or(strings.Join(words, "; "), "nessuna")
	return []Paragraph{
		{Text: "Acquisizione n. " + l.ID, Bold: true, SpaceMM: 6},
		{Text: fmt.Sprintf("Luogo: %s. Dispositivo: %s. Operatore: %s. Inizio: %s. Fine: %s. Documenti: %d. Pagine: %d. Programma: %s %s.",
			l.Place, l.Device, l.Operator, say(l.StartedAt), say(l.EndedAt), l.Documents, l.Pages, l.Software.Name, l.Software.Version), SizePt: 9},
		{Text: "Anomalie: " + anomalies + ".", SizePt: 9},
	}
}

// anomalyWords says what was met and what was answered. A code that has no words here is shown as it is.
func anomalyWords(a pdfa.Anomaly) string {
	words := cmp.Or(met[a.Code], a.Code)
	if a.Answer != "" {
		words += ", risposta «" + cmp.Or(answered[protocollo.Choice(a.Answer)], a.Answer) + "»"
	}
	if a.By != "" {
		words += " di " + a.By
	}
	if a.Reason != "" {
		words += ": " + a.Reason
	}
	return words
}

// met words what may happen to a run: the questions that are asked of a person, and the ways in which it ends early.
var met = map[string]string{
	string(protocollo.ExceptionNoCode):      "nessun codice di segnatura letto sulla prima pagina",
	string(protocollo.ExceptionNotExpected): "segnatura di una registrazione non attesa",
	string(protocollo.ExceptionTwoCodes):    "due segnature diverse",
	string(protocollo.ExceptionCodeInside):  "segnatura inattesa su una pagina interna",
	string(protocollo.ExceptionStray):       "pagina arrivata durante un arresto",
	string(protocollo.ExceptionRepeated):    "pagina uguale a una già acquisita",
	string(protocollo.ExceptionScope):       "documento oltre il limite o di altro formato",
	string(protocollo.ExceptionCount):       "numero di pagine diverso da quello dichiarato",
	string(protocollo.ExceptionArchive):     "archiviazione non riuscita",
	string(protocollo.BatchFaulted):         "guasto dello scanner",
	string(protocollo.BatchCancelled):       "acquisizione fermata dall’operatore",
	string(protocollo.BatchInterrupted):     "acquisizione interrotta dall’arresto della stazione",
}

var answered = map[protocollo.Choice]string{
	protocollo.ChoiceAssign:     "abbinata a una registrazione",
	protocollo.ChoiceNewVersion: "nuova versione",
	protocollo.ChoiceBelongs:    "appartiene al documento",
	protocollo.ChoiceSplit:      "comincia un altro documento",
	protocollo.ChoiceAccept:     "va bene così",
	protocollo.ChoiceDiscard:    "scartata",
	protocollo.ChoiceNote:       "sola nota",
	protocollo.ChoiceNoteFirst:  "nota e prima pagina",
	protocollo.ChoiceWhole:      "tutte le pagine",
	protocollo.ChoiceRetry:      "riprova",
}
