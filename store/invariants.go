package store

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"segnatura/internal/durable"
)

// listFiles lists the regular files under blobs/ and spool/ by path within dir. Unfinished ones are left out.
func listFiles(dir string) ([]string, error) {
	var files []string
	for _, sub := range []string{blobDir, spoolDir} {
		root := filepath.Join(dir, sub)
		if _, err := os.Lstat(root); os.IsNotExist(err) {
			continue // a backup has no spool
		}
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() || durable.IsTemp(e.Name()) {
				return err
			}
			rel, err := filepath.Rel(dir, path)
			files = append(files, rel)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", sub, err)
		}
	}
	return files, nil
}

// span is a run of numbers in a sequence.
type span struct {
	id          int64
	sequence    string
	first, last int64
}

// numbers checks the embedded register: each sequence is whole from its first number, and no number stands twice. Constraints
// refuse that; the check does not trust them.
func (c *checker) numbers() error {
	starts := map[string]int64{}
	acts, err := collect(c.ctx, c.q, func(s scannable) (span, error) {
		var n span
		err := s.Scan(&n.sequence, &n.first)
		return n, err
	}, `SELECT amministrazione || '/' || aoo || '/' || register || '/' || year, first FROM starting_acts`)
	if err != nil {
		return err
	}
	for _, a := range acts {
		starts[a.sequence] = a.first
	}
	taken, err := collect(c.ctx, c.q, func(s scannable) (span, error) {
		var n span
		err := s.Scan(&n.id, &n.sequence, &n.first, &n.last)
		return n, err
	}, `SELECT id, amministrazione || '/' || aoo || '/' || register || '/' || year AS s, n AS f, n FROM register_numbers
		UNION ALL SELECT 0, amministrazione || '/' || aoo || '/' || register || '/' || year, first, last FROM number_gaps g
			WHERE NOT EXISTS (SELECT 1 FROM emergency_openings o WHERE o.aoo = g.aoo AND o.code = g.register AND o.year = g.year) ORDER BY s, f`)
	if err != nil {
		return err
	}
	sequence, next := "", int64(0)
	for _, n := range taken {
		if n.sequence != sequence {
			sequence, next = n.sequence, max(starts[n.sequence], 1)
		}
		switch {
		case n.first > next:
			c.found("number-gap", "register_numbers", n.id, "%s: numbers %d to %d are missing", sequence, next, n.first-1)
		case n.first < next:
			c.found("number-twice", "register_numbers", n.id, "%s: number %d stands twice or before the first", sequence, n.first)
		}
		next = max(next, n.last+1)
	}
	return c.query("number-twice", "registrations", `SELECT max(id) FROM (SELECT id, amministrazione, aoo, register, year, number FROM registrations
		UNION ALL SELECT registration_id, amministrazione, aoo, register, year, number FROM recoveries)
		GROUP BY amministrazione, aoo, register, year, number HAVING count(*) > 1`,
		"the number of registration %d stands twice")
}

// query reports each id that a statement returns.
func (c *checker) query(code, table, statement, sentence string) error {
	ids, err := collect(c.ctx, c.q, number, statement)
	if err != nil {
		return fmt.Errorf("%s: %w", code, err)
	}
	for _, id := range ids {
		c.found(code, table, id, sentence, id)
	}
	return nil
}

