package store

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"

	"segnatura/internal/durable"
)

// journal.heads holds one line "seq hash" for each end that the journal had, appended after the commit. A chain of hashes alone does
// not show that its tail was cut off together with the rows that it reports, nor that an older copy of the database was put
// in place; this file does: the database must reach at least its last line, with the same hash. It is written without fsync,
// because the database is what counts: after a power cut the file may lack lines, never be ahead. Who cuts both is found by the
// head that is printed on the daily register.
const headsFile = "journal.heads"

// headsLimit is the size from which Open shortens the file to its last line.
const headsLimit = 1 << 20

var headLine = regexp.MustCompile(`^([0-9]{1,18}) ([0-9a-f]{64})$`)

type heads struct {
	path string
	file *os.File
	last head // the last whole line, at the time of opening
}

// openHeads reads the last whole line and opens the file to append.
func openHeads(path string) (*heads, error) {
	last, size, err := readHeads(path)
	if err != nil {
		return nil, err
	}
	if size > headsLimit {
		line := fmt.Sprintf("%d %s\n", last.seq, last.hash)
		if err := (durable.Files{}).WriteFile(path, strings.NewReader(line), 0o600); err != nil {
			return nil, fmt.Errorf("shorten %s: %w", headsFile, err)
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", headsFile, err)
	}
	return &heads{path: path, file: f, last: last}, nil
}

// readHeads returns the highest whole line. A line that a full disk or a power cut left in part is passed over.
func readHeads(path string) (last head, size int64, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return head{}, 0, nil
	}
	if err != nil {
		return head{}, 0, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		size += int64(len(lines.Bytes())) + 1
		m := headLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		seq, err := strconv.ParseInt(m[1], 10, 64)
		if err == nil && seq >= last.seq {
			last = head{seq: seq, hash: m[2]}
		}
	}
	return last, size, lines.Err()
}

// add appends a line. The commit stands whether it succeeds or not: a line that is missing only makes the next one matter more.
func (h *heads) add(e head) {
	fmt.Fprintf(h.file, "%d %s\n", e.seq, e.hash)
}

func (h *heads) close() error {
	if err := h.file.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
