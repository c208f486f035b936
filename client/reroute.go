package client

import (
	"errors"
	"math"
	"slices"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segment"
)

// reroute replaces sealed segments by their successors, one family at a time.
// Meanwhile events for them are accepted and wait. It ends when none is left.
func (w *Writer) reroute() {
	defer w.work.Done()
	for {
		w.mu.Lock()
		if len(w.sealed) == 0 || w.err != nil {
			w.moving = false
			w.mu.Unlock()
			return
		}
		m := w.sealed[0]
		w.mu.Unlock()
		if err := w.replace(m, math.MaxInt32); err != nil {
			w.end(err)
		}
	}
}

// replace moves what is left of a sealed segment, and of those that are replaced
// together with it, to the successors. A successor is entered once, with its
// whole range, when every one of its predecessors is sealed and was asked what it
// holds: an append that was under way may have been stored before the seal,
// although the answer was "sealed". The successors are of an epoch before the
// given one.
func (w *Writer) replace(m *member, before int32) error {
	for w.writes(m) {
		f, err := w.family(m)
		switch {
		case err != nil:
			return err
		case len(f.successors) == 0:
			return w.ended(m)
		case f.successors[0].Segment.Epoch() >= before:
			return fault.New(fault.Protocol, "find the successors of segment", m.Name, "they are not older than what follows them")
		case f.ancestor != nil:
			// One of the predecessors is not known yet: it follows an older segment,
			// whose seal nobody has noticed.
			if err := w.replace(f.ancestor, f.successors[0].Segment.Epoch()); err != nil {
				return err
			}
			continue
		}
		for _, o := range f.old {
			if _, err := w.settle(o); err != nil {
				return err
			}
		}
		if err := w.enter(f.successors); err != nil {
			return err
		}
		if err := w.hand(f); err != nil {
			return err
		}
	}
	return nil
}

// writes tells whether m is in the table still.
func (w *Writer) writes(m *member) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.table.members, m)
}

// family is what is replaced together, and by what.
type family struct {
	old        []*member
	successors []controller.SegmentRange
	ancestor   *member // of a successor, but not its predecessor
}

// family finds the segments that are replaced together with m: the successors'
// predecessors may have further successors.
func (w *Writer) family(m *member) (family, error) {
	f := family{old: []*member{m}}
	known := make(map[naming.SegmentID]bool)
	for i := 0; i < len(f.old); i++ {
		next, err := w.successors(f.old[i].id)
		if err != nil {
			return f, err
		}
		w.mu.Lock()
		for _, s := range next {
			if known[s.Segment] {
				continue
			}
			known[s.Segment] = true
			f.successors = append(f.successors, s.SegmentRange)
			for _, p := range w.table.overlapping(s.SegmentRange) {
				if !slices.Contains(s.Predecessors, p.id) {
					f.ancestor = p
				} else if !slices.Contains(f.old, p) {
					f.old = append(f.old, p)
				}
			}
		}
		w.mu.Unlock()
	}
	return f, nil
}

func (w *Writer) successors(id naming.SegmentID) ([]controller.Successor, error) {
	return ask(w, func() ([]controller.Successor, error) { return w.client.controller.Successors(w.ctx, w.stream, id) })
}

// ask asks the controller until it answers or the writer ends.
func ask[T any](w *Writer, question func() (T, error)) (T, error) {
	for attempt := 0; ; attempt++ {
		var answer T
		err := retry.Soon.Wait(w.ctx, attempt)
		if err != nil {
			return answer, fault.Context(w.ctx, "find the segments of stream", w.stream.String())
		}
		if answer, err = question(); err == nil {
			return answer, nil
		}
		if !fault.Retriable(err) {
			return answer, w.unknown(err)
		}
		w.mu.Lock()
		w.trouble = err
		w.mu.Unlock()
	}
}

// unknown marks an error after which nobody can tell what was stored.
func (w *Writer) unknown(err error) error {
	var e *fault.Error
	if !errors.As(err, &e) {
		return err
	}
	marked := *e
	marked.Stored = true
	if marked.Code == fault.NoSuchSegment { // so the controller says it of a stream that was deleted
		marked.Code = fault.NoSuchStream
	}
	return &marked
}

