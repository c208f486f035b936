package client

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
)

// membership is a reader's part in its group: it keeps the group's state up to
// date and writes the reader's changes to it. One goroutine owns it.
type membership struct {
	reader *Reader
	state  readergroup.State
	log    *synchronizer.Synchronizer
	config readergroup.Config // when the reader joined
	joined int64              // where the log ended then
	gone   bool               // the reader was taken out of the group since
	self   self

	completed completions

	failures int   // of group work in a row
	waits    error // why a segment that was read to its end is not completed yet

	refresh, acquire, release, lag, renew time.Time // when each is due next
	checkpoint                            time.Time // when one was last seen
	unpublished                           time.Time // since when the last one is
	renewals                              int       // how often that was due in vain

	vigil vigil // over the others

	compactAfter  int64 // bytes
	compactChance float64
	attemptLimit  time.Duration
}

// attemptLimit is how long an attempt at one piece of group work may take, so that the
// others see signs of life, and the reader sees theirs, while controllers or stores are
// away.
const attemptLimit = 10 * time.Second

// attempt is the context for one.
func (m *membership) attempt(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, m.attemptLimit)
}

func newMembership(r *Reader, log *segment.Log) *membership {
	m := &membership{
		reader:        r,
		vigil:         vigil{limit: r.config.LivenessTimeout, heard: make(map[string]time.Time)},
		completed:     make(completions),
		compactAfter:  readergroup.CompactAfter,
		compactChance: readergroup.CompactProbability,
		attemptLimit:  attemptLimit,
	}
	m.log = synchronizer.New(log, &groupReplica{&m.state, m.witness, m.skipped})
	return m
}

// witness looks at each update of the group's state.
func (m *membership) witness(u readergroup.Update) {
	if left, ok := u.(readergroup.RemoveReader); ok && left.Reader == m.reader.id && m.log.Offset() >= m.joined {
		m.gone = true
	}
	if m.self.skips && m.isAnother(u) {
		m.gone = true
	}
	if begun, ok := u.(readergroup.UpdatingConfig); ok && begun.Updating {
		m.renew, m.renewals = time.Time{}, 0
	}
	m.completed.note(u)
	m.vigil.hear(u, time.Now())
}

// join enters the group.
func (m *membership) join(ctx context.Context) error {
	began := m.reader.clock()
	err := m.reader.group.write(ctx, m.log, func() ([]readergroup.Update, error) {
		if !m.state.Started() {
			return nil, fault.New(fault.NoSuchReaderGroup, "open reader", m.reader.id, "group %s has no state yet: create it", m.reader.group)
		}
		return m.state.Join(m.reader.id)
	})
	if err != nil {
		return err
	}
	m.config = m.state.Config()
	m.joined, m.gone, m.self = m.log.Offset(), false, self{}
	m.reader.refreshed(began, m.limit())
	now := time.Now()
	m.refresh = now.Add(m.refreshInterval())
	m.release = now.Add(readergroup.FirstDecision)
	m.lag = now.Add(readergroup.FirstDecision)
	m.checkpoint = now
	return nil
}

// leave takes the reader out of the group.
func (m *membership) leave(ctx context.Context, positions map[readergroup.Segment]int64) error {
	err := m.fetch(ctx)
	if err == nil {
		err = m.write(ctx, func() ([]readergroup.Update, error) { return m.state.Leave(m.reader.id, positions), nil })
	}
	switch fault.CodeOf(err) {
	case fault.NoSuchReaderGroup, fault.ReaderNotInGroup, fault.GroupReinitialized:
		return nil // nothing is left to leave, or it is out already
	}
	return err
}

