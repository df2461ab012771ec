package station

import (
	"context"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// directionWords stand on the label (requirements, section 7: «Arrivo / Partenza / Interno»).
var directionWords = map[protocollo.Direction]string{
	protocollo.Incoming: "Arrivo",
	protocollo.Outgoing: "Partenza",
	protocollo.Inside:   "Interno",
}

// labelOf words the label of a registration: the mandatory content of DPR 445/2000 art. 55(1) and DPCM 3/12/2013 art. 9
// (R2.1) may not be shortened, what the switches add (R2.2) may go where there is no room. waitedAs is the «Ricezione n.» of a letter that
// waited for its number, or "".
func labelOf(reg protocollo.Registration, waitedAs string, sw LabelSwitches, size stamp.Size) stamp.Label {
	seg := reg.Segnatura
	must := func(f stamp.Field, format string, args ...any) stamp.Line {
		return stamp.Line{Field: f, Text: fmt.Sprintf(format, args...), Shorten: stamp.ShortenNever}
	}
	register := must(stamp.FieldRegister, "AOO %s – Registro %s", seg.AOO.Code, seg.AOO.RegisterCode)
	number := must(stamp.FieldNumber, "Prot. n. %s", seg.Number)
	if e := seg.Emergency; e != nil {
		heading, text := emergencyWords(*e)
		register, number = must(stamp.FieldRegister, "AOO %s – %s", seg.AOO.Code, heading), must(stamp.FieldNumber, "%s", text)
	}
	number.Big, number.Bold = true, true
	day := "del " + seg.Day.Italian()
	if sw.Time {
		day += " ore " + seg.RegisteredAt.In(protocollo.Rome()).Format("15:04")
	}
	if !sw.HideDirection {
		day += " – " + directionWords[seg.Direction]
	}
	date := must(stamp.FieldDate, "%s", day)
	date.Bold = true
	lines := []stamp.Line{
		must(stamp.FieldBody, "%s (%s)", seg.Body.ShortName, seg.Body.Code),
		register, number, date,
	}
	if seg.ArrivalDay != "" {
		lines = append(lines, must(stamp.FieldArrival, "Pervenuto il %s", seg.ArrivalDay.Italian()))
	}
	for _, text := range seg.Legends {
		line := must(stamp.FieldLegend, "%s", text)
		line.Sign = rules.ToSign(text)
		lines = append(lines, line)
	}
	if waitedAs != "" {
		lines = append(lines, stamp.Line{Field: stamp.FieldIntake, Text: "Ricezione n. " + waitedAs, Shorten: stamp.ShortenDrop})
	}
	for _, o := range []struct {
		on    bool
		field stamp.Field
		name  string
		text  string
		rule  stamp.Shorten
	}{
		{sw.AOOName, stamp.FieldAOOName, "", seg.AOO.Name, stamp.ShortenEllipsis},
		{sw.Classifica, stamp.FieldClassifica, "Class. ", seg.Classifica, stamp.ShortenDrop},
		{sw.Fascicolo, stamp.FieldFascicolo, "Fasc. ", seg.Fascicolo, stamp.ShortenDrop},
		{sw.UOR, stamp.FieldUOR, "UU ", seg.UOR, stamp.ShortenDrop},
		{sw.Subject, stamp.FieldSubject, "Ogg. ", seg.Subject, stamp.ShortenEllipsis},
	} {
		if o.on && o.text != "" {
			lines = append(lines, stamp.Line{Field: o.field, Text: o.name + o.text, Shorten: o.rule})
		}
	}
	label := stamp.Label{
		Size: size, Lines: lines, QR: reg.Barcode(seg.Direction).Payload(),
		Code128: protocollo.HandCode(seg.Year, seg.Number), Code128Text: fmt.Sprintf("%d/%s", seg.Year, seg.Number),
	}
	if seg.Emergency != nil { // a letter before it: nothing that a hand reader takes for an ordinary number (R18.2)
		label.Code128, label.Code128Text = emergencyPrefix+label.Code128, emergencyPrefix+" "+label.Code128Text
	}
	if seg.Trial {
		label.Banner = rules.TrialBanner
	}
	return label
}

// layout is that of a printer's labels; "" is the preview's printer.
func (s *Station) layout(k stamp.Kind, printer string, size stamp.Size) stamp.Layout {
	if s.cfg.Layouts == nil {
		return stamp.Layout{}
	}
	return s.cfg.Layouts.Layout(k, printer, size)
}

// compose words and composes a label. Invalid "label-size" when even the mandatory content does not fit.
func (s *Station) compose(ctx context.Context, aoo protocollo.AOOCode, reg protocollo.Registration, waitedAs string, layout stamp.Layout,
	size stamp.Size, res stamp.Resolution,
) (*stamp.Bitmap, error) {
	policies, err := s.cfg.Policies.Policies(ctx, aoo)
	if err != nil {
		return nil, fmt.Errorf("read policies: %w", err)
	}
	return composeFitting(s.cfg.Composer, layout, labelOf(reg, waitedAs, policies.Label, size), res)
}

// composeFitting leaves out what a small label has no room for: first what the switches added, then the logo, then the Code 128, which only
// serves hands, and then the layout's looks: a name that is longer than the layout's author thought of still gets its label. Mandatory content
// and the QR code stay, or there is no label.
func composeFitting(c Composer, layout stamp.Layout, label stamp.Label, res stamp.Resolution) (*stamp.Bitmap, error) {
	arranged := layout.Arrange(label)
	bitmap, err := c.Compose(arranged, res)
	if err == nil {
		return bitmap, nil
	}
	for _, step := range []struct {
		gains   bool
		plainer func(l *stamp.Label)
	}{
		{true, func(l *stamp.Label) { l.Lines = mandatoryLines(*l) }},
		{layout.Logo != nil, func(l *stamp.Label) { l.Logo = nil }},
		{true, func(l *stamp.Label) { l.Code128, l.Code128Text = "", "" }},
		{len(layout.Fields) > 0, func(l *stamp.Label) { l.Lines, l.MarginMM, l.Codes = mandatoryLines(label), 0, stamp.Codes{} }},
	} {
		if !step.gains {
			continue
		}
		step.plainer(&arranged)
		if bitmap, err := c.Compose(arranged, res); err == nil {
			return bitmap, nil
		}
	}
	return nil, protocollo.Errorf(protocollo.Invalid, "label-size", "compose label: %w", err)
}

func mandatoryLines(l stamp.Label) (lines []stamp.Line) {
	for _, line := range l.Lines {
		if line.Shorten == stamp.ShortenNever {
			lines = append(lines, line)
		}
	}
	return lines
}
