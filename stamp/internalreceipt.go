package stamp

import "time"

// InternalReceipt is what the receipt says that goes with post for somebody in the house, in two copies: one stays with who receives, the other comes back
// signed (002 art. 68; R7.4).
type InternalReceipt struct {
	Body, AOOCode string
	// Reference is a citation of the registration, or «Ricezione n. …, senza numero di protocollo».
	Reference string
	ArrivedAt time.Time
	Sender    string
	// Closed: the envelope was not opened. Words are what stands on it, where they kept it closed; Subject is of what was opened.
	Closed         bool
	Words, Subject string
	Person, Office string
	// Note is the Responsabile's judgement or what else there is to say; "" for none.
	Note        string
	DeliveredAt time.Time
	Operator    string
	Banner      string
}
