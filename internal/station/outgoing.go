package station

import (
	"cmp"
	"context"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// What leaves on paper is written «in due esemplari, un originale per il destinatario e una minuta» (Università, art. 3.2.1): each bears the
// segnatura, so that two labels come out at once (R16.7).

// hasMinuta reports whether a letter leaves a minuta behind.
func hasMinuta(d protocollo.Draft) bool {
	return d.Direction == protocollo.Outgoing && d.Support != protocollo.SupportFile
}

// wantsMinuta is hasMinuta where the policy has not done without.
func (s *Station) wantsMinuta(ctx context.Context, aoo protocollo.AOOCode, d protocollo.Draft) (bool, error) {
	if !hasMinuta(d) {
		return false, nil
	}
	policies, err := s.cfg.Policies.Policies(ctx, aoo)
	if err != nil {
		return false, fmt.Errorf("read policies: %w", err)
	}
	return !policies.Label.NoMinuta, nil
}

// PrintMinuta is [Station.PrintLabel] for the minuta's label, which has its own reprints. Conflict "no-minuta" for what does not leave on paper.
func (s *Station) PrintMinuta(ctx context.Context, actor protocollo.Actor, registrationID int64, printer Printer, reason protocollo.ReprintReason,
) (protocollo.Print, error) {
	return s.printLabel(ctx, actor, registrationID, printer, reason, protocollo.LabelMinuta)
}

// PrintFirstLabels prints what a letter's first labels are, the original's before the minuta's. A printer that stops between them leaves the
// others in «Etichette da stampare». Errors as of [Station.PrintLabel], with the prints until then.
func (s *Station) PrintFirstLabels(ctx context.Context, actor protocollo.Actor, registrationID int64, printer Printer) ([]protocollo.Print, error) {
	original, rec, err := s.queueLabel(ctx, actor, registrationID, printer, protocollo.ReprintNone, protocollo.LabelOriginal)
	if err != nil {
		return nil, err
	}
	queue := []protocollo.Print{original}
	two, err := s.wantsMinuta(ctx, actor.AOO, rec.Intake.Draft)
	if err != nil {
		return nil, err
	}
	if two { // both are durable before either is sent
		minuta, _, err := s.queueLabel(ctx, actor, registrationID, printer, protocollo.ReprintNone, protocollo.LabelMinuta)
		if err != nil {
			return nil, err
		}
		queue = append(queue, minuta)
	}
	for i, p := range queue {
		if queue[i], err = s.send(ctx, p, printer, rec.Intake); err != nil {
			return queue[:i], err
		}
	}
	return queue, nil
}

// meansWords head the groups of a «Distinta di spedizione»; what is not here stands as its own code.
var meansWords = map[protocollo.Means]string{
	protocollo.MeansPost: "Posta ordinaria", protocollo.MeansRaccomandata: "Raccomandate", protocollo.MeansRaccomandataAR: "Raccomandate A.R.",
	protocollo.MeansAttoGiudiziario: "Atti giudiziari", protocollo.MeansHand: "A mano", protocollo.MeansCourier: "Corriere", protocollo.MeansFax: "Fax",
	protocollo.MeansTelegram: "Telegrammi", protocollo.MeansInternalMail: "Posta interna", protocollo.MeansOther: "Altro mezzo",
}

// PostingList returns «Distinta di spedizione»: what leaves on paper and was registered on a day, an envelope for each recipient (R16.7). Subjects do not
// stand on it: it goes to the post.
//
// Errors: Forbidden "register"; Invalid "day"; NotFound "no-paper" when nothing leaves.
func (s *Station) PostingList(ctx context.Context, actor protocollo.Actor, day protocollo.Day) (stamp.PostingList, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return stamp.PostingList{}, err
	}
	day, err := s.dayUntilToday(day)
	if err != nil {
		return stamp.PostingList{}, err
	}
	list, err := s.cfg.Days.PostedPaper(ctx, actor, day)
	if err != nil {
		return stamp.PostingList{}, fmt.Errorf("post of %s: %w", day, err)
	}
	if len(list) == 0 {
		return stamp.PostingList{}, protocollo.Errorf(protocollo.NotFound, "no-paper", "nothing leaves on %s", day)
	}
	return s.postingList(ctx, actor, day, list)
}

// RecipientsList returns the recipients of one letter that goes out, for its minuta (Comune, art. 58). Errors as of [Station.Registration]; Conflict
// "not-outgoing".
func (s *Station) RecipientsList(ctx context.Context, actor protocollo.Actor, registrationID int64) (stamp.PostingList, error) {
	rec, err := s.numbered(ctx, actor, registrationID)
	if err != nil {
		return stamp.PostingList{}, err
	}
	if rec.Intake.Draft.Direction != protocollo.Outgoing {
		return stamp.PostingList{}, protocollo.Errorf(protocollo.Conflict, "not-outgoing", "registration %d does not go out", registrationID)
	}
	out, err := s.postingList(ctx, actor, rec.Registration.Day, []Record{rec})
	out.Letter, out.Subject = rec.Registration.Citation(), rec.Registration.Segnatura.Subject
	return out, err
}

func (s *Station) postingList(ctx context.Context, actor protocollo.Actor, day protocollo.Day, list []Record) (stamp.PostingList, error) {
	setup, aoo, err := s.office(ctx, actor.AOO)
	if err != nil {
		return stamp.PostingList{}, err
	}
	out := stamp.PostingList{Body: setup.Body.Name, AOOCode: string(aoo.Code), Day: day.Italian(), MadeAt: s.now().In(protocollo.Rome())}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	for _, r := range list {
		means := cmp.Or(meansWords[r.Intake.Draft.Means], string(r.Intake.Draft.Means))
		if n := len(out.Groups); n == 0 || out.Groups[n-1].Means != means {
			out.Groups = append(out.Groups, stamp.PostingGroup{Means: means})
		}
		group := &out.Groups[len(out.Groups)-1]
		group.Items = append(group.Items, postingItems(r)...)
		if r.Intake.Draft.Confidential {
			if err := s.noteView(ctx, actor, r); err != nil {
				return stamp.PostingList{}, err
			}
		}
	}
	return out, nil
}

// postingItems are a letter's envelopes. A code that was typed for the letter is that of its only recipient.
func postingItems(r Record) []stamp.PostingItem {
	d := r.Intake.Draft
	var items []stamp.PostingItem
	add := func(c protocollo.Correspondent, knowledge bool) {
		items = append(items, stamp.PostingItem{Number: r.Registration.CitedNumber(), Day: r.Registration.Day.Italian(), To: c.Name, Address: c.Address,
			Raccomandata: c.Raccomandata, Variable: c.Variable, ForKnowledge: knowledge})
	}
	for _, c := range d.Recipients {
		add(c, false)
	}
	for _, c := range d.Copies {
		add(c, true)
	}
	if len(d.Recipients) == 1 && items[0].Raccomandata == "" {
		items[0].Raccomandata = d.RaccomandataCode
	}
	return items
}