// write adds updates to the group's state, proposed anew whenever somebody else
// was faster. A reader that is no member any more is told why, and writes nothing:
// another one may have its name.
func (m *membership) write(ctx context.Context, propose func() ([]readergroup.Update, error)) error {
	var last []readergroup.Update
	err := m.reader.group.write(ctx, m.log, func() (_ []readergroup.Update, err error) {
		if last, err = nil, m.checkMember(ctx, time.Time{}); err != nil {
			return nil, err
		}
		m.self.skips = false
		last, err = propose()
		return last, err
	})
	if err != nil && len(last) > 0 {
		if stored, err := m.state.With(last...); err == nil {
			m.self.doubts = append(m.self.doubts, stored.Assigned(m.reader.id))
		}
	}
	return err
}

// fetch reads what others have written.
func (m *membership) fetch(ctx context.Context) error {
	err := m.reader.group.deleted(m.log.Fetch(ctx))
	if err == nil {
		m.self = self{}
	}
	return err
}

// run does the reader's group work until ctx ends.
func (m *membership) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.reader.due:
		case <-timer.C:
		}
		err := m.step(ctx)
		switch {
		case err == nil:
			m.failures = 0
			timer.Reset(m.idle())
		case m.survive(ctx, err):
			timer.Reset(pause)
		default:
			return
		}
	}
}

// pause after group work that failed.
const pause = time.Second

// patience is how many failures in a row are borne when what came was no
// Pravega, or no group's state: it may be a stranger at the port for a moment.
const patience = 5

// bearable tells whether an error of group work, the last of some failures in a
// row, may pass.
func bearable(err error, failures int) bool {
	return fault.Retriable(err) && (fault.CodeOf(err) != fault.Protocol || failures < patience)
}

// survive tells whether the work can go on after an error: servers that are
// away are waited for.
func (m *membership) survive(ctx context.Context, err error) bool {
	r := m.reader
	if ctx.Err() != nil {
		return false
	}
	m.vigil.restart()
	if m.failures++; bearable(err, m.failures) {
		r.group.client.log.Warn("group work is tried again", "group", r.group.String(), "reader", r.id, "err", err)
		m.refresh = time.Now().Add(pause)
		return true
	}
	r.mu.Lock()
	r.fail(err)
	r.mu.Unlock()
	return false
}

// idle is how long there is nothing to do unless somebody pokes.
func (m *membership) idle() time.Duration {
	next := m.refresh
	if len(m.state.SegmentsToAcquire(m.reader.id)) > 0 && m.acquire.Before(next) {
		next = m.acquire
	}
	if m.lag.Before(next) {
		next = m.lag
	}
	if every := m.state.Config().CheckpointInterval(); every > 0 && !m.state.OngoingCheckpoint() && m.checkpoint.Add(every).Before(next) {
		next = m.checkpoint.Add(every)
	}
	return max(time.Until(next), time.Millisecond)
}

// step does what is due, in the order that lets segments move on fastest. What can
// be done while the controllers are away is done before what needs them.
func (m *membership) step(ctx context.Context) error {
	now := time.Now()
	defer func() { m.vigil.worked(now, time.Now()) }()
	if m.failures > 0 || !now.Before(m.refresh) { // a look that failed may have left an old state
		m.refresh = now.Add(m.refreshInterval())
		if err := m.look(ctx); err != nil {
			return err
		}
		if err := m.compact(ctx); err != nil {
			return err
		}
		if err := m.evictSilent(ctx, time.Now()); err != nil {
			return err
		}
	}
	for _, work := range []func(context.Context, time.Time) error{
		m.checkMember, m.mend, m.reconcile, m.passCheckpoints, m.completeSegments, m.confirmEnd, m.giveSegment, m.takeSegments, m.tellLag, m.startCheckpoint,
		m.reconcile, m.renewConfig, m.checkMember, m.publishCheckpoint,
	} {
		if err := work(ctx, now); err != nil {
			return err
		}
	}
	return m.waits
}

// look reads the state and makes the reader go by it, which may hand out events then.
func (m *membership) look(ctx context.Context) error {
	r := m.reader
	began := r.clock()
	limited, cancel := m.attempt(ctx)
	defer cancel()
	if err := m.fetch(limited); err != nil {
		r.outdated(err)
		return err
	}
	if err := m.checkMember(ctx, time.Time{}); err != nil {
		return err
	}
	if err := m.reconcile(ctx, time.Time{}); err != nil {
		return err
	}
	r.refreshed(began, m.limit())
	return nil
}

