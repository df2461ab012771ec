package store

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// roadNow is the SQL of the road that holds for an opening o; "" is the calls, as in [protocollo.EmergencyRoad.Or].
const roadNow = `coalesce((SELECT c.road FROM emergency_roads c WHERE c.opening_id = o.id ORDER BY c.id DESC LIMIT 1), json_extract(o.policy, '$.road'), '')`

// readRoads reads what was said of a register's road since its opening.
func readRoads(ctx context.Context, q querier, e *protocollo.EmergencyRegister) error {
	var err error
	e.Roads, err = collect(ctx, q, func(s scannable) (protocollo.EmergencyRoadChange, error) {
		var c protocollo.EmergencyRoadChange
		var at int64
		err := s.Scan(&c.Road, &c.Reason, &c.By, &at)
		c.At = instant(at)
		return c, err
	}, `SELECT road, reason, by_user, at FROM emergency_roads WHERE opening_id = ? ORDER BY id`, e.ID)
	if n := len(e.Roads); n > 0 {
		e.Policy.Road = e.Roads[n-1].Road
	}
	return err
}

// ChangeEmergencyRoad says how the ordinary numbers of a register come from now on. In the same transaction no row's number is being asked for, or
// may have been given: whoever takes the next attempt finds the new road. The road that holds already is no error.
func (db *DB) ChangeEmergencyRoad(ctx context.Context, a protocollo.Actor, openingID int64, road protocollo.EmergencyRoad, reason string) (protocollo.EmergencyRegister, error) {
	var e protocollo.EmergencyRegister
	err := db.emergencyStep(ctx, "change the road of the recovery", a.AOO, openingID, func(w *wtx, was protocollo.EmergencyRegister) error {
		e = was
		if was.Policy.Road.Or() == road {
			return nil
		}
		doubts, err := roadDoubts(w.ctx, w, openingID)
		if err != nil {
			return err
		}
		if len(doubts) > 0 {
			return protocollo.Errorf(protocollo.Conflict, "road-in-doubt", "%d rows of register %s may be getting their number, the first is row %d", len(doubts), was.Title(), doubts[0].Row)
		}
		if _, err := w.insert("emergency_roads", row{"opening_id": openingID, "road": string(road), "reason": reason, "by_user": a.User}); err != nil {
			return err
		}
		if err := w.report(KindEmergencyRoad, a.User, a.AOO, 0, map[string]any{"opening": openingID, "name": was.Title(), "road": road, "reason": reason}); err != nil {
			return err
		}
		e, err = readEmergency(w.ctx, w, openingID)
		return err
	})
	return e, err
}

// EmergencyRoadDoubts lists the rows whose ordinary number is being asked for, or may have been given.
func (db *DB) EmergencyRoadDoubts(ctx context.Context, openingID int64) ([]station.RoadDoubt, error) {
	list, err := roadDoubts(ctx, db.read, openingID)
	if err != nil {
		return nil, fmt.Errorf("look for rows in doubt: %w", err)
	}
	return list, nil
}

func roadDoubts(ctx context.Context, q querier, openingID int64) ([]station.RoadDoubt, error) {
	return collect(ctx, q, func(s scannable) (station.RoadDoubt, error) {
		var d station.RoadDoubt
		return d, s.Scan(&d.Row, &d.RegistrationID, &d.IntakeID, &d.Outcome)
	}, `SELECT e.row, e.registration_id, x.intake_id, x.outcome FROM emergency_rows e JOIN records x ON x.registration_id = e.registration_id
		WHERE e.opening_id = ? AND x.ordinary_number = '' AND x.outcome IN ('', 'unknown') ORDER BY e.row`, openingID)
}

// signatureColumns are a signature s with what took its place, and where they come from.
const signatureColumns = `s.id, s.kind, s.act_id, s.sha256, s.bytes, s.file_name, s.media_type, s.by_user, s.at, coalesce(p.reason, ''), coalesce(p.by_user, ''), coalesce(p.at, 0)
	FROM emergency_signatures s LEFT JOIN emergency_signature_replacements p ON p.replaced_id = s.id`

