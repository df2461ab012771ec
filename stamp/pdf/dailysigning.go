package pdf

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// Words of the manual on what the signature means (002 arts. 34.2 and 35.1 e).
const (
	signedBy   = "Responsabile d’Area cui sottendono gli UU di riferimento, o suo delegato"
	signedWhat = "Vidimato dal " + signedBy + ", che con la sottoscrizione provvede alla presa in carico e al prelievo fisico dei documenti di competenza, o all’eventuale rifiuto se non di competenza."
)

const (
	signingRowMM  = 14.0 // somebody signs there
	signingRoomMM = 56.0 // the heading, its words, the titles and one row stand together
)

// dailySigning is where the register of the day before is signed «ogni mattino»: a row for each office that documents went to, by its code, with their
// number. What leaves the body is in nobody's charge; what names no office, as what is confidential, has a row of its own.
func dailySigning(r stamp.DailyRegister) []piece {
	received := map[string]int{}
	for _, x := range r.Registrations {
		if x.Direction != string(protocollo.Outgoing) {
			received[x.UOR]++
		}
	}
	offices := slices.Sorted(maps.Keys(received))
	if len(offices) > 0 && offices[0] == "" {
		offices = append(offices[1:], "")
	}
	t := &table{sizePt: registerSizePt, spaceMM: 2, columns: []column{{"Ufficio (UU)", 28}, {"Documenti", 18}, {"Rifiutati perché non di competenza: prot. n.", 55},
		{"Data", 24}, {signedBy + " (nome e cognome)", 70}, {"Firma", 72}}}
	for _, uor := range offices {
		t.rows = append(t.rows, tableRow{minMM: signingRowMM, cells: []string{cmp.Or(uor, "non indicato"), fmt.Sprint(received[uor]), "", "", "", ""}})
	}
	if len(offices) == 0 {
		t.rows = []tableRow{{minMM: signingRowMM, cells: []string{"", "0", "", "", "", ""}}}
	}
	return []piece{{Paragraph: Paragraph{Text: "Vidimazione", Bold: true, SizePt: 12, SpaceMM: 6}, keepMM: signingRoomMM}, say(signedWhat, 1), {table: t}}
}
