// Package dropfolder is the connector of a body whose protocol system takes files from a folder: each request is put there as the
// intake sheet (PDF/A), its metadata (XML) and one row (CSV), and the number comes back as an answer file of the same name. The
// formats are in docs/dropfolder.md, for whoever writes the other side.
//
// A reader never sees half a file: each is written beside, made durable and renamed, and the row comes last, so that who finds the
// row finds the rest. The same key writes the same files, and once the row is there nothing of a request is written again: whoever
// numbers may be reading. A letter that was corrected after a refusal has files of its own, and the refused row and its answer are set aside. No locks are held, since those of a network share bind nobody; an answer is believed when it stood still
// between two looks and ends with its line.
//
// It refuses a folder without the file [Sentinel]: an empty mount point takes files that nobody ever sees. It refuses to conclude
// anything from an answer that is not there, or that is not wholly understood: both are OutcomeUnknown, and a person may look.
//
//	c, err := dropfolder.New(dropfolder.Config{Dir: "/srv/scambio/sportello", Clock: time.Now})
//	receipt, err := c.Register(ctx, request)   // waits a little for a quick reader
//	receipt, found, err := c.Find(ctx, aoo, request.Key)
package dropfolder

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"segnatura/internal/durable"
	"segnatura/internal/protocollo"
)

// Name is the connector's name, as it is stored with attempts and registrations.
const Name = "dropfolder"

// Sentinel is the file, of any content, that whoever sets the folder up puts there, to tell it from an empty mount point.
const Sentinel = "segnatura-scambio.txt"

// filePerm lets the group read and answer: the other side is another account.
const filePerm fs.FileMode = 0o664

// Config wires a [Connector]. Dir and Clock are required.
type Config struct {
	// Dir is this station's own folder; two stations never share one.
	Dir   string
	Clock func() time.Time
	// Settle is how long an answer has to stand still before it is believed; more than the seconds for which a network share may show
	// old sizes. Default 2 s.
	Settle time.Duration
	// Patience is how long Register itself waits for the answer of a quick reader. Default 10 s.
	Patience time.Duration
	// Pause waits; it returns ctx's error when that ends first. Default: a timer.
	Pause func(ctx context.Context, d time.Duration) error
	// Files does the writing; its zero value is the operating system's.
	Files durable.Files
}

// Connector is the folder as a system that numbers. It is safe for concurrent use by callers that do not share a key.
type Connector struct{ cfg Config }

// New checks the settings. It touches no file.
func New(cfg Config) (*Connector, error) {
	if cfg.Dir == "" || cfg.Clock == nil {
		return nil, errors.New("drop folder: Dir and Clock are required")
	}
	if cfg.Settle <= 0 {
		cfg.Settle = 2 * time.Second
	}
	if cfg.Patience <= 0 {
		cfg.Patience = 10 * time.Second
	}
	if cfg.Pause == nil {
		cfg.Pause = pause
	}
	return &Connector{cfg}, nil
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Name returns [Name].
func (*Connector) Name() string { return Name }

// Capabilities says that the answer comes when it comes, is found by our key, and an annulment has no file of its own.
func (*Connector) Capabilities() protocollo.Capabilities {
	return protocollo.Capabilities{FindByKey: true, AttachLater: true, EmergencyFields: true, WantsSheet: true, Deferred: true}
}

// Register puts the request into the folder, unless it is there, and waits a little for its answer. Unavailable: nothing of it can be
// seen there. Rejected: the other side refused, in its words. OutcomeUnknown "awaits-answer": it is there and not answered yet;
// any other OutcomeUnknown says what is wrong with the answer.
func (c *Connector) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	if err := c.ready(ctx); err != nil {
		return protocollo.Receipt{}, err
	}
	name, earlier, found, err := c.makeRoom(ctx, r)
	if found || err != nil {
		return earlier, err
	}
	out, err := c.published(name, r.Key)
	if err != nil {
		return protocollo.Receipt{}, err
	}
	// An answer may be there although its row is not: the other side may take away what it has read.
	switch receipt, found, err := c.answer(ctx, name, r.AOO.Code, r.Key); {
	case err != nil:
		return protocollo.Receipt{}, err
	case found:
		return receipt, nil
	}
	if !out {
		if len(r.Sheet) == 0 {
			return protocollo.Receipt{}, protocollo.Errorf(protocollo.Unavailable, "intake-sheet", "the intake sheet was not made")
		}
		if err := c.publish(name, requestOf(r), bytes.NewReader(r.Sheet), ""); err != nil {
			return protocollo.Receipt{}, err
		}
	}
	for waited := time.Duration(0); waited < c.cfg.Patience; waited += c.cfg.Settle {
		if err := c.cfg.Pause(ctx, c.cfg.Settle); err != nil {
			break
		}
		receipt, found, err := c.answer(ctx, name, r.AOO.Code, r.Key)
		if found || err != nil {
			return receipt, err
		}
	}
	return protocollo.Receipt{}, protocollo.Errorf(protocollo.OutcomeUnknown, "awaits-answer", "the request lies in the exchange folder and is not answered yet")
}

