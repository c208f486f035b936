package read

import (
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// assignment is a segment that the group has assigned to a reader. All of it is
// guarded by the reader's lock.
type assignment struct {
	reader  *Reader
	segment readergroup.Segment
	span    readergroup.Range
	name    string
	fetcher *segment.Fetcher

	ready    []segment.Chunk // fetched, in order
	out      *Slice          // at most one
	position int64           // of the first event that was not given back
	ended    bool            // nothing will be fetched any more
	gone     bool            // it has ended because the segment does not exist
	bounded  bool            // the group may stop before the segment's end
	err      error           // why, if not for the segment's end
	leaving  bool            // to be released: nothing is handed out
}

// Fetched takes a chunk from the fetcher.
func (a *assignment) Fetched(_ *segment.Fetcher, c segment.Chunk) {
	a.reader.mu.Lock()
	a.ready = append(a.ready, c)
	a.reader.announce()
	a.reader.mu.Unlock()
}

// Ended takes the end of the segment from the fetcher. One that is gone has ended
// too: the group goes on with what follows it, and with its other streams.
func (a *assignment) Ended(_ *segment.Fetcher, err error) {
	r := a.reader
	gone := fault.CodeOf(err) == fault.NoSuchSegment
	if gone {
		r.config.Cluster.Log.Warn("a segment is gone: truncated away, or deleted with its stream", "group", r.config.Group, "reader", r.config.ID, "err", err)
		err = nil
	}
	r.mu.Lock()
	a.ended, a.gone, a.err = true, gone, err
	if err != nil {
		r.fail(err)
	} else if a.consumed() {
		r.Poke()
	}
	r.mu.Unlock()
}

// available reports whether a slice can be handed out.
func (a *assignment) available() bool { return len(a.ready) > 0 && a.out == nil && !a.leaving }

// Consumed reports whether everything in the segment was given back.
func (a *assignment) consumed() bool {
	return a.ended && a.err == nil && len(a.ready) == 0 && a.out == nil
}

// place is where the application stands in the segment. One that was read to its
// end is told as such, since a position at the end of what will be truncated
// away would be of no use later.
func (a *assignment) place() readergroup.Place {
	if a.consumed() && !a.bounded {
		return readergroup.Place{Offset: streamcut.Completed, Range: a.span}
	}
	return readergroup.Place{Offset: a.position, Range: a.span}
}

// take hands out the oldest chunk.
func (a *assignment) take() *Slice {
	c := a.ready[0]
	a.ready[0] = segment.Chunk{}
	a.ready = a.ready[1:]
	a.out = &Slice{from: a, chunk: c, bytes: c.Buffer.Bytes()}
	return a.out
}

// give takes a slice back up to an offset, and reports whether that is noted. It is not if
// the segment was taken away meanwhile, or if the reader's final position is settled.
func (a *assignment) give(s *Slice, next int64) (noted bool) {
	mine := a.out == s && !a.reader.settled && !a.reader.lost()
	if mine {
		a.out = nil
		a.position = next
	}
	if mine && next < s.EndOffset() {
		rest := s.chunk
		rest.Buffer.Skip(int(next - s.chunk.Offset))
		if next > s.chunk.Offset {
			rest.Offset, rest.Skipped = next, 0
		}
		a.ready = append([]segment.Chunk{rest}, a.ready...)
	} else {
		a.free(s.chunk)
	}
	s.bytes = nil
	if mine && (a.leaving || a.consumed()) {
		a.reader.Poke()
	}
	if a.available() || a.reader.marker != nil {
		a.reader.announce()
	}
	return mine
}

// free gives a chunk's memory back.
func (a *assignment) free(c segment.Chunk) {
	size := c.Buffer.Size()
	c.Buffer.Release()
	if a.fetcher != nil {
		a.fetcher.Released(size)
	}
}

// abandon forgets what was fetched; a slice that is out stays valid.
func (a *assignment) abandon() {
	for _, c := range a.ready {
		c.Buffer.Release()
	}
	a.ready, a.out = nil, nil
}

// assignments lists those that a condition holds for.
func (r *Reader) assignments(is func(*assignment) bool) []*assignment {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*assignment
	for _, a := range r.order {
		if is(a) {
			list = append(list, a)
		}
	}
	return list
}