func scanSignature(s scannable) (protocollo.EmergencySignature, error) {
	var g protocollo.EmergencySignature
	var r protocollo.SignatureReplacement
	var at, replaced int64
	err := s.Scan(&g.ID, &g.Kind, &g.ActID, &g.SHA256, &g.Bytes, &g.FileName, &g.MediaType, &g.By, &at, &r.Reason, &r.By, &replaced)
	g.At = instant(at)
	if r.At = instant(replaced); r.Reason != "" {
		g.Replaced = &r
	}
	return g, err
}

// EmergencySignature finds a signed act of an AOO, also one that was replaced.
func (db *DB) EmergencySignature(ctx context.Context, aoo protocollo.AOOCode, id int64) (protocollo.EmergencySignature, error) {
	g, err := one(ctx, db.read, "signature", scanSignature, `SELECT `+signatureColumns+` WHERE s.id = ? AND s.aoo = ?`, id, string(aoo))
	if err != nil {
		return g, fmt.Errorf("read a signed act: %w", err)
	}
	return g, nil
}

// ReplaceSignedAct puts another file in the place of a signed act, which stays. The same file again is no error.
func (db *DB) ReplaceSignedAct(ctx context.Context, a protocollo.Actor, replacedID int64, s protocollo.EmergencySignature, reason string) (protocollo.EmergencySignature, error) {
	var g protocollo.EmergencySignature
	err := db.transact(ctx, "replace a signed act", func(w *wtx) error {
		old, err := one(w.ctx, w, "signature", scanSignature, `SELECT `+signatureColumns+` WHERE s.id = ? AND s.aoo = ?`, replacedID, string(a.AOO))
		if err != nil {
			return err
		}
		find := `SELECT ` + signatureColumns + ` WHERE s.kind = ? AND s.act_id = ? AND s.sha256 = ?`
		same, err := one(w.ctx, w, "signature", scanSignature, find, string(old.Kind), old.ActID, s.SHA256)
		switch there := err == nil; {
		case err != nil && !errors.Is(err, protocollo.NotFound):
			return err
		case old.Replaced != nil && there && same.Replaced == nil:
			g = same
			return nil
		case old.Replaced != nil:
			return protocollo.Errorf(protocollo.Conflict, "signature-replaced", "signed act %d was replaced already", replacedID)
		case there:
			return protocollo.Errorf(protocollo.Conflict, "signature-same", "the file is kept for this act already")
		}
		id, err := w.insert("emergency_signatures", row{"aoo": string(a.AOO), "kind": string(old.Kind), "act_id": old.ActID, "sha256": s.SHA256, "bytes": s.Bytes,
			"file_name": s.FileName, "media_type": s.MediaType, "by_user": a.User})
		if err != nil {
			return err
		}
		if _, err := w.insert("emergency_signature_replacements", row{"replaced_id": replacedID, "signature_id": id, "reason": reason, "by_user": a.User}); err != nil {
			return err
		}
		detail := map[string]any{"act": old.Kind, "id": old.ActID, "replaced": old.SHA256, "sha256": s.SHA256, "reason": reason}
		if err := w.report(KindEmergencyReplaced, a.User, a.AOO, 0, detail); err != nil {
			return err
		}
		g, err = one(w.ctx, w, "signature", scanSignature, find, string(old.Kind), old.ActID, s.SHA256)
		return err
	})
	return g, err
}

