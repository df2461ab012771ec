package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"segnatura/internal/durable"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

const registerUsage = "export|import [-url http://127.0.0.1:8787] [-ca F] -user U [-password-file F] [-opening 1-2026] [-format xlsx|csv|xml] [-columns F] [-apply] FILE"

// registerPassword is the environment's name for the password, where no file holds it.
const registerPassword = "SEGNATURA_PASSWORD"

// sheetBounds of what travels: a register of ten thousand rows is some megabytes.
const (
	mostSheetBytes = 64 << 20
	registerWithin = 5 * time.Minute
)

// registerOrder is the command line of `segnatura register`.
type registerOrder struct {
	verb, url, ca, user, passwordFile string
	opening, format, columns, file    string
	apply                             bool
}

// register takes a register of emergency out of the running service as a spreadsheet, or brings one back: for whoever types it into the central
// system's own recovery, such as JEnte's «Recupero da Emergenza». It speaks as a person with an account of the AOO: what is recorded is theirs.
// Without -apply an import only compares. Faults are printed one a line, each with its place in the sheet, and fail the command.
func register(ctx context.Context, e env, args []string) error {
	o, err := parseRegister(e, args)
	if err != nil {
		return err
	}
	var columns struct {
		Column []stamp.EmergencyColumn `toml:"column"`
	}
	if o.columns != "" {
		b, err := os.ReadFile(o.columns)
		if err != nil {
			return err
		}
		if err := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields().Decode(&columns); err != nil {
			return fmt.Errorf("%s: %w", o.columns, err)
		}
		if len(columns.Column) == 0 {
			return fmt.Errorf("%s: it has no [[column]]", o.columns)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, registerWithin)
	defer cancel()
	d, err := logIn(ctx, o)
	if err != nil {
		return err
	}
	err = d.exchange(ctx, e, o, columns.Column)
	return errors.Join(err, d.call(ctx, http.MethodPost, "api/logout", nil, nil))
}

func parseRegister(e env, args []string) (registerOrder, error) {
	var o registerOrder
	if len(args) == 0 || args[0] != "export" && args[0] != "import" {
		if len(args) > 0 && strings.TrimLeft(args[0], "-") == "h" {
			fmt.Fprintf(e.stderr, "usage: segnatura register %s\n", registerUsage)
			return o, flag.ErrHelp
		}
		return o, usageError{errors.New("export or import?")}
	}
	o.verb = args[0]
	f := flags(e, "register "+o.verb)
	f.StringVar(&o.url, "url", "http://127.0.0.1:8787/", "the running service")
	f.StringVar(&o.ca, "ca", "", "its certificate, where it made one itself (tls.crt in the data folder)")
	f.StringVar(&o.user, "user", "", "a Responsabile's account, of the AOO that the register is of")
	f.StringVar(&o.passwordFile, "password-file", "", "the file that holds the password (default: the environment's "+registerPassword+")")
	f.StringVar(&o.opening, "opening", "", "number and year of the register, as in 1-2026 (default: the latest)")
	f.StringVar(&o.format, "format", "", "xlsx or csv; to export also xml, Finmatica's batch (default: as the file's name ends)")
	f.StringVar(&o.columns, "columns", "", "a TOML file with the template's columns: [[column]] with title, and field or constant")
	if o.verb == "import" {
		f.BoolVar(&o.apply, "apply", false, "record what the register lacks, not only compare")
	}
	if err := parseFlags(f, args[1:]); err != nil {
		return o, err
	}
	switch {
	case f.NArg() != 1:
		return o, usageError{errors.New("one file, please")}
	case o.user == "":
		return o, usageError{errors.New("-user is missing")}
	}
	o.file = f.Arg(0)
	if o.format == "" {
		o.format = strings.TrimPrefix(strings.ToLower(filepath.Ext(o.file)), ".")
	}
	formats := []stamp.SheetFormat{stamp.SheetXLSX, stamp.SheetCSV}
	if o.verb == "export" {
		formats = append(formats, stamp.SheetFinmatica)
	}
	if !slices.Contains(formats, stamp.SheetFormat(o.format)) {
		return o, usageError{fmt.Errorf("-format %q is none of %v", o.format, formats)}
	}
	if !strings.HasSuffix(o.url, "/") {
		o.url += "/"
	}
	return o, nil
}

// deskClient is a person's session with a running service.
type deskClient struct {
	http.Client
	url string
}

func logIn(ctx context.Context, o registerOrder) (*deskClient, error) {
	password := os.Getenv(registerPassword)
	if o.passwordFile != "" {
		b, err := os.ReadFile(o.passwordFile)
		if err != nil {
			return nil, fmt.Errorf("read the password: %w", err)
		}
		password = strings.TrimRight(string(b), "\r\n")
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	d := &deskClient{http.Client{Jar: jar}, o.url}
	if o.ca != "" {
		b, err := os.ReadFile(o.ca)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(b) {
			return nil, fmt.Errorf("%s: no certificate", o.ca)
		}
		d.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	}
	return d, d.call(ctx, http.MethodPost, "api/login", map[string]string{"user": o.user, "password": password, "desk": "register"}, nil)
}

// call sends JSON; into takes the answer as JSON, or whole where it is a *[]byte.
func (d *deskClient) call(ctx context.Context, method, path string, body, into any) error {
	sent, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, d.url+path, bytes.NewReader(sent))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := d.Do(req)
	if err != nil {
		return fmt.Errorf("reach the service (is it running?): %w", err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, mostSheetBytes+1))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if len(answer) > mostSheetBytes { // the rest of it would be missing
		return fmt.Errorf("the service's answer is longer than %d MiB: nothing was kept of it", mostSheetBytes>>20)
	}
	if res.StatusCode >= 300 {
		var problem struct{ Code, Detail string }
		if json.Unmarshal(answer, &problem) != nil || problem.Code == "" {
			return fmt.Errorf("the service answered %s", res.Status)
		}
		return fmt.Errorf("%s: %s", problem.Code, problem.Detail)
	}
	switch into := into.(type) {
	case nil:
		return nil
	case *[]byte:
		*into = answer
		return nil
	default:
		return json.Unmarshal(answer, into)
	}
}

func (d *deskClient) exchange(ctx context.Context, e env, o registerOrder, columns []stamp.EmergencyColumn) error {
	if o.opening == "" {
		var list struct {
			Registers []protocollo.EmergencyRegister
		}
		if err := d.call(ctx, http.MethodGet, "api/emergency/registers", nil, &list); err != nil {
			return err
		}
		if len(list.Registers) == 0 {
			return errors.New("there is no register of emergency")
		}
		o.opening = fmt.Sprintf("%d-%d", list.Registers[0].Ordinal, list.Registers[0].Year)
	}
	path := "api/emergency/registers/" + o.opening + "/sheet"
	if o.verb == "export" {
		var sheet []byte
		if err := d.call(ctx, http.MethodPost, path, map[string]any{"format": o.format, "columns": columns}, &sheet); err != nil {
			return err
		}
		if err := (durable.Files{}).CreateExclusive(o.file, bytes.NewReader(sheet), 0o600); err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%s: register %s\n", o.file, o.opening)
		return nil
	}
	sheet, err := os.ReadFile(o.file)
	if err != nil {
		return err
	}
	var c station.SheetComparison
	if err := d.call(ctx, http.MethodPost, path+"/import", map[string]any{"format": o.format, "columns": columns, "file": sheet, "apply": o.apply}, &c); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "register %s: %d rows as they are; %d new, %d recorded; %d numbers, %d recorded\n", o.opening, c.Rows, len(c.New), c.Recorded, len(c.Numbers), c.NumbersRecorded)
	for _, f := range append(c.Changed, c.Faults...) {
		fmt.Fprintln(e.stdout, f)
	}
	if len(c.Faults) > 0 {
		return fmt.Errorf("%s: %d faults", o.file, len(c.Faults))
	}
	return nil
}
