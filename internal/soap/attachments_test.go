package soap

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

// TestDIMEBytes: a message byte by byte, as section 3 of the draft draws it.
func TestDIMEBytes(t *testing.T) {
	_, got, err := packDIME([]byte("<e/>"), []Part{{ID: "file", MediaType: "a/b", Body: []byte("%PDF-")}})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"0c20", "0000", "0000", "0029", "00000004", // version 1, first; a URI; no options, no ID, 41 bytes of type, 4 of data
		hex.EncodeToString([]byte("http://schemas.xmlsoap.org/soap/envelope/")), "000000",
		hex.EncodeToString([]byte("<e/>")),
		"0a10", "0000", "0004", "0003", "00000005", // version 1, last; a media type
		hex.EncodeToString([]byte("file")), hex.EncodeToString([]byte("a/b")), "00",
		hex.EncodeToString([]byte("%PDF-")), "000000",
	}, "")
	if hex.EncodeToString(got) != want {
		t.Fatalf("\n%x\nwant\n%s", got, want)
	}
}

func TestDIMERoundTrip(t *testing.T) {
	for n := range 6 { // every padding
		body := bytes.Repeat([]byte{'x'}, n)
		_, message, err := packDIME([]byte("<e>"+string(body)+"</e>"), []Part{{ID: string(body), MediaType: "a/b", Body: body}, {ID: "2", MediaType: "c/d"}})
		if err != nil {
			t.Fatal(err)
		}
		envelope, parts, err := UnpackDIME(message)
		if err != nil || string(envelope) != "<e>"+string(body)+"</e>" || len(parts) != 2 || !bytes.Equal(parts[0].Body, body) || parts[0].ID != string(body) ||
			parts[1].MediaType != "c/d" || len(parts[1].Body) != 0 {
			t.Fatalf("%d: %q, %+v, %v", n, envelope, parts, err)
		}
		for cut := range len(message) - 6 { // what is padding may be missing
			if _, parts, err := UnpackDIME(message[:cut]); err == nil {
				t.Fatalf("%d: cut at %d of %d, read as %+v", n, cut, len(message), parts)
			}
		}
	}
}

// TestDIMEAnswer: an answer may come so as well, with what we did not ask for beside it.
func TestDIMEAnswer(t *testing.T) {
	kind, message, err := packDIME([]byte("<e/>"), []Part{{ID: "1", MediaType: "a/b", Body: []byte("x")}})
	if err != nil {
		t.Fatal(err)
	}
	if envelope, err := unpack(kind, message); err != nil || string(envelope) != "<e/>" {
		t.Fatalf("%q, %v", envelope, err)
	}
	if _, err := unpack(kind, message[:20]); err == nil {
		t.Fatal("an answer that was cut is read")
	}
}

func TestDIMERefuses(t *testing.T) {
	_, message, err := packDIME([]byte("<e/>"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(b []byte){
		"another version":  func(b []byte) { b[0] = 2<<3 | dimeFirst | dimeLast },
		"a piece":          func(b []byte) { b[0] |= dimeChunk },
		"no beginning":     func(b []byte) { b[0] &^= dimeFirst },
		"no end":           func(b []byte) { b[0] &^= dimeLast },
		"a length too far": func(b []byte) { b[8] = 0xff },
	} {
		b := bytes.Clone(message)
		change(b)
		if _, _, err := UnpackDIME(b); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}
