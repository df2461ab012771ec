package protocollo

import "time"

// EmergencyRoadChange is that the ordinary numbers of a register come another way than its opening said: on the word of a person, with the
// reason. The last one holds.
type EmergencyRoadChange struct {
	Road   EmergencyRoad `json:"road" enum:"chiamata,foglio"`
	Reason string        `json:"reason"`
	By     string        `json:"by"`
	At     time.Time     `json:"at"`
}

// EmergencyYear is the emergency register of a year as it is set up beforehand, where it is numbered by the year (001.9, 001.10; R9.9). It opens
// nothing: an opening has its cause and its instant.
type EmergencyYear struct {
	ID     int64           `json:"-"`
	AOO    AOOCode         `json:"aoo"`
	Year   int             `json:"year"`
	Scheme EmergencyScheme `json:"scheme" enum:"anno,utente"`
	Medium EmergencyMedium `json:"medium" enum:"carta,foglio,entrambi"`
	Fields EmergencyFields `json:"fields" enum:"F-1,F-2,ordinario"`
	KeptAt string          `json:"keptAt,omitempty" doc:"Dove sono le pagine di carta"`
	By     string          `json:"by"` // the station's own name where the first of January did it
	At     time.Time       `json:"at"`
	// Reason is why a person said it anew; "" for the first word. By and At are of the last one.
	Reason string `json:"reason,omitempty"`
	// InUse: something of that year is registered, or a register of it is open; nothing is said anew.
	InUse bool `json:"inUse,omitempty"`
}

// SignatureReplacement is that another file took the place of a signed act, which stays.
type SignatureReplacement struct {
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}
