package ipp_test

import (
	"slices"
	"testing"
	"time"

	"github.com/miekg/dns"

	"segnatura/internal/mdns/mdnstest"
	"segnatura/stamp/ipp"
)

// TestPrintersThatAnnounceThemselves: each by the best of its ways, and nothing that is no printer.
func TestPrintersThatAnnounceThemselves(t *testing.T) {
	packet := mdnstest.Packet(t,
		`_ipp._tcp.local. 10 IN PTR Zebra\ ZD421._ipp._tcp.local.`,
		`Zebra\ ZD421._ipp._tcp.local. 10 IN SRV 0 0 631 zebra.local.`,
		`Zebra\ ZD421._ipp._tcp.local. 10 IN TXT "rp=ipp/print" "ty=Zebra ZD421" "kind=label,roll" "UUID=0a-1" "pdl=image/pwg-raster,application/vnd.zebra-zpl"`,
		`Zebra\ ZD421._pdl-datastream._tcp.local. 10 IN SRV 0 0 9100 zebra.local.`,
		`Zebra\ ZD421._pdl-datastream._tcp.local. 10 IN TXT "ty=Zebra ZD421"`,
		`QL._pdl-datastream._tcp.local. 10 IN SRV 0 0 9100 ql.local.`,
		`QL._pdl-datastream._tcp.local. 10 IN TXT "product=(Brother QL-820NWB)"`,
		`Vecchia._printer._tcp.local. 10 IN SRV 0 0 515 ql.local.`,
		`Vecchia._printer._tcp.local. 10 IN TXT ""`,
		`Laser._ipps._tcp.local. 10 IN SRV 0 0 443 ql.local.`,
		`Laser._ipps._tcp.local. 10 IN TXT "rp=printers/laser"`,
		`Scanner._uscan._tcp.local. 10 IN SRV 0 0 80 ql.local.`,
		`Altrove._ipp._tcp.local. 10 IN SRV 0 0 631 altrove.local.`,
		`zebra.local. 10 IN A 192.0.2.7`,
		`ql.local. 10 IN A 192.0.2.8`,
	)
	found, err := ipp.Discovery{Browser: mdnstest.Browser(t, 200*time.Millisecond, func(*dns.Msg) [][]byte { return [][]byte{packet} })}.Discover(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []ipp.Found{
		{Name: "Laser", URL: "ipps://192.0.2.8:443/printers/laser"},
		{Name: "QL", Model: "Brother QL-820NWB", URL: "socket://192.0.2.8:9100"},
		{Name: "Vecchia", URL: "lpd://192.0.2.8:515/auto"},
		{Name: "Zebra ZD421", Model: "Zebra ZD421", UUID: "0a-1", URL: "ipp://192.0.2.7:631/ipp/print", Label: true,
			Formats: []string{"image/pwg-raster", "application/vnd.zebra-zpl"}},
	}
	if !slices.EqualFunc(found, want, func(x, y ipp.Found) bool {
		return x.Name == y.Name && x.Model == y.Model && x.UUID == y.UUID && x.URL == y.URL && x.Label == y.Label && slices.Equal(x.Formats, y.Formats)
	}) {
		t.Errorf("found %+v", found)
	}
}
