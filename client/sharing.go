package client

import (
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// giveSegment releases a segment to a reader that has less to do, once nothing
// of it is out.
func (m *membership) giveSegment(now time.Time) error {
	if now.Before(m.release) || len(m.given) > 0 { // what has gone is not to stay
		return nil
	}
	r := m.reader
	wanted, ok := m.state.SegmentToRelease(r.id)
	r.mu.Lock()
	var a *assignment
	// Any of which nothing is out will do, but first of all the one that was to be released
	// before: it may have been, and then nothing more of it may be given back.
	for _, each := range r.order {
		if ok && each.out == nil && (a == nil || !a.leaving && (each.leaving || each.segment == wanted)) {
			a = each
		}
	}
	for _, each := range r.order {
		left := each.leaving
		each.leaving = ok && (each == a || a == nil && each.segment == wanted)
		if left && !each.leaving {
			r.announce() // it stays: what is there can be handed out again
		}
	}
	r.mu.Unlock()
	if a == nil {
		return nil
	}
	m.release = now.Add(readergroup.DecisionPause)
	err := m.change(background.WriteGroupState, func() ([]readergroup.Update, error) {
		places := r.places()
		return m.state.Release(r.id, a.segment, places[a.segment].Offset, m.state.LagToTell(r.id), places)
	})
	m.release = now.Add(m.state.ReleaseInterval(r.id))
	m.acquire = r.now().Add(m.state.AcquireInterval(r.id)) // it is for the others, who are to take it first
	if err == nil && m.state.Owns(r.id, a.segment) {
		r.mu.Lock()
		a.leaving = false
		r.announce()
		r.mu.Unlock()
	}
	return err // what was released is not handed out any more, nor what may be
}

// takeSegments acquires the reader's share of what is free.
func (m *membership) takeSegments(now time.Time) error {
	r := m.reader
	if now.Before(m.acquire) || len(m.state.SegmentsToAcquire(r.id)) == 0 {
		return nil
	}
	m.acquire = now.Add(readergroup.DecisionPause)
	err := m.change(background.WriteGroupState, func() ([]readergroup.Update, error) {
		return m.state.Acquire(r.id, m.state.LagToTell(r.id), r.places())
	})
	m.acquire = now.Add(m.state.AcquireInterval(r.id))
	return err
}

// tellLag tells the others how far this reader has come.
func (m *membership) tellLag(now time.Time) error {
	if now.Before(m.lag) {
		return nil
	}
	m.lag = now.Add(m.state.LagInterval())
	r := m.reader
	return m.change(background.ReportLag, func() ([]readergroup.Update, error) {
		return []readergroup.Update{readergroup.UpdateDistanceToTail{Reader: r.id, Lag: m.state.LagToTell(r.id), LastRead: r.places()}}, nil
	})
}
