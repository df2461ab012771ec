package stamp

import "time"

// PostReturnList is what a «Distinta di restituzione alle Poste» says: envelopes for others that came by mistake and go back unopened (002 art. 22.1).
type PostReturnList struct {
	Body    string // the public body's name
	AOOCode string
	Day     string // gg/mm/aaaa
	MadeAt  time.Time
	Items   []PostReturnItem
	Banner  string // e.g. «PROVA – SENZA VALORE», or empty
}

// PostReturnItem is one envelope. Who wrote it stands on no list that goes to the post.
type PostReturnItem struct {
	Intake, Arrived string // «Ricezione n.», gg/mm/aaaa
	To, Address     string // as it stands on the envelope
	Means           string // worded for people
	Raccomandata    string
	Returned        string // hh:mm when it was ticked off, or empty
}
