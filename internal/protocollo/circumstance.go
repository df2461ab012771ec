package protocollo

// CircumstanceKind is how a letter stands to one that was registered before it, or that comes with it.
type CircumstanceKind string

// The circumstances that put words of the catalogue into a registration. An original after its fax is not among them: identical, it has no
// registration of its own; different, it is one like any other ([DuplicateFaxFirst]; R1.7).
const (
	DigitalAfterPaper CircumstanceKind = "digitale-dopo-cartaceo" // always a new number (R1.8)
	OneOfSeveral      CircumstanceKind = "uno-di-piu"             // x of n, a number for each (R1.9)
	OpenedByMistake   CircumstanceKind = "aperto-per-errore"      // the arrival, and the sending on (R1.11)
)

// Circumstance is one letter's.
type Circumstance struct {
	Kind CircumstanceKind `json:"kind" enum:"digitale-dopo-cartaceo,uno-di-piu,aperto-per-errore"`
	// Of is the registration that it belongs to: the paper's, the first of several, the arrival that is sent on. 0 where it is itself the first.
	Of    int64 `json:"of,omitempty" minimum:"0"`
	Order int   `json:"order,omitempty" minimum:"0" maximum:"999" doc:"x di n"`
	Count int   `json:"count,omitempty" minimum:"0" maximum:"999"`
}
