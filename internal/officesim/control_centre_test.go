package officesim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"segnatura/internal/officesim"
	"segnatura/internal/officesim/centre"
)

// TestCentreIsPulledAwayAndPutBack: by the switches, which also tell what it holds.
func TestCentreIsPulledAwayAndPutBack(t *testing.T) {
	o := start(t, officesim.Config{Centre: centre.Config{Face: centre.Jente}})
	c := o.Centre()
	e := c.Register(centre.Entry{Register: "PG", Direction: "A", Subject: "Richiesta <b>", Names: []string{"Farmacia"}})
	c.Register(centre.Entry{Register: "PG", Direction: "A", Subject: "Richiesta <b>", Names: []string{"Farmacia"}})
	old, _ := c.Attach(e.ID, centre.Document{Name: "vecchio.pdf", Body: []byte("a")})
	c.Replace(e.ID, old.ID, centre.Document{Name: "doc.pdf", Title: "Documento", Body: []byte("ab")})

	status, body := get(t, o, "/control/centre")
	var st struct {
		URL, Behaviour            string
		Numbers, Documents, Alike int
		Entries                   []struct {
			Number    int
			Subject   string
			Names     []string
			Documents []struct {
				Name  string
				Bytes int
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &st); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s, %v", status, body, err)
	}
	if st.URL != c.URL() || st.Behaviour != "well" || st.Numbers != 2 || st.Documents != 1 || st.Alike != 1 || len(st.Entries) != 2 || st.Entries[0].Number != 2 {
		t.Fatalf("%+v", st)
	}
	if d := st.Entries[1].Documents; len(d) != 1 || d[0].Name != "doc.pdf" || d[0].Bytes != 2 {
		t.Errorf("documents %+v", d)
	}
	for _, step := range []struct {
		body   string
		status int
		want   centre.Behaviour
	}{{`{"kind":"away"}`, 200, centre.Away}, {`{"kind":"sulks"}`, 400, centre.Away}, {`{}`, 400, centre.Away}, {`{"kind":"well"}`, 200, centre.Well}} {
		if status, body := post(t, o, "/control/centre", step.body); status != step.status || c.Behaviour() != step.want {
			t.Errorf("POST %s: %d %s, it is %s", step.body, status, body, c.Behaviour())
		}
		_, err := http.Get(c.URL())
		if away := err != nil; away != (step.want == centre.Away) {
			t.Errorf("after POST %s the port says %v", step.body, err)
		}
	}
}

// TestCentreOnThePage: each behaviour has its button and its words, the one that it is in has no button, and what is held is shown as text.
func TestCentreOnThePage(t *testing.T) {
	o := start(t, officesim.Config{Centre: centre.Config{Face: centre.Jente}})
	o.Centre().Register(centre.Entry{Register: "PG", Subject: "Richiesta <b>", Note: "(R.E. 1)", Names: []string{"Farmacia", "Forno"}})
	_, body := get(t, o, "/")
	for _, words := range []string{"Funziona.", "Togli il protocollo centrale", "Numeri attribuiti: 1. Documenti ricevuti: 0. Doppioni: 0.", "Richiesta &lt;b&gt;", "Farmacia; Forno", "(R.E. 1)", "nessuno"} {
		if !strings.Contains(body, words) {
			t.Errorf("the page does not say «%s»", words)
		}
	}
	if strings.Contains(body, "Rimetti il protocollo centrale") {
		t.Error("what is there can be put back")
	}
	said := map[string]bool{}
	for _, b := range centre.Behaviours() {
		if b == centre.Expires { // not every contract has sessions
			continue
		}
		resp, err := http.PostForm(o.ControlURL()+"control/centre", url.Values{"kind": {string(b)}})
		if err != nil {
			t.Fatal(err)
		}
		_, body := read(t, resp)
		_, section, _ := strings.Cut(body, `<h2 id="centre">`)
		_, state, _ := strings.Cut(section, "<strong>")
		state, _, _ = strings.Cut(state, "</strong>")
		if state == string(b) || said[state] || strings.Contains(section, `value="`+string(b)+`"`) || strings.Count(section, `action="/control/centre"`) != len(centre.Behaviours())-2 {
			t.Errorf("%s: the page says «%s» and offers %s", b, state, section[:min(len(section), 2000)])
		}
		said[state] = true
	}
}

func TestNoCentre(t *testing.T) {
	o := start(t, officesim.Config{})
	if status, _ := get(t, o, "/control/centre"); status != http.StatusNotFound {
		t.Errorf("GET: %d", status)
	}
	if status, _ := post(t, o, "/control/centre", `{"kind":"away"}`); status != http.StatusBadRequest {
		t.Errorf("POST: %d", status)
	}
	if _, body := get(t, o, "/"); strings.Contains(body, "rotocollo centrale") {
		t.Error("the page speaks of a central system")
	}
	if _, err := officesim.Start(t.Context(), officesim.Config{Centre: centre.Config{Face: centre.Jente, Addr: "192.0.2.1:80"}}); err == nil {
		t.Error("a centre that is not on loopback is taken")
	}
	if o.Centre() != nil {
		t.Error("there is a centre")
	}
}
