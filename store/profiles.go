package store

import (
	"context"
	"encoding/json"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// profileContent is what of a profile nobody asks the database about.
type profileContent struct {
	station.ScanSettings
	DeviceName string `json:"deviceName,omitempty"`
}

// ScanProfiles implements [station.ProfileStore].
func (db *DB) ScanProfiles(ctx context.Context, aoo protocollo.AOOCode) ([]station.ScanProfile, error) {
	list, err := collect(ctx, db.read, func(s scannable) (station.ScanProfile, error) {
		var p station.ScanProfile
		var settings string
		if err := s.Scan(&p.ID, &p.Name, &p.Device, &p.Key, &settings); err != nil {
			return p, err
		}
		var c profileContent
		if err := json.Unmarshal([]byte(settings), &c); err != nil {
			return p, fmt.Errorf("decode scan profile %d: %w", p.ID, err)
		}
		p.Settings, p.DeviceName = c.ScanSettings, c.DeviceName
		return p, nil
	}, `SELECT id, name, device, key, settings FROM scan_profiles WHERE aoo = ? ORDER BY ordinal, id`, string(aoo))
	if err != nil {
		return nil, fmt.Errorf("list scan profiles: %w", err)
	}
	return list, nil
}

// SaveScanProfile implements [station.ProfileStore].
func (db *DB) SaveScanProfile(ctx context.Context, a protocollo.Actor, p station.ScanProfile) (station.ScanProfile, error) {
	settings, err := encode(profileContent{p.Settings, p.DeviceName})
	if err != nil {
		return p, err
	}
	err = db.transact(ctx, "save a scan profile", func(w *wtx) error {
		same, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM scan_profiles WHERE aoo = ? AND name = ? AND id <> ?`, string(a.AOO), p.Name, p.ID))
		if err != nil {
			return err
		}
		if same > 0 {
			return protocollo.Errorf(protocollo.Conflict, "profile-name", "another scan profile has this name")
		}
		if err := w.exec(`UPDATE scan_profiles SET key = '' WHERE aoo = ? AND key = ? AND id <> ?`, string(a.AOO), p.Key, p.ID); err != nil {
			return err
		}
		if p.ID == 0 {
			p.ID, err = number(w.QueryRowContext(w.ctx, `INSERT INTO scan_profiles (aoo, name, ordinal, device, key, settings)
				VALUES (?1, ?2, (SELECT coalesce(max(ordinal), 0) + 1 FROM scan_profiles WHERE aoo = ?1), ?3, ?4, ?5) RETURNING id`,
				string(a.AOO), p.Name, p.Device, p.Key, settings))
		} else {
			err = w.changed(`UPDATE scan_profiles SET name = ?, device = ?, key = ?, settings = ? WHERE aoo = ? AND id = ?`,
				p.Name, p.Device, p.Key, settings, string(a.AOO), p.ID)
		}
		if err != nil {
			return err
		}
		return w.report(KindScanProfile, a.User, a.AOO, 0, map[string]any{"profile": p.Name, "device": p.Device, "after": p.Settings})
	})
	return p, err
}

// DeleteScanProfile implements [station.ProfileStore].
func (db *DB) DeleteScanProfile(ctx context.Context, a protocollo.Actor, id int64) error {
	return db.transact(ctx, "delete a scan profile", func(w *wtx) error {
		name, err := one(w.ctx, w, "scan-profile", text, `SELECT name FROM scan_profiles WHERE aoo = ? AND id = ?`, string(a.AOO), id)
		if err != nil {
			return err
		}
		if err := w.exec(`DELETE FROM scan_profiles WHERE id = ?`, id); err != nil {
			return err
		}
		return w.report(KindScanProfileGone, a.User, a.AOO, 0, map[string]any{"profile": name})
	})
}

// changed runs an update of a scan profile that must find it.
func (w *wtx) changed(query string, args ...any) error {
	res, err := w.ExecContext(w.ctx, query, args...)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = protocollo.Errorf(protocollo.NotFound, "scan-profile", "no such scan profile")
	}
	return err
}
