package pitre

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"segnatura/internal/protocollo"
)

// editRequest is EditDocument's, in the form of CreateDocument's. Document is the one that GetDocument gave, with all that we do not know.
type editRequest struct {
	CodeRegister string
	CodeRF       string `json:",omitempty"`
	Document     map[string]json.RawMessage
}

// rawDocument is an answer's document, as it came.
type rawDocument struct{ Document map[string]json.RawMessage }

// editRefusals are the words for data that EditDocument does not take. The manual lists none; the request is CreateDocument's, about a document.
var editRefusals = words("DOCUMENT_NOT_FOUND REQUIRED_ID MISSING_TYPE_DOCUMENT MISSING_OBJECT REQUIRED_REGISTER REQUIRED_SENDER SENDER_NOT_FOUND " +
	"REQUIRED_RECIPIENT REGISTER_NOT_FOUND RF_NOT_FOUND RECIPIENT_NOT_FOUND")

// corrected says how a field stands in a document, and how it is put there. Ours that have no field of the contract are keyed in by a person.
var corrected = map[protocollo.Field]struct {
	of  func(d *document) protocollo.FieldValue
	put func(there rawDocument, next document, c protocollo.FieldChange) (map[string]any, error)
}{
	protocollo.FieldSubject: {
		of: func(d *document) protocollo.FieldValue { return protocollo.FieldValue{Text: d.Object} },
		put: func(_ rawDocument, next document, _ protocollo.FieldChange) (map[string]any, error) {
			return map[string]any{"Object": next.Object}, nil
		},
	},
	protocollo.FieldSenders: {
		of: func(d *document) protocollo.FieldValue {
			if d.Sender == nil || folded(d.Sender.Description) == folded(protocollo.AnonymousSender) {
				return protocollo.FieldValue{}
			}
			return protocollo.FieldValue{People: people(append([]correspondent{*d.Sender}, d.MultipleSenders...))}
		},
		put: func(there rawDocument, next document, c protocollo.FieldChange) (map[string]any, error) {
			if next.Sender == nil {
				return nil, refused("sender", "il sistema centrale non tiene una registrazione senza mittente")
			}
			list, err := there.kept(c, append([]correspondent{*next.Sender}, next.MultipleSenders...), "Sender", "MultipleSenders")
			if err != nil {
				return nil, err
			}
			return map[string]any{"Sender": list[0], "MultipleSenders": list[1:]}, nil
		},
	},
	protocollo.FieldRecipients: {
		of: func(d *document) protocollo.FieldValue { return protocollo.FieldValue{People: people(d.Recipients)} },
		put: func(there rawDocument, next document, c protocollo.FieldChange) (map[string]any, error) {
			list, err := there.kept(c, next.Recipients, "Recipients")
			return map[string]any{"Recipients": list}, err
		},
	},
	protocollo.FieldSenderRef: {
		of: func(d *document) protocollo.FieldValue {
			v := protocollo.FieldValue{Text: d.ProtocolSender}
			if at, _, err := parseDate(d.DataProtocolSender); err == nil {
				v.Day = protocollo.DayOf(at)
			}
			return v
		},
		put: func(_ rawDocument, next document, _ protocollo.FieldChange) (map[string]any, error) {
			return map[string]any{"ProtocolSender": next.ProtocolSender, "DataProtocolSender": next.DataProtocolSender}, nil
		},
	},
}

func people(list []correspondent) []protocollo.Correspondent {
	var out []protocollo.Correspondent
	for _, c := range list {
		out = append(out, protocollo.Correspondent{Name: c.Description, Address: c.Address, Email: c.Email, Code: c.NationalIdentificationNumber})
	}
	return out
}

// kept are the correspondents that a field gets: whoever does not change as the centre has them, for it may know more of them than we do.
func (there rawDocument) kept(c protocollo.FieldChange, next []correspondent, fields ...string) ([]any, error) {
	have := map[string]json.RawMessage{}
	for _, name := range fields {
		one := []json.RawMessage{there.Document[name]}
		if raw := there.Document[name]; len(raw) > 0 && raw[0] == '[' {
			if err := json.Unmarshal(raw, &one); err != nil {
				return nil, protocollo.Errorf(protocollo.Unavailable, "nonsense", "read %s: %w", name, err)
			}
		}
		for _, raw := range one {
			var x correspondent
			if len(raw) > 0 && json.Unmarshal(raw, &x) == nil {
				have[folded(x.Description)] = raw
			}
		}
	}
	out := []any{}
	for i, x := range next {
		raw, there := have[folded(x.Description)]
		if there && i < len(c.New.People) && slices.Contains(c.Old.People, c.New.People[i]) {
			out = append(out, raw)
			continue
		}
		out = append(out, x)
	}
	return out, nil
}

// Corrects reports whether the contract has a field: subject, people, and the sender's own protocol. Classification, office and fascicolo are
// other services', and a note that was sent is one among others.
func (*Connector) Corrects(f protocollo.Field) bool {
	_, ok := corrected[f]
	return ok
}

