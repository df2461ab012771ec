package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// printerKey begins the keys of table meta under which a printer's settings are.
const printerKey = "printer/"

// PrinterSettings implements [station.PrinterStore].
func (db *DB) PrinterSettings(ctx context.Context) (map[string]station.PrinterSettings, error) {
	type kept struct{ key, value string }
	rows, err := collect(ctx, db.read, func(s scannable) (kept, error) {
		var k kept
		err := s.Scan(&k.key, &k.value)
		return k, err
	}, `SELECT key, value FROM meta WHERE key >= ?1 AND key < ?2`, printerKey, "printer0") // what sorts after the slash
	if err != nil {
		return nil, fmt.Errorf("read printers' settings: %w", err)
	}
	out := map[string]station.PrinterSettings{}
	for _, r := range rows {
		var p station.PrinterSettings
		if err := json.Unmarshal([]byte(r.value), &p); err != nil {
			return nil, fmt.Errorf("decode the settings of %s: %w", r.key, err)
		}
		out[strings.TrimPrefix(r.key, printerKey)] = p
	}
	return out, nil
}

// KeepPrinter implements [station.PrinterStore].
func (db *DB) KeepPrinter(ctx context.Context, a protocollo.Actor, printer string, p station.PrinterSettings) error {
	return db.transact(ctx, "keep a printer's settings", func(w *wtx) error {
		if err := w.keepPrinter(printer, p); err != nil {
			return err
		}
		return w.report(KindPrinterKept, a.User, a.AOO, 0, map[string]any{"printer": printer, "after": p})
	})
}

// UseSheetPlace implements [station.PrinterStore].
func (db *DB) UseSheetPlace(ctx context.Context, printer string, next int) error {
	return db.transact(ctx, "keep a sheet's next place", func(w *wtx) error {
		settings, err := w.ExecContext(w.ctx, `UPDATE meta SET value = json_set(value, '$.nextPlace', ?) WHERE key = ?`, next, printerKey+printer)
		if err != nil {
			return err
		}
		if n, err := settings.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return w.keepPrinter(printer, station.PrinterSettings{NextPlace: next})
	})
}

func (w *wtx) keepPrinter(printer string, p station.PrinterSettings) error {
	settings, err := encode(p)
	if err != nil {
		return err
	}
	return w.exec(`INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2`, printerKey+printer, settings)
}
