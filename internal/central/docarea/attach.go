package docarea

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strconv"

	"segnatura/internal/protocollo"
)

// Attach adds a document to a registration. The contracts have no key for it, but no two files of a registration have one name: it is read first, and
// what a lost answer left behind is found and not added again. Only the last call adds; what comes before it may be repeated.
//
// Errors: Rejected for bytes that are not those of the request, for a reference of another centre, and with the centre's words; Unavailable;
// OutcomeUnknown where the last call's answer was lost. A dialect that cannot attach later is Invalid.
func (c *Connector) Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error) {
	if c.profile.attach.name == "" {
		return protocollo.AttachReceipt{}, protocollo.Errorf(protocollo.Invalid, "invalid", "the contract takes no document after the number")
	}
	ref, err := parseReference(r.Ref)
	if err != nil {
		return protocollo.AttachReceipt{}, err
	}
	b, err := readDocument(r, body)
	if err != nil {
		return protocollo.AttachReceipt{}, err
	}
	var id string
	err = c.inSession(ctx, func(token string) error {
		there, err := c.show(ctx, token, ref)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(there.document, func(d document) bool { return d.name == r.FileName }); i >= 0 {
			id = there.document[i].id
			return nil
		}
		id, err = c.attach(ctx, token, ref, r, b)
		return err
	})
	if err != nil {
		return protocollo.AttachReceipt{}, err
	}
	return protocollo.AttachReceipt{Ref: id, At: c.cfg.Clock()}, nil
}

// attach adds the file, and returns the centre's id of it.
func (c *Connector) attach(ctx context.Context, token string, ref reference, r protocollo.AttachRequest, b []byte) (string, error) {
	title := cmp.Or(r.Title, r.FileName)
	v := values{theToken: []byte(token), theName: []byte(r.FileName), theTitle: []byte(title), theFile: b,
		theYear: strconv.AppendInt(nil, int64(ref.year), 10), theNumber: strconv.AppendInt(nil, ref.number, 10)}
	if c.profile.attachNames {
		id, err := c.insert(ctx, token, r.FileName, r.MediaType, b)
		if err != nil {
			return "", err
		}
		if v[theSegnatura], err = c.attachment(ref, id, r.FileName, title); err != nil {
			return "", err
		}
	}
	said, err := c.ask(ctx, c.profile.attach, false, v, r.MediaType)
	if err != nil {
		return "", err
	}
	if said.code != 0 {
		return "", c.profile.verdict(said)
	}
	id, ok := said.integer(c.profile.answer.file)
	if !ok || id <= 0 {
		return "", said.refused(protocollo.OutcomeUnknown, "nonsense", "the answer names no document")
	}
	return strconv.FormatInt(id, 10), nil
}

// readDocument reads what the request announces, and no more.
func readDocument(r protocollo.AttachRequest, body io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(body, r.Bytes+1))
	if err != nil {
		return nil, protocollo.Errorf(protocollo.Unavailable, "document", "read document: %w", err)
	}
	sum := sha256.Sum256(b)
	if got := hex.EncodeToString(sum[:]); got != r.SHA256 || int64(len(b)) != r.Bytes {
		return nil, protocollo.Errorf(protocollo.Rejected, "digest", "the document is not the one that was announced with %d bytes and digest %s", r.Bytes, r.SHA256)
	}
	return b, nil
}
