//go:build !race

package worker_test

import (
	"strings"
	"testing"
)

// The race detector wants more address space than any limit leaves; every other build has the limit.
func TestTheAddressSpaceIsBounded(t *testing.T) {
	p := newPool(t, nil)
	jail, err := p.Jail(t.Context())
	if err != nil || jail.AddressSpaceBytes == 0 {
		t.Fatalf("jail %+v, %v", jail, err)
	}
	if err := convert(t.Context(), p, "reserve"); err == nil || !strings.Contains(err.Error(), "cannot allocate memory") {
		t.Errorf("8 GiB of address space: %v", err)
	}
}
