package pitre

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
)

// Attach uploads a document: the main one as a version, an attachment as one of its own, or as a version of the attachment whose place it
// takes. Our key stands in the file's name, by which one that is there already is known again.
func (c *Connector) Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error) {
	content, err := readAll(body, r.Bytes)
	if err != nil {
		return protocollo.AttachReceipt{}, err
	}
	sum := sha256.Sum256(content)
	if got := hex.EncodeToString(sum[:]); got != r.SHA256 || int64(len(content)) != r.Bytes {
		return protocollo.AttachReceipt{}, refused("digest", "the document has digest %s, announced was %s", got, r.SHA256)
	}
	var there getDocumentResponse
	_, err = c.exchange(ctx, operation{method: http.MethodPost, name: "GetDocument", idempotent: true, refusals: uploadRefusals},
		getDocumentRequest{IdDocument: r.Ref}, &there)
	if err != nil {
		return protocollo.AttachReceipt{}, fmt.Errorf("look at document %s: %w", r.Ref, err)
	}
	if there.Document == nil {
		return protocollo.AttachReceipt{}, protocollo.Errorf(protocollo.Unavailable, "nonsense", "look at document %s: the answer has none", r.Ref)
	}
	name := nameOf(r)
	upload := uploadRequest{IdDocument: r.Ref, Description: r.Title, File: file{Name: name, MimeType: r.MediaType, Content: content, Description: r.Title}}
	if upload.Description == "" {
		upload.Description = r.FileName
	}
	replaced := r.Replaces.Ref != "" && r.Part == 0
	if r.Part > 0 {
		upload.CreateAttachment, upload.AttachmentType = true, "U"
		if at := slices.IndexFunc(there.Document.Attachments, func(f file) bool { return f.Name == r.Replaces.Ref && f.Id != "" }); r.Replaces.Ref != "" && at >= 0 {
			upload.IdDocument, upload.CreateAttachment, upload.AttachmentType = there.Document.Attachments[at].Id, false, ""
			replaced = true
		}
	}
	if !there.Document.has(name) {
		var done struct{ ResultMessage string }
		if _, err := c.exchange(ctx, operation{method: http.MethodPut, name: "UploadFileToDocument", refusals: uploadRefusals}, upload, &done); err != nil {
			return protocollo.AttachReceipt{}, fmt.Errorf("upload to document %s: %w", r.Ref, err)
		}
	} else if r.Part > 0 {
		replaced = r.Replaces.Ref != "" && !there.Document.has(r.Replaces.Ref)
	}
	return protocollo.AttachReceipt{Ref: name, At: c.cfg.Clock(), Replaced: replaced}, nil
}

// has reports whether a file of that name is the main document's current version, or that of an attachment.
func (d *document) has(name string) bool {
	return d.MainDocument != nil && d.MainDocument.Name == name || slices.ContainsFunc(d.Attachments, func(f file) bool { return f.Name == name })
}

// nameOf is the file's name with a mark of our key before its ending.
func nameOf(r protocollo.AttachRequest) string {
	sum := sha256.Sum256([]byte(r.Key))
	ext := path.Ext(r.FileName)
	return fmt.Sprintf("%s-%d-%s%s", strings.TrimSuffix(r.FileName, ext), r.Part, hex.EncodeToString(sum[:4]), ext)
}

// refused is a refusal of our own, whose words are the reason.
func refused(code, format string, args ...any) error {
	e := protocollo.Errorf(protocollo.Rejected, code, format, args...)
	e.Words = e.Detail
	return e
}

// candidatesAtMost bounds a search.
const candidatesAtMost = 50

// Candidates searches the register's days by subject, and where that shows nothing by the days alone, of which it keeps those of a sender
// of the same name.
func (c *Connector) Candidates(ctx context.Context, q protocollo.CandidateQuery) ([]protocollo.Candidate, error) {
	days := []filter{{"REGISTER", c.register(q.AOO)}, {"PROTOCOL_DATE_FROM", q.From.Italian()}, {"PROTOCOL_DATE_TO", q.To.Italian()}}
	bySubject, err := c.search(ctx, append(slices.Clone(days), filter{"OBJECT", q.Subject}))
	if err != nil {
		return nil, err
	}
	if list := c.candidates(bySubject, q); len(list) > 0 {
		return list, nil
	}
	if len(q.Senders) == 0 {
		return nil, nil
	}
	byDay, err := c.search(ctx, days)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(c.candidates(byDay, q), func(x protocollo.Candidate) bool { return !slices.Contains(x.Why, protocollo.WhySender) }), nil
}

func (c *Connector) search(ctx context.Context, filters []filter) ([]document, error) {
	var answer searchResponse
	_, err := c.exchange(ctx, operation{method: http.MethodPost, name: "SearchDocuments", idempotent: true},
		searchRequest{Filters: filters, PageNumber: 1, ElementsInPage: candidatesAtMost}, &answer)
	if err != nil {
		return nil, fmt.Errorf("search documents: %w", err)
	}
	return answer.Documents, nil
}

// candidates are the documents that have a number of the query's days, those that agree in most first.
func (c *Connector) candidates(found []document, q protocollo.CandidateQuery) []protocollo.Candidate {
	var list []protocollo.Candidate
	for _, d := range found {
		receipt, err := c.receipt(&d, q.AOO)
		if err != nil || d.Annulled || receipt.Day < q.From || receipt.Day > q.To {
			continue
		}
		x := protocollo.Candidate{Receipt: receipt, Subject: d.Object, Confidential: d.PrivateDocument, Why: []string{protocollo.WhyDay}}
		if folded(d.Object) == folded(q.Subject) {
			x.Why = append(x.Why, protocollo.WhySubject)
		}
		parties := d.Recipients
		if d.Sender != nil {
			parties = append([]correspondent{*d.Sender}, parties...)
			x.Sender = d.Sender.Description
		}
		if slices.ContainsFunc(parties, func(p correspondent) bool {
			return slices.ContainsFunc(q.Senders, func(name string) bool { return folded(name) == folded(p.Description) })
		}) {
			x.Why = append(x.Why, protocollo.WhySender)
		}
		list = append(list, x)
	}
	slices.SortStableFunc(list, func(a, b protocollo.Candidate) int { return len(b.Why) - len(a.Why) })
	return list[:min(len(list), candidatesAtMost)]
}

func folded(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
