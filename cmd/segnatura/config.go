package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"segnatura/internal/maildraft"
	"segnatura/stamp"
)

// Config is the machine's settings, a TOML file, by default segnatura.toml in the data folder; without a file the zero value
// serves a desk that registers, previews labels as PDF and takes uploads. Unknown keys are errors; flags override. Legal choices
// (page rule, label contents, terms) are not here: the Responsabile makes them on the screen, and they are versioned.
//
//	listen = "127.0.0.1:8787"
//
//	[[scanner]]
//	id = "sportello"
//	name = "Scanner dello sportello"
//	url = "http://192.0.2.7/eSCL"
//
//	[[printer]]
//	id = "zebra"
//	name = "Etichettatrice"
//	url = "zpl://192.0.2.8"
//	dpi = 203
//	label = "100x50"
type Config struct {
	// Listen is host:port. On any address but loopback the station speaks TLS only. Default 127.0.0.1:8787.
	Listen string `toml:"listen"`
	// Hosts are further names by which browsers call the station, e.g. "protocollo.ente.example". Loopback names, the machine's own
	// name and Listen's host are always allowed.
	Hosts []string `toml:"hosts"`
	// TLSCert and TLSKey are PEM files. Without them a self-made certificate is kept in the data folder and its fingerprint printed.
	TLSCert string `toml:"tls_cert"`
	TLSKey  string `toml:"tls_key"`
	// NTP names time servers to compare the clock with, two or more; none means «Ora non verificata».
	NTP []string `toml:"ntp"`
	// BackupDir gets one checked copy of the data a day, the last thirty are kept; it should be another disk. Empty: none is made.
	BackupDir string `toml:"backup_dir"`
	// OCR are the languages in which archived pages are read by the program tesseract, the main one first, e.g. ["ita", "deu"]; the
	// archive is then searchable, some time after the clerk's confirmation. `segnatura check` says whether tesseract has them. Empty: no
	// text is recognised.
	OCR []string `toml:"ocr"`
	// TSA stamps the daily registers and the records of bids; without it nothing is stamped.
	TSA TSAConfig `toml:"tsa"`
	// Central is the system that numbers; without it this station does.
	Central CentralConfig `toml:"central"`
	// Scanners, HotFolders and Printers are offered in this order.
	Scanners   []ScannerConfig   `toml:"scanner"`
	HotFolders []HotFolderConfig `toml:"hotfolder"`
	Printers   []PrinterConfig   `toml:"printer"`
	// Mail is for the drafts that tell the offices of an emergency register. Nothing is ever sent.
	Mail MailConfig `toml:"mail"`
}

// MailConfig says to whom notices go, as «Nome <indirizzo>» or an address.
type MailConfig struct {
	From string   `toml:"from"` // empty: the mail program's own
	To   []string `toml:"to"`
	// System is what the office calls its protocol program in them, e.g. "JEnte".
	System string `toml:"system"`
}

// office is whose notices go out.
func (c MailConfig) office() maildraft.Office {
	return maildraft.Office{From: c.From, To: c.To, System: c.System}
}

// ScannerConfig is a scanner: one on the network that speaks eSCL (AirScan, AirPrint scanning), or any that SANE reaches.
type ScannerConfig struct {
	ID   string `toml:"id"`
	Name string `toml:"name"`
	// URL is the eSCL root, e.g. "http://192.0.2.7/eSCL" or https; or Device is SANE's name of it, as `segnatura scan -list` prints.
	URL    string `toml:"url"`
	Device string `toml:"device"`
	// PinSHA256 pins the device's self-signed certificate, for https.
	PinSHA256 string `toml:"pin_sha256"`
	User      string `toml:"user"`
	// PasswordFile holds the password, so that this file holds no secret.
	PasswordFile string `toml:"password_file"`
	// Options are set for every run of a SANE device, by its own names of them: { swdeskew = "yes" }.
	Options map[string]string `toml:"options"`
}

// HotFolderConfig is a folder into which a machine scans. Taken files move to its subfolder "presi".
type HotFolderConfig struct {
	ID   string `toml:"id"`
	Name string `toml:"name"`
	Dir  string `toml:"dir"`
	// AOO owns what arrives; empty means the first AOO.
	AOO string `toml:"aoo"`
	// Kind "fax" takes what arrives for received faxes: each file is a document of its own, which bears no label of ours, and waits for the
	// clerk to register it and to assign it (requirement R1.7).
	Kind string `toml:"kind"`
	// Subfolders makes each folder inside, also one that is made later, a machine of its own with the folder's name.
	Subfolders bool `toml:"subfolders"`
	// Single makes each file a document of its own, for machines that write one file per letter. Otherwise the files that arrive together
	// are the pages of one run, and labels part it.
	Single bool `toml:"single"`
}

