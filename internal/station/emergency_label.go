package station

import (
	"context"
	"fmt"
	"strings"

	"segnatura/internal/protocollo"
)

// emergencyPrefix stands before year and number in the Code 128 of an emergency label (R18.2).
const emergencyPrefix = "E"

// emergencyWords are the two lines that say an emergency number: the register, and the number in large (L-10, L-11).
func emergencyWords(e protocollo.EmergencySign) (register, number string) {
	heading := "REGISTRO DI EMERGENZA " + e.UserCode
	if text, ok := strings.CutPrefix(e.Label, heading+" "); ok && e.UserCode != "" {
		return heading, text
	}
	return "Registro di emergenza", e.Label
}

// PrintSecondLabel queues and sends the label with the ordinary number of a recovered registration (R9.12, R21.3). It is a label beside
// the first, with its own reprints, and is optional: an original that has left keeps the first one only. Conflict "not-recovered" while
// there is no ordinary number; otherwise as [Station.PrintLabel].
func (s *Station) PrintSecondLabel(ctx context.Context, actor protocollo.Actor, registrationID int64, printer Printer, reason protocollo.ReprintReason,
) (protocollo.Print, error) {
	return s.printLabel(ctx, actor, registrationID, printer, reason, protocollo.LabelSecond)
}

// secondOf is a recovered registration as its second label says it: the ordinary number, and which emergency number it follows.
func secondOf(reg protocollo.Registration) (protocollo.Registration, error) {
	y, sign := reg.Recovery, reg.Segnatura.Emergency
	if y == nil || sign == nil {
		return reg, protocollo.Errorf(protocollo.Conflict, "not-recovered", "registration %d has no ordinary number", reg.ID)
	}
	first := reg.Segnatura.Day
	reg.Key, reg.Number, reg.Day, reg.RegisteredAt, reg.Connector, reg.Ref = y.Key, y.Number, y.Day, y.RegisteredAt, y.Connector, y.Ref
	seg := reg.Segnatura
	seg.AOO.RegisterCode, seg.Year, seg.Number, seg.Day, seg.RegisteredAt, seg.Emergency = y.Key.Register, y.Key.Year, y.Number, y.Day, y.RegisteredAt, nil
	seg.Legends = append([]string{fmt.Sprintf("già %s del %s", sign.Label, first.Italian())}, seg.Legends...)
	reg.Segnatura = seg
	return reg, nil
}
