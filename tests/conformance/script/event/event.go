// Package event is the script that program script writes.
package event

import "fmt"

// Chunk is how many events are written at once.
const Chunk = 200

// Of is event n: its key, empty for none, and what it holds.
func Of(n int64) (key string, payload []byte) {
	if n%7 == 0 {
		return "", fmt.Appendf(nil, "none%d %d", n, n)
	}
	key = fmt.Sprint("key", n%41)
	return key, fmt.Appendf(nil, "%s %d", key, n)
}