// Find reads the answer to a key. found=false only says that there is none yet (Deferred). Rejected: the answer is a refusal.
func (c *Connector) Find(ctx context.Context, aoo protocollo.AOOCode, key string) (protocollo.Receipt, bool, error) {
	if err := c.ready(ctx); err != nil {
		return protocollo.Receipt{}, false, err
	}
	return c.latest(ctx, aoo, key)
}

// Annul is Invalid: an annulment has no file in this exchange.
func (*Connector) Annul(context.Context, string, protocollo.Annulment) error {
	return protocollo.Errorf(protocollo.Invalid, "annul", "the exchange folder has no annulment")
}

// Attach puts a document beside the requests: its file, metadata and row, named by the number's reference, the part and the
// key's digest. The receipt says that it lies there, whole, and was not refused at once: Rejected has the words of a quick reader. The same key
// gives the same reference again, and where the row is there already nothing is written.
func (c *Connector) Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error) {
	if err := c.ready(ctx); err != nil {
		return protocollo.AttachReceipt{}, err
	}
	if !refPattern.MatchString(r.Ref) || len(r.SHA256) != sha256.Size*2 {
		return protocollo.AttachReceipt{}, rejected("reference", "reference %q and digest %q name no file", r.Ref, r.SHA256)
	}
	own := sha256.Sum256([]byte(r.Key))
	name := fmt.Sprintf("%s-%d-%s", r.Ref, r.Part, hex.EncodeToString(own[:6]))
	out, err := c.published(name, r.Key)
	if err != nil {
		return protocollo.AttachReceipt{}, err
	}
	if !out {
		err = c.publish(name, documentOf(r), body, r.SHA256)
	} else {
		err = sameBytes(body, r.SHA256)
	}
	if err != nil {
		return protocollo.AttachReceipt{}, err
	}
	if err := c.cfg.Pause(ctx, c.cfg.Settle); err != nil {
		return protocollo.AttachReceipt{}, protocollo.Errorf(protocollo.OutcomeUnknown, "folder", "the document lies there, and its answer was not waited for: %w", err)
	}
	if err := c.refusal(ctx, name, r.Key); err != nil {
		return protocollo.AttachReceipt{}, err
	}
	return protocollo.AttachReceipt{Ref: name, At: c.cfg.Clock()}, nil
}

// Check says in one sentence why the folder cannot be used, or nil. It writes an unfinished file and removes it.
func (c *Connector) Check(ctx context.Context) error {
	if err := c.ready(ctx); err != nil {
		return err
	}
	p, err := c.cfg.Files.Create(c.cfg.Dir, filePerm)
	if err == nil {
		err = p.Abort()
	}
	if err != nil {
		return protocollo.Errorf(protocollo.Unavailable, "folder", "the exchange folder cannot be written to: %w", err)
	}
	return nil
}

// ready says whether the folder is the one that was set up. Nothing was written when it is not.
func (c *Connector) ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return protocollo.Errorf(protocollo.Unavailable, "folder", "not begun: %w", err)
	}
	if _, err := os.Lstat(c.path(Sentinel)); err != nil {
		return protocollo.Errorf(protocollo.Unavailable, "folder", "the exchange folder is not there, or has no file %s: %w", Sentinel, err)
	}
	return nil
}

func (c *Connector) path(name string) string { return filepath.Join(c.cfg.Dir, name) }

// plainKey is a key that every file system takes as a name. Other keys, and lower and upper case mixed, which some file systems do not
// tell apart, are named by their digest.
var plainKey = regexp.MustCompile(`^(?:[a-z0-9][a-z0-9-]{0,63}|[A-Z0-9][A-Z0-9-]{0,63})$`)

