package station

import (
	"time"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// SampleLabel composes a label of nothing, «PROVA – SENZA VALORE», as the desk would compose a real one, with all that a policy can print: to
// look at a layout and to try a printer. Its code names an administration that does not exist and joins no scan. Invalid "label-size".
func SampleLabel(c Composer, layout stamp.Layout, size stamp.Size, res stamp.Resolution, at time.Time) (*stamp.Bitmap, error) {
	day := protocollo.DayOf(at)
	key := protocollo.RegisterKey{Amministrazione: "PROVA", AOO: "PROVA", Register: "PROVA", Year: at.In(protocollo.Rome()).Year()}
	const number = "0000000"
	reg := protocollo.Registration{Key: key, Number: number, Day: day, RegisteredAt: at, Segnatura: protocollo.Segnatura{
		Body: protocollo.Body{Code: key.Amministrazione, ShortName: "Ente di prova"},
		AOO:  protocollo.AOO{Code: key.AOO, Name: "Area organizzativa di prova", RegisterCode: key.Register},
		Year: key.Year, Number: number, Day: day, RegisteredAt: at, Direction: protocollo.Incoming, Trial: true,
		Classifica: "I.6", Fascicolo: "2026/12", UOR: "PROVA", Subject: "Etichetta di prova: è già così, perché no? Città, più, «»",
	}}
	all := LabelSwitches{AOOName: true, Time: true, Classifica: true, UOR: true, Fascicolo: true, Subject: true}
	return composeFitting(c, layout, labelOf(reg, "", all, size), res)
}
