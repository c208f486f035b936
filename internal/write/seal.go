package write

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segment"
)

// reroute replaces a sealed segment by its successors. Events for it are accepted meanwhile, and wait.
// Every sealed segment has a goroutine of its own, so a store that is away holds up only the segments
// that are replaced together.
func (w *Writer) reroute(m *member) {
	defer w.work.Done()
	r := replacement{w, m.asks}
	defer r.life.End()
	if err := r.replace(m, math.MaxInt32); err != nil {
		w.End(fault.Deleted(err))
	}
}

// replacement is the work of a goroutine that replaces a sealed segment.
type replacement struct {
	*Writer
	life *background.Life // of its questions to the servers
}

// replace moves what is left of a sealed segment, and of those that are replaced together with it, to
// the successors. A successor is entered once, with its whole range, after every one of its
// predecessors was sealed and asked what it holds: an append may have been stored before the seal even
// though its answer was "sealed". The successors' epoch is lower than before.
func (r *replacement) replace(m *member, before int32) error {
	for r.writes(m) {
		f, known, err := r.family(m)
		switch {
		case err != nil:
			return err
		case !known: // others replaced some of them meanwhile
			continue
		case len(f.successors) == 0:
			if err := r.ended(m); err != nil {
				return err
			}
			continue
		case f.successors[0].Segment.Epoch() >= before:
			return fault.New(fault.Protocol, "find the successors of segment", m.Name, "they are not older than what follows them")
		case f.ancestor != nil:
			// One of the predecessors is not known yet: it follows an older segment,
			// whose seal nobody has noticed.
			if err := r.replace(f.ancestor, f.successors[0].Segment.Epoch()); err != nil {
				return err
			}
			continue
		}
		if !r.claim(f) {
			continue
		}
		for _, o := range f.old {
			if err := r.settle(o); err != nil {
				return err
			}
		}
		if err := r.enter(f.successors); err != nil {
			return err
		}
		if err := r.hand(f); err != nil {
			return err
		}
	}
	return nil
}

// claim makes the caller the one that replaces a family. It fails if the family has changed, or after
// waiting for another goroutine that replaces some of it.
func (r *replacement) claim(f family) bool {
	r.mu.Lock()
	if !r.currentLocked(f) {
		r.mu.Unlock()
		return false
	}
	if slices.ContainsFunc(f.old, func(o *member) bool { return o.replacing }) {
		handed := r.handed.Next()
		r.mu.Unlock()
		select {
		case <-handed:
		case <-r.life.Ended():
		}
		return false
	}
	for _, o := range f.old {
		o.replacing = true
	}
	r.mu.Unlock()
	return true
}

// currentLocked reports whether a family is still what the routes have in place of its successors.
func (w *Writer) currentLocked(f family) bool {
	if !w.routes.holds(f.old) {
		return false
	}
	for _, s := range f.successors {
		for _, p := range w.routes.overlapping(s) {
			if !slices.Contains(f.old, p) {
				return false
			}
		}
	}
	return true
}

// writes reports whether m is in the routes still.
func (w *Writer) writes(m *member) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.routes.holds([]*member{m})
}

// family is a set of segments that are replaced together, and what replaces them.
type family struct {
	old        []*member
	successors []controller.SegmentRange
	ancestor   *member // of a successor, but not its predecessor
}

// family finds the segments that are replaced together with m, since a successor's predecessors may
// have further successors. known is false if another goroutine is replacing some of them.
func (r *replacement) family(m *member) (f family, known bool, err error) {
	f = family{old: []*member{m}}
	seen := make(map[naming.SegmentID]bool)
	for i := 0; i < len(f.old); i++ {
		next, err := r.successors(f.old[i])
		if err != nil {
			return f, false, err
		}
		r.mu.Lock()
		if !r.routes.holds(f.old) {
			r.mu.Unlock()
			return f, false, nil
		}
		for _, s := range next {
			if seen[s.Segment] {
				continue
			}
			seen[s.Segment] = true
			f.successors = append(f.successors, s.SegmentRange)
			for _, p := range r.routes.overlapping(s.SegmentRange) {
				if !slices.Contains(s.Predecessors, p.id) {
					f.ancestor = p
				} else if !slices.Contains(f.old, p) {
					f.old = append(f.old, p)
				}
			}
		}
		r.mu.Unlock()
	}
	return f, true, nil
}

func (r *replacement) successors(m *member) (list []controller.Successor, err error) {
	err = r.askController(func(ctx context.Context) (err error) {
		list, err = r.cluster.Controller.Successors(ctx, r.stream, m.id)
		return err
	})
	return list, err
}

// askController asks the controller, some questions at a time.
func (r *replacement) askController(question func(context.Context) error) error {
	return r.ask(background.FindSuccessors, func(ctx context.Context) error {
		leave, ok := r.questions.Enter(ctx, nil)
		if !ok {
			return fault.Context(ctx, "find the segments of stream", r.stream.String()).Because("other questions to the controller come first", nil)
		}
		defer leave()
		return question(ctx)
	})
}

