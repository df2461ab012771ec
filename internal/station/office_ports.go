package station

import (
	"context"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// SetupStore keeps who the station works for and how it numbers (R17.1).
type SetupStore interface {
	// Setup returns what was configured, or NotFound on a fresh data folder.
	Setup(ctx context.Context) (Setup, error)
	// SaveSetup stores the first configuration with its first accounts in one transaction; Conflict when there is one.
	SaveSetup(ctx context.Context, s Setup, accounts []NewAccount) error
}

// Setup is the first-run page's answer.
type Setup struct {
	Body protocollo.Body  `json:"body"`
	AOOs []protocollo.AOO `json:"aoos"` // the first is the default one
	// Connector answers «Chi attribuisce i numeri di protocollo?»: "embedded", or a central system's connector.
	Connector string `json:"connector" enum:"embedded,jente,docarea,titulus,jiride,pitre,dropfolder,manual"`
	// StartingNumber is the first number the embedded register gives this year, per AOO in order; 1 when a year begins (R17.1).
	StartingNumber    int64          `json:"startingNumber" minimum:"1"`
	ActNumber         string         `json:"actNumber" doc:"Estremi dell'atto"`
	ActDay            protocollo.Day `json:"actDay"`
	ResponsabileTitle string         `json:"responsabileTitle" doc:"Titolo del responsabile, a video"`
	Trial             bool           `json:"trial,omitempty"` // -demo: the data folder stays a trial for ever
	ConfiguredAt      time.Time      `json:"configuredAt,omitzero"`
}

// NewAccount is an account to be created.
type NewAccount struct {
	User     string             `json:"user" minLength:"3" maxLength:"40" pattern:"^[a-z0-9._-]+$"`
	Name     string             `json:"name" minLength:"1" maxLength:"80"`
	AOO      protocollo.AOOCode `json:"aoo"`
	Roles    []protocollo.Role  `json:"roles"`
	UOR      string             `json:"uor,omitempty"`
	Password string             `json:"password"` // first password; changed at first login
}

// PolicyStore keeps the legal policies, versioned by the Responsabile.
type PolicyStore interface {
	Policies(ctx context.Context, aoo protocollo.AOOCode) (Policies, error)
	// SavePolicies adds a version; Conflict when p.Version is not the current one.
	SavePolicies(ctx context.Context, a protocollo.Actor, p Policies) (Policies, error)
	// PolicyVersions lists every version that was saved, oldest first.
	PolicyVersions(ctx context.Context, aoo protocollo.AOOCode) ([]Policies, error)
}

// Policies are the Responsabile's choices for one AOO.
type Policies struct {
	Version int64              `json:"version"`
	AOO     protocollo.AOOCode `json:"aoo"`
	// PageProfile names one of rules.PageProfiles().
	PageProfile string        `json:"pageProfile"`
	Label       LabelSwitches `json:"label"`
	// Terms give the receipt's term by procedure (R21.5).
	Terms []ProcedureTerm `json:"terms,omitempty"`
	// ProcessCertificate names the certification of the body's scanning process (LLGG annex 3), or is empty: then nothing is claimed.
	ProcessCertificate string `json:"processCertificate,omitempty" maxLength:"200" doc:"Estremi della certificazione di processo"`
	// Emergency is the way with the emergency register; nil: the law's own.
	Emergency *protocollo.EmergencyPolicy `json:"emergency,omitempty"`
	// EmergencyColumns are those of a foreign template for the register's spreadsheet, in their order; none: our own (R9.14).
	EmergencyColumns []stamp.EmergencyColumn `json:"emergencyColumns,omitempty" maxItems:"100" doc:"Le colonne del modello altrui, come quello di «Recupero da Emergenza»"`
	// Temporary is the way with letters that wait for their number.
	Temporary TemporaryPolicy `json:"temporary,omitzero"`
	// Corrections is the way with corrections and annulments; nil: the law's own.
	Corrections *protocollo.CorrectionPolicy `json:"corrections,omitempty"`
	// Legends are those that the Responsabile added to the catalogue (R2.6).
	Legends []rules.AddedLegend `json:"legends,omitempty" maxItems:"50" doc:"Diciture aggiunte al catalogo"`
	// Registration is the list of what is not registered; nil: the law's own.
	Registration *rules.RegistrationPolicy `json:"registration,omitempty"`
	// Bids is the way with plichi di gara.
	Bids  BidPolicy `json:"bids,omitzero"`
	SetAt time.Time `json:"setAt,omitzero"`
	SetBy string    `json:"setBy,omitempty"`
}

// BidPolicy is the way with plichi di gara.
type BidPolicy struct {
	// DueBeforeMinutes is how long before a session its plichi have to be handed over; 0: [rules.BidsDueBefore].
	DueBeforeMinutes int `json:"dueBeforeMinutes,omitempty" minimum:"0" maximum:"10080" doc:"Minuti prima della seduta da cui un avviso dice che plichi arrivati in tempo non sono consegnati; 0: 60"`
}

func (p BidPolicy) dueBefore() time.Duration {
	if p.DueBeforeMinutes > 0 {
		return time.Duration(p.DueBeforeMinutes) * time.Minute
	}
	return rules.BidsDueBefore
}

// LabelSwitches are the optional contents of the label (R2.2); the zero value prints the mandatory ones.
type LabelSwitches struct {
	AOOName    bool `json:"aooName"`
	Time       bool `json:"time"`
	Classifica bool `json:"classifica"`
	UOR        bool `json:"uor"`
	Fascicolo  bool `json:"fascicolo"`
	Subject    bool `json:"subject"` // off by default: privacy
	// HideDirection leaves «Arrivo / Partenza / Interno» out, which stands on labels by default.
	HideDirection bool `json:"hideDirection,omitempty" doc:"Senza «Arrivo / Partenza / Interno»"`
	// NoMinuta prints one label of what leaves on paper, not also the minuta's (R16.7).
	NoMinuta bool `json:"noMinuta,omitempty" doc:"In partenza senza l'etichetta della minuta"`
}

// ProcedureTerm is one row of the table of procedures.
type ProcedureTerm struct {
	Procedure string `json:"procedure"`
	Text      string `json:"text" doc:"es. «30 giorni» o «silenzio assenso»"`
}

// SafetyStore keeps the reasons for which numbering stands still.
type SafetyStore interface {
	// Stops lists why numbering is stopped now: "numbering-unset", "clock", "restore", "invariant".
	Stops(ctx context.Context) ([]Stop, error)
	// ConfirmClock is the Responsabile's word that the clock is right now, after a doubt (R17.5); journaled with the reason.
	ConfirmClock(ctx context.Context, a protocollo.Actor, reason string) error
	// ConfirmRestore ends the stop after a restore: the last number known from labels or the daily register; a gap is listed with the act (R17.4).
	ConfirmRestore(ctx context.Context, a protocollo.Actor, r RestoreConfirmation) error
}

// Stop is one reason for which no number is given.
type Stop struct {
	Code   string    `json:"code"`
	Since  time.Time `json:"since"`
	Detail string    `json:"detail,omitempty"`
}

// RestoreConfirmation answers «Qual è l'ultimo numero dato prima del guasto?».
type RestoreConfirmation struct {
	AOO        protocollo.AOOCode `json:"aoo"`
	LastNumber protocollo.Number  `json:"lastNumber"`
	ActNumber  string             `json:"actNumber"`
	ActDay     protocollo.Day     `json:"actDay"`
	// EmergencyLast is the last number on the emergency register that is open in the copy, 0000000 where it has none: its rows go on after
	// it. Without it, or when the register's year is over, the register is closed first: Conflict "emergency-still-open".
	EmergencyLast protocollo.Number `json:"emergencyLast,omitempty" doc:"Ultimo numero scritto sul registro di emergenza che nella copia è aperto"`
}
