package ui

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
)

// Signing says who signs an act of the emergency register. Without user it is whoever is logged in; with one, the Responsabile acts once
// at the clerk's screen, whose session goes on (R21.3). Exported for the reason given at [IDPath].
type Signing struct {
	Signer   protocollo.EmergencySigner `json:"signer" enum:"responsabile,vicario" doc:"In quale veste firma"`
	User     string                     `json:"user,omitempty" maxLength:"80"`
	Password string                     `json:"password,omitempty" maxLength:"200"`
}

// EmergencyRegisters is a list of registers.
type EmergencyRegisters struct {
	Registers []protocollo.EmergencyRegister `json:"registers"`
}

// EmergencyRows are a register's rows in their order.
type EmergencyRows struct {
	Rows []EmergencyRowView `json:"rows"`
}

// EmergencyRowView is one row. Of a letter that the reader may not see only its place and number are there.
type EmergencyRowView struct {
	Row            int               `json:"row"`
	RegistrationID int64             `json:"registrationID,omitempty"`
	IntakeID       int64             `json:"intakeID,omitempty"`
	Number         protocollo.Number `json:"number"`
	Label          string            `json:"label,omitempty"`
	Day            protocollo.Day    `json:"day" doc:"La data legale"`
	RegisteredAt   time.Time         `json:"registeredAt,omitzero"`
	Subject        string            `json:"subject,omitempty"`
	From           string            `json:"from,omitempty" doc:"Mittente o destinatario"`
	Manual         bool              `json:"manual,omitempty"`
	Authorised     string            `json:"authorised,omitempty"`
	Annulled       bool              `json:"annulled,omitempty"`
	Ordinary       *OrdinaryNumber   `json:"ordinary,omitempty"`
	// Asked is what became of the last call for the ordinary number: "" where nobody asked, or its answer is awaited.
	Asked protocollo.AttemptOutcome `json:"asked,omitempty"`
	Words string                    `json:"words,omitempty" doc:"Le parole del sistema centrale"`
}

// OrdinaryNumber is what an emergency registration gained by its recovery.
type OrdinaryNumber struct {
	Register string            `json:"register"`
	Number   protocollo.Number `json:"number"`
	Year     int               `json:"year"`
	Day      protocollo.Day    `json:"day"`
}

// EmergencyWaiting are letters that may be moved to the open register.
type EmergencyWaiting struct {
	Records []RecordView `json:"records"`
}

// EmergencyProfiles are the ways of known manuals.
type EmergencyProfiles struct {
	Profiles []rules.EmergencyProfile `json:"profiles"`
}

type emergencyYearInput struct {
	Year int `query:"year" minimum:"0" maximum:"9999"`
}

type emergencyPolicyInput struct {
	Body protocollo.EmergencyPolicy
}

type authoriseInput struct {
	Body struct {
		Signing
		station.AuthoriseCommand
	}
}

type openEmergencyInput struct {
	Body struct {
		Signing
		station.OpenCommand
	}
}

type extendEmergencyInput struct {
	IDPath
	Body struct {
		Signing
		station.ExtendCommand
	}
}

type closeEmergencyInput struct {
	IDPath
	Body struct {
		Signing
		station.CloseCommand
	}
}

type revokeEmergencyInput struct {
	IDPath
	Body struct {
		Signing
		protocollo.WrittenAct
	}
}

type moveEmergencyInput struct {
	Body struct {
		IntakeIDs []int64 `json:"intakeIDs" minItems:"1" maxItems:"5000"`
		User      string  `json:"user,omitempty" maxLength:"80" doc:"Chi decide, se non è chi ha la sessione"`
		Password  string  `json:"password,omitempty" maxLength:"200"`
		Grounds   string  `json:"grounds,omitempty" maxLength:"200" doc:"Perché sono atti urgenti, dove si registrano solo quelli"`
	}
}

type signedActInput struct {
	Body struct {
		Kind      protocollo.EmergencyActKind `json:"kind" enum:"authorisation,opening,extension,closing,revocation"`
		ActID     int64                       `json:"actID" minimum:"1"`
		FileName  string                      `json:"fileName" maxLength:"200"`
		MediaType string                      `json:"mediaType" maxLength:"80"`
		Content   []byte                      `json:"content"`
	}
}