// states checks what must never be between rows that are each as they were recorded.
func (c *checker) states() error {
	for _, s := range append(emergencyStates(), []struct{ code, table, statement, sentence string }{
		{"registration-without-intake", "registrations", `SELECT r.id FROM registrations r LEFT JOIN intakes i ON i.id = r.intake_id WHERE i.id IS NULL OR i.aoo <> r.aoo`,
			"registration %d has no intake of its AOO"},
		{"two-numbers", "intakes", `SELECT intake_id FROM registrations GROUP BY intake_id HAVING count(*) > 1`, "intake %d has two numbers"},
		{"registration-without-attempt", "registrations", `SELECT r.id FROM registrations r WHERE NOT EXISTS (
			SELECT 1 FROM attempts a JOIN attempt_outcomes o ON o.attempt_id = a.id WHERE a.id = r.attempt_id AND a.intake_id = r.intake_id AND o.outcome = 'numbered')`,
			"the attempt of registration %d did not end with a number"},
		{"attempt-after-number", "attempts", `SELECT a.id FROM attempts a JOIN registrations r ON r.intake_id = a.intake_id LEFT JOIN recoveries y ON y.registration_id = r.id
			WHERE a.id > coalesce(y.attempt_id, r.attempt_id) AND a.at > coalesce(y.at, r.at) AND (r.connector <> 'emergency' OR y.id IS NOT NULL)`,
			"attempt %d began when its intake had a number"},
		{"intake-without-attempt", "intakes", `SELECT i.id FROM intakes i WHERE NOT EXISTS (SELECT 1 FROM attempts a WHERE a.intake_id = i.id)
			AND NOT EXISTS (SELECT 1 FROM unnumbered_intakes u WHERE u.intake_id = i.id)`, "intake %d was saved without an attempt"},
		{"envelope-other-arrival", "envelope_intakes", `SELECT e.id FROM envelope_intakes e JOIN unnumbered_intakes u ON u.id = e.unnumbered_id JOIN intakes f ON f.id = u.intake_id
			JOIN intakes i ON i.id = e.intake_id WHERE i.arrived_at <> f.arrived_at OR i.arrival_day <> f.arrival_day OR i.aoo <> f.aoo`,
			"what envelope %d became did not keep its arrival"},
		{"entry-of-registered", "unregistered_entries", `SELECT e.id FROM unregistered_entries e WHERE NOT EXISTS (
			SELECT 1 FROM unnumbered_intakes u WHERE u.intake_id = e.intake_id AND u.grounds IN ('escluso', 'particolare'))`,
			"what cites entry %d is not left out of the register"},
		{"number-not-confirmed", "registrations", `SELECT r.id FROM (SELECT id, connector, ref, number, year, aoo FROM registrations
				UNION ALL SELECT registration_id, connector, ref, number, year, aoo FROM recoveries) r LEFT JOIN register_numbers n ON r.ref = 'embedded:' || n.id
			WHERE r.connector = 'embedded' AND (n.id IS NULL OR printf('%07d', n.n) <> r.number OR n.year <> r.year OR n.aoo <> r.aoo)`,
			"the book does not have the number of registration %d"},
		{"version-gap", "associations", `SELECT a.id FROM associations a WHERE a.version <> (
			SELECT count(*) FROM associations b WHERE b.registration_id = a.registration_id AND b.version <= a.version)`,
			"the versions before association %d are not whole"},
		{"archive-not-associated", "archives", `SELECT v.id FROM archives v LEFT JOIN associations a ON a.document_id = v.document_id
			WHERE a.id IS NULL OR a.registration_id <> v.registration_id OR a.version <> v.version`, "the document of archive %d does not belong to its registration"},
		{"archive-not-confirmed", "archives", `SELECT v.id FROM archives v WHERE NOT EXISTS (SELECT 1 FROM quality_confirmations q WHERE q.document_id = v.document_id)
			AND NOT EXISTS (SELECT 1 FROM competition_note_archives n WHERE n.archive_id = v.id)`,
			"nobody confirmed the quality of archive %d"},
		{"note-archive", "competition_note_archives", `SELECT v.id FROM competition_note_archives v JOIN competition_letters l ON l.id = v.letter_id
			JOIN archives a ON a.id = v.archive_id JOIN registrations r ON r.id = a.registration_id LEFT JOIN competition_note_files f ON f.note_id = l.note_id
			WHERE r.intake_id <> l.intake_id OR f.sha256 IS NOT a.sha256`, "note archive %d is not of the note's file, or not of its number"},
		{"note-count", "competition_notes", `SELECT n.id FROM competition_notes n WHERE n.count <> (SELECT count(*) FROM competition_note_items i
			JOIN applications a ON a.id = i.application_id JOIN application_versions v ON v.id = i.version_id AND v.application_id = a.id AND v.struck = 0
			WHERE i.note_id = n.id AND a.competition_id = n.competition_id)`, "note %d does not list what it counts"},
		{"application-twice", "applications", `SELECT a.id FROM applications a JOIN competition_note_items i ON i.application_id = a.id
			JOIN competition_letters l ON l.application_id = a.id`, "application %d stands in a note and has a number of its own"},
		{"archive-not-compliant", "archives", `SELECT id FROM archives WHERE coalesce(report ->> '$.compliant', 0) <> 1 OR coalesce(report ->> '$.sha256', '') <> sha256`,
			"no check said yes to archive %d"},
		{"archive-without-dispatch", "archives", `SELECT v.id FROM archives v WHERE NOT EXISTS (SELECT 1 FROM dispatches d WHERE d.archive_id = v.id)
			AND (v.awaits_text IS NULL OR EXISTS (SELECT 1 FROM text_outcomes t WHERE t.archive_id = v.id))`,
			"archive %d was never due to the centre"},
		{"dispatch-not-current", "dispatches", `SELECT d.id FROM dispatches d JOIN archives v ON v.id = d.archive_id LEFT JOIN text_outcomes t ON t.archive_id = v.id
			WHERE d.sha256 <> coalesce(t.sha256, v.sha256) OR (v.awaits_text IS NOT NULL AND t.id IS NULL)`, "delivery %d is not of the document's current file"},
		{"text-not-awaited", "text_outcomes", `SELECT t.id FROM text_outcomes t LEFT JOIN archives v ON v.id = t.archive_id WHERE v.awaits_text IS NULL`,
			"nobody waited for text outcome %d"},
		{"text-not-compliant", "text_outcomes", `SELECT id FROM text_outcomes WHERE sha256 IS NOT NULL AND (coalesce(report ->> '$.compliant', 0) <> 1
			OR coalesce(report ->> '$.sha256', '') <> sha256)`, "no check said yes to the edition of text outcome %d"},
		{"text-other-images", "text_outcomes", `SELECT t.id FROM text_outcomes t JOIN archives v ON v.id = t.archive_id WHERE t.sha256 IS NOT NULL AND
			(SELECT json_group_array(p.value ->> '$.streamSHA256') FROM json_each(t.result, '$.pages') p)
			<> (SELECT json_group_array(p.value ->> '$.streamSHA256') FROM json_each(v.result, '$.pages') p)`,
			"the edition of text outcome %d has other images than its archive"},
		{"file-of-no-edition", "archive_files", `SELECT f.id FROM archive_files f LEFT JOIN archives v ON v.id = f.archive_id WHERE v.id IS NULL
			OR (f.edition = 2 AND NOT EXISTS (SELECT 1 FROM text_outcomes t WHERE t.archive_id = v.id AND t.sha256 IS NOT NULL))`,
			"file %d lies beside no edition"},
		{"superseded-in-view", "supersessions", `SELECT u.id FROM supersessions u JOIN associations a ON a.id = u.association_id JOIN associations b
			ON b.registration_id = a.registration_id AND b.part IS a.part AND b.version < a.version
			WHERE NOT EXISTS (SELECT 1 FROM supersessions x WHERE x.association_id = b.id) AND NOT EXISTS (SELECT 1 FROM discards x WHERE x.document_id = b.document_id)`,
			"an older version stands in the place of what supersession %d ended"},
		{"successor-elsewhere", "supersessions", `SELECT u.id FROM supersessions u JOIN associations a ON a.id = u.association_id JOIN associations n ON n.id = u.successor_id
			WHERE n.part IS NOT a.part OR (u.kind = 'exchange') = (n.registration_id = a.registration_id)
			OR (n.registration_id = a.registration_id AND n.version <= a.version)`, "what takes the place in supersession %d belongs elsewhere"},
		{"exchange-of-others", "supersessions", `SELECT max(u.id) FROM supersessions u JOIN associations a ON a.id = u.association_id LEFT JOIN associations n ON n.id = u.successor_id
			WHERE u.kind = 'exchange' GROUP BY u.act HAVING count(DISTINCT min(a.registration_id, coalesce(n.registration_id, a.registration_id)) || '/' ||
				max(a.registration_id, coalesce(n.registration_id, a.registration_id))) FILTER (WHERE n.id IS NOT NULL) <> 1`,
			"the act of supersession %d is not between two registrations"},
		{"superseded-to-deliver", "supersessions", `SELECT u.id FROM supersessions u JOIN associations a ON a.id = u.association_id JOIN archives v ON v.document_id = a.document_id
			JOIN dispatches d ON d.archive_id = v.id JOIN dispatch_current c ON c.dispatch_id = d.id WHERE c.state IN ('due', 'unavailable', 'rejected')`,
			"what supersession %d ended is still to be delivered"},
		{"superseded-open", "supersessions", `SELECT u.id FROM supersessions u JOIN associations a ON a.id = u.association_id JOIN documents d ON d.id = a.document_id
			WHERE d.state NOT IN ('archived', 'noted', 'discarded')`, "what supersession %d ended is still under way"},
		{"document-state", "documents", `SELECT d.id FROM documents d WHERE
			(d.state = 'archived') <> EXISTS (SELECT 1 FROM archives v WHERE v.document_id = d.id)
			OR (d.state = 'discarded') <> EXISTS (SELECT 1 FROM discards x WHERE x.document_id = d.id)
			OR (d.state = 'confirmed' AND NOT EXISTS (SELECT 1 FROM quality_confirmations q WHERE q.document_id = d.id))
			OR (d.state = 'noted' AND NOT EXISTS (SELECT 1 FROM scope_decisions s WHERE s.document_id = d.id AND s.choice IN ('note', 'exclude')))`,
			"the state of document %d is not what the facts say"},
		{"open-question", "documents", `SELECT d.id FROM documents d WHERE d.state IN ('ready', 'confirmed')
			AND EXISTS (SELECT 1 FROM exceptions e WHERE e.document_id = d.id AND e.solved_at = 0)`, "document %d goes on while something is asked about it"},
		{"erased-without-order", "pages", `SELECT p.id FROM pages p WHERE (p.erase_due = 1 OR p.erased = 1) AND NOT EXISTS (
			SELECT 1 FROM scope_decisions s, json_each(s.erase) j WHERE s.document_id = p.document_id AND j.value = p.id)
			AND NOT EXISTS (SELECT 1 FROM discards s, json_each(s.erase) j WHERE s.document_id = p.document_id AND j.value = p.id)`,
			"nobody ordered to erase page %d"},
	}...) {
		if err := c.query(s.code, s.table, s.statement, s.sentence); err != nil {
			return err
		}
	}
	return nil
}

