package read

import "github.com/pravega/pravega-client-go/internal/readergroup"

// AtCheckpoint is the error with which Next says that the reader has come to a checkpoint. The
// next call of Next says that the application is done with it.
type AtCheckpoint struct{ Name string }

// Error makes it an error.
func (e *AtCheckpoint) Error() string { return "at checkpoint " + e.Name }

// marker is a checkpoint on its way through the application. Guarded by the
// reader's lock.
type marker struct {
	name   string
	told   bool                          // Next has returned it
	passed map[readergroup.Segment]int64 // where the reader stood when Next was called again
}

// met is what Next has to do about the marker: wait until nothing is out, return
// the checkpoint, or go on.
func (m *marker) met(r *Reader) (wait bool, err error) {
	switch {
	case m.passed != nil:
	case m.told:
		m.passed = r.positions()
		r.Poke()
	case r.lent():
		return true, nil
	default:
		m.told = true
		return false, &AtCheckpoint{m.name}
	}
	return false, nil
}

// lent reports whether a slice is out.
func (r *Reader) lent() bool {
	for _, a := range r.order {
		if a.out != nil {
			return true
		}
	}
	return false
}

// Answer is where the reader stands at a checkpoint; ok is false as long as the
// application has not passed it.
func (r *Reader) Answer(checkpoint string) (positions map[readergroup.Segment]int64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.config.Checkpoints || readergroup.Silent(checkpoint) {
		return r.positions(), true
	}
	if r.marker == nil || r.marker.name != checkpoint {
		r.marker = &marker{name: checkpoint}
		r.announce()
	}
	return r.marker.passed, r.marker.passed != nil
}

// Unmark forgets the marker: the checkpoint was passed, or given up by others.
func (r *Reader) Unmark() {
	r.mu.Lock()
	if r.marker != nil {
		r.marker = nil
		r.announce()
	}
	r.mu.Unlock()
}
