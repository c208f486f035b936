//go:build unix

package segmentstore

import "syscall"

// writeSome is how many bytes a socket takes without waiting.
func writeSome(fd uintptr, data []byte) int {
	n, _ := syscall.Write(int(fd), data)
	return max(n, 0)
}
