package station

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// recordSheetNumbers makes the ordinary numbers of a sheet the recovery of their rows, in their order (R9.12): the road of a centre where a
// person types the register in, such as JEnte's «Recupero da Emergenza». Each row is one transaction, after which nothing asks for that row's number a
// second time; a row that the centre refused to the station is taken too. Repeated, it goes on where it ended.
//
// Errors: Forbidden "decide"; Conflict "emergency-open" before the closing, "numbers-local" where this station itself numbers. What is wrong with one number is a fault of its line, and ends
// the round before it.
func (s *Station) recordSheetNumbers(ctx context.Context, actor protocollo.Actor, name string, c *SheetComparison) error {
	if len(c.Numbers) == 0 {
		return nil
	}
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return err
	}
	if caps := s.cfg.Registrar.Capabilities(); caps.Local && !caps.Keyed { // the book is here: nobody types a number in elsewhere
		return protocollo.Errorf(protocollo.Conflict, "numbers-local", "the numbers are given by this station")
	}
	e, err := s.emergencyNamed(ctx, actor, name)
	if err != nil {
		return err
	}
	if e.Closing == nil {
		return protocollo.Errorf(protocollo.Conflict, "emergency-open", "emergency register %s is open", e.Title())
	}
	rows, err := s.cfg.Emergency.EmergencyRows(ctx, e.ID)
	if err != nil {
		return fmt.Errorf("list rows: %w", err)
	}
	for _, n := range c.Numbers {
		fault := s.sheetNumberFault(rows, n)
		if fault == "" {
			err = s.recordSheetNumber(ctx, actor, rows[n.Row-1].Intake, n)
			fault = sheetFaultOf(err)
		}
		switch {
		case fault != "":
			c.Faults = append(c.Faults, stamp.SheetFault{Line: n.Line, Column: "Numero protocollo ordinario", Words: fault})
			return nil
		case err != nil:
			return fmt.Errorf("record the number of row %d: %w", n.Row, err)
		}
		c.NumbersRecorded++
	}
	return nil
}

// sheetNumberFault says what is wrong with a number before anything is recorded of it, or "".
func (s *Station) sheetNumberFault(rows []protocollo.EmergencyRow, n SheetNumber) string {
	if n.Row < 1 || n.Row > len(rows) {
		return "la registrazione non è nel registro"
	}
	switch r := rows[n.Row-1]; {
	case r.Annulment != nil:
		return "la registrazione di emergenza è annullata: non ha un numero ordinario"
	case n.Day < r.Registration.Day:
		return fmt.Sprintf("la data %s è di prima della registrazione di emergenza, del %s", n.Day.Italian(), r.Registration.Day.Italian())
	case n.Day > s.today():
		return fmt.Sprintf("la data %s deve ancora venire", n.Day.Italian())
	}
	return ""
}

// sheetFaultOf words an error that is of one number's own, or "".
func sheetFaultOf(err error) string {
	var e *protocollo.Error
	if !errors.As(err, &e) {
		return ""
	}
	return map[string]string{
		"number-taken": "il numero è già di un’altra registrazione", "keyed": "per questa registrazione era stato scritto un altro numero",
		"numbered": "la registrazione ha già un altro numero ordinario", "annulled": "la registrazione di emergenza è annullata: non ha un numero ordinario",
		"under-way": sheetInDoubt, "unknown": sheetInDoubt,
	}[e.Code]
}

// sheetInDoubt is said of a row whose number the station asked the centre for without a clear answer: a second one may be there.
const sheetInDoubt = "il protocollo può aver già dato un numero a questa registrazione, chiesto dalla stazione: prima si decide in «Esito da verificare sul protocollo»"

func (s *Station) recordSheetNumber(ctx context.Context, actor protocollo.Actor, in protocollo.Intake, n SheetNumber) error {
	if s.cfg.Registrar.Capabilities().Keyed {
		_, err := s.KeyNumber(ctx, actor, in.ID, KeyNumberCommand{Number: string(n.Number), Again: string(n.Number), Day: n.Day, Confirmed: true})
		return err
	}
	unlock, err := s.keys.lock(ctx, intakeKey(in.Key))
	if err != nil {
		return fmt.Errorf("wait for the intake: %w", err)
	}
	defer unlock()
	setup, aoo, err := s.office(ctx, in.AOO)
	if err != nil {
		return err
	}
	year, err := strconv.Atoi(string(n.Day[:4]))
	if err != nil {
		return protocollo.Errorf(protocollo.Invalid, "day", "the day %q", n.Day)
	}
	receipt := protocollo.Receipt{Register: aoo.RegisterCode, Year: year, Number: n.Number, Day: n.Day, At: s.now()}
	reg, err := s.cfg.Emergency.RecordTypedNumber(context.WithoutCancel(ctx), actor, TypedNumber{IntakeID: in.ID, Connector: s.cfg.Registrar.Name(), Receipt: receipt,
		Segnatura: segnaturaOf(setup, aoo, in, receipt), Reason: fmt.Sprintf("riga %d del foglio del registro di emergenza", n.Line)})
	if err != nil {
		return fmt.Errorf("record typed number: %w", err)
	}
	s.publishIntake(EventRegistration, reg.ID, in)
	return nil
}
