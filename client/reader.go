package client

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/clock"
	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// Reader is a member of a reader group. It reads the segments that the group
// assigns to it ahead of the application and hands out slices of them. Group
// work runs beside the application. Next is for one goroutine at a time; slices
// may be used and released by others. Close it, or the group keeps its segments
// assigned until somebody calls ReaderGroup.ReaderOffline.
type Reader struct {
	client  *Client
	cluster *cluster.Cluster
	group   string // its name
	id      string
	name    string // in errors
	config  ReaderConfig
	reads   map[naming.Stream]bool // the streams of the group; set before Open returns

	life   *background.Life // ends with Close
	clock  func() clock.Moment
	member *membership
	due    chan struct{} // one token: there is group work
	work   sync.WaitGroup
	shares atomic.Int64 // segments that share the buffer

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
	ending    *xsync.Ending // of Close; nil as long as it was not called
	changed   xsync.Broadcast
	notify    func()
}

// Next waits for a slice until ctx ends. Segments take turns. Errors: ErrEnd
// when the group has read all there will ever be; *AtCheckpoint, for a reader
// that asked for checkpoints; TimedOut and Cancelled when ctx ends first; Closed;
// and the final ones, after which the reader can only be closed.
//
// A reader that cannot write to the group's state is taken for dead by the others at some
// time, and one that cannot read it does not learn of that. So it hands out nothing, and
// the error of a call that ends says why, once it has not read the state, or not written to
// it, for 30 s, 10 s for each reader of the group and one more, and its own
// ReaderConfig.LivenessTimeout. It goes on when it has done both again and is still a
// member. What is out may be given back meanwhile.
//
// ReaderNotInGroup: somebody took the reader out of the group. GroupReinitialized:
// the group was reset. What was not given back by then is read again in both
// cases, and what was given back may be. Close the reader and open it again,
// under the same name if you like. NoSuchReaderGroup: the group was deleted.
//
// A stream that is deleted ends where it was read to, and the group's other streams
// are read on. If another one is made under its name, which the group reads only after
// a Reset, the final error is NoSuchStream and says so, at the latest instead of ErrEnd.
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
		err = &fault.Error{Code: fault.TimedOut, Op: readWithReader, Subject: r.name, Detail: "nothing is there yet"}
		if r.stale() {
			err = &fault.Error{Code: fault.TimedOut, Op: readWithReader, Subject: r.name, Detail: r.whyStale(), Trouble: r.knows.trouble}
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

// Close leaves the group: the segments go to the other readers, from the first
// event that was not given back. What is out when Close is called counts as not
// consumed: a Release after that reports Closed. Its bytes stay valid until it is
// released. When ctx ends before the group knows, the reader is closed all the same
// and the error tells that it is still a member. Another Close, also that of the
// client, waits for the first one, until its own ctx ends, and returns the same.
func (r *Reader) Close(ctx context.Context) error { return r.close(ctx, nil) }

// close leaves the group at a position; by what was given back if there is none.
func (r *Reader) close(ctx context.Context, at *Position) error {
	r.mu.Lock()
	if first := r.ending; first != nil {
		r.mu.Unlock()
		return first.Wait(ctx, "close reader", r.name)
	}
	lost, stands := r.lost(), r.positions()
	if at != nil && !lost {
		var err error
		if stands, err = r.upTo(*at); err != nil {
			r.mu.Unlock()
			return err
		}
	}
	r.ending = xsync.NewEnding() // stands is final: what is given back from now on is not noted
	r.err = nil
	r.fail(fault.New(fault.Closed, readWithReader, r.name, "the reader was closed"))
	r.mu.Unlock()
	r.life.End()
	r.work.Wait()
	for _, a := range r.order {
		if a.fetcher != nil {
			a.fetcher.Stop()
		}
	}
	r.mu.Lock()
	for _, a := range r.order {
		a.abandon()
	}
	r.mu.Unlock()
	defer r.client.forget(r)
	if lost {
		return r.ending.Finish(nil)
	}
	ctx, cancel := r.cluster.Limit(ctx)
	defer cancel()
	return r.ending.Finish(r.member.leave(ctx, stands))
}

// lost reports whether the reader knows that it is no member any more; another one
// may have its name.
func (r *Reader) lost() bool {
	switch CodeOf(r.err) {
	case ErrReaderNotInGroup, ErrGroupReinitialized, ErrNoSuchReaderGroup:
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

// places are positions with the segments' ranges.
func (r *Reader) places() map[readergroup.Segment]readergroup.Place {
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

// finish is fail for those who do not hold the lock.
func (r *Reader) finish(err error) {
	r.mu.Lock()
	r.fail(err)
	r.mu.Unlock()
}

// fail makes err the final error of Next, unless it has one.
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

// poke starts group work now.
func (r *Reader) poke() {
	select {
	case r.due <- struct{}{}:
	default:
	}
}
