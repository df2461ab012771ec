package station

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"segnatura/internal/protocollo"
)

// OpenDelivery is «Arrivo posta»: the letters that follow inherit its instant (R16.1). An earlier arrival day needs its reason.
func (s *Station) OpenDelivery(ctx context.Context, actor protocollo.Actor, d protocollo.Delivery) (protocollo.Delivery, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return protocollo.Delivery{}, err
	}
	d.AOO, d.Reason = actor.AOO, strings.TrimSpace(d.Reason)
	today := s.today()
	switch {
	case d.Means != "" && !d.Means.Valid():
		return protocollo.Delivery{}, protocollo.Errorf(protocollo.Invalid, "means", "means %q", d.Means)
	case d.DeclaredDay == "":
	case d.DeclaredDay > today:
		return protocollo.Delivery{}, protocollo.Errorf(protocollo.Invalid, "declaredDay", "declared day %s is after %s", d.DeclaredDay, today)
	case d.DeclaredDay < today && d.Reason == "":
		return protocollo.Delivery{}, protocollo.Errorf(protocollo.Invalid, "reason", "an earlier arrival day needs its reason")
	}
	if d.DeclaredDay != "" {
		if _, err := protocollo.ParseDay(string(d.DeclaredDay)); err != nil {
			return protocollo.Delivery{}, protocollo.Errorf(protocollo.Invalid, "declaredDay", "day %q", d.DeclaredDay)
		}
	}
	opened, err := s.cfg.Deliveries.OpenDelivery(ctx, actor, d)
	if err != nil {
		return protocollo.Delivery{}, fmt.Errorf("open delivery: %w", err)
	}
	s.publish(EventDelivery, opened.ID, actor.AOO)
	return opened, nil
}

// CloseDelivery ends it. Closing it again is no error.
func (s *Station) CloseDelivery(ctx context.Context, actor protocollo.Actor, id int64) (protocollo.Delivery, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return protocollo.Delivery{}, err
	}
	d, err := s.cfg.Deliveries.CloseDelivery(ctx, actor, id)
	if err != nil {
		return protocollo.Delivery{}, fmt.Errorf("close delivery: %w", err)
	}
	s.publish(EventDelivery, id, actor.AOO)
	return d, nil
}

// CurrentDelivery returns the desk's open delivery, or nil.
func (s *Station) CurrentDelivery(ctx context.Context, actor protocollo.Actor) (*protocollo.Delivery, error) {
	if !actor.May(protocollo.ActRegister) {
		return nil, nil
	}
	d, err := s.cfg.Deliveries.CurrentDelivery(ctx, actor)
	if errors.Is(err, protocollo.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read delivery: %w", err)
	}
	return &d, nil
}

// SaveDraft keeps a form under way (R16.4): after each pause in typing, and when «Sportello» parks it. Conflict when its key is
// an intake already.
func (s *Station) SaveDraft(ctx context.Context, actor protocollo.Actor, d ParkedDraft) error {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return err
	}
	if d.Key == "" {
		return protocollo.Errorf(protocollo.Invalid, "key", "no request key")
	}
	d.SavedAt = s.now()
	if err := s.cfg.Drafts.SaveDraft(ctx, actor, d); err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	s.publishDraft(actor)
	return nil
}

// Drafts lists the user's forms under way, oldest first.
func (s *Station) Drafts(ctx context.Context, actor protocollo.Actor) ([]ParkedDraft, error) {
	if !actor.May(protocollo.ActRegister) {
		return nil, nil
	}
	list, err := s.cfg.Drafts.Drafts(ctx, actor)
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	return list, nil
}

// DiscardDraft forgets a form under way.
func (s *Station) DiscardDraft(ctx context.Context, actor protocollo.Actor, key string) error {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return err
	}
	if err := s.cfg.Drafts.DiscardDraft(ctx, actor, key); err != nil {
		return fmt.Errorf("discard draft: %w", err)
	}
	s.publishDraft(actor)
	return nil
}

// publishDraft tells the user's own browsers, and whoever sees everything.
func (s *Station) publishDraft(actor protocollo.Actor) {
	s.cfg.Publisher.Publish(Event{Kind: EventDraft, AOO: actor.AOO, Confidential: true, Operator: actor.User})
}
