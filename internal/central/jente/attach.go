package jente

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/soap"
)

// Attach adds a document to a registration. The contract has no key and its answer names no document, so the file's name, which the
// station gives to one document only, is the reference: before sending, the registration's documents are read, and one of that name and these
// bytes is the one that an earlier call left there. One of that name with other bytes is Rejected "document-name". A document whose place this
// one takes stays beside it: the contract removes none.
func (c *Connector) Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error) {
	ref, err := parseReference(r.Ref)
	if err != nil {
		return protocollo.AttachReceipt{}, protocollo.Errorf(protocollo.Invalid, "ref", "attach: %w", err)
	}
	file, err := readAnnounced(r, body)
	if err != nil {
		return protocollo.AttachReceipt{}, err
	}
	there, err := c.alreadyThere(ctx, ref, r)
	if err != nil {
		return protocollo.AttachReceipt{}, fmt.Errorf("look for the document in JEnte: %w", err)
	}
	if !there {
		request := allegaDocumento{Username: c.cfg.Username, Reference: ref.wire(), Document: documento{Title: titleOf(r), Name: r.FileName, File: file}}
		var answer attached
		err := c.services.Call(ctx, soap.Operation{}, request, &answer)
		if err == nil {
			err = answer.Answer.judge(false)
		}
		if err != nil {
			return protocollo.AttachReceipt{}, fmt.Errorf("send the document to JEnte: %w", err)
		}
	}
	return protocollo.AttachReceipt{Ref: r.FileName, At: c.cfg.Clock().UTC()}, nil
}

func titleOf(r protocollo.AttachRequest) string {
	if r.Title == "" {
		return r.FileName
	}
	return r.Title
}

// readAnnounced reads the document whole: the contract carries it inside the message. Rejected "digest" where it is not what was announced.
func readAnnounced(r protocollo.AttachRequest, body io.Reader) ([]byte, error) {
	file, err := io.ReadAll(io.LimitReader(body, r.Bytes+1))
	if err != nil {
		return nil, protocollo.Errorf(protocollo.Unavailable, "document", "read document: %w", err)
	}
	if got := digest(file); got != r.SHA256 || int64(len(file)) != r.Bytes {
		return nil, protocollo.Errorf(protocollo.Rejected, "digest", "document has %d bytes or more and digest %s, announced were %d and %s",
			len(file), got, r.Bytes, r.SHA256)
	}
	return file, nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// alreadyThere reports whether JEnte has the document. Reading changes nothing, so no failure here is an unknown outcome.
func (c *Connector) alreadyThere(ctx context.Context, ref reference, r protocollo.AttachRequest) (bool, error) {
	var answer read
	err := c.services.Call(ctx, soap.Operation{Idempotent: true}, leggiProtocollo{Username: c.cfg.Username, Reference: ref.wire(), Documents: true}, &answer)
	if err == nil {
		err = answer.Answer.judge(true)
	}
	if err != nil {
		return false, err
	}
	for _, d := range answer.Answer.Documents {
		if !strings.EqualFold(d.Name, r.FileName) {
			continue
		}
		file := d.File
		if file == nil || len(*file) == 0 {
			if file, err = c.document(ctx, ref, d.Ordinal); err != nil {
				return false, err
			}
		}
		if digest(*file) != r.SHA256 {
			return false, &protocollo.Error{Class: protocollo.Rejected, Code: "document-name", Field: "document-name", Detail: "JEnte has other bytes under this name",
				Words: fmt.Sprintf("nel protocollo c'è già un documento «%s» con altro contenuto", d.Name)}
		}
		return true, nil
	}
	return false, nil
}

// document reads one document's bytes.
func (c *Connector) document(ctx context.Context, ref reference, ordinal string) (*base64Text, error) {
	var answer readDocument
	err := c.services.Call(ctx, soap.Operation{Idempotent: true}, leggiAllegato{Username: c.cfg.Username, Reference: ref.wire(), Ordinal: ordinal}, &answer)
	if err == nil {
		err = answer.Answer.judge(true)
	}
	if err != nil {
		return nil, err
	}
	if answer.Answer.Document.File == nil {
		return new(base64Text), nil
	}
	return answer.Answer.Document.File, nil
}
