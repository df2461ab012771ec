package dropfolder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"segnatura/internal/protocollo"
)

// maxAnswer bounds an answer file.
const maxAnswer = 64 << 10

// answer reads the answer to a key. Not found: there is none yet, or it is still being written.
func (c *Connector) answer(ctx context.Context, name string, aoo protocollo.AOOCode, key string) (protocollo.Receipt, bool, error) {
	b, err := c.stable(ctx, c.path(name+answerExt))
	if err != nil || b == nil {
		return protocollo.Receipt{}, false, err
	}
	receipt, err := c.parse(b, aoo, key)
	if err != nil {
		return protocollo.Receipt{}, false, err
	}
	return receipt, true, nil
}

// stable returns the content of a file whose size and time did not move between two looks, and nil where there is none, or where it
// moved.
func (c *Connector) stable(ctx context.Context, path string) ([]byte, error) {
	before, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable("%w", err)
	}
	if !before.Mode().IsRegular() || before.Size() > maxAnswer {
		return nil, unreadable("it is no file of at most %d bytes", maxAnswer)
	}
	if err := c.cfg.Pause(ctx, c.cfg.Settle); err != nil {
		return nil, unreadable("not waited for: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, unreadable("%w", err)
	}
	defer f.Close() // read only
	b, err := io.ReadAll(io.LimitReader(f, maxAnswer+1))
	if err != nil {
		return nil, unreadable("%w", err)
	}
	after, err := f.Stat()
	if err != nil {
		return nil, unreadable("%w", err)
	}
	if !after.ModTime().Equal(before.ModTime()) || after.Size() != before.Size() || int64(len(b)) != before.Size() {
		return nil, nil
	}
	return b, nil
}

// unreadable is an answer that says nothing for certain: a person looks at it.
func unreadable(format string, args ...any) *protocollo.Error {
	return protocollo.Errorf(protocollo.OutcomeUnknown, "answer", "read the answer file: "+format, args...)
}

// The columns of an answer beside its key.
const (
	colOutcome  = "esito"
	colRegister = "registro"
	colYear     = "anno"
	colNumber   = "numero"
	colDay      = "data"
	colTime     = "ora"
	colRef      = "riferimento"
	colWords    = "messaggio"
)

// What an answer may say in colOutcome.
const (
	saidNumbered = "protocollato"
	saidRefused  = "rifiutato"
)

// parse reads the whole answer to a request. Whatever is not as docs/dropfolder.md says is OutcomeUnknown with what is wrong.
func (c *Connector) parse(b []byte, aoo protocollo.AOOCode, key string) (protocollo.Receipt, error) {
	row, err := parseAnswer(b, key)
	if err != nil && strings.Trim(row[colNumber], "0") != "" {
		unclear := unreadable("it refuses, and has the number %q", row[colNumber])
		unclear.Words = row[colWords]
		return protocollo.Receipt{}, unclear
	}
	if err != nil {
		return protocollo.Receipt{}, err
	}
	if row[colOutcome] != saidNumbered {
		return protocollo.Receipt{}, unreadable("its outcome is %q", row[colOutcome])
	}
	return c.receipt(row, aoo, string(b))
}

// refusal is the refusal of a document, where it was refused. Nobody has to answer one.
func (c *Connector) refusal(ctx context.Context, name, key string) error {
	b, err := c.stable(ctx, c.path(name+answerExt))
	if err != nil || b == nil {
		return err
	}
	_, err = parseAnswer(b, key)
	return err
}

// parseAnswer reads an answer to a key by column. A refusal is Rejected with its words, and its row is returned too.
func parseAnswer(b []byte, key string) (map[string]string, error) {
	if !utf8.Valid(b) { // as older programs write it
		decoded, err := charmap.Windows1252.NewDecoder().Bytes(b)
		if err != nil {
			return nil, unreadable("%w", err)
		}
		b = decoded
	}
	row, err := parseRow(b)
	if err != nil {
		return nil, unreadable("%w", err)
	}
	row[colOutcome] = strings.ToLower(row[colOutcome])
	switch {
	case row[colKey] != key:
		return nil, unreadable("it answers the key %q", row[colKey])
	case row[colOutcome] == saidRefused && row[colWords] == "":
		return nil, unreadable("a refusal without words")
	case row[colOutcome] == saidRefused:
		e := protocollo.Errorf(protocollo.Rejected, "refused", "the other side refused")
		e.Words = row[colWords]
		return row, e
	}
	return row, nil
}

// receipt makes a receipt of a numbered answer.
func (c *Connector) receipt(row map[string]string, aoo protocollo.AOOCode, raw string) (protocollo.Receipt, error) {
	value, err := strconv.ParseUint(row[colNumber], 10, 40)
	if err != nil || value == 0 {
		return protocollo.Receipt{}, unreadable("its number is %q", row[colNumber])
	}
	number, err := protocollo.NumberFrom(int64(value))
	if err != nil {
		return protocollo.Receipt{}, unreadable("%w", err)
	}
	year, err := strconv.Atoi(row[colYear])
	if err != nil {
		return protocollo.Receipt{}, unreadable("its year is %q", row[colYear])
	}
	day, err := answeredDay(row[colDay])
	if err != nil {
		return protocollo.Receipt{}, unreadable("%w", err)
	}
	now := c.cfg.Clock()
	if day > protocollo.DayOf(now) {
		return protocollo.Receipt{}, unreadable("its day %s has not come yet", day)
	}
	at, err := answeredAt(day, row[colTime], now)
	if err != nil {
		return protocollo.Receipt{}, unreadable("%w", err)
	}
	ref := row[colRef]
	if ref == "" {
		ref = strings.Trim(fmt.Sprintf("%s-%s-%04d-%s", aoo, row[colRegister], year, number), "-")
	}
	if !refPattern.MatchString(ref) {
		return protocollo.Receipt{}, unreadable("its reference %q cannot begin a file's name", ref)
	}
	r := protocollo.Receipt{Register: row[colRegister], Year: year, Number: number, Day: day, At: at, Ref: ref, Raw: raw}
	if err := r.Validate(); err != nil {
		return protocollo.Receipt{}, err
	}
	return r, nil
}

// answeredDay accepts 2026-03-02 and 02/03/2026.
func answeredDay(s string) (protocollo.Day, error) {
	for _, layout := range []string{time.DateOnly, "02/01/2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return protocollo.Day(t.Format(time.DateOnly)), nil
		}
	}
	return "", fmt.Errorf("its day is %q", s)
}

// answeredAt is the instant of the registration: its time on its day, or now, where no time is given.
func answeredAt(day protocollo.Day, clock string, now time.Time) (time.Time, error) {
	if clock == "" {
		return now, nil
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.ParseInLocation(time.DateOnly+" "+layout, string(day)+" "+clock, protocollo.Rome()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("its time is %q", clock)
}
