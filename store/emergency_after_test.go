package store

import (
	"context"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store/storetest"
)

// after says what is said of a register later: another road, another signed file; and the next year's register.
func (o *office) after(t testing.TB, e protocollo.EmergencyRegister) {
	t.Helper()
	ctx, chief := context.Background(), storetest.Chief()
	_, err := o.db.ChangeEmergencyRoad(ctx, chief, e.ID, protocollo.EmergencyTyped, "si digita")
	must(t, err)
	list, err := o.EmergencyRegisters(ctx, e.AOO, e.Year)
	must(t, err)
	_, err = o.db.ReplaceSignedAct(ctx, chief, list[0].Signatures[0].ID, o.signedFile(t, "%PDF signed again"), "illeggibile")
	must(t, err)
	_, err = o.db.SetUpEmergencyYear(ctx, chief, protocollo.EmergencyYear{Year: e.Year + 1, Scheme: protocollo.EmergencyPerYear, Medium: protocollo.EmergencyBoth,
		Fields: protocollo.EmergencyEleven, KeptAt: "armadio"})
	must(t, err)
	_, err = o.db.SetUpEmergencyYear(ctx, chief, protocollo.EmergencyYear{Year: e.Year + 1, Scheme: protocollo.EmergencyPerYear, Medium: protocollo.EmergencyPaper,
		Fields: protocollo.EmergencyEleven, KeptAt: "cassaforte", Reason: "armadio rotto"})
	must(t, err)
}

func (o *office) signedFile(t testing.TB, content string) protocollo.EmergencySignature {
	t.Helper()
	sha, size, err := o.PutBlob(context.Background(), strings.NewReader(content))
	must(t, err)
	return protocollo.EmergencySignature{SHA256: sha, Bytes: size, FileName: "firmato.pdf", MediaType: "application/pdf"}
}

// The road changes only while no row's number is on its way, and whoever asks next finds the new one (R9.12).
func TestTheRoadOfARegister(t *testing.T) {
	o := openOffice(t)
	ctx, chief := context.Background(), storetest.Chief()
	e := o.OpenRegister(o.Interrupted(time.Hour))
	first, second := o.Emergency("Uno"), o.Emergency("Due")
	o.CloseRegister(e)
	change := func(road protocollo.EmergencyRoad) (protocollo.EmergencyRegister, error) {
		return o.db.ChangeEmergencyRoad(ctx, chief, e.ID, road, "prova")
	}
	p, err := o.BeginAttempt(ctx, first.IntakeID, "embedded")
	must(t, err)
	doubted := func(want protocollo.AttemptOutcome) {
		t.Helper()
		_, err := change(protocollo.EmergencyTyped)
		storetest.Fails(t, err, protocollo.Conflict, "road-in-doubt")
		list, err := o.db.EmergencyRoadDoubts(ctx, e.ID)
		if err != nil || len(list) != 1 || list[0] != (station.RoadDoubt{Row: 1, RegistrationID: first.ID, IntakeID: first.IntakeID, Outcome: want}) {
			t.Fatalf("in doubt: %+v, %v", list, err)
		}
	}
	doubted(protocollo.AttemptUnderWay)
	must(t, o.SettleAttempt(ctx, p.Attempt.ID, protocollo.AttemptUnknown, "cut"))
	doubted(protocollo.AttemptUnknown)
	must(t, o.SettleAttempt(ctx, p.Attempt.ID, protocollo.AttemptAbsent, "not there"))
	for range 2 { // the same again is no second change
		if got, err := change(protocollo.EmergencyTyped); err != nil || got.Policy.Road != protocollo.EmergencyTyped || len(got.Roads) != 1 || got.Roads[0].Reason != "prova" {
			t.Fatalf("%+v, %v", got.Roads, err)
		}
	}
	for _, r := range []protocollo.Registration{first, second} {
		_, err := o.BeginAttempt(ctx, r.IntakeID, "embedded")
		storetest.Fails(t, err, protocollo.Conflict, "recovery-by-sheet")
	}
	back, err := change(protocollo.EmergencyCalls)
	if err != nil || back.Policy.Road.Or() != protocollo.EmergencyCalls || len(back.Roads) != 2 {
		t.Fatalf("%+v, %v", back.Roads, err)
	}
	_, err = o.BeginAttempt(ctx, second.IntakeID, "embedded")
	must(t, err)
	stranger := chief
	stranger.AOO = "ALTRA"
	_, err = o.db.ChangeEmergencyRoad(ctx, stranger, e.ID, protocollo.EmergencyTyped, "x")
	storetest.Fails(t, err, protocollo.NotFound, "emergency")
	o.clean(t)
}

