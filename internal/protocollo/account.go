package protocollo

import (
	"slices"
	"time"
)

// Role is a profile of access (R11.1; DPR 445/2000 art. 61(3)).
type Role string

const (
	RoleAdministrator Role = "amministratore" // Amministratore di sistema
	RoleResponsabile  Role = "responsabile"   // Responsabile della gestione documentale, or its delegate
	RoleOperator      Role = "operatore"      // Operatore di protocollo
	RoleReader        Role = "consultazione"  // Utente di consultazione
	RoleTender        Role = "gare"           // ufficio gare
	RoleCompetition   Role = "concorsi"       // ufficio concorsi
)

// Action is something that a role may do.
type Action string

const (
	ActRegister     Action = "register"     // intake, registration, labels, receipts, scans, exceptions
	ActSearch       Action = "search"       // read registrations, by visibility
	ActDecide       Action = "decide"       // what only the Responsabile decides: annulments, exceptions to the rule, clock, restore
	ActPolicy       Action = "policy"       // legal policies, titolario, correspondents' import
	ActAccounts     Action = "accounts"     // create and change accounts
	ActDevices      Action = "devices"      // printers, scanners
	ActReadAll      Action = "read-all"     // the whole register (R11.2)
	ActConfidential Action = "confidential" // riservati, besides those that one registered oneself
	ActJournal      Action = "journal"      // the journal and check
	ActTender       Action = "tender"       // gare: enter them, see their plichi, take and give custody
	ActTenderClose  Action = "tender-close" // end a gara: whoever holds it, not the desk that receives
	ActCompetition  Action = "competition"  // competitions: enter them, their applications and their notes
)

// Actions lists all actions.
func Actions() []Action {
	return []Action{ActRegister, ActSearch, ActDecide, ActPolicy, ActAccounts, ActDevices, ActReadAll, ActConfidential, ActJournal, ActTender, ActTenderClose, ActCompetition}
}

// permissions is the matrix of R11.1: who may do what.
var permissions = map[Role][]Action{
	RoleAdministrator: {ActAccounts, ActDevices, ActJournal},
	RoleResponsabile: {ActRegister, ActSearch, ActDecide, ActPolicy, ActAccounts, ActDevices, ActReadAll, ActConfidential,
		ActJournal, ActTender, ActTenderClose, ActCompetition},
	RoleOperator:    {ActRegister, ActSearch, ActTender, ActCompetition},
	RoleReader:      {ActSearch},
	RoleTender:      {ActSearch, ActTender, ActTenderClose},
	RoleCompetition: {ActSearch, ActCompetition},
}

// Roles lists all roles, in the order in which they are shown.
func Roles() []Role {
	return []Role{RoleOperator, RoleResponsabile, RoleReader, RoleTender, RoleCompetition, RoleAdministrator}
}

// Actor is who does something: an account of one AOO, at one desk.
type Actor struct {
	User  string
	Name  string
	AOO   AOOCode
	Roles []Role
	UOR   string // the office whose documents it sees, besides its own
	Desk  string // the browser's desk, for leases and printers
	// NamedForConfidential is set for users whom the Responsabile named (R11.2).
	NamedForConfidential bool
}

// Station is the actor of what the program does by itself.
func Station(aoo AOOCode) Actor { return Actor{User: "stazione", Name: "Stazione", AOO: aoo} }

// May reports whether one of the actor's roles allows a.
func (a Actor) May(act Action) bool {
	if act == ActConfidential && a.NamedForConfidential {
		return true
	}
	return slices.ContainsFunc(a.Roles, func(r Role) bool { return slices.Contains(permissions[r], act) })
}

// Require returns a Forbidden error when the actor may not.
func (a Actor) Require(act Action) error {
	if a.May(act) {
		return nil
	}
	return Errorf(Forbidden, string(act), "user %s may not %s", a.User, act)
}

// Sees reports whether the actor may see a registration (R11.2): its own, its office's, or all; confidential ones only when
// named, or when it registered them itself.
func (a Actor) Sees(aoo AOOCode, operator, uor string, confidential bool) bool {
	if a.AOO != aoo {
		return false
	}
	if operator == a.User {
		return true
	}
	if confidential && !a.May(ActConfidential) {
		return false
	}
	return a.May(ActReadAll) || a.May(ActRegister) || (a.UOR != "" && a.UOR == uor)
}

// Account is a person's access to one AOO. The store keeps it; package auth judges it. Accounts are never shared (R11.1).
type Account struct {
	Actor
	PasswordHash string // argon2id, PHC string form
	// PreviousHashes are the last hashes, newest first, the current one included; at most eight (R11.3).
	PreviousHashes []string
	PasswordSetAt  time.Time
	MustChange     bool // at first login, and after another person set it
	Failures       int  // wrong passwords since the last right one; five lock the account (R11.3)
	Disabled       bool
	CreatedAt      time.Time
}

// Session is one browser's log-in. Only the digest of its token is kept.
type Session struct {
	TokenDigest string // SHA-256 of the token, lower-case hex
	User        string
	Desk        string
	CreatedAt   time.Time
	LastSeenAt  time.Time
	Locked      bool // idle too long, or locked by the user: only unlocking is served (R11.4)
}
