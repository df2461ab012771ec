package dropfolder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"

	"segnatura/internal/protocollo"
)

// retiredExt is what a refused request's row and its answer are renamed with before the corrected letter is put there: nobody takes the one for
// a request any more, or the other for an answer. Neither is lost.
const retiredExt = ".superata"

// editionName is the files' name of a key's letter as it was corrected so many times. A dot is in no name of [fileName], so that no other key has it.
func editionName(key string, edition int) string {
	if edition == 0 {
		return fileName(key)
	}
	return fileName(key) + "." + strconv.Itoa(edition+1)
}

// editions lists those of a key that the folder has anything of, ascending. Only after a refusal was set aside can there be more than the first,
// so that the folder is not listed for an ordinary letter.
func (c *Connector) editions(key string) ([]int, error) {
	_, err := os.Lstat(c.path(fileName(key) + answerExt + retiredExt))
	if errors.Is(err, fs.ErrNotExist) {
		return []int{0}, nil
	}
	var entries []fs.DirEntry
	if err == nil {
		entries, err = os.ReadDir(c.cfg.Dir)
	}
	if err != nil {
		return nil, protocollo.Errorf(protocollo.Unavailable, "folder", "read the exchange folder: %w", err)
	}
	list, later := []int{0}, regexp.MustCompile(`^`+regexp.QuoteMeta(fileName(key))+`\.([2-9]|[1-9][0-9]{1,3})\.`)
	for _, e := range entries {
		if m := later.FindStringSubmatch(e.Name()); m != nil {
			n, _ := strconv.Atoi(m[1]) // the pattern's digits
			list = append(list, n-1)
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// latest reads the answer to the last edition of a key. A number stands whichever edition it was given to; a refusal of an earlier one says
// nothing of the last.
func (c *Connector) latest(ctx context.Context, aoo protocollo.AOOCode, key string) (protocollo.Receipt, bool, error) {
	list, err := c.editions(key)
	if err != nil {
		return protocollo.Receipt{}, false, err
	}
	for i, edition := range slices.Backward(list) {
		receipt, found, err := c.answer(ctx, editionName(key, edition), aoo, key)
		if found || err != nil && (i == len(list)-1 || protocollo.ClassOf(err) != protocollo.Rejected) {
			return receipt, found, err
		}
	}
	return protocollo.Receipt{}, false, nil
}

// makeRoom sets the refused editions before this one aside, and returns the name that this one has. A number that one of them got is found. While one
// waits for its answer nothing is put beside it: OutcomeUnknown "awaits-answer". After a restore the folder may know later ones than the letter
// does: then the last of those is this one.
func (c *Connector) makeRoom(ctx context.Context, r protocollo.RegisterRequest) (name string, receipt protocollo.Receipt, found bool, err error) {
	list, err := c.editions(r.Key)
	if err != nil {
		return "", receipt, false, err
	}
	edition := max(r.Edition, list[len(list)-1])
	for _, e := range list {
		if e >= edition {
			continue
		}
		before := editionName(r.Key, e)
		receipt, found, err = c.answer(ctx, before, r.AOO.Code, r.Key)
		switch {
		case found:
			return before, receipt, true, nil
		case protocollo.ClassOf(err) == protocollo.Rejected:
			err = c.retire(before)
		case err == nil:
			var out bool
			if out, err = c.published(before, r.Key); out && err == nil {
				err = protocollo.Errorf(protocollo.OutcomeUnknown, "awaits-answer", "the request %s lies in the exchange folder and is not answered yet", before)
			}
		}
		if err != nil {
			return "", receipt, false, err
		}
	}
	return editionName(r.Key, edition), receipt, false, nil
}

// retire sets a refused request aside: first the row, so that nobody answers it anew, then the refusal. Cut short, it goes on from there.
func (c *Connector) retire(name string) error {
	for _, ext := range []string{rowExt, answerExt} {
		from := c.path(name + ext)
		err := os.Rename(from, from+retiredExt) // many a share has no hard links for durable's own move
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = c.cfg.Files.SyncDir(c.cfg.Dir)
		}
		if err != nil {
			return protocollo.Errorf(protocollo.Unavailable, "folder", "%w", fmt.Errorf("set the refused request %s aside: %w", name, err))
		}
	}
	return nil
}
