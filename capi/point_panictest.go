//go:build panictest

package main

import "os"

var panicAt = os.Getenv("PRAVEGA_PANIC_AT")

// point panics where the test wants it to.
func point(name string) {
	if name == panicAt {
		panic("wanted by the test at " + name)
	}
}
