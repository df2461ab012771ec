package rules_test

import (
	"errors"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// One line a manual, as the requirements' table of conflicts reads (C1 to C6), and the fields that it asks for (R9.5).
func TestEmergencyProfiles(t *testing.T) {
	type way struct {
		hours      int
		assessment protocollo.EmergencyAssessment
		scheme     protocollo.EmergencyScheme
		scope      protocollo.EmergencyScope
		medium     protocollo.EmergencyMedium
		fields     protocollo.EmergencyFields
	}
	want := map[string]way{
		"predefinito": {0, "libera", "apertura", "tutti", "entrambi", "F-1"},
		"allegato-7":  {24, "libera", "apertura", "autorizzati", "carta", "F-1"},
		"clausola-1":  {0, "libera", "apertura", "tutti", "entrambi", "ordinario"},
		"clausola-2":  {0, "libera", "apertura", "tutti", "entrambi", "F-1"},
		"clausola-3":  {0, "pregiudizio", "apertura", "autorizzati", "entrambi", "F-1"},
		"clausola-4":  {0, "caso", "apertura", "tutti", "entrambi", "F-1"},
		"clausola-5":  {0, "libera", "apertura", "tutti", "foglio", "F-2"},
		"clausola-7":  {0, "libera", "utente", "tutti", "entrambi", "F-1"},
		"clausola-9":  {0, "libera", "anno", "tutti", "carta", "F-1"},
		"clausola-10": {0, "libera", "anno", "tutti", "entrambi", "F-1"},
		"comune":      {0, "libera", "apertura", "tutti", "scelta", "ordinario"},
		"usr":         {0, "libera", "anno", "tutti", "entrambi", "F-1"},
	}
	profiles := rules.EmergencyProfiles()
	if len(profiles) != len(want) || profiles[0].Policy != rules.DefaultEmergencyPolicy() {
		t.Fatalf("%d profiles, the first is %+v", len(profiles), profiles[0])
	}
	for _, p := range profiles {
		got := way{p.Policy.ThresholdHours, p.Policy.Assessment, p.Policy.Scheme, p.Policy.Scope, p.Policy.Medium, p.Policy.Fields}
		if got != want[p.Name] || p.Manual == "" || p.Policy.LongestDays != 7 || p.Policy.RecoveryHours != 24 {
			t.Errorf("%s is %+v, want %+v", p.Name, got, want[p.Name])
		}
		if err := rules.CheckEmergencyPolicy(p.Policy); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}

func TestCheckEmergencyPolicy(t *testing.T) {
	for field, change := range map[string]func(*protocollo.EmergencyPolicy){
		"emergency.scheme":         func(p *protocollo.EmergencyPolicy) { p.Scheme = "libera" },
		"emergency.thresholdHours": func(p *protocollo.EmergencyPolicy) { p.ThresholdHours = -1 },
		"emergency.assessment":     func(p *protocollo.EmergencyPolicy) { p.Assessment = "" },
		"emergency.scope":          func(p *protocollo.EmergencyPolicy) { p.Scope = "" },
		"emergency.medium":         func(p *protocollo.EmergencyPolicy) { p.Medium = "pietra" },
		"emergency.fields":         func(p *protocollo.EmergencyPolicy) { p.Fields = "F-3" },
		"emergency.longestDays":    func(p *protocollo.EmergencyPolicy) { p.LongestDays = 8 },
		"emergency.recoveryHours":  func(p *protocollo.EmergencyPolicy) { p.RecoveryHours = 0 },
		"emergency.officeOpens":    func(p *protocollo.EmergencyPolicy) { p.OfficeOpens = p.OfficeCloses },
		"stationCode":              func(p *protocollo.EmergencyPolicy) { p.StationCode = "A-1" },
	} {
		p := rules.DefaultEmergencyPolicy()
		change(&p)
		var e *protocollo.Error
		if err := rules.CheckEmergencyPolicy(p); !errors.As(err, &e) || e.Class != protocollo.Invalid || e.Field != field {
			t.Errorf("error %v, want one on %s", err, field)
		}
	}
}

func wantRefused(t *testing.T, err error, class protocollo.Class, code string) {
	t.Helper()
	e, ok := err.(*protocollo.Error)
	if !ok || e.Class != class || e.Code != code {
		t.Errorf("error %v, want %s (%s)", err, class, code)
	}
}

func TestMayOpenEmergency(t *testing.T) {
	interrupted := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	p := rules.DefaultEmergencyPolicy()
	wantRefused(t, rules.MayOpenEmergency(p, "  ", "", interrupted, interrupted), protocollo.Invalid, "cause")
	wantRefused(t, rules.MayOpenEmergency(p, "guasto", "", time.Time{}, interrupted), protocollo.Invalid, "interruptedAt")
	wantRefused(t, rules.MayOpenEmergency(p, "guasto", "", interrupted.Add(time.Second), interrupted), protocollo.Invalid, "interruptedAt")
	if err := rules.MayOpenEmergency(p, "guasto", "", interrupted, interrupted); err != nil {
		t.Error(err)
	}
	p.ThresholdHours = 24
	wantRefused(t, rules.MayOpenEmergency(p, "guasto", "", interrupted, interrupted.Add(24*time.Hour-1)), protocollo.Conflict, "emergency-threshold")
	if err := rules.MayOpenEmergency(p, "guasto", "", interrupted, interrupted.Add(24*time.Hour)); err != nil {
		t.Error(err)
	}
	p = rules.DefaultEmergencyPolicy()
	p.Assessment = protocollo.AssessPrejudice
	wantRefused(t, rules.MayOpenEmergency(p, "guasto", " ", interrupted, interrupted), protocollo.Invalid, "assessment")
}

// The warning that counts is the one that somebody in the office sees (R21.1).
func TestLastOfficeHour(t *testing.T) {
	p := rules.DefaultEmergencyPolicy() // 8 to 14
	rome := func(day, hour, minute int) time.Time {
		return time.Date(2026, 3, day, hour, minute, 0, 0, protocollo.Rome())
	}
	for _, c := range []struct {
		name      string
		end, want time.Time
	}{
		{"in office hours", rome(4, 11, 30), rome(4, 10, 30)},
		{"in the evening", rome(4, 20, 0), rome(4, 13, 0)},
		{"at night", rome(4, 3, 0), rome(3, 13, 0)},
		{"a quarter past opening", rome(4, 8, 15), rome(4, 8, 0)},
		{"at opening", rome(4, 8, 0), rome(3, 13, 0)},
		{"on Sunday", rome(8, 10, 0), rome(6, 13, 0)},
		{"on Monday before opening", rome(9, 7, 0), rome(6, 13, 0)},
		{"the night that the clocks go forward", rome(29, 12, 0), rome(27, 13, 0)},
	} {
		if got := rules.LastOfficeHour(c.end, p); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestEmergencyWarnings(t *testing.T) {
	start := time.Date(2026, 3, 2, 15, 0, 0, 0, protocollo.Rome()) // a Monday
	e := protocollo.EmergencyRegister{ID: 1, Year: 2026, Ordinal: 1, InterruptedAt: start, OpenedAt: start, Policy: rules.DefaultEmergencyPolicy(), Rows: 3, Annulled: 1}
	e.Authorisation.ID = 4
	e.Signatures = []protocollo.EmergencySignature{{Kind: protocollo.ActAuthorisation, ActID: 4}, {Kind: protocollo.ActOpening, ActID: 1}}
	codes := func(now time.Time) string {
		s := ""
		for _, w := range rules.EmergencyWarnings(e, now) {
			s += w.Code + " "
		}
		return s
	}
	check := func(now time.Time, want string) {
		t.Helper()
		if got := codes(now); got != want {
			t.Errorf("at %s: %q, want %q", now, got, want)
		}
	}
	check(start.Add(time.Hour), "")
	check(start.Add(12*time.Hour-1), "")
	check(start.Add(12*time.Hour), "emergency-12h ")
	check(start.Add(22*time.Hour), "emergency-12h emergency-last-hour ") // 13:00 on Tuesday, the office closes at 14
	check(start.Add(24*time.Hour), "emergency-expired ")
	e.Extensions = []protocollo.EmergencyExtension{{ID: 9, From: start.Add(24 * time.Hour), Until: start.Add(72 * time.Hour)}}
	check(start.Add(25*time.Hour), "emergency-signature ")
	e.Signatures = append(e.Signatures, protocollo.EmergencySignature{Kind: protocollo.ActExtension, ActID: 9})
	check(start.Add(25*time.Hour), "")
	closed := start.Add(30 * time.Hour)
	e.Closing = &protocollo.EmergencyClosing{ClosedAt: closed, RestoredAt: closed}
	check(closed, "emergency-not-revoked emergency-signature ")
	e.Revocation = &protocollo.EmergencyRevocation{}
	e.Signatures = append(e.Signatures, protocollo.EmergencySignature{Kind: protocollo.ActClosing, ActID: 1}, protocollo.EmergencySignature{Kind: protocollo.ActRevocation, ActID: 1})
	check(closed.Add(24*time.Hour), "")
	check(closed.Add(24*time.Hour+1), "emergency-recovery ")
	e.Recovered = 2
	check(closed.Add(48*time.Hour), "")
}