// limit is how old the state may be for the reader to hand out events: as long as
// others wait for a sign of life, if they are set like this one.
func (m *membership) limit() time.Duration {
	return livenessLimit(m.reader.config.LivenessTimeout, len(m.state.Readers()))
}

// refreshInterval is how often the state is read. A single read that fails is not to
// keep the reader from handing out events.
func (m *membership) refreshInterval() time.Duration {
	return min(m.state.Config().RefreshInterval(), leastLiveness/4)
}

// checkMember notices that the reader was taken out of the group, also when
// another one has joined under its name since.
func (m *membership) checkMember(context.Context, time.Time) error {
	const op = "read with reader"
	if now := m.state.Config(); now.ID != m.config.ID || now.Generation != m.config.Generation {
		return fault.New(fault.GroupReinitialized, op, m.reader.id, "group %s; what was not given back is read again only if it lies behind where the group starts now", m.reader.group)
	}
	if m.gone || !m.state.Online(m.reader.id) {
		return fault.New(fault.ReaderNotInGroup, op, m.reader.id, "group %s", m.reader.group)
	}
	return nil
}

// completeSegments tells the group which segments were read to their end, and
// what follows them. While the controllers do not tell that, it notes why.
func (m *membership) completeSegments(ctx context.Context, _ time.Time) error {
	m.waits = nil
	if _, pending := m.state.Checkpoint(m.reader.id); pending {
		return nil
	}
	for _, a := range m.reader.assignments(func(a *assignment) bool { return a.consumed() }) {
		successors, err := m.successors(ctx, a)
		if err != nil {
			m.waits = err
			return nil
		}
		err = m.write(ctx, func() ([]readergroup.Update, error) {
			return m.state.Complete(m.reader.id, a.segment, successors)
		})
		if err != nil {
			return err
		}
		m.acquire = time.Time{} // what follows may be free now
	}
	return nil
}

// mend takes back what official Java readers let go too early. See
// readergroup.State.Mend.
func (m *membership) mend(ctx context.Context, _ time.Time) error {
	if m.state.Mend() == nil {
		return nil
	}
	return m.write(ctx, func() ([]readergroup.Update, error) { return m.state.Mend(), nil })
}

// successors of a segment that was read to its end; none if the group ends there.
// A group that started at a cut which lacks a segment that was done with, as cuts
// of a checkpoint by official Java clients may, never reads that one: nobody waits
// for it.
func (m *membership) successors(ctx context.Context, a *assignment) (map[readergroup.Segment]readergroup.Successor, error) {
	if _, ends := m.state.EndOffset(a.segment); ends {
		return nil, nil
	}
	ctx, cancel := m.attempt(ctx)
	defer cancel()
	c := m.reader.group.client
	successors, err := c.successors(ctx, a.segment)
	if err != nil {
		return nil, err
	}
	if len(successors) == 0 && a.gone { // nothing is deleted from a stream but what something follows
		anew, err := c.beginsBehind(ctx, a.segment.Stream, a.segment.ID.Number())
		if anew {
			err = m.madeAnew(a.segment.Stream)
		}
		if err != nil {
			return nil, err
		}
	}
	future, positions := m.state.Future(), m.state.Positions()
	var open []naming.SegmentID // what the group reads of the stream, or will
	for s := range positions {
		if s.Stream == a.segment.Stream && s != a.segment {
			open = append(open, s.ID)
		}
	}
	for s := range future {
		if s.Stream == a.segment.Stream {
			open = append(open, s.ID)
		}
	}
	for s, v := range successors {
		if _, waits := future[s]; waits {
			continue // what it waits for is settled
		}
		comes := map[naming.SegmentID]bool{}
		for _, p := range v.Predecessors {
			if p != a.segment.ID && !slices.Contains(open, p) {
				if comes, err = c.ahead(ctx, s.Stream, open, s.ID.Epoch()-1); err != nil {
					return nil, err
				}
				break
			}
		}
		v.Predecessors = slices.DeleteFunc(v.Predecessors, func(p naming.SegmentID) bool {
			return p != a.segment.ID && !slices.Contains(open, p) && !comes[p]
		})
		successors[s] = v
	}
	return successors, nil
}