// kindFax is the kind of a folder of received faxes.
const kindFax = "fax"

const (
	configName    = "segnatura.toml"
	defaultListen = "127.0.0.1:8787"
)

// loadConfig reads path, or the data folder's own file, which may be absent.
func loadConfig(path, dataDir string) (Config, error) {
	optional := path == ""
	if optional {
		path = filepath.Join(dataDir, configName)
	}
	c := Config{Listen: defaultListen}
	f, err := os.Open(path)
	switch {
	case optional && errors.Is(err, fs.ErrNotExist):
		return c, nil
	case err != nil:
		return c, fmt.Errorf("read the settings: %w", err)
	}
	defer f.Close()
	d := toml.NewDecoder(f).DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) {
			return c, fmt.Errorf("settings %s: unknown keys:\n%s", path, strict.String())
		}
		return c, fmt.Errorf("settings %s: %w", path, err)
	}
	if c.Listen == "" {
		c.Listen = defaultListen
	}
	return c, c.validate()
}

func (c Config) validate() error {
	seen := map[string]bool{}
	unique := func(kind, id string) error {
		if id == "" {
			return fmt.Errorf("a %s has no id", kind)
		}
		if seen[kind+id] {
			return fmt.Errorf("two of %s have the id %q", kind, id)
		}
		seen[kind+id] = true
		return nil
	}
	errs := []error{c.Mail.office().Check()}
	for _, s := range c.Scanners {
		errs = append(errs, unique("scanner", s.ID))
		if (s.URL == "") == (s.Device == "") {
			errs = append(errs, fmt.Errorf("scanner %q wants a url (eSCL) or a device (SANE)", s.ID))
		}
		if s.URL != "" && len(s.Options) > 0 {
			errs = append(errs, fmt.Errorf("scanner %q: options are for SANE's devices", s.ID))
		}
	}
	for _, h := range c.HotFolders {
		errs = append(errs, unique("scanner", h.ID))
		if h.Dir == "" {
			errs = append(errs, fmt.Errorf("hotfolder %q has no dir", h.ID))
		}
		if h.Kind != "" && h.Kind != kindFax {
			errs = append(errs, fmt.Errorf("hotfolder %q: kind %q is not %q", h.ID, h.Kind, kindFax))
		}
		if strings.Contains(h.ID, subfolderMark) {
			errs = append(errs, fmt.Errorf("hotfolder %q: an id has no %q", h.ID, subfolderMark))
		}
	}
	for _, p := range c.Printers {
		errs = append(errs, unique("printer", p.ID), p.validate())
	}
	errs = append(errs, c.Central.validate(), c.TSA.validate())
	if (c.TLSCert == "") != (c.TLSKey == "") {
		errs = append(errs, errors.New("tls_cert and tls_key go together"))
	}
	return errors.Join(errs...)
}

func labelSize(s string) (stamp.Size, error) {
	if s == "" {
		return stamp.Size{WidthMM: 100, HeightMM: 50}, nil
	}
	width, height, _ := strings.Cut(strings.ToLower(s), "x")
	w, errW := strconv.ParseFloat(width, 64)
	h, errH := strconv.ParseFloat(height, 64)
	if errW != nil || errH != nil || !(w > 0 && h > 0) {
		return stamp.Size{}, fmt.Errorf("label size %q is not like 100x50", s)
	}
	return stamp.Size{WidthMM: w, HeightMM: h}, nil
}

func resolution(dpi int) (stamp.Resolution, error) {
	for _, r := range []stamp.Resolution{stamp.DPI203, stamp.DPI300, stamp.DPI600} {
		if r.DPI == dpi || (dpi == 0 && r == stamp.DPI203) {
			return r, nil
		}
	}
	return stamp.Resolution{}, fmt.Errorf("a print head of %d dpi is not 203, 300 or 600", dpi)
}

// hosts lists the names by which browsers may call the station.
func (c Config) hosts() []string {
	list := []string{"localhost", "127.0.0.1", "[::1]", "::1"}
	if h, _, err := net.SplitHostPort(c.Listen); err == nil && h != "" {
		list = append(list, strings.ToLower(h))
	}
	if name, err := os.Hostname(); err == nil {
		list = append(list, strings.ToLower(name))
	}
	for _, h := range c.Hosts {
		list = append(list, strings.ToLower(h))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// loopback reports whether Listen can be reached from this machine only.
func (c Config) loopback() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
