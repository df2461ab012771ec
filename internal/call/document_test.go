package call_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"segnatura/internal/call"
	"segnatura/internal/protocollo"
)

func TestDocument(t *testing.T) {
	announced := protocollo.AttachRequest{Bytes: 3, SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"} // of "abc" (FIPS 180-2, B.1)
	shorter, other := announced, announced
	shorter.Bytes, other.SHA256 = 2, strings.Replace(announced.SHA256, "b", "c", 1)
	for _, c := range []struct {
		name    string
		request protocollo.AttachRequest
		body    io.Reader
		want    protocollo.Class
	}{
		{"as announced", announced, strings.NewReader("abc"), ""},
		{"longer", announced, strings.NewReader("abcd"), protocollo.Rejected},
		{"shorter", announced, strings.NewReader("ab"), protocollo.Rejected},
		{"of another length", shorter, strings.NewReader("abc"), protocollo.Rejected},
		{"of another digest", other, strings.NewReader("abc"), protocollo.Rejected},
		{"that cannot be read", announced, iotest.ErrReader(errors.New("disk")), protocollo.Unavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			content, err := call.Document(c.request, c.body)
			if protocollo.ClassOf(err) != c.want || (err == nil) != (string(content) == "abc") {
				t.Fatalf("%q, %v", content, err)
			}
		})
	}
}
