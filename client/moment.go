package client

import "time"

// moment is a point in time by two clocks. The process's stands still while the machine
// is suspended; the wall clock may be set.
type moment struct {
	running time.Duration // since the process started
	wall    time.Time
}

var processStart = time.Now()

// thisMoment is the present.
func thisMoment() moment {
	now := time.Now()
	return moment{now.Sub(processStart), now.Round(0)}
}

// time is the moment by the process's clock.
func (m moment) time() time.Time { return processStart.Add(m.running) }

// since is how long ago an earlier moment was: by the clock that says more.
func (m moment) since(earlier moment) time.Duration {
	return max(m.running-earlier.running, m.wall.Sub(earlier.wall))
}
