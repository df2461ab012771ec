// Package protocollo is the domain of the desk: arrivals, registrations, numbers, the segnatura, its barcode, the attempts to
// get a number, and the journal. It is pure: no I/O, no clock, no goroutine; time and randomness are handed in.
//
// The three laws that every other room keeps are stated here once: a letter never loses its number, never gains two ordinary
// ones, and is never joined to the wrong scan.
package protocollo

import (
	"sync"
	"time"
)

// Rome returns Europe/Rome. Years, days and whatever a person reads are by this zone; what is stored is UTC
// (DPCM 22/2/2013 art. 41). The binary embeds the zone data, so a missing zone is a broken build.
var Rome = sync.OnceValue(func() *time.Location {
	loc, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		panic("protocollo: Europe/Rome is missing from the zone data: " + err.Error())
	}
	return loc
})

// Day is a calendar day in Europe/Rome, as YYYY-MM-DD. Days compare as strings.
type Day string

// DayOf returns the Roman day of an instant.
func DayOf(t time.Time) Day { return Day(t.In(Rome()).Format(time.DateOnly)) }

// ParseDay accepts YYYY-MM-DD only.
func ParseDay(s string) (Day, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", Errorf(Invalid, "day", "not a day: %q", s)
	}
	return Day(s), nil
}

// wellFormed accepts a day, or none.
func (d Day) wellFormed() bool {
	if d == "" {
		return true
	}
	_, err := ParseDay(string(d))
	return err == nil
}

// Italian returns the day as gg/mm/aaaa.
func (d Day) Italian() string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return t.Format("02/01/2006")
}

// YearOf returns the Roman year of an instant: the year of the register that a number taken then belongs to (R17.7).
func YearOf(t time.Time) int { return t.In(Rome()).Year() }