// giveSegment releases a segment to a reader that has less to do, once nothing
// of it is out.
func (m *membership) giveSegment(ctx context.Context, now time.Time) error {
	if now.Before(m.release) {
		return nil
	}
	r := m.reader
	wanted, ok := m.state.SegmentToRelease(r.id)
	r.mu.Lock()
	var a *assignment
	for _, each := range r.order { // any will do: rather one of which nothing is out
		if ok && each.out == nil && (a == nil || each.segment == wanted) {
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
	err := m.write(ctx, func() ([]readergroup.Update, error) {
		places := r.places()
		return m.state.Release(r.id, a.segment, places[a.segment].Offset, m.state.LagToTell(r.id), places)
	})
	m.release = now.Add(m.state.ReleaseInterval(r.id))
	m.acquire = now.Add(m.state.AcquireInterval(r.id)) // it is for the others, who are to take it first
	if err == nil && m.state.Owns(r.id, a.segment) {
		r.mu.Lock()
		a.leaving = false
		r.announce()
		r.mu.Unlock()
	}
	return err // what was released is not handed out any more, nor what may be
}

// takeSegments acquires the reader's share of what is free.
func (m *membership) takeSegments(ctx context.Context, now time.Time) error {
	r := m.reader
	if now.Before(m.acquire) || len(m.state.SegmentsToAcquire(r.id)) == 0 {
		return nil
	}
	m.acquire = now.Add(readergroup.DecisionPause)
	err := m.write(ctx, func() ([]readergroup.Update, error) {
		return m.state.Acquire(r.id, m.state.LagToTell(r.id), r.places())
	})
	m.acquire = now.Add(m.state.AcquireInterval(r.id))
	return err
}

// tellLag tells the others how far this reader has come.
func (m *membership) tellLag(ctx context.Context, now time.Time) error {
	if now.Before(m.lag) {
		return nil
	}
	m.lag = now.Add(m.state.LagInterval())
	r := m.reader
	return m.write(ctx, func() ([]readergroup.Update, error) {
		return []readergroup.Update{readergroup.UpdateDistanceToTail{Reader: r.id, Lag: m.state.LagToTell(r.id), LastRead: r.places()}}, nil
	})
}

// reconcile makes the reader's assignments those of the state. An acquisition
// whose answer was lost shows only when the state is read again, and the next
// checkpoint must have it.
func (m *membership) reconcile(context.Context, time.Time) error {
	r := m.reader
	should := m.state.Assigned(r.id)
	r.shares.Store(int64(len(should)))
	gone := r.assignments(func(a *assignment) bool { _, ok := should[a.segment]; return !ok })
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
	for s, place := range should {
		if r.assigned[s] == nil {
			r.assigned[s] = m.start(s, place)
		}
	}
	r.order = r.order[:0]
	for _, a := range r.assigned {
		r.order = append(r.order, a)
	}
	r.groupRead = m.state.LastRead()
	r.ended = r.ended && m.state.EndOfData()
	return nil
}

// start reads a segment from where the group stands in it.
func (m *membership) start(s readergroup.Segment, place readergroup.Place) *assignment {
	r := m.reader
	a := &assignment{reader: r, segment: s, span: place.Range, name: s.String(), position: place.Offset}
	if place.Offset < 0 || m.state.AtEnd(s, place.Offset) {
		a.ended = true
		r.poke()
		return a
	}
	limit := endOf(&m.state, s)
	a.bounded = limit != math.MaxInt64
	a.fetcher = segment.StartFetcher(r.group.client.life.Child(a.name), r.group.client.stores, a.name, place.Offset, limit, r.budget, a)
	return a
}
