package station_test

import (
	"reflect"
	"strings"
	"testing"

	"segnatura/internal/station"
)

// Whatever of the ports is missing, the station does not start, and says which.
func TestEachStoreIsRequired(t *testing.T) {
	o := newOffice(t)
	for field := range reflect.ValueOf(station.Stores{}).Fields() {
		cfg := o.cfg
		reflect.ValueOf(&cfg.Stores).Elem().FieldByIndex(field.Index).SetZero()
		if _, err := station.New(cfg); err == nil || !strings.Contains(err.Error(), field.Name) {
			t.Errorf("without %s: %v", field.Name, err)
		}
	}
}
