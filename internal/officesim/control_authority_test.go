package officesim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"segnatura/internal/officesim"
	"segnatura/internal/officesim/authority"
)

// TestAuthorityOnThePage: each way of answering has its words, by its button and over HTTP, and the one that it is in has no button.
func TestAuthorityOnThePage(t *testing.T) {
	o := start(t, officesim.Config{Authority: true})
	a := o.Authority()
	buttons := 0
	said := map[string]bool{}
	for _, b := range authority.Behaviours() {
		resp, err := http.PostForm(o.ControlURL()+"control/authority", url.Values{"kind": {string(b)}})
		if err != nil {
			t.Fatal(err)
		}
		_, body := read(t, resp)
		if is, _ := a.State(); is != b {
			t.Errorf("%s: it is %s", b, is)
		}
		_, section, _ := strings.Cut(body, `<h2 id="authority">`)
		section, _, _ = strings.Cut(section, "</section>")
		_, state, _ := strings.Cut(section, "<strong>")
		state, _, _ = strings.Cut(state, "</strong>")
		if state == "" || said[state] || strings.Contains(section, `value="`+string(b)+`"`) {
			t.Errorf("%s: the page says «%s» and offers %s", b, state, section)
		}
		said[state] = true
		buttons = max(buttons, strings.Count(section, `action="/control/authority"`))
	}
	if buttons != 12 {
		t.Errorf("%d buttons", buttons)
	}
	if status, body := post(t, o, "/control/authority", `{"kind":"sulks"}`); status != http.StatusBadRequest {
		t.Errorf("%d %s", status, body)
	}
	if status, body := post(t, o, "/control/authority", `{"kind":"well"}`); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	resp, err := http.Post(a.URL(), "application/timestamp-query", strings.NewReader("none"))
	if err != nil {
		t.Fatal(err)
	}
	read(t, resp)
	var st struct {
		URL, Behaviour string
		Asked          int
	}
	status, body := get(t, o, "/control/authority")
	if err := json.Unmarshal([]byte(body), &st); err != nil || status != http.StatusOK || st.URL != a.URL() || st.Behaviour != "well" || st.Asked != 1 {
		t.Errorf("%d %s, %v", status, body, err)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
	if _, err := http.Post(a.URL(), "application/timestamp-query", strings.NewReader("none")); err == nil {
		t.Error("it outlives its office")
	}
}

func TestNoAuthority(t *testing.T) {
	o := start(t, officesim.Config{})
	if status, _ := get(t, o, "/control/authority"); status != http.StatusNotFound {
		t.Errorf("GET: %d", status)
	}
	if status, _ := post(t, o, "/control/authority", `{"kind":"away"}`); status != http.StatusBadRequest {
		t.Errorf("POST: %d", status)
	}
	if _, body := get(t, o, "/"); strings.Contains(body, "marcatura") || o.Authority() != nil {
		t.Error("there is an authority")
	}
}