func fileName(key string) string {
	if plainKey.MatchString(key) {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return "k-" + hex.EncodeToString(sum[:])
}

// refPattern is a reference that can begin a file's name.
var refPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$`)

// published says whether the row of a name is there, under our key.
func (c *Connector) published(name, key string) (bool, error) {
	b, err := os.ReadFile(c.path(name + rowExt))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, protocollo.Errorf(protocollo.Unavailable, "folder", "read the exchange folder: %w", err)
	}
	row, err := parseRow(b)
	if err != nil || row[colKey] != key {
		return false, protocollo.Errorf(protocollo.OutcomeUnknown, "name-taken", "%s%s is not the row of this request: %v", name, rowExt, err)
	}
	return true, nil
}

// The three files of a request or a document, in the order in which they are written, and the answer to a request.
const (
	pageExt   = ".pdf"
	metaExt   = ".xml"
	rowExt    = ".csv"
	answerExt = ".risposta.csv"
)

// publish writes the three files. wantSHA256 is what the page file must be; "" where it is ours. An error before the row can be seen
// is Unavailable, or Rejected "digest".
func (c *Connector) publish(name string, d message, page io.Reader, wantSHA256 string) error {
	got, size, err := c.copyFile(name+pageExt, page, wantSHA256)
	if err != nil {
		return err
	}
	d.setFile(file{name + pageExt, got, size})
	meta, row, err := d.encode()
	if err != nil {
		return protocollo.Errorf(protocollo.Unavailable, "encode", "%w", err)
	}
	if err := c.cfg.Files.WriteFile(c.path(name+metaExt), bytes.NewReader(meta), filePerm); err != nil {
		return protocollo.Errorf(protocollo.Unavailable, "folder", "write the metadata: %w", err)
	}
	if err := c.cfg.Files.WriteFile(c.path(name+rowExt), bytes.NewReader(row), filePerm); err != nil {
		return c.rowFailed(name, err)
	}
	return nil
}

// rowFailed says what a failed writing of the row proves: nothing happened only where the folder is still the one that was set up and
// the row is not in it.
func (c *Connector) rowFailed(name string, err error) error {
	_, sentinelErr := os.Lstat(c.path(Sentinel))
	_, rowErr := os.Lstat(c.path(name + rowExt))
	if !errors.Is(err, durable.ErrUnsettled) && sentinelErr == nil && errors.Is(rowErr, fs.ErrNotExist) {
		return protocollo.Errorf(protocollo.Unavailable, "folder", "write the row: %w", err)
	}
	return protocollo.Errorf(protocollo.OutcomeUnknown, "folder", "write the row: %w", err)
}

// copyFile writes a page file whole, or leaves none under its name.
func (c *Connector) copyFile(name string, body io.Reader, wantSHA256 string) (string, int64, error) {
	unavailable := func(err error) error {
		return protocollo.Errorf(protocollo.Unavailable, "folder", "write the document: %w", err)
	}
	p, err := c.cfg.Files.Create(c.cfg.Dir, filePerm)
	if err != nil {
		return "", 0, unavailable(err)
	}
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(p, hash), body)
	if err != nil {
		return "", 0, unavailable(errors.Join(err, p.Abort()))
	}
	got := hex.EncodeToString(hash.Sum(nil))
	if wantSHA256 != "" && got != wantSHA256 {
		return "", 0, errors.Join(rejected("digest", "the document's digest is %s, announced was %s", got, wantSHA256), p.Abort())
	}
	if err := p.Commit(name); err != nil {
		return "", 0, unavailable(err)
	}
	return got, size, nil
}

// sameBytes reads a body to its end and compares it with what the request announces.
func sameBytes(body io.Reader, want string) error {
	hash := sha256.New()
	if _, err := io.Copy(hash, body); err != nil {
		return protocollo.Errorf(protocollo.Unavailable, "document", "read document: %w", err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != want {
		return rejected("digest", "the document's digest is %s, announced was %s", got, want)
	}
	return nil
}

// rejected is a refusal of our own, whose words are the reason.
func rejected(code, format string, args ...any) *protocollo.Error {
	e := protocollo.Errorf(protocollo.Rejected, code, format, args...)
	e.Words = strings.TrimSpace(e.Detail)
	return e
}
