package ui_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// operation is one of the API's, with who may call it (R11.1) and a request that succeeds for them.
type operation struct {
	id string
	// may lists who is served; nil is everybody who is logged in. The others get denied, 403 where it is 0.
	may    []protocollo.Role
	denied int
	// request makes what it needs and a call that works once.
	request func(o *office) call
}

// Who does what. The matrix stands here in words of its own, not derived from the code that it tests.
var (
	everybody  []protocollo.Role
	registrars = []protocollo.Role{protocollo.RoleOperator, protocollo.RoleResponsabile}
	searchers  = []protocollo.Role{protocollo.RoleOperator, protocollo.RoleResponsabile, protocollo.RoleReader, protocollo.RoleTender, protocollo.RoleCompetition}
	deciders   = []protocollo.Role{protocollo.RoleResponsabile}
	keepers    = []protocollo.Role{protocollo.RoleResponsabile, protocollo.RoleAdministrator} // of accounts and journal
)

type object = map[string]any

func get(format string, args ...any) call {
	return call{method: http.MethodGet, path: fmt.Sprintf(format, args...)}
}

func post(body any, format string, args ...any) call {
	return call{method: http.MethodPost, path: fmt.Sprintf(format, args...), body: body}
}

func put(body any, format string, args ...any) call {
	return call{method: http.MethodPut, path: fmt.Sprintf(format, args...), body: body}
}

// operations is every operation but the open ones (me, login, setup), whose tests are their own.
func operations() []operation {
	return slicesConcat(sessionOperations(), deskOperations(), recordOperations(), printOperations(), temporaryOperations(), envelopeOperations(), unregisteredOperations(), legendOperations(), counterOperations(), scanOperations(), editOperations(), profileOperations(), outcomeOperations(), refusedOperations(), stoppedOperations(), keyedOperations(), emergencyOperations(), alarmOperations(), bidOperations(), competitionOperations(), tenderPaperOperations(), paperOperations(), dailyOperations(), reconciliationOperations(), emergencyPaperOperations(), correctionOperations(), officeOperations())
}

