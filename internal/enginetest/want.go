package enginetest

import (
	"testing"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Must checks that nothing failed.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Wants checks the kind of an error, and whether what was asked for may have taken effect.
func Wants(t testing.TB, err error, code fault.Code, mayBeStored bool) {
	t.Helper()
	if fault.CodeOf(err) != code || fault.MayBeStored(err) != mayBeStored {
		t.Fatalf("%v (may be stored: %v), want %v (%v)", err, fault.MayBeStored(err), code, mayBeStored)
	}
}

// Second is the error of a call that returns a value too.
func Second[T any](_ T, err error) error { return err }