// questionsAtOnce is how many goroutines of a writer ask the controller at once.
const questionsAtOnce = 8

// ask repeats a question for a sealed segment until there is an answer, there is no hope of one, or the
// writer ends.
func (r *replacement) ask(work background.Work, question func(context.Context) error) error {
	_, err := r.life.Until(work, nil, question)
	return err
}

// settle waits until the segment is sealed, and drops the events that it holds. If it was truncated,
// nobody knows what it held, and no event is dropped.
func (r *replacement) settle(m *member) error {
	r.mu.Lock()
	m.Stop()
	r.mu.Unlock()
	var stored int64
	err := r.ask(background.ReadSealed, func(ctx context.Context) (err error) {
		stored, err = m.Final(ctx)
		return err
	})
	gone := fault.CodeOf(err) == fault.NoSuchSegment
	if err != nil && !gone {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.err != nil:
		return r.err // the number that was told with it is final
	case !gone:
		m.Settle(stored)
	case m.Doubtful():
		r.cluster.Log.Warn("a segment was truncated away before it told what it holds; readers that saw its last events may see some again", "segment", m.Name)
		r.doubtful = r.last
	}
	return nil
}

// ended ends the writer when nothing replaces segment m: the stream is sealed, or it was deleted and
// another one has its name, whose segments have other numbers. It returns nil if another goroutine
// does that.
func (r *replacement) ended(m *member) error {
	var current []controller.SegmentRange
	err := r.askController(func(ctx context.Context) (err error) {
		current, err = r.cluster.Controller.CurrentSegments(ctx, r.stream)
		return err
	})
	if err != nil {
		return err
	}
	if len(current) > 0 && !slices.ContainsFunc(current, func(s controller.SegmentRange) bool { return s.Segment == m.id }) {
		return fault.New(fault.NoSuchStream, "write to stream", r.stream.String(), "it was deleted; there is another one of its name")
	}
	r.mu.Lock()
	all := r.routes.members
	r.mu.Unlock()
	if !r.claim(family{old: all}) {
		return nil
	}
	return r.streamSealed(all)
}

// enter makes sure that no earlier writer with this id can write to the successors, and that the next
// one will find out what their predecessors hold.
func (r *replacement) enter(successors []controller.SegmentRange) error {
	if r.resumed == nil {
		return nil
	}
	last := r.Newest()
	err := r.ask(background.EnterSuccessors, func(ctx context.Context) error {
		return r.resumed.Enter(ctx, successors, r.acked.Load(), last)
	})
	return fault.Marked(err, false) // what may have taken effect is no event
}

// streamSealed ends the writer when nothing replaces its segments, after asking all of them what they
// hold.
func (r *replacement) streamSealed(all []*member) error {
	for _, m := range all {
		if err := r.settle(m); err != nil {
			return err
		}
	}
	sealed := fault.New(fault.StreamSealed, "write to stream", r.stream.String(), "no event after the acknowledged number is stored")
	r.mu.Lock()
	defer r.mu.Unlock()
	var left int64
	for _, m := range all {
		m.Leftovers(func(_ int64, _ float64, events [][]byte) { left += int64(len(events)) })
	}
	switch {
	case left < r.last-r.acked.Load():
		sealed.Detail, sealed.Stored = "some events after the acknowledged number are stored", true
	case r.doubtful > r.acked.Load():
		sealed.Detail, sealed.Stored = "nobody knows whether events after the acknowledged number were stored: segments were truncated away", true
	}
	return sealed
}

// hand gives the events that the old segments do not hold to the new ones, in the order of their
// numbers, and puts the new segments into the routes.
func (w *Writer) hand(f family) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	isOld := func(m *member) bool { return slices.Contains(f.old, m) }
	members := slices.DeleteFunc(slices.Clone(w.routes.members), isOld)
	for _, s := range f.successors {
		members = append(members, w.newMember(Segment{SegmentRange: s, Name: naming.SegmentName(w.stream, s.Segment)}))
	}
	replaced, err := newRoutes(members)
	if err != nil {
		return err
	}
	w.routes = replaced
	w.handed.Notify()

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
		m := w.routes.find(e.position)
		if segment.FramedSize(e.events) > segment.MaxAppend {
			m.AddLarge(e.last, e.position, e.events[0])
		} else {
			m.Add(e.last, e.position, e.events...)
		}
	}
	for _, m := range replaced.members {
		if m.Waits() && m.stall.since.IsZero() {
			m.stall.since = f.waiting()
		}
	}
	for _, m := range f.old {
		m.Discard()
	}
	w.reshareLocked()
	return nil
}

// waiting returns since when the watch has seen something wait in the old segments; zero if it has not.
// Being handed on does not count as progress.
func (f *family) waiting() (since time.Time) {
	for _, m := range f.old {
		if at := m.stall.since; since.IsZero() || !at.IsZero() && at.Before(since) {
			since = at
		}
	}
	return since
}
