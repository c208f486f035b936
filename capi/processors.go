package main

import (
	"os"
	"runtime"
)

// spareProcessors are for threads of C that are in Go for a moment, or are being
// told something by it. With no more processors than the machine has, such a
// thread waits on a small machine for one that another thread has left with a
// goroutine on it: on one of two cores the ack of a lone event took up to a fifth
// longer, and much more CPU time.
const spareProcessors = 2

// The environment has the last word. What Go would do, to follow a change of the
// limit that a container has, ends with this.
func init() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + spareProcessors)
	}
}
