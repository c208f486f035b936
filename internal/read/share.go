package read

import (
	"math"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segment"
)

// Joined notes what the group reads.
func (r *Reader) Joined(config readergroup.Config) {
	r.reads = make(map[naming.Stream]bool, len(config.Start))
	for stream := range config.Start {
		r.reads[stream] = true
	}
}

// Share is a segment that the group has assigned to a reader.
type Share struct {
	Place readergroup.Place // where the group stands in it
	Limit int64             // where the group stops reading it; math.MaxInt64 for its own end
	AtEnd bool              // nothing is left to read of it
	Anew  bool              // the reader gave it away since: others may have read on in it
}

// Reconcile makes the assignments those of the group's state. lastRead is where the whole
// group stands, others says why there are none, and endOfData that the group has read all
// there will ever be.
func (r *Reader) Reconcile(shares map[readergroup.Segment]Share, lastRead map[readergroup.Segment]readergroup.Place, others string, endOfData bool) {
	r.shares.Store(int64(len(shares)))
	gone := r.assignments(func(a *assignment) bool { s, ok := shares[a.segment]; return !ok || s.Anew })
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
func (r *Reader) start(s readergroup.Segment, share Share) *assignment {
	a := &assignment{reader: r, segment: s, span: share.Place.Range, name: s.String(), position: share.Place.Offset}
	if share.AtEnd {
		a.ended = true
		r.Poke()
		return a
	}
	a.bounded = share.Limit != math.MaxInt64
	a.fetcher = segment.StartFetcher(r.config.Life.Child(a.name), r.config.Cluster.Stores, a.name, share.Place.Offset, share.Limit, r.budget, a)
	return a
}

// Consumed is a segment of which everything was given back.
type Consumed struct {
	Segment readergroup.Segment
	Gone    bool // it does not exist any more
}

// Consumed lists the segments of which everything was given back.
func (r *Reader) Consumed() []Consumed {
	var list []Consumed
	for _, a := range r.assignments((*assignment).consumed) {
		list = append(list, Consumed{a.segment, a.gone})
	}
	return list
}

// Offer chooses a segment to give to another reader: any of which nothing is out, rather the
// wanted one, but first of all the one that was offered before. Whether it was taken may be in
// doubt, and then nothing more of it may be given back. Nothing more is handed out of it, nor of the wanted one while all are out. ok
// says that one is wanted, and that one was found.
func (r *Reader) Offer(wanted readergroup.Segment, ok bool) (offered readergroup.Segment, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var chosen *assignment
	for _, each := range r.order {
		if ok && each.out == nil && (chosen == nil || !chosen.leaving && (each.leaving || each.segment == wanted)) {
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

// Keep takes an offer back.
func (r *Reader) Keep(s readergroup.Segment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.assigned[s]; a != nil {
		a.leaving = false
		r.announce()
	}
}

// End has Next return ErrEnd once all slices were handed out.
func (r *Reader) End() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	r.announce()
}

// HasEnded reports whether End was called, and the group has got nothing new since.
func (r *Reader) HasEnded() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}
