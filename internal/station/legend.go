package station

import (
	"context"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// Legends lists the catalogue with what the Responsabile added to it (R2.6).
func (s *Station) Legends(ctx context.Context, actor protocollo.Actor) ([]rules.Legend, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	policies, err := s.cfg.Policies.Policies(ctx, actor.AOO)
	if err != nil {
		return nil, fmt.Errorf("read policies: %w", err)
	}
	return rules.Legends(policies.Legends...), nil
}

// withCircumstance puts the words of a letter's circumstance into its subject and note (R1.8, R1.9, R1.11). Errors as of [rules.Circumstance]; Invalid
// "circumstance.of" for a registration that the actor may not see, and for the sending on of what did not come in.
func (s *Station) withCircumstance(ctx context.Context, actor protocollo.Actor, d protocollo.Draft) (protocollo.Draft, error) {
	if d.Circumstance == nil {
		return d, nil
	}
	var of *protocollo.Registration
	if id := d.Circumstance.Of; id != 0 {
		rec, err := s.cfg.Views.Record(ctx, actor, id)
		if protocollo.ClassOf(err) == protocollo.NotFound || err == nil && rec.Registration == nil {
			return d, protocollo.Errorf(protocollo.Invalid, "circumstance.of", "no registration %d", id)
		}
		if err != nil {
			return d, fmt.Errorf("read registration %d: %w", id, err)
		}
		if d.Circumstance.Kind == protocollo.OpenedByMistake && rec.Intake.Draft.Direction != protocollo.Incoming {
			return d, protocollo.Errorf(protocollo.Invalid, "circumstance.of", "registration %d did not come in", id)
		}
		of = rec.Registration
	}
	return rules.Circumstance(d, of)
}

// LegendOrder asks for a legend of the catalogue by its code.
type LegendOrder struct {
	Code string
	// WithSegnatura prints the registration's whole label with the legend on it, as an original that equals its fax bears it (R1.7); otherwise the
	// legend stands alone, for an envelope or beside the label.
	WithSegnatura bool
}

// LegendLabel composes it, for the preview and for an ordinary printer. Errors as of [Station.PrintLegend].
func (s *Station) LegendLabel(ctx context.Context, actor protocollo.Actor, registrationID int64, order LegendOrder) (*stamp.Bitmap, error) {
	rec, legend, err := s.legendFor(ctx, actor, registrationID, order.Code)
	if err != nil {
		return nil, err
	}
	return s.composeLegend(ctx, actor, rec, legend.Text, order, "", s.cfg.PreviewSize, s.cfg.PreviewResolution)
}

// LegendsFor returns what of the catalogue [Station.PrintLegend] would print for a registration: of an annulled one L-12 alone (R2.7). Errors: Forbidden;
// NotFound; Conflict "not-numbered".
func (s *Station) LegendsFor(ctx context.Context, actor protocollo.Actor, registrationID int64) ([]rules.Legend, error) {
	list, err := s.Legends(ctx, actor)
	if err != nil {
		return nil, err
	}
	rec, err := s.numbered(ctx, actor, registrationID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(l rules.Legend) bool { return !canBear(l, rec) }), nil
}

// canBear reports whether a label with the legend may be made for a registration.
func canBear(l rules.Legend, rec Record) bool {
	if rec.Facets.Annulled {
		return l.Code == annulledLegend
	}
	return onPaper(l) && l.Suits(rec.Intake.Draft)
}

func onPaper(l rules.Legend) bool { return l.Place == rules.OnPaper || l.Place == rules.OnEnvelope }

// PrintLegend prints a legend of the catalogue for a registration and journals what is known of it. It is no print of the segnatura: nothing hangs on
// it, so that one that did not come out is simply printed again.
//
// Errors: Forbidden; NotFound; Conflict "not-numbered", "annulled" for any legend but L-12, which only an annulled one's paper bears; Invalid "legend" for a code that the catalogue has not, or whose place is not on
// paper, "legend-unsuited" for one that cannot be true of the letter; Invalid "label-size".
func (s *Station) PrintLegend(ctx context.Context, actor protocollo.Actor, registrationID int64, order LegendOrder, printer Printer) (TemporaryPrint, error) {
	rec, legend, err := s.legendFor(ctx, actor, registrationID, order.Code)
	if err != nil {
		return TemporaryPrint{}, err
	}
	bitmap, err := s.composeLegend(ctx, actor, rec, legend.Text, order, printer.ID(), printer.LabelSize(), printer.Resolution())
	if err != nil {
		return TemporaryPrint{}, err
	}
	out, err := s.sendUnqueued(ctx, printer, bitmap)
	if err != nil {
		return out, err
	}
	legend.WithSegnatura, legend.Printer, legend.State = order.WithSegnatura, printer.ID(), out.State
	err = s.cfg.Prints.RecordLegendLabel(context.WithoutCancel(ctx), actor, rec.Intake.ID, legend)
	if err != nil {
		return out, fmt.Errorf("journal the legend: %w", err)
	}
	s.publishIntake(EventRegistration, registrationID, rec.Intake)
	return out, nil
}

// legendFor words a legend of a registration from what is known of it.
func (s *Station) legendFor(ctx context.Context, actor protocollo.Actor, registrationID int64, code string) (Record, LegendLabel, error) {
	none := LegendLabel{}
	rec, err := s.numbered(ctx, actor, registrationID)
	if err != nil {
		return rec, none, err
	}
	switch {
	case rec.Facets.Annulled && code == annulledLegend:
		l, err := rules.LegendNamed(code)
		return rec, LegendLabel{Code: l.Code, Text: l.Text + annulledBy(*rec.Annulment)}, err
	case rec.Facets.Annulled:
		return rec, none, protocollo.Errorf(protocollo.Conflict, "annulled", "registration %d is annulled", registrationID)
	}
	policies, err := s.cfg.Policies.Policies(ctx, actor.AOO)
	if err != nil {
		return rec, none, fmt.Errorf("read policies: %w", err)
	}
	l, err := rules.LegendNamed(code, policies.Legends...)
	if err != nil {
		return rec, none, err
	}
	if !onPaper(l) {
		return rec, none, protocollo.Errorf(protocollo.Invalid, "legend", "%s stands in the %s, not on paper", l.Code, l.Place)
	}
	if !canBear(l, rec) {
		return rec, none, protocollo.Errorf(protocollo.Invalid, "legend-unsuited", "%s cannot be true of registration %d", l.Code, registrationID)
	}
	label := LegendLabel{Code: l.Code}
	if slices.ContainsFunc(policies.Legends, func(a rules.AddedLegend) bool { return a.Code == l.Code }) {
		label.Version = policies.Version
	}
	label.Text, err = l.Words(map[string]string{
		rules.BlankDay: rec.Intake.ArrivalDay.Italian(), rules.BlankHour: clockTime(rec.Intake.ArrivedAt), rules.BlankNumber: string(rec.Registration.Number),
	})
	return rec, label, err
}

// annulledLegend is the only one that an annulled registration's paper bears.
const annulledLegend = "L-12"

// annulledBy says after L-12 its day, who annulled and by which act; what was annulled stays to be read beside it (DPR 445/2000 art. 54(2); R2.7).
func annulledBy(a protocollo.Annulment) string {
	return fmt.Sprintf(" il %s alle ore %s – %s – provvedimento n. %s del %s", protocollo.DayOf(a.At).Italian(), clockTime(a.At), a.By, a.ActNumber, a.ActDay.Italian())
}

func (s *Station) composeLegend(ctx context.Context, actor protocollo.Actor, rec Record, text string, order LegendOrder, printer string, size stamp.Size,
	res stamp.Resolution,
) (*stamp.Bitmap, error) {
	reg, err := s.worded(ctx, rec)
	if err != nil {
		return nil, err
	}
	if order.WithSegnatura {
		reg.Segnatura.Legends = append(append([]string{}, reg.Segnatura.Legends...), text)
		return s.compose(ctx, actor.AOO, reg, s.waitedAs(rec), s.layout(stamp.KindSegnatura, printer, size), size, res)
	}
	label := stamp.Label{Size: size, Lines: []stamp.Line{
		{Text: text, Bold: true, Shorten: stamp.ShortenNever},
		{Text: fmt.Sprintf("%s – Prot. n. %s del %s", reg.Segnatura.Body.ShortName, reg.Number, reg.Day.Italian()), Shorten: stamp.ShortenDrop},
	}}
	if reg.Segnatura.Trial {
		label.Banner = rules.TrialBanner
	}
	return composeFitting(s.cfg.Composer, stamp.Layout{}, label, res)
}
