package client

import (
	"math"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segment"
)

// What follows is how group work tells a reader what the group has decided.

// joined notes what the group reads.
func (r *Reader) joined(config readergroup.Config) {
	r.reads = make(map[naming.Stream]bool, len(config.Start))
	for stream := range config.Start {
		r.reads[stream] = true
	}
}

// share is a segment that the group has assigned to a reader.
type share struct {
	place readergroup.Place // where the group stands in it
	limit int64             // where the group stops reading it; math.MaxInt64 for its own end
	atEnd bool              // nothing is left to read of it
}

// reconcile makes the assignments those of the group's state. lastRead is where the whole
// group stands, others says why there are none, and endOfData that the group has read all
// there will ever be.
func (r *Reader) reconcile(shares map[readergroup.Segment]share, lastRead map[readergroup.Segment]readergroup.Place, others string, endOfData bool) {
	r.shares.Store(int64(len(shares)))
	gone := r.assignments(func(a *assignment) bool { _, ok := shares[a.segment]; return !ok })
	for _, a := range gone {
		if a.fetcher != nil {
			a.fetcher.Stop()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range gone {
		a.abandon()
		delete(r.assigned, a.segment)
	}
	for s, share := range shares {
		if r.assigned[s] == nil {
			r.assigned[s] = r.start(s, share)
		}
	}
	r.order = r.order[:0]
	for _, a := range r.assigned {
		r.order = append(r.order, a)
	}
	r.groupRead, r.others = lastRead, others
	r.ended = r.ended && endOfData
}

// start reads a segment from where the group stands in it.
func (r *Reader) start(s readergroup.Segment, share share) *assignment {
	a := &assignment{reader: r, segment: s, span: share.place.Range, name: s.String(), position: share.place.Offset}
	if share.atEnd {
		a.ended = true
		r.poke()
		return a
	}
	a.bounded = share.limit != math.MaxInt64
	a.fetcher = segment.StartFetcher(r.life.Child(a.name), r.cluster.Stores, a.name, share.place.Offset, share.limit, r.budget, a)
	return a
}

// consumed is a segment of which everything was given back.
type consumed struct {
	segment readergroup.Segment
	gone    bool // it does not exist any more
}

// consumed lists the segments of which everything was given back.
func (r *Reader) consumed() []consumed {
	var list []consumed
	for _, a := range r.assignments((*assignment).consumed) {
		list = append(list, consumed{a.segment, a.gone})
	}
	return list
}

// offer chooses a segment to give to another reader: any of which nothing is out, rather the
// wanted one. Nothing more is handed out of it, nor of the wanted one while all are out. ok
// says that one is wanted, and that one was found.
func (r *Reader) offer(wanted readergroup.Segment, ok bool) (offered readergroup.Segment, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var chosen *assignment
	for _, each := range r.order {
		if ok && each.out == nil && (chosen == nil || each.segment == wanted) {
			chosen = each
		}
	}
	for _, each := range r.order {
		left := each.leaving
		each.leaving = ok && (each == chosen || chosen == nil && each.segment == wanted)
		if left && !each.leaving {
			r.announce() // it stays: what is there can be handed out again
		}
	}
	if chosen == nil {
		return offered, false
	}
	return chosen.segment, true
}

// keep takes an offer back.
func (r *Reader) keep(s readergroup.Segment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.assigned[s]; a != nil {
		a.leaving = false
		r.announce()
	}
}

// end has Next return ErrEnd once all slices were handed out.
func (r *Reader) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	r.announce()
}

// hasEnded reports whether end was called, and the group has got nothing new since.
func (r *Reader) hasEnded() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}