// derived compares the working copies with what the legal tables say.
func (c *checker) derived() error {
	for _, s := range []struct{ table, statement string }{
		{"records", `SELECT intake_id FROM (SELECT * FROM record_source EXCEPT SELECT * FROM records)
			UNION SELECT intake_id FROM (SELECT * FROM records EXCEPT SELECT * FROM record_source)`},
		{"record_text", `SELECT id FROM intakes WHERE id NOT IN (SELECT rowid FROM record_text) UNION SELECT rowid FROM record_text WHERE rowid NOT IN (SELECT id FROM intakes)`},
		{"attempt_current", `SELECT a.id FROM attempts a LEFT JOIN attempt_current c ON c.attempt_id = a.id
			WHERE c.outcome IS NOT coalesce((SELECT o.outcome FROM attempt_outcomes o WHERE o.attempt_id = a.id ORDER BY o.id DESC LIMIT 1), '')`},
		{"print_current", `SELECT p.id FROM prints p LEFT JOIN print_current c ON c.print_id = p.id
			WHERE c.state IS NOT coalesce((SELECT o.state FROM print_outcomes o WHERE o.print_id = p.id ORDER BY o.id DESC LIMIT 1), 'queued')`},
		{"text_due", `SELECT archive_id FROM text_due WHERE archive_id NOT IN (SELECT id FROM archives WHERE awaits_text IS NOT NULL)
				OR archive_id IN (SELECT archive_id FROM text_outcomes)
			UNION SELECT id FROM archives v WHERE awaits_text IS NOT NULL AND id NOT IN (SELECT archive_id FROM text_outcomes) AND id NOT IN (SELECT archive_id FROM text_due)`},
		{"dispatch_current", `SELECT d.id FROM dispatches d LEFT JOIN dispatch_current c ON c.dispatch_id = d.id
			WHERE c.state IS NOT coalesce((SELECT o.state FROM dispatch_outcomes o WHERE o.dispatch_id = d.id ORDER BY o.id DESC LIMIT 1), 'due')`},
	} {
		if err := c.query("derived-wrong", s.table, s.statement, s.table+" does not say of %d what the facts say"); err != nil {
			return err
		}
	}
	return nil
}