// After a restore the rows of a register that is typed in are unknown, though nothing ever asked for them: the sheet settles them, and a call never
// goes out. What a call was lost of is not settled so.
func TestASheetSettlesWhatARestoreDoubts(t *testing.T) {
	for name, road := range map[string]protocollo.EmergencyRoad{"typed in": protocollo.EmergencyTyped, "asked for": protocollo.EmergencyCalls} {
		t.Run(name, func(t *testing.T) {
			o := openOffice(t)
			ctx, chief := context.Background(), storetest.Chief()
			opening := o.Interrupted(time.Hour)
			opening.Policy.Road = road
			e := o.OpenRegister(opening)
			row := o.Emergency("Uno")
			o.CloseRegister(e)
			r := o.restored(t, func() {})
			must(t, r.ConfirmRestore(ctx, chief, restoreConfirmation()))
			receipt := protocollo.Receipt{Register: storetest.AOO().RegisterCode, Year: 2026, Number: "0000500", Day: protocollo.DayOf(r.Clock.Now()), At: r.Clock.Now()}
			n := station.TypedNumber{IntakeID: row.IntakeID, Connector: "jente", Reason: "riga 2", Receipt: receipt, Segnatura: storetest.Segnatura(receipt, protocollo.Draft{})}
			got, err := r.RecordTypedNumber(ctx, chief, n)
			if road == protocollo.EmergencyCalls {
				storetest.Fails(t, err, protocollo.Conflict, "unknown")
				return
			}
			must(t, err)
			if got.Recovery == nil || got.Recovery.Number != "0000500" {
				t.Fatalf("%+v", got)
			}
			again, err := r.RecordTypedNumber(ctx, chief, n)
			if err != nil || again.Recovery.AttemptID != got.Recovery.AttemptID {
				t.Fatalf("again: %+v, %v", again.Recovery, err)
			}
		})
	}
}

