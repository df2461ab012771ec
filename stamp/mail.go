package stamp

import "time"

// EmergencyMail is what the offices are told when a register of emergency opens (L-22) and closes (L-23). It is a draft: a person sends it.
type EmergencyMail struct {
	Closed bool
	// At is the hour that it names, shown in Europe/Rome.
	At time.Time
	// OnPaper says that the register is kept on paper alone (C5).
	OnPaper bool
	// Prolonged is an outage that has lasted for a day and was not planned.
	Prolonged bool
	// OnlyAuthorised says that only acts which the Responsabile authorised are registered (C4).
	OnlyAuthorised bool
	Banner         string
}
