package ui_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"segnatura/internal/station"
	"segnatura/scanner"
	"segnatura/ui"
)

// keeper is a scanner that remembers what was asked of it.
type keeper struct {
	feeder
	asked chan scanner.Request
}

func (k *keeper) Scan(_ context.Context, r scanner.Request) (scanner.Document, error) {
	k.asked <- r
	return nil, &scanner.Fault{Kind: scanner.FaultEmpty}
}

func withScanner(k *keeper) option {
	return func(_ *office, c *ui.Config) {
		c.Devices.Scanners = append(c.Devices.Scanners, ui.Scanner{ID: "tavole", Name: "Scanner delle tavole", Source: k})
	}
}

// save puts a profile.
func (b *browser) save(p object) reply {
	b.o.t.Helper()
	return b.do(put(p, "/api/scan-profiles"))
}

// A profile scans with its settings on its own scanner, by whatever name that is configured; where it is not there nothing is scanned
// until a person has named another one.
func TestAProfileScansOnItsOwnScanner(t *testing.T) {
	k := &keeper{asked: make(chan scanner.Request, 1)}
	o := newOffice(t, withScanner(k))
	anna, carla := o.as("anna"), o.as("carla")
	var form ui.ScannerView
	carla.get("/api/scanners/tavole").want(200, "").decode(&form)
	if form.Device != "pretend" || len(form.Inputs) != 1 || len(form.Inputs[0].PageSizes) == 0 {
		t.Fatalf("the form: %+v", form)
	}
	var here, away station.ScanProfile
	settings := object{"input": "feeder", "colorMode": "grey", "resolution": 200, "pageSize": "A5"}
	carla.save(object{"name": " Tavole  e mappe ", "device": "pretend", "key": "F8", "settings": settings}).want(200, "").decode(&here)
	carla.save(object{"name": "Sparito", "device": "uuid-2", "deviceName": "Scanner del piano terra", "settings": settings}).
		want(200, "").decode(&away)
	if here.Name != "Tavole e mappe" || here.ID == 0 {
		t.Fatalf("saved: %+v", here)
	}

	want := scanner.Request{Input: scanner.InputFeeder, ColorMode: scanner.ColorGrey, ResolutionDPI: 200, WidthMM: 148, HeightMM: 210}
	anna.post("/api/scans", object{"profile": here.ID, "resolution": 600}).want(200, "")
	if got := <-k.asked; got != want {
		t.Errorf("the scanner was asked for %+v, want %+v", got, want)
	}
	var p ui.Problem
	anna.post("/api/scans", object{"profile": away.ID}).want(409, "profile-scanner").decode(&p)
	if p.Words != "Scanner del piano terra" {
		t.Errorf("words %q", p.Words)
	}
	eventually(t, "the scanner is free", func() bool { return o.station.ScannerUser("tavole") == "" })
	anna.post("/api/scans", object{"profile": away.ID, "scanner": "tavole"}).want(200, "")
	if got := <-k.asked; got != want {
		t.Errorf("for this once the other scanner was asked for %+v, want %+v", got, want)
	}
	anna.post("/api/scans", object{"profile": 99}).want(404, "scan-profile")

	var desk ui.Desk
	anna.get("/api/desk").want(200, "").decode(&desk)
	if len(desk.Status.Profiles) != 2 || desk.Status.Profiles[0].Scanner != "tavole" || desk.Status.Profiles[1].Scanner != "" {
		t.Errorf("on the desk: %+v", desk.Status.Profiles)
	}
}

func TestWhatIsNoProfile(t *testing.T) {
	o := newOffice(t)
	carla := o.as("carla")
	for code, p := range map[string]object{
		"profile-name":     {"name": "   ", "settings": object{}},
		"profile-settings": {"name": "Vetro", "settings": object{"input": "platen", "duplex": true}},
	} {
		carla.save(p).want(422, code)
	}
	carla.save(object{"name": "Uno", "settings": object{}}).want(200, "")
	carla.save(object{"name": "Uno", "settings": object{}}).want(409, "profile-name")
	carla.save(object{"id": 77, "name": "Due", "settings": object{}}).want(404, "scan-profile")
	if _, err := o.station.SaveScanProfile(t.Context(), actor(t, "carla"), station.ScanProfile{Name: "Tre", Key: "F1"}); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("F1 is the help's: %v", err)
	}
}

const foundAddress = "http://192.0.2.9:80/eSCL"

// finder finds one scanner on the network, which wants a password, and nothing with SANE.
type finder struct{}

func (finder) Find(_ context.Context, where ui.FindPlace) ([]ui.FoundScanner, error) {
	if where == ui.FindSANE {
		return nil, errors.New("scanimage is not here")
	}
	return []ui.FoundScanner{{Address: foundAddress, Name: "Acme 9000", Settings: "[[scanner]]\n"}}, nil
}

func (finder) Try(context.Context, ui.FoundScanner) (scanner.Capabilities, string, string, error) {
	return scanner.Capabilities{}, "", "[[scanner]]\n", &scanner.Fault{Kind: scanner.FaultForbidden}
}

func (finder) SettingsFile() string { return "/srv/segnatura/segnatura.toml" }

// Only what announced itself is called: the station calls no address that it is told.
func TestOnlyWhatWasFoundIsTried(t *testing.T) {
	o := newOffice(t)
	carla := o.as("carla")
	carla.post("/api/scanners/try", object{"address": foundAddress}).want(404, "scanner-not-found")
	var found ui.FoundScanners
	carla.get("/api/scanners/found?dove=rete").want(200, "").decode(&found)
	if len(found.Found) != 1 || found.File == "" {
		t.Fatalf("%+v", found)
	}
	var tried ui.TriedScanner
	carla.post("/api/scanners/try", object{"address": foundAddress}).want(200, "").decode(&tried)
	if tried.Fault != scanner.FaultForbidden || tried.Settings == "" {
		t.Errorf("%+v", tried)
	}
	carla.post("/api/scanners/try", object{"address": "http://127.0.0.1:22/"}).want(404, "scanner-not-found")
	carla.get("/api/scanners/found?dove=sane").want(503, "scanner-search")
}

// R21.6: whoever scans stands on everybody's bar, and a browser that dies holds nothing: the run is the station's, it ends by itself or by
// another desk, and then the scanner is free.
func TestALeaseShowsItsUserAndOutlivesNoRun(t *testing.T) {
	o := newOffice(t)
	id := o.endless()
	anna, bruno := o.as("anna"), o.as("bruno")
	user := func() string {
		var st ui.Status
		bruno.get("/api/status").want(200, "").decode(&st)
		return st.Scanners[0].User
	}
	if got := user(); got != "Anna Esempio" {
		t.Errorf("the bar says that %q has the scanner", got)
	}
	var p ui.Problem
	bruno.post("/api/scans", object{"scanner": "fujitsu"}).want(409, "scanner-busy").decode(&p)
	if p.Words != "Anna Esempio" {
		t.Errorf("the second desk is told of %q", p.Words)
	}
	anna.post("/api/logout", nil).want(200, "") // her browser is gone
	if got := user(); got != "Anna Esempio" {
		t.Errorf("with the run still under way %q has the scanner", got)
	}
	bruno.post(fmt.Sprintf("/api/scans/%d/cancel", id), nil).want(204, "")
	eventually(t, "the scanner is free", func() bool { return user() == "" })
	bruno.post("/api/scans", object{"scanner": "fujitsu"}).want(200, "")
}
