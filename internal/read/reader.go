// Package read hands out what a reader of a group reads: its segments, slices of them, the
// pauses at checkpoints, and the event time where the group is.
package read

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/clock"
	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// Config is what a reader is made of.
type Config struct {
	ID          string // its name
	Group       string // the name of its group
	BufferBytes int
	Checkpoints bool // Next returns the group's checkpoints
	Cluster     *cluster.Cluster
	Life        *background.Life // ends when the reader is closed
	Clock       func() clock.Moment
}

// Reader reads the segments that its group assigns to it ahead of the application, and hands
// out slices of them. It is the engine of client.Reader, whose documentation holds for what has
// the same name here; group work tells it what the group has decided. Next is for one goroutine
// at a time.
type Reader struct {
	config Config
	name   string                 // in errors
	reads  map[naming.Stream]bool // the streams of the group; set by Joined
	due    chan struct{}          // one token: there is group work
	shares atomic.Int64           // segments that share the buffer

	mu        sync.Mutex
	assigned  map[readergroup.Segment]*assignment
	order     []*assignment // in which segments take turns
	turn      int
	ended     bool                                      // the group has read everything
	groupRead map[readergroup.Segment]readergroup.Place // how far the group has read, as was told last
	times     map[naming.Stream]*marks                  // of streams whose window was asked for
	knows     freshness
	others    string // why the reader has no segment
	marker    *marker
	err       error
	settled   bool // where the reader stands is final
	changed   xsync.Broadcast
	notify    func()
}

// New makes a reader without segments.
func New(config Config) *Reader {
	return &Reader{
		config:   config,
		name:     config.ID + " of group " + config.Group,
		due:      make(chan struct{}, 1),
		assigned: make(map[readergroup.Segment]*assignment),
	}
}

// Next waits for a slice until ctx ends. Segments take turns.
func (r *Reader) Next(ctx context.Context) (*Slice, error) {
	for over := false; ; {
		r.mu.Lock()
		s, err := r.next()
		if s == nil && err == nil && over {
			err = r.outOfTime(ctx)
		}
		if s != nil || err != nil {
			r.mu.Unlock()
			return s, err
		}
		changed := r.changed.Next()
		r.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			over = true // unless there is a slice just now
		}
	}
}

// TryNext is Next that never waits: TimedOut tells that nothing is there yet.
func (r *Reader) TryNext() (*Slice, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.next()
	if s == nil && err == nil {
		err = &fault.Error{Code: fault.TimedOut, Op: Op, Subject: r.name, Detail: "nothing is there yet"}
		if r.stale() {
			err = &fault.Error{Code: fault.TimedOut, Op: Op, Subject: r.name, Detail: r.whyStale(), Trouble: r.knows.trouble}
		}
	}
	return s, err
}

// next finds a slice; neither a slice nor an error means that there is none yet.
func (r *Reader) next() (*Slice, error) {
	if r.err != nil {
		return nil, r.err
	}
	if r.stale() {
		return nil, nil
	}
	if r.marker != nil {
		if wait, err := r.marker.met(r); wait || err != nil {
			return nil, err
		}
	}
	for i := range r.order {
		at := (r.turn + i) % len(r.order)
		if a := r.order[at]; a.available() {
			r.turn = at + 1
			return a.take(), nil
		}
	}
	if r.ended {
		return nil, ErrEnd
	}
	return nil, nil
}

// Notify sets the function that is called whenever Next may have become ready.
// It is called from the library's goroutines, with locks held: it must not
// block nor call the reader. Set it once, before the first Next.
func (r *Reader) Notify(f func()) {
	r.mu.Lock()
	r.notify = f
	f()
	r.mu.Unlock()
}

// Settle makes it final where the reader stands: at a position, or by what was given back if
// there is none. From then on Next reports Closed, and what is given back is not noted. lost
// says that the reader knows that it is no member any more; another one may have its name.
func (r *Reader) Settle(at *streamcut.Position) (stands map[readergroup.Segment]int64, lost bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	lost, stands = r.lost(), r.positions()
	if at != nil && !lost {
		if stands, err = r.upTo(*at); err != nil {
			return nil, false, err
		}
	}
	r.settled = true
	r.err = nil
	r.fail(fault.New(fault.Closed, Op, r.name, "the reader was closed"))
	return stands, lost, nil
}

// Stop ends reading and forgets what was read ahead. Nothing may be told to the reader any more.
func (r *Reader) Stop() {
	for _, a := range r.order {
		if a.fetcher != nil {
			a.fetcher.Stop()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.order {
		a.abandon()
	}
}

// lost reports whether the reader knows that it is no member any more; another one
// may have its name.
func (r *Reader) lost() bool {
	switch fault.CodeOf(r.err) {
	case fault.ReaderNotInGroup, fault.GroupReinitialized, fault.NoSuchReaderGroup:
		return true
	}
	return false
}

// positions are where the segments stand, by what was given back.
func (r *Reader) positions() map[readergroup.Segment]int64 {
	positions := make(map[readergroup.Segment]int64, len(r.order))
	for _, a := range r.order {
		positions[a.segment] = a.place().Offset
	}
	return positions
}

// Places are positions with the segments' ranges.
func (r *Reader) Places() map[readergroup.Segment]readergroup.Place {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stand()
}

// stand is places, with the lock held.
func (r *Reader) stand() map[readergroup.Segment]readergroup.Place {
	places := make(map[readergroup.Segment]readergroup.Place, len(r.order))
	for _, a := range r.order {
		places[a.segment] = a.place()
	}
	return places
}

// budget is the memory that one segment may take.
func (r *Reader) budget() int {
	return r.config.BufferBytes / max(1, int(r.shares.Load()))
}

// Fail makes err the final error of Next, unless it has one.
func (r *Reader) Fail(err error) {
	r.mu.Lock()
	r.fail(err)
	r.mu.Unlock()
}

// fail is Fail with the lock held.
func (r *Reader) fail(err error) {
	if r.err == nil {
		r.err = err
		r.announce()
	}
}

// announce tells those who wait for Next to look again.
func (r *Reader) announce() {
	r.changed.Notify()
	if r.notify != nil {
		r.notify()
	}
}

// Poke starts group work now.
func (r *Reader) Poke() {
	select {
	case r.due <- struct{}{}:
	default:
	}
}

// Due has a token when there is group work to do at once.
func (r *Reader) Due() <-chan struct{} { return r.due }

// ErrEnd is what Next returns when every segment that the group will ever have was read to its
// end.
var ErrEnd = errors.New("end of the reader group's streams")

// Ready is of how many segments a slice can be handed out.
func (r *Reader) Ready() int { return len(r.assignments((*assignment).available)) }
