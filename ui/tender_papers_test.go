package ui_test

import (
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// produced is a gara of which a record was made, and its version.
func (o *office) produced() (tender int64, version int) {
	o.t.Helper()
	tender = o.tender()
	o.plico(tender)
	return tender, made[station.TenderRecord](o.as("carla").post(fmt.Sprintf("/api/tenders/%d/records", tender), object{"key": o.key()})).Version
}

func tenderPaperOperations() []operation {
	return []operation{
		{id: "tenderRecords", may: tenderers, request: func(o *office) call {
			tender, _ := o.produced()
			return get("/api/tenders/%d/records", tender)
		}},
		{id: "produceTenderRecord", may: tenderers, request: func(o *office) call { return post(object{"key": o.key()}, "/api/tenders/%d/records", o.tender()) }},
		{id: "tenderRecordFile", may: tenderers, request: func(o *office) call {
			tender, version := o.produced()
			return get("/api/tenders/%d/records/%d/dati.pdf", tender, version)
		}},
		{id: "tenderReturns", may: tenderers, request: func(o *office) call {
			late := terms(o)
			late["deadline"] = o.clock.Now().Add(-time.Hour)
			tender := made[protocollo.Tender](o.as("carla").post("/api/tenders", late)).ID
			o.plico(tender)
			o.as("carla").post(fmt.Sprintf("/api/tenders/%d/closing", tender), object{"note": ""}).want(204, "")
			return get("/api/tenders/%d/returns.pdf", tender)
		}},
		{id: "transferPaper", may: tenderers, request: func(o *office) call {
			g := o.tender()
			t := made[protocollo.BidTransfer](o.as("carla").post(fmt.Sprintf("/api/tenders/%d/transfers", g), distinta(o, o.plico(g))))
			return get("/api/transfers/%d/paper.pdf", t.ID)
		}},
		{id: "bidReceipt", may: registrars, request: func(o *office) call { return get("/api/bids/handovers/%d/receipt.pdf", o.plico(0).Handover.ID) }},
		{id: "printBidReceipt", may: registrars, request: func(o *office) call { return post(object{}, "/api/bids/handovers/%d/receipt", o.plico(0).Handover.ID) }},
		{id: "bidSheets", may: registrars, request: func(o *office) call {
			o.sheet()
			return get("/api/bids/sheets")
		}},
		{id: "prepareBidSheets", may: registrars, request: func(o *office) call { return post(object{"key": o.key(), "count": 2}, "/api/bids/sheets") }},
		{id: "bidSheetsPDF", may: registrars, request: func(o *office) call {
			s := o.sheet()
			return get("/api/bids/sheets/%d/blank.pdf?from=%d&to=%d", s.Year, s.Seq, s.Seq)
		}},
		{id: "typeSheetLine", may: registrars, request: func(o *office) call {
			return post(object{"key": o.key(), "sheet": o.sheet().Code, "row": 1, "at": o.clock.Now().Add(-time.Minute), "by": "CE", "count": 2, "sender": "Ditta Neri"}, "/api/bids/sheet")
		}},
	}
}

// sheet is a blank one with its number.
func (o *office) sheet() station.BidSheet {
	o.t.Helper()
	return made[[]station.BidSheet](o.as("carla").post("/api/bids/sheets", object{"key": o.key(), "count": 1}))[0]
}
