package station

import (
	"context"
	"fmt"

	"segnatura/internal/protocollo"
)

// DueDeliveries lists the ids of archived files that the centre does not have yet, oldest first. With [Station.Deliver] and
// [Station.DrainWaiting] it is what the outbox drives.
func (s *Station) DueDeliveries(ctx context.Context) ([]int64, error) {
	due, err := s.cfg.Outbox.DueDeliveries(ctx)
	if err != nil {
		return nil, fmt.Errorf("list due deliveries: %w", err)
	}
	ids := make([]int64, len(due))
	for i, d := range due {
		ids[i] = d.ID
	}
	return ids, nil
}

// Deliver hands one archived file to the centre: claim, send, record. The error keeps its class: Unavailable is due again,
// Rejected and OutcomeUnknown wait for a person. What is not due, or steps aside ([Station.fileVerdict]), is no error.
func (s *Station) Deliver(ctx context.Context, id int64) error {
	if s.filesAside.waits(id, s.now()) {
		return nil
	}
	if err := s.mayAsk(ctx); err != nil {
		return err
	}
	d, due, err := s.cfg.Outbox.DueDelivery(ctx, id)
	if err != nil {
		return fmt.Errorf("read due delivery: %w", err)
	}
	if !due {
		return nil
	}
	return s.fileVerdict(ctx, id, s.deliver(ctx, d))
}

func (s *Station) deliver(ctx context.Context, d DueDelivery) error {
	if err := s.cfg.Outbox.ClaimDelivery(ctx, d.ID); err != nil {
		return fmt.Errorf("claim delivery %d: %w", d.ID, err)
	}
	keep := context.WithoutCancel(ctx)
	rec, known := s.recordOf(keep, d.RegistrationID)
	if known {
		d.Request.Title = partTitle(rec.Intake.Draft, d.Request.Part)
	}
	receipt, err := s.attach(ctx, d)
	if err == nil {
		if err := s.cfg.Outbox.MarkDelivered(keep, d.ID, receipt); err != nil {
			return fmt.Errorf("record delivery %d: %w", d.ID, err)
		}
		s.publishDelivered(keep, d)
		return nil
	}
	class := deliveryClasses[protocollo.ClassOf(err)]
	if class == "" {
		class = protocollo.OutcomeUnknown
	}
	if markErr := s.cfg.Outbox.MarkUndelivered(keep, d.ID, class, wordsOf(err)); markErr != nil {
		return fmt.Errorf("record that delivery %d failed: %w", d.ID, markErr)
	}
	s.publishDelivered(keep, d)
	return protocollo.Errorf(class, "delivery", "deliver %d: %w", d.ID, err)
}

// deliveryClasses says what each class of error leaves behind; one that is not here may have left anything.
var deliveryClasses = map[protocollo.Class]protocollo.Class{
	protocollo.Unavailable: protocollo.Unavailable,
	protocollo.Stopped:     protocollo.Unavailable,
	protocollo.Rejected:    protocollo.Rejected,
	protocollo.Invalid:     protocollo.Rejected,
	protocollo.NotFound:    protocollo.Rejected,
}

// attach sends one archived file. A file of ours that is gone is NotFound, for a person to look at: to wait for it would hold up all
// the others, and it says nothing about the centre.
func (s *Station) attach(ctx context.Context, d DueDelivery) (protocollo.AttachReceipt, error) {
	blob, _, err := s.cfg.Archive.OpenBlob(ctx, d.Request.SHA256)
	switch {
	case protocollo.ClassOf(err) == protocollo.NotFound:
		return protocollo.AttachReceipt{}, fmt.Errorf("open archive: %w", err)
	case err != nil:
		return protocollo.AttachReceipt{}, protocollo.Errorf(protocollo.Unavailable, "blob", "open archive: %w", err)
	}
	defer func() { _ = blob.Close() }()
	var receipt protocollo.AttachReceipt
	err = s.reach(as(ctx, callerQueue), s.cfg.DeliverTimeout, func(ctx context.Context) (err error) {
		receipt, err = s.cfg.Sender.Attach(ctx, d.Request, blob)
		return err
	})
	return receipt, err
}

// recordOf reads a registration of whichever AOO.
func (s *Station) recordOf(ctx context.Context, registrationID int64) (Record, bool) {
	setup, err := s.cfg.Setup.Setup(ctx)
	if err != nil {
		return Record{}, false
	}
	for _, aoo := range setup.AOOs {
		if rec, err := s.cfg.Views.Record(ctx, self(aoo.Code), registrationID); err == nil {
			return rec, true
		}
	}
	return Record{}, false
}

// publishDelivered tells those who may see the record.
func (s *Station) publishDelivered(ctx context.Context, d DueDelivery) {
	if rec, known := s.recordOf(ctx, d.RegistrationID); known {
		s.publishIntake(EventRegistration, d.RegistrationID, rec.Intake)
	}
}
