package escl

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// quirk is one oddity of one family of devices: how to know it, what was seen, who saw it, and what is done about it. A row is
// added with its source; behaviour that is harmless for every device is no row but the normal path.
type quirk struct {
	Model  string // start of MakeAndModel, case ignored; "" matches by Server alone
	Server string // the Server header of its answers

	Symptom string
	Source  string

	MaxDPI        int           // resolutions above are announced but not there
	NextDelay     time.Duration // pause before NextDocument from the second page on
	AskFeeder     bool          // never start a run from a feeder that says it is empty
	HostLocalhost bool          // POST with "Host: localhost"
	HostWithPort  bool          // the port stands in Host even where it is the scheme's own
}

func quirkTable() []quirk {
	return []quirk{{
		Model:     "Brother MFC-L2710DW",
		Symptom:   "404 in the middle of a feeder run when the next page is asked for at once, with the feeder reported empty",
		Source:    "github.com/alexpevzner/sane-airscan issue 39",
		NextDelay: time.Second,
	}, {
		Model:   "Canon iR2625/2630",
		Symptom: "announces 600 dpi, has 300",
		Source:  "github.com/alexpevzner/sane-airscan issue 57",
		MaxDPI:  300,
	}, {
		Model:     "MF410 Series",
		Symptom:   "a run started on an empty feeder jams the mechanism",
		Source:    "github.com/alexpevzner/sane-airscan, airscan-escl.c, pre-scan check for Canon MF410",
		AskFeeder: true,
	}, {
		Model:         "HP LaserJet MFP M630",
		Symptom:       "refuses ScanJobs unless Host is localhost",
		Source:        "github.com/alexpevzner/sane-airscan issues 92 and 98",
		HostLocalhost: true,
	}, {
		Model:         "HP Color LaserJet FlowMFP M578",
		Symptom:       "refuses ScanJobs unless Host is localhost",
		Source:        "github.com/alexpevzner/sane-airscan issues 92 and 98",
		HostLocalhost: true,
	}, {
		Server:        "HP_Compact_Server",
		Symptom:       "refuses ScanJobs unless Host is localhost",
		Source:        "github.com/alexpevzner/sane-airscan issue 116",
		HostLocalhost: true,
	}, {
		Model:        "EPSON ",
		Symptom:      "refuses requests whose Host has no port",
		Source:       "github.com/alexpevzner/sane-airscan, airscan-escl.c, port in Host for EPSON",
		HostWithPort: true,
	}}
}

// quirks are the rows that match one device.
type quirks []quirk

func quirksOf(model, server string) quirks {
	var qs quirks
	for _, q := range quirkTable() {
		byModel := q.Model != "" && len(model) >= len(q.Model) && strings.EqualFold(model[:len(q.Model)], q.Model)
		if byModel || q.Server != "" && q.Server == server {
			qs = append(qs, q)
		}
	}
	return qs
}

func (qs quirks) maxDPI() int {
	limit := 0
	for _, q := range qs {
		if q.MaxDPI > 0 && (limit == 0 || q.MaxDPI < limit) {
			limit = q.MaxDPI
		}
	}
	return limit
}

func (qs quirks) nextDelay() time.Duration {
	var d time.Duration
	for _, q := range qs {
		d = max(d, q.NextDelay)
	}
	return d
}

func (qs quirks) askFeeder() bool {
	for _, q := range qs {
		if q.AskFeeder {
			return true
		}
	}
	return false
}

// host is the Host header of a request; "" leaves the usual one.
func (qs quirks) host(method string, base *url.URL) string {
	for _, q := range qs {
		switch {
		case q.HostLocalhost && method == http.MethodPost:
			return "localhost"
		case q.HostWithPort && base.Port() == "":
			return base.Host + ":" + map[string]string{"http": "80", "https": "443"}[base.Scheme]
		}
	}
	return ""
}
