package check_test

import (
	"bytes"
	"strings"
	"testing"

	"segnatura/pdfa/check"
)

// Invisible text stands in the one form in which the writer writes it. Some of these files are PDF/A; none is ours.
func TestTextOfAnotherFormIsRefused(t *testing.T) {
	tests := map[string]struct {
		change change
		rule   string
	}{
		"seen":                       {content("3 Tr", "0 Tr"), "6.2.2"},
		"no rendering mode":          {content(" 3 Tr", ""), "6.2.11.4.1"},
		"rendering mode left behind": {content("q BT 3 Tr", "BT 3 Tr"), "6.2.2"},
		"text in text":               {content("BT 3", "BT BT 3"), "6.2.2"},
		"outside a text object":      {content("BT 3 Tr", "3 Tr BT"), "6.2.2"},
		"text without an end":        {content(" ET", ""), "6.2.2"},
		"no width":                   {content(" Tz", " 0 Tz"), "6.2.2"},
		"width 0":                    {inflated(by("/Type /Page ", "/Contents"), widthZero), "6.2.2"},
		"a code that is not shown":   {content("<0001", "<"), "6.2.11"},
		"empty string":               {inflated(by("/Type /Page ", "/Contents"), emptyString), "6.2.11"},
		"half a code":                {content("<0001", "<01"), "6.2.11"},
		"a code without a character": {content("<0001", "<00FF"), "6.2.11.5"},
		"five numbers in a matrix":   {content("1 0 0 1", "1 0 0"), "6.2.2"},
		"a font with another name":   {renamed, "6.2.11.4.1"},
		"a glyph with an outline":    {inflated(by("/FontFile2", "/FontFile2"), outlined), "6.2.11.4.1"},
	}
	good := read(t)
	for what, test := range tests {
		t.Run(what, func(t *testing.T) {
			f := parse(t, good)
			test.change(t, f)
			bad := f.bytes()
			if bytes.Equal(bad, good) {
				t.Fatal("the change changes nothing")
			}
			report, err := check.Check(bytes.NewReader(bad), int64(len(bad)))
			if err != nil || report.Compliant || len(report.Findings) == 0 || report.Findings[0].Rule != test.rule {
				t.Errorf("%+v, %v; want a finding about %s", report, err, test.rule)
			}
		})
	}
}

func widthZero(s string) string {
	end := strings.Index(s, " Tz")
	return s[:strings.LastIndexByte(s[:end], ' ')+1] + "0" + s[end:]
}

func emptyString(s string) string {
	return s[:strings.Index(s, "<")+1] + s[strings.Index(s, ">"):]
}

// renamed gives the invisible font the name of one to be seen.
func renamed(_ testing.TB, f *file) {
	for n, object := range f.objects {
		f.objects[n] = strings.ReplaceAll(object, "+Glyphless", "+Goregular")
	}
}

// outlined gives glyph 1 the outline of glyph 0: the second offset of the table of outlines becomes the first glyph's.
func outlined(s string) string {
	b := []byte(s)
	for at := 12; at+16 <= len(b); at += 16 {
		if string(b[at:at+4]) == "loca" {
			offset := int(b[at+8])<<24 | int(b[at+9])<<16 | int(b[at+10])<<8 | int(b[at+11])
			copy(b[offset+4:offset+8], b[offset:offset+4])
			break
		}
	}
	return string(b)
}
