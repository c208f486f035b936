package segment

import (
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// watch notices that a store does not answer a read although the connection lives. A
// read at the tail waits for what is written next, without limit; so the store is asked
// now and then how far the segment reaches, and only a read that it could answer is
// missed. The watch looks at regular times, so that reads need no clock. Whoever has the
// fetcher's turn owns it.
type watch struct {
	oldest *ask // of the reads under way, at the last look
	looks  int  // that found it there
	missed int  // that found it missed, since one did not
	given  int  // how often a connection was given up since data came
}

// patience is for how many looks a read may be answered late: as long as the servers work
// at one with the usual keepalive.timeout, and longer each time.
const patience, longestPatience = 6, 6 << 5

// seldom is the most looks between two questions for a read that waits at the tail.
const seldom = 8

// look is what the watch does at its times.
func (f *Fetcher) look() {
	w := &f.watch
	if f.line == nil || len(f.flight) == 0 || f.flight[0] != w.oldest {
		f.miss(false)
		w.oldest, w.looks = nil, 0
		if len(f.flight) > 0 {
			w.oldest = f.flight[0]
		}
		return
	}
	w.looks++
	if f.miss(f.sounding || f.answerable(w.oldest)); w.exhausted() {
		w.given++
		f.line.conn.Retire()
		f.failed(f.unanswered())
		return
	}
	if w.looks&(w.looks-1) == 0 || w.looks%seldom == 0 {
		f.sound()
	}
}

// miss notes whether a look finds that the store does not answer.
func (f *Fetcher) miss(missed bool) {
	switch w := &f.watch; {
	case missed:
		w.missed++
		f.connected.Store(0)
		f.life.Meet(f.unanswered())
	case w.missed > 0: // an answer came late, but it came
		w.missed = 0
		f.life.Meet(nil)
	}
}

// exhausted reports whether an answer is so late that the connection is given up.
func (w *watch) exhausted() bool {
	return w.missed >= min(patience<<min(w.given, 16), longestPatience)
}

// unanswered is the error of the oldest read.
func (f *Fetcher) unanswered() error {
	return fault.New(fault.Unreachable, "read segment", f.Name, "segment store %s does not answer a read at offset %d; the segment reaches to %d",
		f.line.conn.Endpoint(), f.watch.oldest.offset, f.tail)
}

// answerable reports whether a store could answer a read by now.
func (f *Fetcher) answerable(a *ask) bool { return a.offset < f.tail || f.sealed }

// told takes in what the store says of the segment. While the reads under way have to
// wait, that is all that there is to show that the store serves it.
func (f *Fetcher) told(info wire.StreamSegmentInfo) {
	f.sounding = false
	f.tail = max(f.tail, info.WriteOffset)
	f.sealed = info.IsSealed
	if len(f.flight) > 0 && !f.answerable(f.flight[0]) {
		f.recovered()
	}
}
