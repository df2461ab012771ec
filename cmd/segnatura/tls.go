package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"segnatura/internal/durable"
)

// serverTLS returns the TLS configuration for a listener that others can reach: the given certificate, or a self-made one kept in
// the data folder, whose fingerprint people compare with what their browser shows.
func serverTLS(c Config, dataDir string, now time.Time) (*tls.Config, string, error) {
	certFile, keyFile := c.TLSCert, c.TLSKey
	if certFile == "" {
		certFile, keyFile = filepath.Join(dataDir, "tls.crt"), filepath.Join(dataDir, "tls.key")
		if _, err := os.Stat(certFile); errors.Is(err, fs.ErrNotExist) {
			if err := makeCertificate(certFile, keyFile, c.hosts(), now); err != nil {
				return nil, "", err
			}
		}
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, "", fmt.Errorf("load the certificate: %w", err)
	}
	sum := sha256.Sum256(pair.Certificate[0])
	var fingerprint []string
	for _, b := range sum {
		fingerprint = append(fingerprint, fmt.Sprintf("%02X", b))
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, strings.Join(fingerprint, ":"), nil
}

// makeCertificate writes a self-signed certificate for these names, good for ten years: there is no authority to renew it, and a
// changed fingerprint is what people are told to refuse.
func makeCertificate(certFile, keyFile string, hosts []string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return fmt.Errorf("make a serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Stazione di segnatura"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, h := range hosts {
		h = strings.Trim(h, "[]")
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return fmt.Errorf("make a certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("encode the key: %w", err)
	}
	// The key first: a certificate without its key would be taken for a finished pair at the next start.
	files := []struct {
		name, kind string
		der        []byte
		perm       fs.FileMode
	}{{keyFile, "PRIVATE KEY", pkcs8, 0o600}, {certFile, "CERTIFICATE", der, 0o644}}
	for _, f := range files {
		text := pem.EncodeToMemory(&pem.Block{Type: f.kind, Bytes: f.der})
		if err := (durable.Files{}).WriteFile(f.name, bytes.NewReader(text), f.perm); err != nil {
			return fmt.Errorf("store the %s: %w", strings.ToLower(f.kind), err)
		}
	}
	return nil
}
