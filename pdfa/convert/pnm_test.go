package convert_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"segnatura/pdfa"
	"segnatura/pdfa/convert"
)

// TestNothingBehindANetpbmPictureIsLost: a picture behind white space, one in text, and the rest of a damaged one were left out without
// a word.
func TestNothingBehindANetpbmPictureIsLost(t *testing.T) {
	raw := "P5\n20 20\n255\n" + strings.Repeat("\xF0", 400)
	plain := "P2\n20 20\n255\n" + strings.Repeat("240 ", 400)
	dots := "P1\n20 20\n" + strings.Repeat("01", 200)
	for name, c := range map[string]struct {
		file  string
		pages int // 0: refused as corrupt
	}{
		"raw":                            {raw, 1},
		"two raw":                        {raw + raw, 2},
		"white space between":            {raw + "\n \r\n" + raw, 2},
		"white space at the end":         {raw + "\n\n", 1},
		"zeros at the end":               {raw + "\x00\x00\x00", 1},
		"white space and zeros":          {raw + "\n\x00\x00\n", 1},
		"text, and white space":          {plain + "\n", 1},
		"text, and zeros":                {plain + "\n\x00\x00", 1},
		"a bitmap in text":               {dots, 1},
		"a picture in text behind":       {raw + plain, 0},
		"a picture behind zeros":         {raw + "\x00" + raw, 0},
		"a picture without its first P":  {raw + raw[1:], 0},
		"half a magic":                   {raw + "P", 0},
		"another format behind":          {raw + "P7\n", 0},
		"a comment behind":               {raw + "# scanned", 0},
		"one sample more":                {raw + "\xF0", 0},
		"text, and a raw picture":        {plain + raw, 0},
		"text, and text":                 {plain + plain, 0},
		"text, and a sample more":        {plain + "240", 0},
		"a bitmap in text, and one more": {dots + dots, 0},
		"a bitmap in text, and a pixel":  {dots + "1", 0},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := convert.Engine{}.Convert(t.Context(), job(input("scan", []byte(c.file))), io.Discard, nil)
			if c.pages > 0 && (err != nil || len(res.Pages) != c.pages) {
				t.Errorf("%d pages, %v; want %d", len(res.Pages), err, c.pages)
			}
			if refused, ok := errors.AsType[*pdfa.RefusedError](err); c.pages == 0 && (!ok || refused.Reason != pdfa.RefusedCorrupt) {
				t.Errorf("%d pages, %v; want a refusal as corrupt", len(res.Pages), err)
			}
		})
	}
}
