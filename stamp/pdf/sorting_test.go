package pdf_test

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

func sortingList(offices ...int) stamp.SortingList {
	l := stamp.SortingList{Body: "Comune di Forlì", AOOCode: "AOO1", Day: "22/11/2026", MadeAt: numbered, Banner: "PROVA – SENZA VALORE"}
	n := 0
	for i, items := range offices {
		o := stamp.SortingOffice{Code: fmt.Sprintf("UFF%d", i+1), Name: "Tributi e riscossione"}
		for range items {
			n++
			o.Items = append(o.Items, stamp.SortingItem{Number: fmt.Sprintf("%07d", n), Day: "22/11/2026", From: "Bianchi Lucia", Subject: "Richiesta di rateizzazione è già pervenuta", Attachments: n % 3})
		}
		l.Offices = append(l.Offices, o)
	}
	return l
}

func writeSorting(t *testing.T, l stamp.SortingList) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := pdf.SortingList(&out, l); err != nil {
		t.Fatal(err)
	}
	sound(t, out.Bytes())
	return out.Bytes()
}

// TestSortingListReadBack: each item once, each office on sheets of its own, whatever their number, and one place to sign for each.
func TestSortingListReadBack(t *testing.T) {
	l := sortingList(3, 60, 1)
	l.Offices = append(l.Offices, stamp.SortingOffice{Items: []stamp.SortingItem{{Number: "0009999", Day: "22/11/2026", From: "riservato", Subject: "riservato"}}})
	document := writeSorting(t, l)
	text := words(t, document)
	for n := 1; n <= 64; n++ {
		if number := fmt.Sprintf("%07d", n); strings.Count(text, number) != 1 {
			t.Errorf("%s stands %d times", number, strings.Count(text, number))
		}
	}
	for _, want := range []string{"Ufficio UFF2 – Tributi e riscossione", "Ufficio non indicato", "Documenti consegnati: 60", "Documenti consegnati: 3", "0009999 22/11/2026 riservato riservato",
		"Comune di Forlì, AOO AOO1", "Firma per ricevuta"} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q", want)
		}
	}
	pages := strings.Split(strings.TrimSuffix(run(t, "pdftotext", "-layout", "-enc", "UTF-8", save(t, document), "-"), "\f"), "\f")
	sheets := regexp.MustCompile(`Foglio (\d+) di (\d+) per`)
	seen := map[string]int{}
	for i, page := range pages {
		m := sheets.FindStringSubmatch(page)
		if m == nil || !strings.Contains(page, "PROVA – SENZA VALORE") || strings.Count(page, "DISTINTA DI SMISTAMENTO del 22/11/2026") != 1 {
			t.Fatalf("page %d has no heading, no number or no banner:\n%s", i+1, page)
		}
		if last := m[1] == m[2]; strings.Contains(page, "Ritirati il") != last {
			t.Errorf("page %d, sheet %s of %s: a place to sign: %t", i+1, m[1], m[2], !last)
		}
		for _, o := range l.Offices {
			if o.Code != "" && strings.Contains(page, "Ufficio "+o.Code) {
				seen[o.Code]++
			}
		}
	}
	if seen["UFF1"] != 1 || seen["UFF3"] != 1 || seen["UFF2"] < 3 || seen["UFF1"]+seen["UFF2"]+seen["UFF3"]+1 != len(pages) {
		t.Errorf("offices on pages %v of %d", seen, len(pages))
	}
}

// TestSortingListKeepsItsRoom: whatever the number of rows, nothing is written over the banner or off the sheet.
func TestSortingListKeepsItsRoom(t *testing.T) {
	box := regexp.MustCompile(`yMax="([0-9.]+)">([^<]*)<`)
	for n := 14; n <= 24; n++ {
		l := sortingList(n)
		l.Offices[0].Items[n-1].Subject = strings.Repeat("oggetto lunghissimo che non finisce mai ", 40)
		var lowest float64
		for _, m := range box.FindAllStringSubmatch(run(t, "pdftotext", "-bbox", save(t, writeSorting(t, l)), "-"), -1) {
			var y float64
			if _, err := fmt.Sscan(m[1], &y); err != nil {
				t.Fatal(err)
			}
			if foot := y > (297-14)*72/25.4; !foot && !slices.Contains([]string{"PROVA", "–", "SENZA", "VALORE"}, m[2]) {
				lowest = math.Max(lowest, y)
			}
		}
		if lowest < 200 {
			t.Fatalf("no rows were found: %.0f", lowest)
		}
		if limit := (297 - 20 - 10 - 4) * 72 / 25.4; lowest > limit {
			t.Errorf("%d rows reach down to %.0f pt, the banner begins at %.0f", n, lowest, limit)
		}
	}
}

func TestSortingListOfNothingIsRefused(t *testing.T) {
	for what, l := range map[string]stamp.SortingList{"no office": sortingList(), "an empty office": sortingList(2, 0)} {
		var out bytes.Buffer
		if _, err := pdf.SortingList(&out, l); err == nil || out.Len() > 0 {
			t.Errorf("%s: error %v, %d bytes", what, err, out.Len())
		}
	}
	a, b := writeSorting(t, sortingList(2)), writeSorting(t, sortingList(2))
	if !bytes.Equal(a, b) {
		t.Error("equal lists are different files")
	}
}
