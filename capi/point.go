//go:build !panictest

package main

// point is where the test build (tag panictest) can be told to panic; in the
// library it is nothing.
func point(string) {}
