package main

import (
	"sync/atomic"
	"time"
)

// news carries calls from the goroutines of the client to an object in C, and
// sees to it that none arrives when the object is gone. It takes no lock, as the
// user's callback runs inside and may come back into the library.
type news struct {
	inside atomic.Int32
	ended  atomic.Bool
}

func (n *news) tell(call func()) {
	n.inside.Add(1)
	defer n.inside.Add(-1)
	if !n.ended.Load() {
		call()
	}
}

// end returns when no call runs and none will come.
func (n *news) end() {
	n.ended.Store(true)
	for n.inside.Load() != 0 {
		time.Sleep(50 * time.Microsecond)
	}
}
