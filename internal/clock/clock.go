// Package clock tells time by two clocks at once, so that neither a suspended machine nor a
// wall clock that is set hides that time has passed.
package clock

import "time"

// Moment is a point in time by two clocks. The process's stands still while the machine
// is suspended; the wall clock may be set.
type Moment struct {
	Running time.Duration // since the process started
	Wall    time.Time
}

var processStart = time.Now()

// Now is the present.
func Now() Moment {
	now := time.Now()
	return Moment{now.Sub(processStart), now.Round(0)}
}

// Time is the moment by the process's clock.
func (m Moment) Time() time.Time { return processStart.Add(m.Running) }

// Since is how long ago an earlier moment was: by the clock that says more.
func (m Moment) Since(earlier Moment) time.Duration {
	return max(m.Running-earlier.Running, m.Wall.Sub(earlier.Wall))
}