func slicesConcat(lists ...[]operation) []operation {
	var all []operation
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func sessionOperations() []operation {
	return []operation{
		{id: "lock", may: everybody, request: func(*office) call { return post(nil, "/api/lock") }},
		{id: "unlock", may: everybody, request: func(*office) call { return post(object{"password": password}, "/api/unlock") }},
		{id: "changePassword", may: everybody, request: func(*office) call {
			return post(object{"old": password, "new": "Nuova.Parola.2026"}, "/api/password")
		}},
		{id: "logout", may: everybody, request: func(*office) call { return post(nil, "/api/logout") }},
	}
}

func deskOperations() []operation {
	return []operation{
		{id: "desk", may: everybody, request: func(*office) call { return get("/api/desk") }},
		{id: "status", may: everybody, request: func(*office) call { return get("/api/status") }},
		{id: "openDelivery", may: registrars, request: func(*office) call { return post(object{"means": "posta"}, "/api/deliveries") }},
		{id: "closeDelivery", may: registrars, request: func(o *office) call {
			anna := actor(o.t, "anna")
			anna.Desk = o.key()
			d, err := o.station.OpenDelivery(o.t.Context(), anna, protocollo.Delivery{Means: protocollo.MeansPost})
			if err != nil {
				o.t.Fatal(err)
			}
			return post(nil, "/api/deliveries/%d/close", d.ID)
		}},
		{id: "saveDraft", may: registrars, request: func(o *office) call {
			return put(object{"draft": o.draft(), "parked": true}, "/api/drafts/%s", o.key())
		}},
		{id: "discardDraft", may: registrars, request: func(o *office) call {
			return call{method: http.MethodDelete, path: "/api/drafts/" + o.key()}
		}},
		{id: "duplicates", may: registrars, request: func(o *office) call {
			d := o.registered(func(d *protocollo.Draft) { d.RaccomandataCode = "R" + o.key() }).Intake.Draft
			return post(d, "/api/duplicates")
		}},
		{id: "register", may: registrars, request: func(o *office) call {
			return post(object{"key": o.key(), "draft": o.draft(), "print": true}, "/api/registrations")
		}},
		{id: "exceptions", may: everybody, request: func(o *office) call { o.unsolved(); return get("/api/exceptions") }},
		{id: "solve", may: registrars, request: func(o *office) call {
			e := o.unsolved()
			return post(object{"version": e.Version, "choice": "discard", "reason": "prova"}, "/api/exceptions/%d/solve", e.ID)
		}},
	}
}

func recordOperations() []operation {
	return []operation{
		{id: "search", may: searchers, request: func(o *office) call { o.registered(); return get("/api/records?testo=richiesta&limite=5") }},
		{id: "open", may: searchers, request: func(o *office) call { return get("/api/open?codice=%s", payload(o.registered())) }},
		{id: "record", may: searchers, request: func(o *office) call {
			rec, _ := o.archived()
			return get("/api/records/%d", rec.Intake.ID)
		}},
		{id: "history", may: searchers, request: func(o *office) call { return get("/api/records/%d/history", o.registered().Intake.ID) }},
		{id: "printReceipt", may: registrars, request: func(o *office) call { return post(object{}, "/api/records/%d/receipt", o.registered().Intake.ID) }},
		{id: "printCopyLabel", may: registrars, request: func(o *office) call { return post(object{}, "/api/records/%d/copy-label", o.registered().Intake.ID) }},
		{id: "receipt", may: registrars, request: func(o *office) call { return get("/api/records/%d/receipt.pdf", o.registered().Intake.ID) }},
		{id: "attestation", may: registrars, request: func(o *office) call {
			rec, _ := o.archived()
			return get("/api/registrations/%d/attestation.pdf", rec.Registration.ID)
		}},
		{id: "exchangeLabels", may: deciders, request: func(o *office) call {
			rec, _ := o.archived()
			return post(object{"key": o.key() + "-scambio", "reason": "etichette scambiate", "with": o.registered().Registration.ID}, "/api/registrations/%d/exchange",
				rec.Registration.ID)
		}},
		{id: "obscure", may: deciders, request: func(o *office) call {
			_, doc := o.archived()
			return post(object{"key": o.key() + "-oscuramento", "reason": "diagnosi", "pages": []int{1}}, "/api/documents/%d/obscuration", doc.ID)
		}},
		{id: "confirmRemoval", may: deciders, request: func(o *office) call {
			_, doc := o.archived()
			carla := actor(o.t, "carla")
			if err := o.station.Obscure(o.t.Context(), carla, station.SupersedeRequest{Key: o.key() + "-tolta", Reason: "diagnosi"}, doc.ID, nil); err != nil {
				o.t.Fatal(err)
			}
			return post(nil, "/api/documents/%d/removal", doc.ID)
		}},
		{id: "correspondents", may: registrars, request: func(*office) call { return get("/api/correspondents?testo=mit") }},
		{id: "importCorrespondents", may: deciders, request: func(o *office) call {
			return post(object{"csv": "denominazione,indirizzo\nDitta " + o.key() + ",via Esempio 1\n"}, "/api/correspondents")
		}},
		{id: "subjects", may: registrars, request: func(*office) call { return get("/api/subjects?testo=ric") }},
		{id: "saveSubject", may: registrars, request: func(o *office) call { return post(object{"subject": "Modello " + o.key()}, "/api/subjects") }},
		{id: "uors", may: append(slices.Clone(searchers), protocollo.RoleAdministrator), request: func(*office) call { return get("/api/uors") }},
		{id: "saveUOR", may: deciders, request: func(o *office) call { return post(object{"code": "TRIB", "name": "Tributi"}, "/api/uors") }},
		{id: "classifiche", may: searchers, request: func(*office) call { return get("/api/classifiche?testo=I.6") }},
		{id: "titolari", may: searchers, request: func(*office) call { return get("/api/titolari") }},
		{id: "importTitolario", may: deciders, request: func(o *office) call {
			return post(object{"name": "Titolario", "validFrom": "2026-01-01", "csv": "titolo,denominazione_titolo,classe,denominazione_classe\nI,Amministrazione,6,Archivio\n"},
				"/api/titolari")
		}},
	}
}

func printOperations() []operation {
	waiting := func(o *office) protocollo.Print {
		o.printer.next(outOfLabels())
		return o.print(o.registered())
	}
	return []operation{
		{id: "labels", may: everybody, request: func(o *office) call { waiting(o); return get("/api/labels") }},
		{id: "printLabel", may: registrars, request: func(o *office) call {
			return post(object{}, "/api/registrations/%d/labels", o.registered().Registration.ID)
		}},
		{id: "retryPrint", may: registrars, request: func(o *office) call { return post(object{}, "/api/prints/%d/retry", waiting(o).ID) }},
		{id: "resolvePrint", may: registrars, request: func(o *office) call {
			o.printer.next(stamp.Result{Outcome: stamp.OutcomeUnknown})
			return post(object{"printed": true}, "/api/prints/%d/outcome", o.print(o.registered()).ID)
		}},
		{id: "labelPreview", may: registrars, request: func(o *office) call {
			return get("/api/registrations/%d/label.png", o.registered().Registration.ID)
		}},
		{id: "dividers", may: registrars, request: func(*office) call { return get("/api/divider.pdf?copies=2") }},
		{id: "labelPDF", may: registrars, request: func(o *office) call {
			return get("/api/registrations/%d/label.pdf", o.registered().Registration.ID)
		}},
	}
}

func scanOperations() []operation {
	onPage := func(name string) func(o *office) call {
		return func(o *office) call {
			_, doc := o.captured()
			return get("/api/pages/%d/%s", doc.PageList[0].ID, name)
		}
	}
	return []operation{
		{id: "scanner", may: everybody, request: func(*office) call { return get("/api/scanners/fujitsu") }},
		{id: "scan", may: registrars, request: func(o *office) call {
			o.untilIdle()
			o.feeder.lay(photo(o.t, o.key(), ""))
			return post(object{"scanner": "fujitsu", "input": "feeder"}, "/api/scans")
		}},
		{id: "cancelScan", may: registrars, request: func(o *office) call { return post(nil, "/api/scans/%d/cancel", o.endless()) }},
		{id: "upload", may: registrars, request: func(o *office) call {
			return post(&form{files: [][]byte{photo(o.t, o.key(), "")}}, "/api/uploads")
		}},
		{id: "batch", may: registrars, request: func(o *office) call {
			_, doc := o.captured()
			return get("/api/batches/%d", doc.BatchID)
		}},
		{id: "scope", may: registrars, request: func(o *office) call { return get("/api/registrations/%d/scope", o.registered().Registration.ID) }},
		{id: "confirmQuality", may: registrars, request: func(o *office) call {
			_, doc := o.captured()
			return post(nil, "/api/documents/%d/confirm", doc.ID)
		}},
		{id: "pageCrop", may: searchers, request: onPage("crop.jpg?x0=1&y0=1&x1=9&y1=9")},
		{id: "expected", may: registrars, request: func(o *office) call { o.print(o.registered()); return get("/api/expected") }},
		{id: "frontOnly", may: registrars, request: func(o *office) call {
			o.untilIdle()
			o.feeder.lay(photo(o.t, o.key(), ""))
			var b protocollo.Batch
			o.as("anna").post("/api/scans", object{"scanner": "fujitsu", "input": "feeder", "twoSided": true}).want(200, "").decode(&b)
			o.untilIdle()
			return post(nil, "/api/batches/%d/front-only", b.ID)
		}},
		{id: "thumbnail", may: searchers, request: onPage("thumbnail.jpg")},
		{id: "pageImage", may: searchers, request: onPage("image.jpg")},
		{id: "archive", may: searchers, request: func(o *office) call {
			_, doc := o.archived()
			return get("/api/documents/%d/archive.pdf?edizione=1", doc.ID)
		}},
		{id: "keptFile", may: searchers, request: func(o *office) call {
			rec, doc := o.archived()
			return get("/api/documents/%d/files/%d", doc.ID, o.keptFile(rec))
		}},
	}
}

func editOperations() []operation {
	onPages := func(body object, format string) func(o *office) call {
		return func(o *office) call {
			doc := o.unconfirmed(2)
			body["page"] = doc.PageList[1].ID
			return post(body, format, doc.ID)
		}
	}
	onPage := func(body func(doc station.DocumentView) object, action string) func(o *office) call {
		return func(o *office) call {
			doc := o.unconfirmed(2)
			return post(body(doc), "/api/pages/%d/%s", doc.PageList[1].ID, action)
		}
	}
	return []operation{
		{id: "splitDocument", may: registrars, request: onPages(object{}, "/api/documents/%d/split")},
		{id: "newAttachment", may: registrars, request: func(o *office) call {
			rec := o.labelled()
			doc := o.taken(photo(o.t, rec.Intake.Key, payload(rec)), photo(o.t, o.key(), "")).Documents[0]
			return post(object{"page": doc.PageList[1].ID}, "/api/documents/%d/attachment", doc.ID)
		}},
		{id: "mergeDocument", may: registrars, request: func(o *office) call {
			return post(object{"into": o.unconfirmed(1).ID}, "/api/documents/%d/merge", o.unconfirmed(1).ID)
		}},
		{id: "movePage", may: registrars, request: onPage(func(doc station.DocumentView) object {
			return object{"document": doc.ID, "position": 1}
		}, "move")},
		{id: "turnPage", may: registrars, request: onPage(func(station.DocumentView) object { return object{"degrees": 90} }, "turn")},
		{id: "discardPage", may: registrars, request: onPage(func(station.DocumentView) object { return object{"reason": "prova"} }, "discard")},
		{id: "arrangePages", may: registrars, request: func(o *office) call {
			doc := o.unconfirmed(2)
			return post(object{"documents": []object{{"document": doc.ID, "pages": []int64{doc.PageList[1].ID, doc.PageList[0].ID}}}}, "/api/pages/arrange")
		}},
	}
}

func officeOperations() []operation {
	account := func(o *office) object {
		return object{"user": "nuovo-" + o.key(), "name": "Nuovo Esempio", "roles": []string{"operatore"}, "password": "Prima.Parola.26"}
	}
	return []operation{
		{id: "accounts", may: keepers, request: func(*office) call { return get("/api/accounts") }},
		{id: "people", may: everybody, request: func(*office) call { return get("/api/people") }},
		{id: "createAccount", may: keepers, request: func(o *office) call { return post(account(o), "/api/accounts") }},
		{id: "updateAccount", may: keepers, request: func(*office) call {
			return put(object{"user": "bruno", "name": "Bruno Esempio", "roles": []string{"operatore"}}, "/api/accounts/bruno")
		}},
		{id: "resetPassword", may: keepers, request: func(o *office) call {
			o.letters++
			return post(object{"password": fmt.Sprintf("Prima.Parola.%d", o.letters)}, "/api/accounts/bruno/password")
		}},
		{id: "policies", may: everybody, request: func(*office) call { return get("/api/policies") }},
		{id: "savePolicies", may: deciders, request: func(o *office) call {
			p, err := o.station.Policies(o.t.Context(), actor(o.t, "carla"))
			if err != nil {
				o.t.Fatal(err)
			}
			p.Terms = []station.ProcedureTerm{{Procedure: "SCIA", Text: "60 giorni"}}
			return put(p, "/api/policies")
		}},
		{id: "pageProfiles", may: everybody, request: func(*office) call { return get("/api/page-profiles") }},
		{id: "journal", may: keepers, request: func(o *office) call { o.registered(); return get("/api/journal?limite=5") }},
		{id: "confirmClock", may: deciders, request: func(o *office) call {
			o.doubtClock()
			return post(object{"reason": "Controllata con l'orologio dell'ufficio"}, "/api/stops/clock")
		}},
		{id: "confirmRestore", may: deciders, request: func(o *office) call {
			return post(object{"aoo": string(aoo), "lastNumber": "0000100", "actNumber": "7", "actDay": "2026-03-02"}, "/api/stops/restore")
		}},
	}
}

// doubtClock sets the clock a month ahead, so that numbering stops and asks, and has somebody run into it.
func (o *office) doubtClock() {
	o.t.Helper()
	o.clock.add(31 * 24 * time.Hour)
	_, err := o.station.Register(o.t.Context(), actor(o.t, "anna"), station.RegisterCommand{Key: o.key(), Draft: o.draft()})
	stops, stopsErr := o.station.Stops(o.t.Context(), actor(o.t, "carla"))
	if stopsErr != nil || len(stops) == 0 || !strings.Contains(fmt.Sprint(stops), "clock") {
		o.t.Fatalf("a clock a month ahead stops nothing: %v, %v (%v)", stops, stopsErr, err)
	}
}

// endless starts a run that ends only when it is cancelled.
func (o *office) endless() int64 {
	o.t.Helper()
	o.untilIdle()
	b, err := o.station.StartScan(o.t.Context(), actor(o.t, "anna"), station.ScanCommand{SourceID: "fujitsu", Source: &feeder{hold: true}})
	if err != nil {
		o.t.Fatal(err)
	}
	return b.ID
}

// untilIdle waits until nobody has the scanner, and ends a run that nobody ended.
func (o *office) untilIdle() {
	o.t.Helper()
	ctx, anna := o.t.Context(), actor(o.t, "anna")
	batches, err := o.station.ActiveBatches(ctx, anna)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, b := range batches {
		if b.State == protocollo.BatchRunning {
			if err := o.station.CancelScan(ctx, anna, b.ID); err != nil {
				o.t.Fatal(err)
			}
		}
	}
	eventually(o.t, "the scanner is free", func() bool { return o.station.ScannerUser("fujitsu") == "" })
}

// eventually asks again until it holds: for what another goroutine is about to finish.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

func profileOperations() []operation {
	named := func(o *office) object {
		return object{"name": "Profilo " + o.key(), "key": "Shift+F8", "settings": object{"input": "feeder", "resolution": 200}}
	}
	return []operation{
		{id: "scanProfiles", may: everybody, request: func(*office) call { return get("/api/scan-profiles") }},
		{id: "saveScanProfile", may: keepers, request: func(o *office) call { return put(named(o), "/api/scan-profiles") }},
		{id: "deleteScanProfile", may: keepers, request: func(o *office) call {
			p, err := o.station.SaveScanProfile(o.t.Context(), actor(o.t, "carla"), station.ScanProfile{Name: "Da togliere " + o.key()})
			if err != nil {
				o.t.Fatal(err)
			}
			return call{method: http.MethodDelete, path: fmt.Sprintf("/api/scan-profiles/%d", p.ID)}
		}},
		{id: "printers", may: everybody, request: func(*office) call { return get("/api/printers") }},
		{id: "keepPrinter", may: keepers, request: func(*office) call {
			return put(object{"offset": object{"rightMM": 0.5, "downMM": -1}}, "/api/printers/zebra")
		}},
		{id: "testPrint", may: []protocollo.Role{protocollo.RoleOperator, protocollo.RoleResponsabile, protocollo.RoleAdministrator},
			request: func(*office) call { return post(object{}, "/api/printers/zebra/test") }},
		{id: "findScanners", may: keepers, request: func(*office) call { return get("/api/scanners/found?dove=rete") }},
		{id: "tryScanner", may: keepers, request: func(o *office) call {
			o.as("carla").get("/api/scanners/found?dove=rete").want(200, "")
			return post(object{"address": foundAddress}, "/api/scanners/try")
		}},
	}
}