func (s *Server) emergencyRoutes() {
	operation(s, http.MethodGet, "/api/emergency", "emergency", "Il registro di emergenza adesso (DPR 445/2000 art. 63)", accessDesk, s.emergency)
	operation(s, http.MethodGet, "/api/emergency/registers", "emergencyRegisters", "I registri di emergenza", accessDesk, s.emergencyRegisters)
	operation(s, http.MethodGet, "/api/emergency/registers/{id}/rows", "emergencyRows", "Le righe di un registro di emergenza", accessDesk, s.emergencyRows)
	operation(s, http.MethodGet, "/api/emergency/waiting", "emergencyWaiting", "Che cosa attende un numero e si può passare al registro di emergenza", accessDesk, s.emergencyWaiting)
	operation(s, http.MethodGet, "/api/emergency/profiles", "emergencyProfiles", "Le regole dei manuali", accessDesk, s.emergencyProfiles)
	operation(s, http.MethodPut, "/api/emergency/policy", "saveEmergencyPolicy", "Cambia le regole del registro di emergenza", accessDesk, s.saveEmergencyPolicy)
	operation(s, http.MethodPost, "/api/emergency/authorisations", "authoriseEmergency", "Autorizza il registro di emergenza, anche in anticipo (L-20)", accessDesk, s.authoriseEmergency)
	operation(s, http.MethodPost, "/api/emergency/registers", "openEmergency", "Apre il registro di emergenza", accessDesk, s.openEmergency)
	operation(s, http.MethodPost, "/api/emergency/registers/{id}/extensions", "extendEmergency", "Proroga con un atto, per non più di una settimana", accessDesk, s.extendEmergency)
	operation(s, http.MethodPost, "/api/emergency/registers/{id}/closing", "closeEmergency", "Chiude il registro di emergenza", accessDesk, s.closeEmergency)
	operation(s, http.MethodPost, "/api/emergency/registers/{id}/revocation", "revokeEmergency", "Revoca l'autorizzazione e ordina il recupero (L-21)", accessDesk, s.revokeEmergency)
	operation(s, http.MethodPost, "/api/emergency/registers/{id}/recovery", "recoverEmergency", "Chiede i numeri ordinari delle righe", accessDesk, s.recoverEmergency)
	operation(s, http.MethodPost, "/api/emergency/move", "moveToEmergency", "Passa ricezioni in attesa al registro di emergenza", accessDesk, s.moveToEmergency)
	operation(s, http.MethodPost, "/api/emergency/signatures", "attachSignedAct", "Conserva un atto tornato firmato", accessDesk, s.attachSignedAct, longList)
	operation(s, http.MethodPost, "/api/registrations/{id}/second-label", "printSecondLabel", "Stampa la seconda etichetta, con il numero ordinario", accessDesk, s.printSecondLabel)
}

// signatory is who signs: whoever is logged in, or whoever gives a password for this one act.
func (s *Server) signatory(ctx context.Context, id auth.Identity, by Signing) (station.Signatory, error) {
	actor := id.Actor
	if by.User != "" {
		var err error
		if actor, err = s.Auth.Countersign(ctx, id, by.User, by.Password); err != nil {
			return station.Signatory{}, err
		}
	}
	return station.Signatory{Actor: actor, Signer: by.Signer}, nil
}

func (s *Server) emergency(ctx context.Context, id auth.Identity, _ *none) (*body[station.EmergencyState], error) {
	st, err := s.Station.EmergencyState(ctx, id.Actor)
	st.Authorisations = some(st.Authorisations)
	return answer(st, err)
}

func (s *Server) emergencyRegisters(ctx context.Context, id auth.Identity, in *emergencyYearInput) (*body[EmergencyRegisters], error) {
	list, err := s.Station.EmergencyRegisters(ctx, id.Actor, in.Year)
	return answer(EmergencyRegisters{some(list)}, err)
}

