package store

import (
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
	"syscall"

	"segnatura/internal/protocollo"
)

const (
	blobDir = "blobs"
	tmpDir  = "tmp" // content whose digest is not known yet; emptied at each start
)

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

func diskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func (db *DB) blobPath(sha string) string { return filepath.Join(db.dir, blobDir, sha[:2], sha) }

// PutBlob stores what r holds under its SHA-256, read-only and durable once it returns; the same content again is no error. The
// digest is taken first, from a copy in tmp/ where r cannot be read twice, so that the file is written once, in its folder.
func (db *DB) PutBlob(ctx context.Context, r io.Reader) (sha string, size int64, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("put a blob: %w", classify(err))
		}
	}()
	seeker, ok := r.(io.ReadSeeker)
	if !ok {
		staged, err := os.CreateTemp(filepath.Join(db.dir, tmpDir), "blob-")
		if err != nil {
			return "", 0, err
		}
		defer func() { err = errors.Join(err, staged.Close(), os.Remove(staged.Name())) }()
		if _, err := io.Copy(staged, contextReader{ctx, r}); err != nil {
			return "", 0, err
		}
		if _, err := staged.Seek(0, io.SeekStart); err != nil {
			return "", 0, err
		}
		seeker = staged
	}
	begin, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return "", 0, err
	}
	h := sha256.New()
	if size, err = io.Copy(h, contextReader{ctx, seeker}); err != nil {
		return "", 0, err
	}
	if _, err := seeker.Seek(begin, io.SeekStart); err != nil {
		return "", 0, err
	}
	sha = hex.EncodeToString(h.Sum(nil))
	return sha, size, db.putHashed(sha, seeker)
}

// putHashed stores content whose digest is known; other content than the digest's is refused.
func (db *DB) putHashed(sha string, r io.Reader) error {
	dir := filepath.Join(db.dir, blobDir, sha[:2])
	if _, made := db.blobDirs.Load(dir); !made { // once a process: it fsyncs the folder above, whether dir is there or not
		if err := db.files.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		db.blobDirs.Store(dir, true)
	}
	p, err := db.files.Create(dir, 0o444)
	if err != nil {
		return err
	}
	defer p.Abort() // no effect after the commit
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(p, h), r); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != sha {
		return protocollo.Errorf(protocollo.Internal, "blob", "the content changed while it was read")
	}
	err = p.CommitExclusive(sha)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	// It is there already. It may be damaged: a good copy takes its place; else its name is made durable, once more.
	if digest, _, err := digestFile(db.blobPath(sha)); err == nil && digest == sha {
		return db.files.SyncDir(dir)
	}
	return protocollo.Errorf(protocollo.Internal, "blob-damaged", "blob %s is there and does not have its digest", sha)
}

// OpenBlob opens a stored file. The caller closes it. NotFound "blob".
func (db *DB) OpenBlob(_ context.Context, sha string) (io.ReadSeekCloser, int64, error) {
	if !sha256Hex.MatchString(sha) {
		return nil, 0, protocollo.Errorf(protocollo.NotFound, "blob", "no such blob: %q", sha)
	}
	f, err := os.OpenFile(db.blobPath(sha), os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, protocollo.Errorf(protocollo.NotFound, "blob", "no such blob: %s", sha)
	}
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// digestFile hashes a file.
func digestFile(path string) (sha string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close() // read only
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// contextReader ends a copy when its context does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}
