//go:build unix

package segmentstore

import "syscall"

// writeSome is how many bytes a socket takes without waiting. It does not call
// syscall.Write, which has the race detector believe that it reads the data when it
// returns: by then they may be acknowledged, and their memory be used again.
func writeSome(fd uintptr, data []byte) int {
	n, _ := syscall.SendmsgN(int(fd), data, nil, nil, 0)
	return max(n, 0)
}
