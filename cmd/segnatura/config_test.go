package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/stamp"
)

// TestLabelSize: what stands behind the size was dropped without a word, so that 100x50in was millimetres.
func TestLabelSize(t *testing.T) {
	for s, want := range map[string]stamp.Size{
		"": {WidthMM: 100, HeightMM: 50}, "62x29": {WidthMM: 62, HeightMM: 29}, "57.5X32": {WidthMM: 57.5, HeightMM: 32},
	} {
		if got, err := labelSize(s); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"100", "100x", "x50", "100x50in", "100x50x2", "0x50", "-1x50", "nanx50", "100 x 50"} {
		if got, err := labelSize(s); err == nil {
			t.Errorf("%q was taken for %v", s, got)
		}
	}
}

// TestConfigNamesWhatIsWrong: a printer without an address was found out by the first label.
func TestConfigNamesWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "",
		"listne = \"127.0.0.1:1\"":         "unknown keys",
		"[[printer]]\nid = \"z\"":          "printer \"z\": it wants a url",
		"[[hotfolder]]\nid = \"h\"":        "hotfolder \"h\" has no dir",
		"[[scanner]]\nname = \"senza id\"": "a scanner has no id",
		"[[scanner]]\nid = \"s\"":          "wants a url (eSCL) or a device (SANE)",
		"tls_cert = \"c.pem\"":             "go together",
		"[[printer]]\nid = \"z\"\naddress = \"192.0.2.8\"\ndpi = 150": "150 dpi",
	} {
		path := filepath.Join(t.TempDir(), configName)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := loadConfig(path, "")
		switch {
		case want == "" && (err != nil || c.Listen != defaultListen):
			t.Errorf("%q: %+v, %v", text, c, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
