package ui_test

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// patternPath turns "GET /api/records/{id}" into a request for the record 1.
func patternPath(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	return method, strings.NewReplacer("{id}", "1", "{key}", "chiave-qualunque", "{user}", "bruno").Replace(path)
}

// numberish is how a field that carried a protocol number would be called.
var numberish = regexp.MustCompile(`(?i)num(ber|ero)?($|[^a-z])|number|protocol`)

// R1.4: numbers come from the register, never from a request. Each name that looks like one stands here with its reason.
var notOurNumber = map[string]string{
	"POST /api/setup setup.startingNumber":                    "where the register begins, once, with its act (R17.1)",
	"POST /api/setup setup.actNumber":                         "the act's",
	"POST /api/stops/restore lastNumber":                      "what the labels say after a restore, with its act (R17.4)",
	"POST /api/stops/restore actNumber":                       "the act's",
	"POST /api/records/{id}/outcome number":                   "the centre's own, read there by a person after an unclear answer, typed twice and journaled (R17.3)",
	"POST /api/intakes/{id}/number number":                    "the centre's own, read on its screen where it takes no calls: the one exception, and refused elsewhere",
	"POST /api/registrations/{id}/exchange actNumber":         "the measure's",
	"POST /api/documents/{id}/obscuration actNumber":          "the measure's",
	"POST /api/registrations/{id}/corrections actNumber":      "the act's (R8.1)",
	"POST /api/corrections/{id}/decision actNumber":           "the act's",
	"POST /api/emergency/authorisations actNumber":            "the act's (DPR 445/2000 art. 63(1))",
	"POST /api/emergency/registers act.actNumber":             "the act's",
	"POST /api/emergency/registers extension.actNumber":       "the act's (art. 63(2))",
	"POST /api/emergency/registers/{id}/extensions actNumber": "the act's",
	"POST /api/emergency/registers/{id}/revocation actNumber": "the act's",
	"POST /api/registrations draft.senderRef.protocol":        "the sender's own (DPR 445/2000 art. 53(1)(e))",
	"POST /api/envelopes draft.senderRef.protocol":            "the sender's own",
	"POST /api/unregistered draft.senderRef.protocol":         "the sender's own",
	"POST /api/misdelivered draft.senderRef.protocol":         "the sender's own",
	"POST /api/records/{id}/correct draft.senderRef.protocol": "the sender's own",
	"POST /api/duplicates senderRef.protocol":                 "the sender's own",
	"PUT /api/drafts/{key} draft.senderRef.protocol":          "the sender's own",
}

func TestNoRequestCarriesAProtocolNumber(t *testing.T) {
	o := newOffice(t)
	found := map[string]bool{}
	fields := 0
	for pattern, op := range o.api.ops {
		if op.RequestBody == nil {
			continue
		}
		for kind, content := range op.RequestBody.Content {
			writable(t, o.api.schemas, content.Schema, "", nil, func(path string, s *huma.Schema) {
				fields++
				if numberish.MatchString(lastOf(path)) || strings.HasPrefix(s.Pattern, "^[0-9]{7") {
					found[pattern+" "+path] = true
				}
			})
			if kind != "application/json" && kind != "multipart/form-data" {
				t.Errorf("%s takes %s", pattern, kind)
			}
		}
		for _, p := range op.Parameters {
			if numberish.MatchString(p.Name) {
				t.Errorf("%s takes a parameter %s", pattern, p.Name)
			}
		}
	}
	if fields < 80 {
		t.Fatalf("only %d fields were looked at", fields)
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if notOurNumber[name] == "" {
			t.Errorf("%s can be written", name)
		}
	}
	for name := range notOurNumber {
		if !found[name] {
			t.Errorf("%s is allowed and does not exist", name)
		}
	}
}

func lastOf(path string) string { return path[strings.LastIndex(path, ".")+1:] }

// writable walks the fields that a request may set.
func writable(t *testing.T, schemas huma.Registry, s *huma.Schema, path string, within []string, field func(string, *huma.Schema)) {
	t.Helper()
	if s == nil {
		t.Fatalf("%s has no schema", path)
	}
	if s.Ref != "" {
		if slices.Contains(within, s.Ref) {
			return
		}
		within = append(slices.Clone(within), s.Ref)
		s = schemas.SchemaFromRef(s.Ref)
	}
	if s.Type == huma.TypeObject && s.AdditionalProperties != false && len(s.Properties) > 0 {
		if _, isForm := s.Properties["file"]; !isForm {
			t.Errorf("%s takes fields that it does not name", path)
		}
	}
	if s.Items != nil {
		writable(t, schemas, s.Items, path, within, field)
	}
	for name, p := range s.Properties {
		if p.ReadOnly || name == "$schema" {
			continue
		}
		at := strings.TrimPrefix(path+"."+name, ".")
		field(at, p)
		writable(t, schemas, p, at, within, field)
	}
}

// A number smuggled beside what a form has is refused, not ignored.
func TestSmuggledNumberIsRefused(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	for _, body := range []object{
		{"key": o.key(), "draft": o.draft(), "number": "0000042"},
		{"key": o.key(), "draft": object{"direction": "A", "subject": "Prova", "senders": []object{{"name": "X"}}, "number": "0000042"}},
	} {
		anna.post("/api/registrations", body).want(http.StatusUnprocessableEntity, "schema")
	}
	rec := o.registered()
	if rec.Registration.Number != "0000001" {
		t.Errorf("the first number is %s", rec.Registration.Number)
	}
}
