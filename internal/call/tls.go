package call

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	"segnatura/internal/pinned"
)

func (cfg Config) tls() (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read authorities: %w", err)
		}
		if t.RootCAs = x509.NewCertPool(); !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read authorities: %s has no certificate in PEM", cfg.CAFile)
		}
	}
	if cfg.ClientCert != "" || cfg.ClientKey != "" {
		pair, err := tls.LoadX509KeyPair(cfg.ClientCert, cfg.ClientKey)
		if err != nil {
			return nil, fmt.Errorf("read our certificate: %w", err)
		}
		t.Certificates = []tls.Certificate{pair}
		// With TLS 1.3 a server refuses our certificate only after the request has left, and a refusal would look like an answer that was
		// lost (RFC 8446, 4.4.2.4 and appendix E.1.2); with 1.2 it refuses before.
		t.MaxVersion = tls.VersionTLS12
	}
	if cfg.PinnedSHA256 == "" {
		return t, nil
	}
	return t, pinned.Take(t, cfg.PinnedSHA256)
}
