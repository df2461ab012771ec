package tsa

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"text/template"

	"segnatura/internal/protocollo"
)

//go:embed leggimi.txt.tmpl
var leggimi string

// Export writes a token as a ZIP that can be verified without this program: marca.tsr (the answer), marca.tst (the token alone), catena.pem and
// radice.pem (the certificates), the document's digest as sha256sum writes it, and LEGGIMI.txt with the commands. fileName is the document's; content is the document itself
// where it goes out with its token, otherwise nil.
func Export(w io.Writer, sha256 string, t protocollo.Timestamp, fileName string, content []byte) error {
	answer, err := asn1.Marshal(timeStampResp{Token: asn1.RawValue{FullBytes: t.Token}})
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	root, err := lastPEM([]byte(t.Chain))
	if err != nil {
		return err
	}
	var text bytes.Buffer
	page, err := template.New("LEGGIMI.txt").Parse(leggimi)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	at := t.Time.In(protocollo.Rome())
	if err := page.Execute(&text, map[string]any{"T": t, "SHA256": sha256, "File": fileName, "Inside": content != nil, "At": at.Format("02/01/2006 15:04:05 -07:00"), "Unix": t.Time.Unix(),
		"Name": map[bool]string{true: "marca temporale qualificata", false: "marca temporale"}[t.Qualified]}); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	z := zip.NewWriter(w)
	type file struct {
		name    string
		content []byte
	}
	files := []file{
		{"LEGGIMI.txt", text.Bytes()}, {"marca.tsr", answer}, {"marca.tst", t.Token}, {"radice.pem", root}, {"catena.pem", []byte(t.Chain)},
		{fileName + ".sha256", fmt.Appendf(nil, "%s  %s\n", sha256, fileName)},
	}
	if content != nil {
		files = append(files, file{fileName, content})
	}
	for _, f := range files {
		entry, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at})
		if err == nil {
			_, err = entry.Write(f.content)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return z.Close()
}

// lastPEM is the last certificate of a chain.
func lastPEM(chain []byte) ([]byte, error) {
	var last *pem.Block
	for {
		block, rest := pem.Decode(chain)
		if block == nil {
			break
		}
		last, chain = block, rest
	}
	if last == nil {
		return nil, errors.New("the token's chain is empty")
	}
	return pem.EncodeToMemory(last), nil
}
