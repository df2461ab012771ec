package tsa_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"segnatura/internal/testenv"
	"segnatura/internal/tsa"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func unzip(t testing.TB, b []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// openssl runs the program in a folder.
func openssl(t testing.TB, dir string, args ...string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), testenv.Program(t, "openssl"), args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("openssl %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return out, err
}

func run(t testing.TB, dir string, args ...string) {
	t.Helper()
	if _, err := openssl(t, dir, args...); err != nil {
		t.Fatal(err)
	}
}

// What was kept is verified by OpenSSL alone, by the very commands of LEGGIMI.txt; and OpenSSL refuses it for another document.
func TestWhatIsExportedIsVerifiedByOpenSSL(t *testing.T) {
	d := open(t)
	token, err := d.stamp(t)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var page string
	for name, content := range exported(t, token) {
		write(t, dir, name, content)
		if name == "LEGGIMI.txt" {
			page = string(content)
		}
	}
	write(t, dir, "documento.pdf", document)
	ran := 0
	for line := range strings.Lines(page) {
		if args := strings.Fields(line); len(args) > 2 && args[0] == "openssl" {
			run(t, dir, args[1:]...)
			ran++
		}
	}
	if ran != 3 {
		t.Errorf("%d commands in the page:\n%s", ran, page)
	}
	write(t, dir, "documento.pdf", []byte("un altro"))
	if _, err := openssl(t, dir, "ts", "-verify", "-in", "marca.tsr", "-data", "documento.pdf", "-CAfile", "radice.pem", "-untrusted", "catena.pem"); err == nil {
		t.Error("openssl takes it for another document")
	}
	run(t, dir, "ts", "-verify", "-in", "marca.tst", "-token_in", "-digest", hexOf(sum(document)), "-CAfile", "radice.pem", "-untrusted", "catena.pem")
}

func sum(b []byte) []byte { s := sha256.Sum256(b); return s[:] }

// opensslConfig is an authority of OpenSSL's own. %s: the digest by which it names its certificate.
const opensslConfig = `
[ req ]
distinguished_name = dn
prompt = no
[ dn ]
CN = Autorita di OpenSSL
[ ca_ext ]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[ tsa_ext ]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[ tsa ]
default_tsa = t
[ t ]
dir = .
serial = ./serial
signer_cert = ./tsa.pem
certs = ./ca.pem
signer_key = ./tsa.key
signer_digest = %s
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha256
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_chain = yes
ess_cert_id_alg = %s
`

// opensslCA makes a root and an authority's certificate in a new folder.
func opensslCA(t testing.TB, key []string, digest, naming string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "c.cnf", fmt.Appendf(nil, opensslConfig, digest, naming))
	write(t, dir, "serial", []byte("0A\n"))
	for _, name := range []string{"ca", "tsa"} {
		run(t, dir, append([]string{"genpkey", "-out", name + ".key"}, key...)...)
	}
	run(t, dir, "req", "-x509", "-new", "-key", "ca.key", "-out", "ca.pem", "-days", "30", "-config", "c.cnf", "-extensions", "ca_ext", "-subj", "/CN=Radice di OpenSSL")
	run(t, dir, "req", "-new", "-key", "tsa.key", "-out", "tsa.csr", "-config", "c.cnf")
	run(t, dir, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "tsa.pem", "-days", "20", "-extfile", "c.cnf", "-extensions", "tsa_ext")
	return dir
}

// OpenSSL's own authority answers a request of our nonce and policy; its token is verified by us, with either kind of key.
func TestTokensOfOpenSSLAreVerified(t *testing.T) {
	rsa, ec := []string{"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"}, []string{"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"}
	for _, c := range []struct {
		name           string
		key            []string
		digest, naming string
		code           string // "": accepted
	}{
		{"RSA", rsa, "sha256", "sha256", ""},
		{"EC", ec, "sha256", "sha256", ""},
		{"EC, SHA-512", ec, "sha512", "sha512", ""},
		{"named by SHA-1", ec, "sha256", "sha1", "tsa-certificate"},
		{"signed with SHA-1", ec, "sha1", "sha256", "tsa-algorithm"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := opensslCA(t, c.key, c.digest, c.naming)
			query, nonce := tsa.Request(t, sha256.Sum256(document), asn1.ObjectIdentifier{1, 2, 3, 4, 5})
			write(t, dir, "q.tsq", query)
			sent := time.Now()
			run(t, dir, "ts", "-reply", "-config", "c.cnf", "-queryfile", "q.tsq", "-out", "r.tsr")
			answer, err := os.ReadFile(filepath.Join(dir, "r.tsr"))
			if err != nil {
				t.Fatal(err)
			}
			want := tsa.Expected{Digest: sha256.Sum256(document), Nonce: nonce, Policy: asn1.ObjectIdentifier{1, 2, 3, 4, 5}, SentAt: sent, ReceivedAt: time.Now(), Clock: verified()}
			root, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
			if err != nil {
				t.Fatal(err)
			}
			token, err := tsa.Verify(answer, want, tsa.Trust{Roots: certs(t, root)})
			if codeOf(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if err != nil {
				return
			}
			if token.Serial != "B" || token.Accuracy != 1500100*time.Microsecond || token.Authority != "Autorita di OpenSSL" {
				t.Errorf("%+v", token)
			}
			changed := bytes.Replace(answer, sum(document), sum([]byte("un altro")), 1)
			want.Digest = sha256.Sum256([]byte("un altro"))
			if _, err := tsa.Verify(changed, want, tsa.Trust{Roots: certs(t, root)}); codeOf(err) != "tsa-signature" {
				t.Errorf("another imprint put in its place: %v", err)
			}
			files := exported(t, token)
			for name, content := range files {
				write(t, dir, name, content)
			}
			run(t, dir, "ts", "-verify", "-in", "marca.tsr", "-digest", hexOf(sum(document)), "-CAfile", "radice.pem", "-untrusted", "catena.pem")
		})
	}
}

// The samples that came with the requirements.
func TestSamples(t *testing.T) {
	dir := testenv.Shared(t, "devices/tsa")
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	digest, nonce := tsa.DecodeRequest(t, read("q.tsq"))
	at := time.Date(2026, 11, 21, 19, 49, 4, 0, time.UTC)
	want := tsa.Expected{Digest: digest, Nonce: nonce, SentAt: at, ReceivedAt: at}
	trust := tsa.Trust{Roots: certs(t, read("tsa.pem"))}
	token, err := tsa.Verify(read("r.tsr"), want, trust)
	if err != nil {
		t.Fatal(err)
	}
	if !token.Time.Equal(at) || token.Serial != "3" || token.Authority != "TSA di prova" {
		t.Errorf("%+v", token)
	}
	if _, err := tsa.Verify(read("rejected-sha1.tsr"), want, trust); codeOf(err) != "tsa-status" || !strings.Contains(err.Error(), "badAlg") {
		t.Errorf("the rejected one: %v", err)
	}
	want.Nonce = new(big.Int).Add(nonce, big.NewInt(1))
	if _, err := tsa.Verify(read("r.tsr"), want, trust); codeOf(err) != "tsa-nonce" {
		t.Errorf("another nonce: %v", err)
	}
}

func seedTime() time.Time    { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }
func nonceOfSeeds() *big.Int { return big.NewInt(0x4142434445464748) }

// nobody is a root that vouches for nothing.
func nobody(t testing.TB) []*x509.Certificate {
	t.Helper()
	return []*x509.Certificate{{Raw: []byte("nobody"), RawSubject: []byte{0x30, 0}}}
}
