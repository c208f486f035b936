//go:build !unix

package segmentstore

// writeSome leaves everything to the sender.
func writeSome(uintptr, []byte) int { return 0 }
