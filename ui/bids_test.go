package ui_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/ui"
)

// keepers of gare: the desk, the Responsabile and the ufficio gare.
var tenderers = []protocollo.Role{protocollo.RoleOperator, protocollo.RoleResponsabile, protocollo.RoleTender}

func terms(o *office) object {
	deadline := o.clock.Now().Add(time.Hour)
	return object{"key": o.key(), "subject": "Vendita di un terreno", "place": "Sala giunta", "deadline": deadline, "sessionAt": deadline.Add(time.Hour), "basis": "alienazione"}
}

func (o *office) tender() int64 {
	o.t.Helper()
	return made[protocollo.Tender](o.as("carla").post("/api/tenders", terms(o))).ID
}

// deserted is a gara whose deadline passed before anything came.
func (o *office) deserted() int64 {
	o.t.Helper()
	g := terms(o)
	g["deadline"] = o.clock.Now().AddDate(-1, 0, 0)
	return made[protocollo.Tender](o.as("carla").post("/api/tenders", g)).ID
}

// frozen presses the key and returns the handover's id.
func (o *office) frozen() int64 {
	o.t.Helper()
	return made[ui.HandoverView](o.as("carla").post("/api/bids/handovers", object{"key": o.key()})).ID
}

// plico is one that was declared, and described as of a gara or of none.
func (o *office) plico(tender int64) ui.BidView {
	o.t.Helper()
	list := made[[]ui.BidView](o.as("carla").post(fmt.Sprintf("/api/bids/handovers/%d/declaration", o.frozen()), object{"count": 1}))
	return made[ui.BidView](o.as("carla").post(fmt.Sprintf("/api/bids/plichi/%d/description", list[0].ID),
		object{"version": 0, "tenderID": tender, "sender": "Ditta Rossi", "means": "mano", "seal": "integro"}))
}

func distinta(o *office, b ui.BidView) object {
	return object{"key": o.key(), "to": "Ugo Esempio", "place": "Ufficio gare", "plichi": []object{{"code": b.Code, "seal": "integro"}}}
}

// made decodes what a successful call made.
func made[T any](r reply) T {
	r.t.Helper()
	var v T
	r.want(200, "").decode(&v)
	return v
}

func bidOperations() []operation {
	return []operation{
		{id: "freezeInstant", may: registrars, request: func(o *office) call { return post(object{"key": o.key()}, "/api/bids/handovers") }},
		{id: "deskToken", may: registrars, request: func(*office) call { return post(nil, "/api/bids/handovers/desk") }},
		{id: "bidReception", may: registrars, request: func(*office) call { return get("/api/bids/reception") }},
		{id: "declareHandover", may: registrars, request: func(o *office) call {
			return post(object{"count": 0, "reason": "tasto premuto per errore"}, "/api/bids/handovers/%d/declaration", o.frozen())
		}},
		{id: "annotateHandover", may: registrars, request: func(o *office) call {
			return post(object{"key": o.key(), "note": "orologio a muro: 9.15"}, "/api/bids/handovers/%d/annotations", o.frozen())
		}},
		{id: "findBid", may: tenderers, request: func(o *office) call {
			return get("/api/bids/plichi?code=%s", o.plico(0).Code)
		}},
		{id: "bid", may: tenderers, request: func(o *office) call { return get("/api/bids/plichi/%d", o.plico(0).ID) }},
		{id: "describeBid", may: registrars, request: func(o *office) call {
			return post(object{"version": 1, "sender": "Ditta Bianchi", "means": "mano", "seal": "integro", "reason": "letto male"}, "/api/bids/plichi/%d/description", o.plico(0).ID)
		}},
		{id: "registerBid", may: registrars, request: func(o *office) call { return post(object{}, "/api/bids/plichi/%d/registration", o.plico(0).ID) }},
		{id: "printBidLabel", may: registrars, request: func(o *office) call { return post(object{}, "/api/bids/plichi/%d/label", o.plico(0).ID) }},
		{id: "bidLabelPDF", may: registrars, request: func(o *office) call { return get("/api/bids/plichi/%d/label.pdf", o.plico(0).ID) }},
		{id: "bidTimestamp", may: tenderers, request: func(o *office) call {
			b := o.plico(0)
			o.stamped()
			return get("/api/bids/plichi/%d/timestamp.zip", b.ID)
		}},
		{id: "bidEvent", may: tenderers, request: func(o *office) call {
			return post(object{"key": o.key(), "kind": "note", "note": "busta bagnata"}, "/api/bids/plichi/%d/events", o.plico(0).ID)
		}},
		{id: "tenders", may: tenderers, request: func(*office) call { return get("/api/tenders") }},
		{id: "enterTender", may: tenderers, request: func(o *office) call { return post(terms(o), "/api/tenders") }},
		{id: "tender", may: tenderers, request: func(o *office) call { return get("/api/tenders/%d", o.tender()) }},
		{id: "amendTender", may: tenderers, request: func(o *office) call {
			next := terms(o)
			delete(next, "key")
			next["version"], next["reason"] = 1, "proroga"
			return post(next, "/api/tenders/%d/terms", o.tender())
		}},
		{id: "countWaiting", may: tenderers, request: func(o *office) call {
			return post(object{"key": o.key(), "count": 2}, "/api/tenders/%d/waiting", o.tender())
		}},
		{id: "closeTender", may: []protocollo.Role{protocollo.RoleResponsabile, protocollo.RoleTender}, request: func(o *office) call { return post(object{"note": "deserta"}, "/api/tenders/%d/closing", o.deserted()) }},
		{id: "reopenTender", may: []protocollo.Role{protocollo.RoleResponsabile}, request: func(o *office) call {
			g := o.deserted()
			o.as("carla").post(fmt.Sprintf("/api/tenders/%d/closing", g), object{"note": "deserta"}).want(204, "")
			view := made[ui.TenderView](o.as("carla").get(fmt.Sprintf("/api/tenders/%d", g)))
			return post(object{"closingID": view.Closings[0].ID, "reason": "un plico trovato dopo"}, "/api/tenders/%d/reopening", g)
		}},
		{id: "handOver", may: tenderers, request: func(o *office) call {
			g := o.tender()
			return post(distinta(o, o.plico(g)), "/api/tenders/%d/transfers", g)
		}},
		{id: "confirmTransfer", may: tenderers, request: func(o *office) call {
			g := o.tender()
			t := made[protocollo.BidTransfer](o.as("carla").post(fmt.Sprintf("/api/tenders/%d/transfers", g), distinta(o, o.plico(g))))
			return post(object{"onPaper": true}, "/api/transfers/%d/confirmation", t.ID)
		}},
	}
}

