package enginetest

import (
	"sync/atomic"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

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

// On makes a fault that strikes each command for which is holds.
func On(is func(wire.Command) bool, v storetest.Verdict) storetest.Fault {
	return func(_ int, c wire.Command) storetest.Verdict {
		if is(c) {
			return v
		}
		return storetest.Serve
	}
}

// IsHello reports whether a command greets on a new connection.
func IsHello(c wire.Command) bool { _, ok := c.(wire.Hello); return ok }

// IsSetup reports whether a command sets up a writer on a segment.
func IsSetup(c wire.Command) bool { _, ok := c.(wire.SetupAppend); return ok }

// Away makes the controller unable to answer one method.
func (c *Cluster) Away(method string) {
	c.Refuse(func(asked string) error {
		if asked == method {
			return status.Error(codes.Unavailable, "away")
		}
		return nil
	})
}
