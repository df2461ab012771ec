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
// (R2.1) may not be shortened, what the switches add (R2.2) may go where there is no room.
func labelOf(reg protocollo.Registration, sw LabelSwitches, size stamp.Size) stamp.Label {
	seg := reg.Segnatura
	must := func(format string, args ...any) stamp.Line {
		return stamp.Line{Text: fmt.Sprintf(format, args...), Shorten: stamp.ShortenNever}
	}
	number := must("Prot. n. %s", seg.Number)
	number.Big, number.Bold = true, true
	date := must("del %s – %s", seg.Day.Italian(), directionWords[seg.Direction])
	if sw.Time {
		date = must("del %s ore %s – %s", seg.Day.Italian(), seg.RegisteredAt.In(protocollo.Rome()).Format("15:04"),
			directionWords[seg.Direction])
	}
	date.Bold = true
	lines := []stamp.Line{
		must("%s (%s)", seg.Body.ShortName, seg.Body.Code),
		must("AOO %s – Registro %s", seg.AOO.Code, seg.AOO.RegisterCode),
		number, date,
	}
	if seg.ArrivalDay != "" {
		lines = append(lines, must("Pervenuto il %s", seg.ArrivalDay.Italian()))
	}
	for _, text := range seg.Legends {
		lines = append(lines, must("%s", text))
	}
	for _, o := range []struct {
		on   bool
		name string
		text string
		rule stamp.Shorten
	}{
		{sw.AOOName, "", seg.AOO.Name, stamp.ShortenEllipsis},
		{sw.Classifica, "Class. ", seg.Classifica, stamp.ShortenDrop},
		{sw.Fascicolo, "Fasc. ", seg.Fascicolo, stamp.ShortenDrop},
		{sw.UOR, "UU ", seg.UOR, stamp.ShortenDrop},
		{sw.Subject, "Ogg. ", seg.Subject, stamp.ShortenEllipsis},
	} {
		if o.on && o.text != "" {
			lines = append(lines, stamp.Line{Text: o.name + o.text, Shorten: o.rule})
		}
	}
	label := stamp.Label{
		Size: size, Lines: lines, QR: reg.Barcode(seg.Direction).Payload(),
		Code128: protocollo.HandCode(seg.Year, seg.Number), Code128Text: fmt.Sprintf("%d/%s", seg.Year, seg.Number),
	}
	if seg.Trial {
		label.Banner = rules.TrialBanner
	}
	return label
}

// compose words and composes a label. Invalid "label-size" when even the mandatory content does not fit.
func (s *Station) compose(ctx context.Context, aoo protocollo.AOOCode, reg protocollo.Registration, size stamp.Size,
	res stamp.Resolution,
) (*stamp.Bitmap, error) {
	policies, err := s.cfg.Policies.Policies(ctx, aoo)
	if err != nil {
		return nil, fmt.Errorf("read policies: %w", err)
	}
	return composeFitting(s.cfg.Composer, labelOf(reg, policies.Label, size), res)
}

// composeFitting leaves out what a small label has no room for: first what the switches added, then the Code 128, which only
// serves hands. Mandatory content and the QR code stay, or there is no label.
func composeFitting(c Composer, label stamp.Label, res stamp.Resolution) (*stamp.Bitmap, error) {
	b, err := c.Compose(label, res)
	if err == nil {
		return b, nil
	}
	var mandatory []stamp.Line
	for _, l := range label.Lines {
		if l.Shorten == stamp.ShortenNever {
			mandatory = append(mandatory, l)
		}
	}
	label.Lines = mandatory
	if b, err := c.Compose(label, res); err == nil {
		return b, nil
	}
	label.Code128, label.Code128Text = "", ""
	if b, err := c.Compose(label, res); err == nil {
		return b, nil
	}
	return nil, protocollo.Errorf(protocollo.Invalid, "label-size", "compose label: %w", err)
}
