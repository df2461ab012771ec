package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store/storetest"
)

// closedDays moves on by two days and gives the first two that are over their registers.
func (o *office) closedDays(t testing.TB) {
	t.Helper()
	o.Clock.Move(48 * time.Hour)
	days, err := o.DaysToClose(t.Context(), "AOO1", 2)
	must(t, err)
	if len(days) != 2 {
		t.Fatalf("days over: %v", days)
	}
	for _, day := range days {
		_, err := o.CloseDay(day, "register of "+string(day))
		must(t, err)
	}
	o.signedDay(t, days[0], "scan with the signature")
}

// signedDay keeps a copy of a day's register that came back signed.
func (o *office) signedDay(t testing.TB, day protocollo.Day, content string) station.DailyCopy {
	t.Helper()
	sha, size, err := o.PutBlob(t.Context(), strings.NewReader(content))
	must(t, err)
	c, err := o.SignDailyRegister(t.Context(), storetest.Chief(), day, station.DailyCopy{SHA256: sha, Bytes: size, FileName: "firmato.pdf", MediaType: "application/pdf"})
	must(t, err)
	return c
}

// The same copy brought back twice is one; another Area's is another; those of another AOO are not there.
func TestSignedDailyRegisterOnce(t *testing.T) {
	o := openOffice(t)
	o.closedDays(t)
	days, err := o.DailyRegisters(t.Context(), "AOO1", "", 2)
	must(t, err)
	day := days[1].Day
	first, again := o.signedDay(t, day, "scan with the signature"), o.signedDay(t, day, "scan with the signature")
	other := o.signedDay(t, day, "another Area's")
	if again != first || other.ID == first.ID {
		t.Errorf("%+v, %+v, %+v", first, again, other)
	}
	list, err := o.DailyCopies(t.Context(), "AOO1", day, days[0].Day)
	must(t, err)
	if len(list) != 2 || list[0] != first || list[1] != other || first.Day != day || first.By != storetest.Chief().User {
		t.Errorf("copies %+v", list)
	}
	if _, err := o.DailyCopy(t.Context(), "AOO2", first.ID); !errors.Is(err, protocollo.NotFound) {
		t.Errorf("another AOO's: %v", err)
	}
	o.clean(t)
}

// The files of a register are in the backup, and the check misses them where they are gone.
func TestDailyRegistersAreBackedUpAndChecked(t *testing.T) {
	o := openOffice(t)
	o.closedDays(t)
	o.clean(t)
	m, rep, err := o.db.Backup(t.Context(), t.TempDir()+"/copy")
	must(t, err)
	if !rep.OK() || len(m.Files) != 6 { // the database, two files of each day, a signed copy
		t.Fatalf("backup of %d files: %+v", len(m.Files), rep.Findings)
	}
}
