package member

import (
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// giveSegment releases a segment to a reader that has less to do, once nothing
// of it is out.
func (m *Member) giveSegment(now time.Time) error {
	if now.Before(m.release) || len(m.given) > 0 { // what has gone is not to stay
		return nil
	}
	wanted, ok := m.state.SegmentToRelease(m.id)
	offered, ok := m.Reader.Offer(wanted, ok)
	if !ok {
		return nil
	}
	m.release = now.Add(readergroup.DecisionPause)
	err := m.change(background.WriteGroupState, func() ([]readergroup.Update, error) {
		places := m.Reader.Places()
		return m.state.Release(m.id, offered, places[offered].Offset, m.state.LagToTell(m.id), places)
	})
	m.release = now.Add(m.state.ReleaseInterval(m.id))
	m.acquire = m.now().Add(m.state.AcquireInterval(m.id)) // it is for the others, who are to take it first
	if err == nil && m.state.Owns(m.id, offered) {
		m.Reader.Keep(offered)
	}
	return err // what was released is not handed out any more, nor what may be
}

// takeSegments acquires the reader's share of what is free.
func (m *Member) takeSegments(now time.Time) error {
	if now.Before(m.acquire) || len(m.state.SegmentsToAcquire(m.id)) == 0 {
		return nil
	}
	m.acquire = now.Add(readergroup.DecisionPause)
	err := m.change(background.WriteGroupState, func() ([]readergroup.Update, error) {
		return m.state.Acquire(m.id, m.state.LagToTell(m.id), m.Reader.Places())
	})
	m.acquire = now.Add(m.state.AcquireInterval(m.id))
	return err
}

// tellLag tells the others how far this reader has come.
func (m *Member) tellLag(now time.Time) error {
	if now.Before(m.lag) {
		return nil
	}
	m.lag = now.Add(m.state.LagInterval())
	return m.change(background.ReportLag, func() ([]readergroup.Update, error) {
		return []readergroup.Update{readergroup.UpdateDistanceToTail{Reader: m.id, Lag: m.state.LagToTell(m.id), LastRead: m.Reader.Places()}}, nil
	})
}