// SetUpEmergencyYear records the register of a year (R9.9), or with a reason what a person says of it anew while nothing of that year is registered and no
// register of it is open: else a Conflict "year-in-use". Other words without a reason are a Conflict "year-set-up"; the same again, or the station's own
// after a person's, returns what is there.
func (db *DB) SetUpEmergencyYear(ctx context.Context, a protocollo.Actor, y protocollo.EmergencyYear) (protocollo.EmergencyYear, error) {
	var out protocollo.EmergencyYear
	err := db.transact(ctx, "set up the emergency register of a year", func(w *wtx) error {
		if w.doubt {
			return protocollo.Errorf(protocollo.Stopped, "clock", "the clock is in doubt")
		}
		have, err := emergencyYear(w.ctx, w, a.AOO, y.Year)
		if err != nil {
			return err
		}
		words := row{"scheme": string(y.Scheme), "medium": string(y.Medium), "fields": string(y.Fields), "kept_at": y.KeptAt, "by_user": a.User}
		table := "emergency_years"
		switch same := have != nil && have.Scheme == y.Scheme && have.Medium == y.Medium && have.Fields == y.Fields && have.KeptAt == y.KeptAt; {
		case have == nil:
			words["aoo"], words["year"] = string(a.AOO), y.Year
		case same || a.User == stationUser():
			out = *have
			return nil
		case y.Reason == "":
			return protocollo.Errorf(protocollo.Conflict, "year-set-up", "the register of %d is set up already", y.Year)
		case have.InUse:
			return protocollo.Errorf(protocollo.Conflict, "year-in-use", "the register of %d is in use", y.Year)
		default:
			table = "emergency_year_changes"
			words["year_id"], words["reason"] = have.ID, y.Reason
		}
		if _, err := w.insert(table, words); err != nil {
			return err
		}
		detail := map[string]any{"year": y.Year, "scheme": y.Scheme, "medium": y.Medium, "fields": y.Fields}
		if have != nil {
			detail["reason"] = y.Reason
		}
		if err := w.report(KindEmergencyYear, a.User, a.AOO, 0, detail); err != nil {
			return err
		}
		have, err = emergencyYear(w.ctx, w, a.AOO, y.Year)
		if err == nil {
			out = *have
		}
		return err
	})
	return out, err
}

// EmergencyYear returns the register of a year as it was set up, or nil.
func (db *DB) EmergencyYear(ctx context.Context, aoo protocollo.AOOCode, year int) (*protocollo.EmergencyYear, error) {
	y, err := emergencyYear(ctx, db.read, aoo, year)
	if err != nil {
		return nil, fmt.Errorf("read the emergency register of %d: %w", year, err)
	}
	return y, nil
}

func emergencyYear(ctx context.Context, q querier, aoo protocollo.AOOCode, year int) (*protocollo.EmergencyYear, error) {
	list, err := collect(ctx, q, func(s scannable) (protocollo.EmergencyYear, error) {
		var y protocollo.EmergencyYear
		var at int64
		err := s.Scan(&y.ID, &y.AOO, &y.Year, &y.Scheme, &y.Medium, &y.Fields, &y.KeptAt, &y.Reason, &y.By, &at, &y.InUse)
		y.At = instant(at)
		return y, err
	}, `SELECT y.id, y.aoo, y.year, coalesce(c.scheme, y.scheme), coalesce(c.medium, y.medium), coalesce(c.fields, y.fields), coalesce(c.kept_at, y.kept_at),
			coalesce(c.reason, ''), coalesce(c.by_user, y.by_user), coalesce(c.at, y.at),
			EXISTS (SELECT 1 FROM emergency_openings o WHERE o.aoo = y.aoo AND o.year = y.year AND (EXISTS (SELECT 1 FROM emergency_rows r WHERE r.opening_id = o.id)
				OR NOT EXISTS (SELECT 1 FROM emergency_closings k WHERE k.opening_id = o.id)))
		FROM emergency_years y LEFT JOIN emergency_year_changes c ON c.id = (SELECT max(id) FROM emergency_year_changes WHERE year_id = y.id)
		WHERE y.aoo = ? AND y.year = ?`, string(aoo), year)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
