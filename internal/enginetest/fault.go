package enginetest

import (
	"sync/atomic"

	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Once makes a fault that strikes the first command for which is holds.
func Once(is func(wire.Command) bool, v storetest.Verdict) storetest.Fault {
	var struck atomic.Bool
	return func(_ int, c wire.Command) storetest.Verdict {
		if is(c) && struck.CompareAndSwap(false, true) {
			return v
		}
		return storetest.Serve
	}
}

// IsAppend reports whether a command stores events.
func IsAppend(c wire.Command) bool { _, ok := c.(wire.AppendBlockEnd); return ok }
