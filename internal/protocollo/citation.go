package protocollo

import "fmt"

// Citation is how papers name a registration: «Prot. n. 0000012 del 22/11/2026». Two registers may both have a 0000001, so a number of
// the emergency register never stands without its register (DPR 445/2000 art. 63; L-10, L-11), and never hides behind the ordinary one
// that it gained: both stay for ever (R9.12).
func (r Registration) Citation() string {
	sign := r.Segnatura.Emergency
	switch {
	case sign == nil:
		return fmt.Sprintf("Prot. n. %s del %s", r.Number, r.Day.Italian())
	case r.Recovery == nil:
		return fmt.Sprintf("%s del %s", sign.of("Registro di emergenza"), r.Day.Italian())
	}
	return fmt.Sprintf("Prot. n. %s del %s (%s del %s)", r.Recovery.Number, r.Recovery.Day.Italian(), sign.of("Reg. emergenza"), r.Day.Italian())
}

// CitedNumber is the same for a table's cell under «Prot. n.», where the day has a column of its own.
func (r Registration) CitedNumber() string {
	sign := r.Segnatura.Emergency
	switch {
	case sign == nil:
		return string(r.Number)
	case r.Recovery == nil:
		return sign.of("Reg. emergenza")
	}
	return fmt.Sprintf("%s (%s)", r.Recovery.Number, sign.of("Reg. emergenza"))
}

// ShortCitation is the number with its year, «0000012/2026»; one of the emergency register never stands without its register (L-10, L-11):
// «n. 1/2026 R.E. 1/2026», and once it is recovered «0000012/2026 (n. 1/2026 R.E. 1/2026)».
func (r Registration) ShortCitation() string {
	sign := r.Segnatura.Emergency
	switch {
	case sign == nil:
		return fmt.Sprintf("%s/%d", r.Number, r.Key.Year)
	case r.Recovery == nil:
		return sign.Label
	}
	return fmt.Sprintf("%s/%d (%s)", r.Recovery.Number, r.Recovery.Key.Year, sign.Label)
}

// of puts the register's name before the number; where users number, the label begins with it (L-10).
func (s EmergencySign) of(register string) string {
	if s.Scheme == EmergencyPerUser {
		return s.Label
	}
	return register + " " + s.Label
}
