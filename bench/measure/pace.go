package measure

import (
	"encoding/binary"
	"time"
)

// interval is that of events which are written and read at once.
const interval = time.Millisecond

// Pace calls f so many times, at each interval.
func Pace(count int, f func() error) error {
	next := time.Now()
	for range count {
		time.Sleep(time.Until(next))
		if err := f(); err != nil {
			return err
		}
		next = next.Add(interval)
	}
	return nil
}

var epoch = time.Now()

// Stamp notes in an event when it is written. It has 8 bytes or more.
func Stamp(event []byte) { binary.NativeEndian.PutUint64(event, uint64(time.Since(epoch))) }

// Age tells how long ago an event was written, by this process.
func Age(event []byte) time.Duration {
	return time.Since(epoch) - time.Duration(binary.NativeEndian.Uint64(event))
}
