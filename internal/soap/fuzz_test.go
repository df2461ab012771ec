package soap_test

import (
	"errors"
	"testing"

	"segnatura/internal/soap"
)

// FuzzOpen: whatever a service answers is read or refused, and what is read as an answer is no fault.
func FuzzOpen(f *testing.F) {
	f.Fuzz(func(t *testing.T, envelope []byte) {
		var answer greeted
		err := soap.Open(envelope, &answer)
		var fault *soap.Fault
		if errors.As(err, &fault) && (answer != greeted{} || len([]rune(fault.String)) > 1000 || len([]rune(fault.Detail)) > 1000) {
			t.Errorf("a fault %+v, and the answer %+v", fault, answer)
		}
	})
}
