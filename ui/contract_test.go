package ui_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// contract is the API's OpenAPI document, against which every answer is held: its status must be declared, its type too, and its
// JSON must be what the schema says.
type contract struct {
	t       *testing.T
	schemas huma.Registry
	shared  map[string]*huma.Response
	routes  *http.ServeMux
	ops     map[string]*huma.Operation // by "METHOD /path/{template}"

	mu   sync.Mutex
	seen map[string][]int // statuses by operation id
}

func newContract(t *testing.T, api *huma.OpenAPI) *contract {
	t.Helper()
	c := &contract{t: t, schemas: api.Components.Schemas, shared: api.Components.Responses, routes: http.NewServeMux(), ops: map[string]*huma.Operation{}, seen: map[string][]int{}}
	for path, item := range api.Paths {
		for method, op := range methods(item) {
			pattern := method + " " + path
			c.ops[pattern] = op
			c.routes.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
		}
	}
	if len(c.ops) == 0 {
		t.Fatal("the document has no operation")
	}
	return c
}

func methods(item *huma.PathItem) map[string]*huma.Operation {
	all := map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put,
		http.MethodDelete: item.Delete, http.MethodPatch: item.Patch}
	maps.DeleteFunc(all, func(_ string, op *huma.Operation) bool { return op == nil })
	return all
}

// hold checks one answer. What is no operation (the live feed, the application's files) is none of its business.
func (c *contract) hold(r *http.Request, resp *http.Response, body []byte) {
	c.t.Helper()
	_, pattern := c.routes.Handler(r)
	op := c.ops[pattern]
	if op == nil || resp.StatusCode == http.StatusMisdirectedRequest {
		return
	}
	c.mu.Lock()
	c.seen[op.OperationID] = append(c.seen[op.OperationID], resp.StatusCode)
	c.mu.Unlock()
	if err := c.answer(op, resp, body); err != nil {
		c.t.Errorf("%s answered %d, which its document does not say: %v: %.400s", op.OperationID, resp.StatusCode, err, body)
	}
}

func (c *contract) answer(op *huma.Operation, resp *http.Response, body []byte) error {
	declared := op.Responses[strconv.Itoa(resp.StatusCode)]
	if declared == nil {
		return fmt.Errorf("no such status among %v", slices.Sorted(maps.Keys(op.Responses)))
	}
	if name, isRef := strings.CutPrefix(declared.Ref, "#/components/responses/"); isRef {
		declared = c.shared[name]
	}
	if len(declared.Content) == 0 {
		if len(body) > 0 {
			return fmt.Errorf("a body where none is declared")
		}
		return nil
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	content := declared.Content[kind]
	if content == nil {
		return fmt.Errorf("type %q, not one of %v", kind, slices.Sorted(maps.Keys(declared.Content)))
	}
	if !strings.Contains(kind, "json") {
		return nil
	}
	return c.valid(content.Schema, body)
}

// valid holds JSON against a schema.
func (c *contract) valid(s *huma.Schema, body []byte) error {
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(&v); err != nil {
		return err
	}
	var res huma.ValidateResult
	huma.Validate(c.schemas, s, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, &res)
	if len(res.Errors) > 0 {
		return fmt.Errorf("%v", res.Errors)
	}
	return nil
}

// succeeded reports whether an operation was answered with success at least once.
func (c *contract) succeeded(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.seen[id], func(status int) bool { return status < 300 })
}

// A contract that lets anything pass proves nothing: it must see each kind of departure.
func TestContractSeesDepartures(t *testing.T) {
	o := newOffice(t)
	op := o.api.ops["GET /api/me"]
	ok := `{"loggedIn":true,"needsSetup":false,"version":"1","now":"2026-03-02T08:15:00Z"}`
	for name, c := range map[string]struct {
		status     int
		kind, body string
		departs    bool
	}{
		"as declared":        {200, "application/json", ok, false},
		"undeclared status":  {418, "application/json", ok, true},
		"undeclared type":    {200, "text/html", ok, true},
		"a field missing":    {200, "application/json", `{"loggedIn":true,"needsSetup":false,"version":"1"}`, true},
		"an unknown field":   {200, "application/json", strings.Replace(ok, `"version"`, `"zzz":1,"version"`, 1), true},
		"another field type": {200, "application/json", strings.Replace(ok, "true", `"yes"`, 1), true},
	} {
		t.Run(name, func(t *testing.T) {
			resp := &http.Response{StatusCode: c.status, Header: http.Header{"Content-Type": {c.kind}}}
			if err := o.api.answer(op, resp, []byte(c.body)); (err != nil) != c.departs {
				t.Errorf("judged as %v", err)
			}
		})
	}
}
