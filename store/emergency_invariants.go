package store

// emergencyStates is what must never be in the emergency register (R9.6, R9.7, R9.10, R9.12): each statement returns the ids at fault.
func emergencyStates() []struct{ code, table, statement, sentence string } {
	return []struct{ code, table, statement, sentence string }{
		{"emergency-without-row", "registrations", `SELECT r.id FROM registrations r LEFT JOIN emergency_rows e ON e.registration_id = r.id
			LEFT JOIN emergency_openings o ON o.id = e.opening_id WHERE r.connector = 'emergency' AND (o.id IS NULL OR o.aoo <> r.aoo OR o.code <> r.register OR o.year <> r.year)`,
			"registration %d stands in no emergency register of its code"},
		{"emergency-gap", "emergency_rows", `SELECT e.id FROM emergency_rows e JOIN emergency_openings o ON o.id = e.opening_id JOIN registrations r ON r.id = e.registration_id
			WHERE r.number <> printf('%07d', o.first + e.row - 1 + (SELECT coalesce(sum(g.last - g.first + 1), 0) FROM number_gaps g
				WHERE g.aoo = o.aoo AND g.register = o.code AND g.year = o.year AND g.first >= o.first AND g.last < CAST(r.number AS INTEGER))) OR e.row <> (SELECT count(*) FROM emergency_rows b WHERE b.opening_id = e.opening_id AND b.row <= e.row)`,
			"the rows before row %d are not whole, or it has another's number"},
		{"emergency-order", "emergency_rows", `SELECT e.id FROM emergency_rows e JOIN registrations r ON r.id = e.registration_id
			JOIN emergency_rows b ON b.opening_id = e.opening_id AND b.row = e.row - 1 JOIN registrations p ON p.id = b.registration_id
			WHERE r.registered_at < p.registered_at`, "row %d is earlier than the one before it"},
		{"emergency-outside", "emergency_rows", `SELECT e.id FROM emergency_rows e JOIN registrations r ON r.id = e.registration_id JOIN emergency_openings o ON o.id = e.opening_id
			LEFT JOIN emergency_closings c ON c.opening_id = o.id
			WHERE r.registered_at < o.opened_at OR r.registered_at > coalesce(c.closed_at, r.registered_at)
			OR (r.registered_at >= o.interrupted_at + 86400000000000 AND NOT EXISTS (SELECT 1 FROM emergency_extensions x WHERE x.opening_id = o.id
				AND r.registered_at >= x.from_at AND r.registered_at < x.until_at))`, "row %d is in no authorised period of its register"},
		{"emergency-two-open", "emergency_openings", `SELECT max(o.id) FROM emergency_openings o WHERE NOT EXISTS (SELECT 1 FROM emergency_closings c WHERE c.opening_id = o.id)
			GROUP BY o.aoo HAVING count(*) > 1`, "beside opening %d another one is open"},
		{"emergency-count", "emergency_closings", `SELECT c.id FROM emergency_closings c WHERE c.count <> (SELECT count(*) FROM emergency_rows e WHERE e.opening_id = c.opening_id)`,
			"closing %d does not count the rows that there are"},
		{"emergency-total", "emergency_days", `SELECT d.id FROM emergency_days d WHERE d.ordinal = (SELECT max(l.ordinal) FROM emergency_days l
				WHERE l.opening_id = d.opening_id AND l.day = d.day)
			AND d.count <> (SELECT count(*) FROM emergency_rows e JOIN registrations r ON r.id = e.registration_id WHERE e.opening_id = d.opening_id AND r.day = d.day)`,
			"total %d is not that of its day's rows"},
		{"emergency-total-missing", "emergency_closings", `SELECT c.id FROM emergency_closings c WHERE c.count <> (SELECT coalesce(sum(d.count), 0) FROM emergency_days d
			WHERE d.opening_id = c.opening_id AND d.ordinal = (SELECT max(l.ordinal) FROM emergency_days l WHERE l.opening_id = d.opening_id AND l.day = d.day))`,
			"the totals of the days do not make up that of closing %d"},
		{"recovery-of-no-emergency", "recoveries", `SELECT y.id FROM recoveries y LEFT JOIN registrations r ON r.id = y.registration_id
			LEFT JOIN attempts a ON a.id = y.attempt_id WHERE r.connector IS NOT 'emergency' OR a.intake_id IS NOT r.intake_id OR a.connector <> y.connector
			OR NOT EXISTS (SELECT 1 FROM attempt_outcomes o WHERE o.attempt_id = a.id AND o.outcome = 'numbered')`,
			"recovery %d is not of a row of an emergency register and its own attempt"},
	}
}
