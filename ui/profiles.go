package ui

import (
	"cmp"
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
)

// ProfileView is a scan profile with the scanner that it means now.
type ProfileView struct {
	station.ScanProfile
	// Scanner is the configured scanner that the profile's device is, as far as it was heard of; "" where it is not there.
	Scanner string `json:"scanner,omitempty" readOnly:"true"`
}

// Profiles lists scan profiles.
type Profiles struct {
	Profiles []ProfileView `json:"profiles"`
}

type profileInput struct {
	Body station.ScanProfile
}

func (s *Server) profileRoutes() {
	operation(s, http.MethodGet, "/api/scan-profiles", "scanProfiles", "I profili di scansione", accessDesk, s.scanProfiles)
	operation(s, http.MethodPut, "/api/scan-profiles", "saveScanProfile", "Aggiunge un profilo di scansione (id 0) o lo cambia", accessDesk, s.saveScanProfile)
	operation(s, http.MethodDelete, "/api/scan-profiles/{id}", "deleteScanProfile", "Toglie un profilo di scansione", accessDesk, s.deleteScanProfile)
}

func (s *Server) scanProfiles(ctx context.Context, id auth.Identity, _ *none) (*body[Profiles], error) {
	list, err := s.profileViews(ctx, id.Actor)
	return answer(Profiles{Profiles: list}, err)
}

func (s *Server) profileViews(ctx context.Context, a protocollo.Actor) ([]ProfileView, error) {
	list, err := s.Station.ScanProfiles(ctx, a)
	if err != nil {
		return nil, err
	}
	out := []ProfileView{}
	for _, p := range list {
		v := ProfileView{ScanProfile: p}
		if sc, ok := s.scannerWithDevice(p.Device); ok {
			v.Scanner = sc.ID
		}
		out = append(out, v)
	}
	return out, nil
}

func (s *Server) saveScanProfile(ctx context.Context, id auth.Identity, in *profileInput) (*body[station.ScanProfile], error) {
	return answer(s.Station.SaveScanProfile(ctx, id.Actor, in.Body))
}

func (s *Server) deleteScanProfile(ctx context.Context, id auth.Identity, in *IDPath) (*none, error) {
	return &none{}, s.Station.DeleteScanProfile(ctx, id.Actor, in.ID)
}

// learn remembers what a scanner said that it can do: its own number does not change, and its form may be shown at once.
func (s *deviceStates) learn(id string, c scanner.Capabilities) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.abilities[id] = c
}

func (s *deviceStates) abilitiesOf(id string) (scanner.Capabilities, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.abilities[id]
	return c, ok
}

// scannerWithDevice finds the configured scanner that a profile's device is; "" is the first one.
func (s *Server) scannerWithDevice(device string) (Scanner, bool) {
	if device == "" {
		return s.scannerNamed("")
	}
	for _, sc := range s.Devices.Scanners {
		if c, ok := s.states.abilitiesOf(sc.ID); ok && c.ID == device {
			return sc, true
		}
	}
	return Scanner{}, false
}

// scanOrder is a scan request made complete: with the settings of its profile, where it names one, on the profile's own scanner. Where that
// is not there nothing else is taken in its stead: Conflict "profile-scanner" with Words = how it was called, and the person may name
// another one for this once.
type scanOrder struct {
	scanner  Scanner
	settings station.ScanSettings
}

func (s *Server) scanOrder(ctx context.Context, a protocollo.Actor, profileID int64, scannerID string, chosen station.ScanSettings) (scanOrder, error) {
	o := scanOrder{settings: chosen}
	var ok bool
	if o.scanner, ok = s.scannerNamed(scannerID); scannerID != "" && !ok {
		return o, protocollo.Errorf(protocollo.Unavailable, "no-scanner", "no scanner %q is configured", scannerID)
	}
	if profileID != 0 {
		p, err := s.Station.ScanProfile(ctx, a, profileID)
		if err != nil {
			return o, err
		}
		o.settings = p.Settings
		if scannerID == "" {
			if o.scanner, ok = s.scannerWithDevice(p.Device); !ok && p.Device != "" {
				e := protocollo.Errorf(protocollo.Conflict, "profile-scanner", "the scanner of profile %d is not there", p.ID)
				e.Words = cmp.Or(p.DeviceName, p.Device)
				return o, e
			}
		}
	}
	if !ok {
		return o, protocollo.Errorf(protocollo.Unavailable, "no-scanner", "no scanner is configured")
	}
	return o, nil
}

// request is the order in the scanners' words. What the device was heard to be able to do bounds the page's size.
func (s *Server) request(o scanOrder) scanner.Request {
	x := o.settings
	r := scanner.Request{Input: x.Input, Duplex: x.Duplex, ColorMode: x.ColorMode, ResolutionDPI: x.Resolution}
	in, known := scanner.InputCapabilities{}, false
	if c, ok := s.states.abilitiesOf(o.scanner.ID); ok {
		if in, known = c.Input(x.Input); !known && len(c.Inputs) > 0 {
			in = c.Inputs[0]
		}
	}
	r.WidthMM, r.HeightMM, _ = in.Area(x.PageSize)
	return r
}
