package ipp

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"segnatura/internal/mdns"
)

// Discovery looks for printers on the local networks, by the services that they announce: IPP over TLS and without, the raw port 9100, and
// LPD. What it finds is hearsay (see [mdns.Browser]): an address from here is shown to a person and never used by itself. The zero value is
// ready.
type Discovery struct{ mdns.Browser }

// Found is one printer that announced itself, by the best of its ways.
type Found struct {
	Name  string // the announced instance
	Model string // its make and model, where it says
	UUID  string // where it says
	// URL is how it is reached: "ipps://…" or "ipp://…" for Config.URL, "socket://host:9100" for what is handed over raw, and "lpd://…", which
	// this program does not speak.
	URL     string
	Formats []string // of documents that it takes, where it says
	// Label says that by its own words it is a label printer. Many label printers do not say so.
	Label bool
}

// announcements are the kinds of service, best first: one that answers questions before one that does not. Sources: RFC 8010 and 7472 with PWG
// 5100.14 (ipp, ipps), Apple's Bonjour Printing Specification (all four and the keys of their TXT records).
var announcements = []struct{ service, scheme, defaultPath string }{
	{"_ipps._tcp", "ipps", "ipp/print"},
	{"_ipp._tcp", "ipp", "ipp/print"},
	{"_pdl-datastream._tcp", "socket", ""},
	{"_printer._tcp", "lpd", "auto"},
}

// Discover asks, listens, and returns what answered, by name. The end of ctx ends the listening early and is no error; failing to ask on every
// network is.
func (d Discovery) Discover(ctx context.Context) ([]Found, error) {
	var services []string
	for _, a := range announcements {
		services = append(services, a.service)
	}
	instances, err := d.Browse(ctx, services...)
	if err != nil {
		return nil, fmt.Errorf("look for printers: %w", err)
	}
	byName := map[string]Found{}
	for _, i := range instances { // in the order of the services
		if _, there := byName[i.Name]; there {
			continue
		}
		a := announcements[slices.Index(services, i.Service)]
		u := url.URL{Scheme: a.scheme, Host: i.Addr.String()}
		if path := cmp.Or(strings.Trim(i.Text["rp"], "/"), a.defaultPath); a.defaultPath != "" {
			u.Path = "/" + path
		}
		f := Found{
			Name: i.Name, Model: cmp.Or(i.Text["ty"], strings.Trim(i.Text["product"], "()")), UUID: i.Text["uuid"], URL: u.String(),
			Label: strings.Contains(strings.ToLower(i.Text["kind"]), "label"),
		}
		if pdl := i.Text["pdl"]; pdl != "" {
			f.Formats = strings.Split(pdl, ",")
		}
		byName[i.Name] = f
	}
	list := make([]Found, 0, len(byName))
	for _, f := range byName {
		list = append(list, f)
	}
	slices.SortFunc(list, func(x, y Found) int { return cmp.Compare(x.Name, y.Name) })
	return list, nil
}