// The key works on a locked screen and where nobody is logged in any more; a browser that never belonged to a desk freezes nothing.
func TestTheKeyNeedsNobody(t *testing.T) {
	o := newOffice(t)
	carla := o.as("carla")
	var banco http.Header // the desk's cookie
	press := func(b *browser, key string) reply {
		return b.do(call{method: http.MethodPost, path: "/api/bids/handovers", body: object{"key": key}, header: banco})
	}
	first := made[ui.HandoverView](press(carla, "press-0001"))
	if again := made[ui.HandoverView](press(carla, "press-0001")); first.By != "carla" || !again.At.Equal(first.At) || again.ID != first.ID {
		t.Errorf("pressed %+v, and the same press again %+v", first, again)
	}
	given := carla.post("/api/bids/handovers/desk", nil).want(204, "").Cookies()
	if len(given) != 1 || given[0].Path != "/api/bids/handovers" || !given[0].HttpOnly || given[0].SameSite != http.SameSiteStrictMode {
		t.Fatalf("cookies %+v", given)
	}
	again := carla.do(call{method: http.MethodPost, path: "/api/bids/handovers/desk", header: http.Header{"Cookie": {given[0].Name + "=" + given[0].Value}}}).want(204, "").Cookies()
	if len(again) != 1 || again[0].Value != given[0].Value {
		t.Errorf("a browser that has its permission gets another: %+v", again)
	}
	carla.post("/api/lock", nil).want(200, "")
	if locked := made[ui.HandoverView](press(carla, "press-0002")); locked.By != "" {
		t.Errorf("on a locked screen nobody is known, and it says %q", locked.By)
	}
	carla.get("/api/bids/reception").want(423, "screen-locked")
	press(o.stranger(), "press-0003").want(401, "desk-token")
	banco = http.Header{"Cookie": {given[0].Name + "=" + given[0].Value}}
	out := made[ui.HandoverView](press(o.stranger(), "press-0004"))
	if out.By != "" || !out.At.After(first.At) {
		t.Errorf("nobody is logged in: %+v", out)
	}
	o.stranger().do(call{method: http.MethodGet, path: "/api/bids/reception", header: banco}).want(401, "")
	if r := made[ui.Reception](o.as("anna").get("/api/bids/reception")); len(r.Open) != 3 {
		t.Errorf("%d instants wait", len(r.Open))
	}
}

// R5.7: a gara on paper without a legal basis is refused as 422.
func TestTenderWithoutBasis(t *testing.T) {
	o := newOffice(t)
	for _, change := range []func(object){func(g object) { g["basis"] = "" }, func(g object) { g["basis"] = "comodità" }} {
		g := terms(o)
		change(g)
		o.as("carla").post("/api/tenders", g).want(http.StatusUnprocessableEntity, "basis")
	}
}