// Correct puts new values in the place of old ones: it reads the whole document, changes what changes, and sends it back (EditDocument). What is
// there already is not sent again. Rejected "changed-there" where the centre shows a value that is neither the old one nor the new one: somebody
// changed it there, and a person looks first; Rejected "annulled" for a letter that is annulled there.
func (c *Connector) Correct(ctx context.Context, r protocollo.CorrectRequest) error {
	look := operation{method: http.MethodPost, name: "GetDocument", idempotent: true, refusals: uploadRefusals}
	there, have, err := c.whole(ctx, look, getDocumentRequest{IdDocument: r.Ref})
	if err != nil {
		return fmt.Errorf("look at document %s: %w", r.Ref, err)
	}
	if have.Annulled {
		return refused("annulled", "sul sistema centrale la registrazione è annullata")
	}
	if have.Register == nil || have.Register.Code == "" {
		return protocollo.Errorf(protocollo.Unavailable, "nonsense", "look at document %s: the answer has no register", r.Ref)
	}
	next, due := c.documentOf(protocollo.RegisterRequest{Draft: r.Draft}), false
	for _, x := range r.Changes {
		field, known := corrected[x.Field]
		if !known {
			return refused("field", "il sistema centrale non ha il dato «%s»", x.Field)
		}
		switch is := field.of(have); {
		case alike(is, x.New, true):
			continue
		case !alike(is, x.Old, false):
			return refused("changed-there", "sul sistema centrale si legge «%s», e non «%s»: è stato cambiato lì", is.Words(), x.Old.Words())
		}
		values, err := field.put(there, next, x)
		if err != nil {
			return err
		}
		for name, value := range values {
			if err := there.set(name, value); err != nil {
				return err
			}
		}
		due = true
	}
	if !due {
		return nil
	}
	if why := "Rettifica: " + r.Why; !slices.ContainsFunc(have.Note, func(n note) bool { return n.Description == why }) {
		var notes []json.RawMessage
		if raw := there.Document["Note"]; len(raw) > 0 {
			if err := json.Unmarshal(raw, &notes); err != nil {
				return protocollo.Errorf(protocollo.Unavailable, "nonsense", "look at document %s: its notes: %w", r.Ref, err)
			}
		}
		list := []any{note{why}}
		for i := len(notes) - 1; i >= 0; i-- {
			list = append([]any{notes[i]}, list...)
		}
		if err := there.set("Note", list); err != nil {
			return err
		}
	}
	edit := operation{method: http.MethodPost, name: "EditDocument", refusals: editRefusals}
	_, done, err := c.whole(ctx, edit, editRequest{CodeRegister: have.Register.Code, CodeRF: c.cfg.RF, Document: there.Document})
	if err != nil {
		return fmt.Errorf("edit document %s: %w", r.Ref, err)
	}
	for _, x := range r.Changes {
		if is := corrected[x.Field].of(done); !alike(is, x.New, false) {
			return protocollo.Errorf(protocollo.OutcomeUnknown, "not-shown", "edit document %s: the answer shows «%s»", r.Ref, is.Words())
		}
	}
	return nil
}

// whole carries out an operation whose answer is a document, which it returns as it came and as we read it.
func (c *Connector) whole(ctx context.Context, op operation, request any) (rawDocument, *document, error) {
	unclear := protocollo.OutcomeUnknown
	if op.idempotent {
		unclear = protocollo.Unavailable
	}
	var raw rawDocument
	if _, err := c.exchange(ctx, op, request, &raw); err != nil {
		return raw, nil, err
	}
	if raw.Document == nil {
		return raw, nil, protocollo.Errorf(unclear, "nonsense", "the answer has no document")
	}
	b, err := json.Marshal(raw.Document)
	if err != nil {
		return raw, nil, protocollo.Errorf(unclear, "nonsense", "%w", err)
	}
	var d document
	if err := json.Unmarshal(b, &d); err != nil {
		return raw, nil, protocollo.Errorf(unclear, "nonsense", "read the document: %w", err)
	}
	return raw, &d, nil
}

// set puts a value into the document.
func (there rawDocument) set(name string, value any) error {
	b, err := json.Marshal(value)
	if err != nil {
		return protocollo.Errorf(protocollo.Unavailable, "encode", "encode %s: %w", name, err)
	}
	there.Document[name] = b
	return nil
}

// alike compares what the centre shows with a value of ours: people by their names, in whatever capitals and blanks the centre writes; where exactly is
// set to the letter, and by what else we say of people.
func alike(is, want protocollo.FieldValue, exactly bool) bool {
	same := func(a, b string) bool { return a == b || !exactly && folded(a) == folded(b) }
	return same(is.Text, want.Text) && is.Day == want.Day && slices.EqualFunc(is.People, want.People, func(a, b protocollo.Correspondent) bool {
		return same(a.Name, b.Name) && (!exactly || a.Address == b.Address && a.Email == b.Email && a.Code == b.Code)
	})
}
