package stamp

import "time"

// CompetitionNote is a nota riepilogativa as it stands on paper: «l'elenco delle domande pervenute con indicazione della rispettiva data»
// (Università, art. 3.1.01). Days and instants are shown in Rome; it judges none of them.
type CompetitionNote struct {
	Body, AOOCode, AOOName string
	Banner                 string // of a trial, or ""
	ID                     string // tells files of equal content apart, and nothing else
	Code                   string // «3»
	Day                    string // «22/11/2026»
	ClosedAt               time.Time
	Kind                   string // «Concorso»
	Notice                 string
	Office                 string
	Responsible            string
	Closes                 string // «22/11/2026 ore 12:00»
	Postmark               bool   // a column for the day of dispatch
	Items                  []CompetitionNoteItem
	// Number is set on a copy of the note that has its protocol number: «Prot. n. 0000012 del 22/11/2026».
	Number string
}

// CompetitionNoteItem is one domanda of it.
type CompetitionNoteItem struct {
	Code, Candidate, Arrived, Initials, Means, Postmark string
}
