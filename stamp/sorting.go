package stamp

import "time"

// SortingList is what a «Distinta di smistamento» says: one day's paper, by the office that takes it away.
type SortingList struct {
	Body    string // the public body's name
	AOOCode string
	Day     string // gg/mm/aaaa
	MadeAt  time.Time
	Offices []SortingOffice
	Banner  string // e.g. «PROVA – SENZA VALORE», or empty
}

// SortingOffice is one office's share. Without a code it is the paper that nobody was named for.
type SortingOffice struct {
	Code, Name string
	Items      []SortingItem
}

// SortingItem is one original with its attachments. What may not be said is hidden already.
type SortingItem struct {
	Number, Day   string // of the emergency register: with the register's name
	From, Subject string
	Attachments   int
}