// settle waits until the segment is sealed and drops what it holds; gone tells
// that nobody knows what that was.
func (w *Writer) settle(m *member) (gone bool, err error) {
	w.mu.Lock()
	m.Stop()
	w.mu.Unlock()
	stored, err := m.Final(w.ctx)
	if fault.CodeOf(err) == fault.NoSuchSegment {
		// Truncated away: what it held of ours, no reader will see any more.
		w.client.log.Warn("a segment was truncated away before it told what it holds; readers that saw its last events may see some again", "segment", m.Name)
		gone, stored, err = true, 0, nil
	}
	if err != nil {
		return false, w.unknown(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return false, w.err // the number that was told with it is final
	}
	m.Settle(stored)
	return gone, nil
}

// ended ends the writer when nothing replaces its segment m: the stream is
// sealed, or was deleted and there is another one of its name, whose segments
// have other numbers.
func (w *Writer) ended(m *member) error {
	current, err := ask(w, func() ([]controller.SegmentRange, error) {
		return w.client.controller.CurrentSegments(w.ctx, w.stream)
	})
	if err != nil {
		return err
	}
	if len(current) > 0 && !slices.ContainsFunc(current, func(s controller.SegmentRange) bool { return s.Segment == m.id }) {
		return w.unknown(fault.New(fault.NoSuchStream, "write to stream", w.stream.String(), "it was deleted; there is another one of its name"))
	}
	return w.streamSealed()
}

// enter makes sure that no earlier writer of this one's id can write to the
// successors, and that the next one will find out what their predecessors hold.
func (w *Writer) enter(successors []controller.SegmentRange) error {
	if w.resumed == nil {
		return nil
	}
	last := w.newest()
	return w.resumed.enter(w.ctx, successors, w.acked.Load(), last)
}

// streamSealed ends the writer when nothing replaces its segments, after it has
// asked all of them what they hold.
func (w *Writer) streamSealed() error {
	w.mu.Lock()
	all := w.table.members
	w.mu.Unlock()
	lost := false
	for _, m := range all {
		gone, err := w.settle(m)
		if err != nil {
			return err
		}
		lost = lost || gone
	}
	sealed := fault.New(fault.StreamSealed, "write to stream", w.stream.String(), "no event after the acknowledged number is stored")
	w.mu.Lock()
	defer w.mu.Unlock()
	var left int64
	for _, m := range all {
		m.Leftovers(func(_ int64, _ float64, events [][]byte) { left += int64(len(events)) })
	}
	switch {
	case left < w.last-w.acked.Load():
		sealed.Detail, sealed.Stored = "some events after the acknowledged number are stored", true
	case lost:
		sealed.Detail, sealed.Stored = "nobody knows whether events after the acknowledged number were stored: segments were truncated away", true
	}
	return sealed
}

// hand gives what the old segments do not hold to the new ones, in the order of
// the numbers, and the new ones their place in the table.
func (w *Writer) hand(f family) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	isOld := func(m *member) bool { return slices.Contains(f.old, m) }
	members := slices.DeleteFunc(slices.Clone(w.table.members), isOld)
	for _, s := range f.successors {
		members = append(members, w.newMember(s))
	}
	table, err := newTable(members)
	if err != nil {
		return err
	}
	w.table = table
	w.trouble = nil
	w.sealed = slices.DeleteFunc(w.sealed, isOld)

	type write struct {
		last     int64
		position float64
		events   [][]byte
	}
	var left []write
	for _, m := range f.old {
		m.Leftovers(func(last int64, position float64, events [][]byte) {
			left = append(left, write{last, position, slices.Clone(events)})
		})
	}
	slices.SortFunc(left, func(a, b write) int { return int(a.last - b.last) })
	for _, e := range left {
		m := w.table.find(e.position)
		if segment.FramedSize(e.events) > segment.MaxAppend {
			m.AddLarge(e.last, e.position, e.events[0])
		} else {
			m.Add(e.last, e.position, e.events...)
		}
	}
	for _, m := range f.old {
		m.Discard()
	}
	w.reshare()
	return nil
}