func (s *Server) emergencyRows(ctx context.Context, id auth.Identity, in *IDPath) (*body[EmergencyRows], error) {
	rows, err := s.Station.EmergencyRows(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	out := EmergencyRows{Rows: []EmergencyRowView{}}
	for _, r := range rows {
		reg := r.Registration
		v := EmergencyRowView{Row: r.Row, RegistrationID: reg.ID, IntakeID: r.Intake.ID, Number: reg.Number, Day: reg.Day, RegisteredAt: reg.RegisteredAt,
			Subject: r.Intake.Draft.Subject, Manual: r.Manual, Authorised: r.Authorised, Annulled: r.Annulment != nil, Ordinary: ordinaryNumber(reg)}
		if sign := reg.Segnatura.Emergency; sign != nil {
			v.Label, v.From = sign.Label, counterpart(r.Intake.Draft)
		}
		if r.Asked != nil && v.Ordinary == nil {
			v.Asked, v.Words = r.Asked.Outcome, r.Asked.Words
		}
		out.Rows = append(out.Rows, v)
	}
	return answer(out, nil)
}

// ordinaryNumber is what a registration gained by its recovery, or nil.
func ordinaryNumber(reg protocollo.Registration) *OrdinaryNumber {
	y := reg.Recovery
	if y == nil {
		return nil
	}
	return &OrdinaryNumber{Register: y.Key.Register, Number: y.Number, Year: y.Key.Year, Day: y.Day}
}

func (s *Server) emergencyWaiting(ctx context.Context, id auth.Identity, _ *none) (*body[EmergencyWaiting], error) {
	list, err := s.Station.EmergencyWaiting(ctx, id.Actor)
	if err != nil {
		return nil, err
	}
	out := EmergencyWaiting{Records: []RecordView{}}
	for _, r := range list {
		out.Records = append(out.Records, recordView(r))
	}
	return answer(out, nil)
}

func (s *Server) emergencyProfiles(context.Context, auth.Identity, *none) (*body[EmergencyProfiles], error) {
	return answer(EmergencyProfiles{rules.EmergencyProfiles()}, nil)
}

func (s *Server) saveEmergencyPolicy(ctx context.Context, id auth.Identity, in *emergencyPolicyInput) (*body[protocollo.EmergencyPolicy], error) {
	return answer(s.Station.SaveEmergencyPolicy(ctx, id.Actor, in.Body))
}

func (s *Server) authoriseEmergency(ctx context.Context, id auth.Identity, in *authoriseInput) (*body[protocollo.EmergencyAuthorisation], error) {
	by, err := s.signatory(ctx, id, in.Body.Signing)
	if err != nil {
		return nil, err
	}
	return answer(s.Station.AuthoriseEmergency(ctx, by, in.Body.AuthoriseCommand))
}

func (s *Server) openEmergency(ctx context.Context, id auth.Identity, in *openEmergencyInput) (*body[protocollo.EmergencyRegister], error) {
	by, err := s.signatory(ctx, id, in.Body.Signing)
	if err != nil {
		return nil, err
	}
	return answer(s.Station.OpenEmergency(ctx, by, in.Body.OpenCommand))
}

func (s *Server) extendEmergency(ctx context.Context, id auth.Identity, in *extendEmergencyInput) (*body[protocollo.EmergencyRegister], error) {
	by, err := s.signatory(ctx, id, in.Body.Signing)
	if err != nil {
		return nil, err
	}
	return answer(s.Station.ExtendEmergency(ctx, by, in.ID, in.Body.ExtendCommand))
}

func (s *Server) closeEmergency(ctx context.Context, id auth.Identity, in *closeEmergencyInput) (*body[protocollo.EmergencyRegister], error) {
	by, err := s.signatory(ctx, id, in.Body.Signing)
	if err != nil {
		return nil, err
	}
	return answer(s.Station.CloseEmergency(ctx, by, in.ID, in.Body.CloseCommand))
}

func (s *Server) revokeEmergency(ctx context.Context, id auth.Identity, in *revokeEmergencyInput) (*body[protocollo.EmergencyRegister], error) {
	by, err := s.signatory(ctx, id, in.Body.Signing)
	if err != nil {
		return nil, err
	}
	return answer(s.Station.RevokeEmergency(ctx, by, in.ID, in.Body.WrittenAct))
}

func (s *Server) recoverEmergency(ctx context.Context, id auth.Identity, in *IDPath) (*body[station.RecoverySummary], error) {
	return answer(s.Station.RecoverEmergency(ctx, id.Actor, in.ID))
}

func (s *Server) moveToEmergency(ctx context.Context, id auth.Identity, in *moveEmergencyInput) (*body[station.MoveResult], error) {
	by, err := s.signatory(ctx, id, Signing{User: in.Body.User, Password: in.Body.Password})
	if err != nil {
		return nil, err
	}
	return answer(s.Station.MoveToEmergency(ctx, by.Actor, in.Body.IntakeIDs, in.Body.Grounds))
}

func (s *Server) attachSignedAct(ctx context.Context, id auth.Identity, in *signedActInput) (*body[protocollo.EmergencySignature], error) {
	b := in.Body
	return answer(s.Station.AttachSignedAct(ctx, id.Actor, station.SignedAct{Kind: b.Kind, ActID: b.ActID, FileName: b.FileName, MediaType: b.MediaType,
		Content: bytes.NewReader(b.Content)}))
}

func (s *Server) printSecondLabel(ctx context.Context, id auth.Identity, in *printInput) (*body[protocollo.Print], error) {
	p, ok := s.printerNamed(in.Body.Printer)
	if !ok {
		return nil, protocollo.Errorf(protocollo.Unavailable, "no-printer", "no label printer %q is configured", in.Body.Printer)
	}
	defer s.askSoon()
	return answer(s.Station.PrintSecondLabel(ctx, id.Actor, in.ID, p.Printer, in.Body.Reason))
}
