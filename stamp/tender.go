package stamp

import "time"

// TenderRecord is what a gara's verbale needs of the register (R5.6): every plico with its reception, its number and the hands that it went through.
// Texts are worded already; instants are shown in Europe/Rome to the second, with their offset. It says how a reception stands to the
// deadline and judges nothing.
type TenderRecord struct {
	Body, AOOCode, AOOName, Banner string
	Version                        int // 1 is the first that was produced
	MadeAt                         time.Time
	MadeBy                         string

	Name                                     string // «3/2026»
	Subject, CIG, Place, Office, Basis, Norm string
	Deadline, SessionAt                      time.Time // SessionAt zero: not fixed
	ClosedAt                                 time.Time // zero: the gara is open
	ClosedBy, ClosingNote                    string
	Changes                                  []TenderChange
	Waiting                                  []TenderWaiting
	Handovers                                []TenderHandover
	Bids                                     []TenderBid
	Transfers                                []TenderTransfer
	Totals                                   TenderTotals
	// The journal's last entry that the record covers.
	JournalSeq  int64
	JournalHash string
	// TableSHA256 is the digest of the same record as CSV; "" in the CSV itself.
	TableSHA256 string
}

// TenderChange is a version of a gara's terms after the first, with the deadline that it put in place of another.
type TenderChange struct {
	At            time.Time
	By, Reason    string
	Was, Deadline time.Time
}

// TenderWaiting is «Presenti in attesa alle ore del termine: n».
type TenderWaiting struct {
	Count    int
	At       time.Time
	By, Note string
}

// TenderHandover is one frozen instant with what was known of the clock.
type TenderHandover struct {
	Code         string    // «Consegna n. 12/2026»
	At           time.Time // of reception: the frozen one, or the hand's
	Bids         int       // of this gara
	Desk         string
	Receiver     string // who said that he received
	Manual       string // «foglio n. 3/2026, riga 4, firmata da …, trascritta il …»; "" where the key froze it
	Contested    bool
	ClockAt      time.Time // what the clock said, where Contested
	Clock        string    // the proof, worded
	Annotations  []string
	Undetermined bool // an annotation is wanted and missing
}

// Lateness is how a reception stands to the deadline, as the paper says it.
type Lateness string

// The states of R20.3, and none.
const (
	LateWithin   Lateness = "entro il termine"
	LateInMinute Lateness = "nel minuto del termine"
	LateBeyond   Lateness = "oltre il termine"
)

// TenderBid is one plico.
type TenderBid struct {
	Code            string // «41/2026»
	Handover        string // «12/2026»
	Ordinal, Of     int
	At              time.Time
	Lateness        Lateness
	Contested       bool
	Manual          bool
	Sender, Address string
	Means           string
	Seal, Marks     string
	Number          string // as cited: «0000012», of the emergency register with its name; "" while there is none
	Day             string // gg/mm/aaaa, of Number
	RegisteredAt    time.Time
	Annulled        bool
	Events          []string // withdrawn, replaced, opened by mistake, given back, noted; each with instant and who
	Gone            string   // «ritirato», «sostituito», «restituito»; "" while it is here
	Custody         []string // one line for each passage
	Holder          string   // who has it, "" of one that is gone
	Gap             string   // why the chain is not whole; "" where it is
	Token           string   // the time-stamping authority's, worded: «in attesa», or serial and instant; "" where none was asked for
}

// TenderTransfer is a «Distinta di consegna» in the record.
type TenderTransfer struct {
	Code, From, To, Place string
	At                    time.Time
	Given, Taken          string // each side's word; "" while it is wanted
	Plichi                []TransferItem
}

// TransferItem is one plico in a list.
type TransferItem struct {
	Code     string
	At       time.Time
	Lateness Lateness
	Sender   string
	Number   string // «Prot. n. …», or ""
	Seal     string
}

// TenderTotals count a gara's plichi. All = Within + InMinute + Beyond = Here + Withdrawn + Replaced + Returned.
type TenderTotals struct {
	All, Within, InMinute, Beyond       int
	Here, Withdrawn, Replaced, Returned int
	OpenedByMistake, Manual, Contested  int
	Unnumbered                          int
}

// TransferList is a «Distinta di consegna», in duplicate, or the list by which late plichi go back «a gara ultimata» (R20.4).
type TransferList struct {
	Body, AOOCode, AOOName, Banner string
	MadeAt                         time.Time
	Tender, Subject, CIG           string
	Deadline                       time.Time
	// Code, From, To and Place are of a «Distinta di consegna», recorded at At; Given and Taken are each side's word so far.
	Code, From, To, Place string
	At                    time.Time
	Given, Taken          string
	// ClosedAt is set on a list of plichi that go back.
	ClosedAt time.Time
	Items    []TransferItem
}

// BidSheet is a blank «Foglio ricezione plichi» with its number.
type BidSheet struct {
	Code string // «3/2026»
	Rows int
}

// BidSheets are sheets to be printed beforehand (R20.4).
type BidSheets struct {
	Body, AOOCode, AOOName, Banner string
	MadeAt                         time.Time
	Sheets                         []BidSheet
}