// A signed act is replaced once, by a file that is not kept for it already, and stays (R21.3).
func TestASignedActIsReplaced(t *testing.T) {
	o := openOffice(t)
	ctx, chief := context.Background(), storetest.Chief()
	e := o.OpenRegister(o.Interrupted(time.Hour))
	first := o.signedFile(t, "%PDF first")
	first.Kind, first.ActID = protocollo.ActOpening, e.ID
	must(t, o.SignEmergencyAct(ctx, chief, first))
	signatures := func() []protocollo.EmergencySignature {
		t.Helper()
		list, err := o.EmergencyRegisters(ctx, e.AOO, e.Year)
		must(t, err)
		return list[0].Signatures
	}
	id := signatures()[0].ID
	_, err := o.db.ReplaceSignedAct(ctx, chief, id, first, "lo stesso")
	storetest.Fails(t, err, protocollo.Conflict, "signature-same")
	second := o.signedFile(t, "%PDF second")
	for range 2 {
		got, err := o.db.ReplaceSignedAct(ctx, chief, id, second, "pagina tagliata")
		if err != nil || got.SHA256 != second.SHA256 || got.Kind != protocollo.ActOpening || got.Replaced != nil {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	list := signatures()
	if len(list) != 2 || list[0].Replaced == nil || list[0].Replaced.Reason != "pagina tagliata" || list[0].Replaced.By != chief.User || list[1].Replaced != nil {
		t.Fatalf("history %+v", list)
	}
	_, err = o.db.ReplaceSignedAct(ctx, chief, id, o.signedFile(t, "%PDF third"), "x")
	storetest.Fails(t, err, protocollo.Conflict, "signature-replaced")
	_, err = o.db.ReplaceSignedAct(ctx, chief, list[1].ID, first, "indietro")
	storetest.Fails(t, err, protocollo.Conflict, "signature-same")
	_, err = o.db.EmergencySignature(ctx, "ALTRA", id)
	storetest.Fails(t, err, protocollo.NotFound, "signature")
	if old, err := o.db.EmergencySignature(ctx, e.AOO, id); err != nil || old.SHA256 != first.SHA256 {
		t.Errorf("the replaced one: %+v, %v", old, err)
	}
	o.clean(t)
}

// A year's register is set up once; what the first of January would set up gives way to it (R9.9).
func TestTheRegisterOfAYear(t *testing.T) {
	o := openOffice(t)
	ctx, chief := context.Background(), storetest.Chief()
	y := protocollo.EmergencyYear{Year: 2027, Scheme: protocollo.EmergencyPerYear, Medium: protocollo.EmergencyPaper, Fields: protocollo.EmergencyEleven, KeptAt: "sportello"}
	if none, err := o.db.EmergencyYear(ctx, chief.AOO, 2027); err != nil || none != nil {
		t.Fatalf("%+v, %v", none, err)
	}
	for range 2 {
		got, err := o.db.SetUpEmergencyYear(ctx, chief, y)
		if err != nil || got.By != chief.User || got.KeptAt != "sportello" {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	own := y
	own.Medium, own.KeptAt = protocollo.EmergencySheet, ""
	_, err := o.db.SetUpEmergencyYear(ctx, chief, own)
	storetest.Fails(t, err, protocollo.Conflict, "year-set-up")
	if got, err := o.db.SetUpEmergencyYear(ctx, protocollo.Station(chief.AOO), own); err != nil || got.Medium != protocollo.EmergencyPaper {
		t.Fatalf("the station's own: %+v, %v", got, err)
	}
	o.clean(t)
}

// The register that the station set up by itself in January could not be put right by anybody. With a reason it is, until a register of that year opens.
func TestTheRegisterOfAYearIsSaidAnew(t *testing.T) {
	o := openOffice(t)
	ctx, chief := context.Background(), storetest.Chief()
	year := protocollo.YearOf(o.Clock.Now())
	y := protocollo.EmergencyYear{Year: year, Scheme: protocollo.EmergencyPerYear, Medium: protocollo.EmergencyBoth, Fields: protocollo.EmergencyEleven}
	_, err := o.db.SetUpEmergencyYear(ctx, protocollo.Station(chief.AOO), y)
	must(t, err)
	anew := y
	anew.Medium, anew.KeptAt, anew.Reason = protocollo.EmergencyPaper, "sportello", "il manuale vuole la carta"
	for range 2 {
		got, err := o.db.SetUpEmergencyYear(ctx, chief, anew)
		if err != nil || got.Medium != protocollo.EmergencyPaper || got.By != chief.User || got.Reason != anew.Reason || got.InUse {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if got, err := o.db.SetUpEmergencyYear(ctx, protocollo.Station(chief.AOO), y); err != nil || got.Medium != protocollo.EmergencyPaper {
		t.Fatalf("the station's own takes it back: %+v, %v", got, err)
	}
	e := o.OpenRegister(o.Interrupted(time.Hour))
	again := anew
	again.KeptAt, again.Reason = "armadio", "trasloco"
	_, err = o.db.SetUpEmergencyYear(ctx, chief, again)
	storetest.Fails(t, err, protocollo.Conflict, "year-in-use")
	o.CloseRegister(e)
	_, err = o.db.SetUpEmergencyYear(ctx, chief, again) // it closed without a row
	must(t, err)
	e = o.OpenRegister(o.Interrupted(time.Hour))
	o.Emergency("Urgente")
	o.CloseRegister(e)
	last := again
	last.Medium, last.Reason = protocollo.EmergencySheet, "ripensamento"
	_, err = o.db.SetUpEmergencyYear(ctx, chief, last)
	storetest.Fails(t, err, protocollo.Conflict, "year-in-use")
	o.clean(t)
}
