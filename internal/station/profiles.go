package station

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"segnatura/internal/protocollo"
	"segnatura/scanner"
)

// ScanProfile is how one kind of letter is scanned: settings with a name, the same for all desks of an AOO, and on a key.
type ScanProfile struct {
	ID   int64  `json:"id,omitempty"`
	Name string `json:"name" minLength:"1" maxLength:"40"`
	// Device is the scanner's own UUID or serial number ([scanner.Capabilities].ID): addresses and SANE's names change. "" is
	// whichever is first. DeviceName is how it was called when it was chosen, for people.
	Device     string `json:"device,omitempty" maxLength:"400"`
	DeviceName string `json:"deviceName,omitempty" maxLength:"200"`
	// Key is the function key that scans with it, "" for none.
	Key      string       `json:"key,omitempty" enum:"F8,Shift+F8,Ctrl+F8,Alt+F8"`
	Settings ScanSettings `json:"settings"`
}

// ScanSettings are what a person chooses for a run. The zero value of a field is the device's own.
type ScanSettings struct {
	Input      scanner.Input     `json:"input,omitempty" enum:"feeder,platen"`
	Duplex     bool              `json:"duplex,omitempty"`
	TwoSided   bool              `json:"twoSided,omitempty" doc:"Alimentatore a una faccia: i retri in un secondo passaggio"`
	ColorMode  scanner.ColorMode `json:"colorMode,omitempty" enum:"rgb,grey,binary"`
	Resolution int               `json:"resolution,omitempty" minimum:"0" maximum:"1200"`
	PageSize   scanner.PageSize  `json:"pageSize,omitempty" enum:"A4,A3,A5,max"`
}

// ProfileKeys are the keys that a profile may have, the first one's first.
func ProfileKeys() []string { return []string{"F8", "Shift+F8", "Ctrl+F8", "Alt+F8"} }

// ProfileStore keeps scan profiles.
type ProfileStore interface {
	// ScanProfiles lists an AOO's, in the order in which they were made.
	ScanProfiles(ctx context.Context, aoo protocollo.AOOCode) ([]ScanProfile, error)
	// SaveScanProfile adds a profile (ID 0) or changes one; its key is taken from whichever had it. Conflict "profile-name" when another one
	// of the AOO has the name; NotFound "scan-profile".
	SaveScanProfile(ctx context.Context, a protocollo.Actor, p ScanProfile) (ScanProfile, error)
	// DeleteScanProfile removes one. NotFound "scan-profile".
	DeleteScanProfile(ctx context.Context, a protocollo.Actor, id int64) error
}

// maxProfileName is in characters: it stands on a button.
const maxProfileName = 40

// ScanProfiles lists the profiles of the actor's AOO: everybody who scans uses them, whoever keeps the devices edits them.
func (s *Station) ScanProfiles(ctx context.Context, actor protocollo.Actor) ([]ScanProfile, error) {
	return wrapped(s.cfg.Profiles.ScanProfiles(ctx, actor.AOO))("list scan profiles")
}

// ScanProfile returns one. NotFound "scan-profile".
func (s *Station) ScanProfile(ctx context.Context, actor protocollo.Actor, id int64) (ScanProfile, error) {
	list, err := s.ScanProfiles(ctx, actor)
	if err != nil {
		return ScanProfile{}, err
	}
	for _, p := range list {
		if p.ID == id {
			return p, nil
		}
	}
	return ScanProfile{}, protocollo.Errorf(protocollo.NotFound, "scan-profile", "no scan profile %d", id)
}

// SaveScanProfile adds a profile or changes one. Invalid "profile-name", "profile-settings".
func (s *Station) SaveScanProfile(ctx context.Context, actor protocollo.Actor, p ScanProfile) (ScanProfile, error) {
	if err := actor.Require(protocollo.ActDevices); err != nil {
		return ScanProfile{}, err
	}
	p.Name = strings.Join(strings.Fields(p.Name), " ")
	if err := p.validate(); err != nil {
		return ScanProfile{}, err
	}
	saved, err := s.cfg.Profiles.SaveScanProfile(ctx, actor, p)
	if err != nil {
		return ScanProfile{}, fmt.Errorf("save scan profile: %w", err)
	}
	s.publish(EventStatus, 0, actor.AOO)
	return saved, nil
}

func (p ScanProfile) validate() error {
	if n := utf8.RuneCountInString(p.Name); n == 0 || n > maxProfileName {
		return protocollo.Errorf(protocollo.Invalid, "profile-name", "a scan profile's name has 1 to %d characters", maxProfileName)
	}
	x := p.Settings
	for _, c := range []struct {
		wrong bool
		what  string
	}{
		{p.Key != "" && !slices.Contains(ProfileKeys(), p.Key), "key " + p.Key},
		{x.Input != "" && x.Input != scanner.InputFeeder && x.Input != scanner.InputPlaten, "input " + string(x.Input)},
		{(x.Duplex || x.TwoSided) && x.Input == scanner.InputPlaten, "both sides from the glass"},
		{x.Duplex && x.TwoSided, "both sides at once and in two passes"},
		{x.PageSize != "" && !slices.Contains(scanner.PageSizes(), x.PageSize), "page size " + string(x.PageSize)},
		{x.Resolution < 0 || x.Resolution > 1200, "resolution"},
	} {
		if c.wrong {
			return protocollo.Errorf(protocollo.Invalid, "profile-settings", "a scan profile with %s", c.what)
		}
	}
	return nil
}

// DeleteScanProfile removes a profile; what was scanned with it stays as it is.
func (s *Station) DeleteScanProfile(ctx context.Context, actor protocollo.Actor, id int64) error {
	if err := actor.Require(protocollo.ActDevices); err != nil {
		return err
	}
	if err := s.cfg.Profiles.DeleteScanProfile(ctx, actor, id); err != nil {
		return fmt.Errorf("delete scan profile %d: %w", id, err)
	}
	s.publish(EventStatus, 0, actor.AOO)
	return nil
}
