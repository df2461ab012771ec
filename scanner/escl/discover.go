package escl

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"segnatura/internal/mdns"
)

// Discovery looks for eSCL scanners on the local networks. What it finds is hearsay (see [mdns.Browser]): a URL from here is shown to a person
// and never used by itself. The zero value is ready.
type Discovery struct{ mdns.Browser }

// Found is one scanner that announced itself.
type Found struct {
	Name   string // the announced instance
	Model  string // its make and model, where it says
	UUID   string // where it says
	URL    string // its eSCL root, for Config.URL
	Feeder bool
	Platen bool
	Duplex bool
}

// services are the announced kinds of eSCL scanner and how each is spoken to.
var services = []struct{ name, scheme string }{{"_uscans._tcp", "https"}, {"_uscan._tcp", "http"}}

// Discover asks, listens, and returns what answered, by name. Where a device offers TLS too, that is its URL. The end of ctx ends the
// listening early and is no error; failing to ask on every network is.
func (d Discovery) Discover(ctx context.Context) ([]Found, error) {
	instances, err := d.Browse(ctx, services[0].name, services[1].name)
	if err != nil {
		return nil, fmt.Errorf("look for scanners: %w", err)
	}
	byName := map[string]Found{}
	for _, s := range services {
		for _, i := range instances {
			if _, there := byName[i.Name]; there || i.Service != s.name {
				continue
			}
			u := url.URL{Scheme: s.scheme, Host: i.Addr.String(), Path: "/" + strings.Trim(i.Text["rs"], "/")}
			inputs := strings.Split(strings.ToLower(i.Text["is"]), ",")
			byName[i.Name] = Found{
				Name: i.Name, Model: i.Text["ty"], UUID: i.Text["uuid"], URL: u.String(),
				Feeder: slices.Contains(inputs, "adf"), Platen: slices.Contains(inputs, "platen"), Duplex: strings.EqualFold(i.Text["duplex"], "T"),
			}
		}
	}
	list := make([]Found, 0, len(byName))
	for _, f := range byName {
		list = append(list, f)
	}
	slices.SortFunc(list, func(x, y Found) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.URL, y.URL)) })
	return list, nil
}
