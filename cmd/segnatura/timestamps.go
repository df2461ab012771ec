package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/internal/tsa"
)

// TSAConfig names a time-stamping authority (RFC 3161), which stamps the daily registers and the records of bids. Without a url there is none.
//
//	[tsa]
//	url = "https://tsa.example.it/tsp"
//	roots = "/etc/segnatura/tsa-radici.pem"
type TSAConfig struct {
	URL string `toml:"url"`
	// Roots is a PEM file of the certificates at which its chains may end. Those of the system are not believed.
	Roots string `toml:"roots"`
	// TrustedList is a PEM file of the services that the EU's trusted list calls qualified time stamps, as somebody extracted them. Only by it is a
	// mark called «qualificata».
	TrustedList string `toml:"trusted_list"`
	// Policy is asked for and demanded, as "1.2.3.4"; empty: the authority's own.
	Policy string `toml:"policy"`
	// User and PasswordFile are for authorities that ask who we are; the password is a file, so that this one holds no secret.
	User         string `toml:"user"`
	PasswordFile string `toml:"password_file"`
	// CA, ClientCert, ClientKey and PinnedSHA256 are as those of [central], for the way to it; they bear on no mark.
	CA           string `toml:"ca"`
	ClientCert   string `toml:"client_cert"`
	ClientKey    string `toml:"client_key"`
	PinnedSHA256 string `toml:"pinned_sha256"`
	// Timeout is how long one exchange may take, as "20s", the default.
	Timeout string `toml:"timeout"`
}

func (c TSAConfig) validate() error {
	switch {
	case c == TSAConfig{}:
		return nil
	case c.URL == "":
		return errors.New("tsa: no url")
	case c.Roots == "":
		return errors.New("tsa: no roots: a mark is believed only up to a root that the settings name")
	}
	_, err := c.policy()
	return err
}

func (c TSAConfig) policy() (asn1.ObjectIdentifier, error) {
	if c.Policy == "" {
		return nil, nil
	}
	var oid asn1.ObjectIdentifier
	for part := range strings.SplitSeq(c.Policy, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("tsa: policy %q is not like 1.2.3.4", c.Policy)
		}
		oid = append(oid, n)
	}
	if len(oid) < 2 {
		return nil, fmt.Errorf("tsa: policy %q is not like 1.2.3.4", c.Policy)
	}
	return oid, nil
}

// open makes the client, or nil where no authority is named. It calls nobody.
func (c TSAConfig) open(clock func() time.Time, proof func() protocollo.ClockProof) (*tsa.Client, error) {
	if c.URL == "" {
		return nil, nil
	}
	cfg := tsa.Config{Clock: clock, Proof: proof, Rand: rand.Reader,
		Service: call.Config{URL: c.URL, CAFile: c.CA, ClientCert: c.ClientCert, ClientKey: c.ClientKey, PinnedSHA256: c.PinnedSHA256, User: c.User, UserAgent: "segnatura/" + version()}}
	var err error
	if cfg.Policy, err = c.policy(); err != nil {
		return nil, err
	}
	if c.Timeout != "" {
		if cfg.Service.Timeout, err = time.ParseDuration(c.Timeout); err != nil {
			return nil, fmt.Errorf("tsa: timeout: %w", err)
		}
	}
	if c.PasswordFile != "" {
		b, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("tsa: read the password: %w", err)
		}
		cfg.Service.Password = strings.TrimSpace(string(b))
	}
	if cfg.Trust.Roots, err = readCertificates(c.Roots); err != nil {
		return nil, fmt.Errorf("tsa: roots: %w", err)
	}
	if c.TrustedList != "" {
		if cfg.Trust.TrustedList, err = readCertificates(c.TrustedList); err != nil {
			return nil, fmt.Errorf("tsa: trusted_list: %w", err)
		}
	}
	return tsa.New(cfg)
}

// readCertificates reads a PEM file that holds one certificate at least, and nothing else.
func readCertificates(path string) ([]*x509.Certificate, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []*x509.Certificate
	for {
		block, rest := pem.Decode(content)
		if block == nil {
			break
		}
		content = rest
		one, err := x509.ParseCertificate(block.Bytes)
		if block.Type != "CERTIFICATE" || err != nil {
			return nil, fmt.Errorf("%s has a %s that is no certificate", path, block.Type)
		}
		list = append(list, one)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s has no certificate in PEM", path)
	}
	return list, nil
}

// timestampExport writes tokens out.
type timestampExport struct{}

func (timestampExport) WriteExport(w io.Writer, r station.TimestampRecord, fileName string) error {
	return tsa.Export(w, r.Request.SHA256, *r.Token, fileName, r.Content)
}

// tsaCheck says whether the authority gives a mark that is accepted. One that does not is no fault of the data.
type tsaCheck struct {
	URL   string `json:"url,omitempty"`
	Well  bool   `json:"well"`
	State string `json:"state"`
}

// tsaFaults words what a check may meet, for who looks after the station.
var tsaFaults = map[string]string{
	"not-sent": "nobody answers there", "no-answer": "no whole answer came", "credentials": "the user or the password is not accepted", "address": "the url does not lead to an authority",
	"tsa-malformed": "what answers is no time-stamping authority", "tsa-status": "it refuses the request", "tsa-policy": "it stamps under another policy than the settings demand",
	"tsa-slow": "it did not answer in time", "tsa-chain": "its certificate does not lead to a root of the settings", "tsa-expired": "its certificate, or one above it, is over or not yet valid",
	"tsa-purpose":   "its certificate is not for timestamps alone",
	"tsa-algorithm": "it signs in a way that is not safe any more", "tsa-time": "its time and this machine's clock do not agree",
	"tsa-certificate": "it does not name its certificate in what it signs", "tsa-signature": "its signature does not hold",
	"tsa-nonce": "it answers another request", "tsa-imprint": "it stamps something else",
}

// checkTSA asks for one mark on a digest of nothing.
func checkTSA(ctx context.Context, c TSAConfig) tsaCheck {
	out := tsaCheck{URL: c.URL, State: "none is named: nothing is stamped"}
	client, err := c.open(time.Now, nil)
	if err == nil && client == nil {
		out.Well = true
		return out
	}
	var mark protocollo.Timestamp
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		mark, err = client.Stamp(ctx, sha256.Sum256(nil))
	}
	if err != nil {
		out.State = err.Error()
		var why *protocollo.Error
		if errors.As(err, &why) && tsaFaults[why.Code] != "" {
			out.State = tsaFaults[why.Code] + " (" + err.Error() + ")"
		}
		return out
	}
	out.Well, out.State = true, fmt.Sprintf("a mark of %s, policy %s, accepted", mark.Authority, mark.Policy)
	if mark.Qualified {
		out.State += "; qualified by the extract of the trusted list"
	}
	return out
}

func (c tsaCheck) String() string { return c.State }
