package stamp

import "time"

// PostingList is what a «Distinta di spedizione» says: what leaves on paper on a day, by the means by which it leaves, with one row for each
// recipient. Of one letter alone it is the list of its recipients, which is kept with the minuta (Comune, art. 58.1).
type PostingList struct {
	Body    string // the public body's name
	AOOCode string
	Day     string // gg/mm/aaaa
	MadeAt  time.Time
	// Letter cites the one letter that it is of, Subject its subject; "" where it is a day's.
	Letter, Subject string
	Groups          []PostingGroup
	Banner          string // e.g. «PROVA – SENZA VALORE», or empty
}

// PostingGroup is what leaves by one means, worded for people.
type PostingGroup struct {
	Means string
	Items []PostingItem
}

// PostingItem is one envelope. A subject stands on no list that goes to the post.
type PostingItem struct {
	Number, Day  string // of the emergency register: with the register's name
	To, Address  string
	Raccomandata string
	Variable     string // what the letter says to this recipient alone
	ForKnowledge bool   // «per conoscenza»
}
