package client

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
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

	given    map[readergroup.Segment]bool // given away since the reader was told what it has
	missed   bool                         // records since the reader joined
	proposed int64                        // where its last record is, if it was added

	highest highest

	looked   bool          // the state was just read
	partial  bool          // the state may not be whole: it is read before anything else is done
	finished bool          // a failure was final, and told to the reader
	pause    time.Duration // before the next step, after a failure
	waits    error         // why a segment that was read to its end is not completed yet

	refresh, acquire, release, lag, renew time.Time // when each is due next
	checkpoint                            time.Time // when one was last seen
	unpublished                           time.Time // since when the last one is
	renewals                              int       // how often that was due in vain

	vigil vigil // over the others

	compactAfter  int64 // bytes
	compactChance float64
	attemptLimit  time.Duration
}

func newMembership(r *Reader, log *segment.Log) *membership {
	m := &membership{
		reader:        r,
		vigil:         vigil{limit: r.config.LivenessTimeout, heard: make(map[string]sign)},
		given:         make(map[readergroup.Segment]bool),
		highest:       make(highest),
		compactAfter:  readergroup.CompactAfter,
		compactChance: readergroup.CompactProbability,
		attemptLimit:  r.group.client.attemptLimit,
	}
	m.log = synchronizer.New(log, &groupReplica{&m.state, m.witness, m.skipped})
	return m
}

// witness looks at each update of the group's state.
func (m *membership) witness(u readergroup.Update) {
	if left, ok := u.(readergroup.RemoveReader); ok && left.Reader == m.reader.id && m.log.Offset() >= m.joined {
		m.gone = true
	}
	if given, ok := u.(readergroup.ReleaseSegment); ok && given.Reader == m.reader.id {
		m.given[given.Segment] = true
	}
	if m.isAnother(u) {
		m.gone = true
	}
	if begun, ok := u.(readergroup.UpdatingConfig); ok && begun.Updating {
		m.renew, m.renewals = time.Time{}, 0
	}
	m.highest.note(u)
	m.vigil.hear(u, m.reader.now(), m.state.Size())
}

// join enters the group.
func (m *membership) join(ctx context.Context) error {
	began := m.reader.clock()
	for checked, joined := false, false; !joined; checked = true {
		err := m.reader.group.write(ctx, m.log, func() ([]readergroup.Update, error) {
			joined = checked || !m.state.UpdatingConfig()
			switch {
			case !m.state.Started():
				return nil, fault.New(fault.NoSuchReaderGroup, "open reader", m.reader.name, "the group has no state yet: create it")
			case !joined:
				return nil, nil
			}
			return m.state.Join(m.reader.id)
		})
		if err == nil && !joined {
			err = m.finishReset(ctx)
		}
		if err != nil {
			return err
		}
	}
	m.config = m.state.Config()
	m.joined, m.gone, m.missed, m.self = m.log.Offset(), false, false, self{}
	clear(m.given)
	m.reader.refreshed(began, m.limit())
	m.reader.seen(began)
	now := m.reader.now()
	m.refresh = now.Add(m.refreshInterval())
	m.release = now.Add(readergroup.FirstDecision)
	m.lag = now.Add(readergroup.FirstDecision)
	m.checkpoint = now
	return nil
}

// leave takes the reader out of the group. Where it stood in what it gave away and has again
// says nothing: others may have read on.
func (m *membership) leave(ctx context.Context, positions map[readergroup.Segment]int64) error {
	err := m.fetch(ctx)
	if err == nil {
		err = m.write(ctx, func() ([]readergroup.Update, error) {
			maps.DeleteFunc(positions, func(s readergroup.Segment, _ int64) bool { return m.given[s] })
			return m.state.Leave(m.reader.id, positions), nil
		})
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
	var at moment // before they are added
	began := m.reader.now()
	err := m.reader.group.write(ctx, m.log, func() (_ []readergroup.Update, err error) {
		at = m.reader.clock()
		if last, err = nil, m.checkMember(); err != nil {
			return nil, err
		}
		m.self.skips, m.proposed = false, m.log.Offset()
		last, err = propose()
		return last, err
	})
	m.reached(began, err)
	switch {
	case err != nil:
		m.reader.outdated(err)
	case slices.ContainsFunc(last, func(u readergroup.Update) bool { return readergroup.Author(u) == m.reader.id }):
		m.reader.seen(at)
	}
	if err != nil && len(last) > 0 {
		if stored, err := m.state.With(last...); err == nil {
			m.self.doubts = append(m.self.doubts, stored.Assigned(m.reader.id))
		}
	}
	return err
}

// fetch reads what others have written.
func (m *membership) fetch(ctx context.Context) error {
	began := m.reader.now()
	err := m.reader.group.deleted(m.log.Fetch(ctx))
	m.reached(began, err)
	if err == nil {
		m.partial, m.self = false, self{}
		m.vigil.read(m.reader.now(), m.refreshInterval(), m.state.Size())
	}
	return err
}

// reached notes how it went to read or write the state. What kept this reader from it
// may have kept the others from giving a sign of life.
func (m *membership) reached(began time.Time, err error) {
	m.partial = m.partial || err != nil
	if err != nil || m.reader.now().Sub(began) > leastLiveness/4 {
		m.vigil.restart()
	}
}

// look reads the state and makes the reader go by it, which may hand out events then.
func (m *membership) look(ctx context.Context) error {
	r := m.reader
	began := r.clock()
	if err := m.fetch(ctx); err != nil {
		r.outdated(err)
		return err
	}
	if err := m.checkMember(); err != nil {
		return err
	}
	if err := m.reconcile(time.Time{}); err != nil {
		return err
	}
	r.refreshed(began, m.limit())
	m.looked = true
	return nil
}

// limit is how old the state may be for the reader to hand out events: as long as
// others wait for a sign of life, if they are set like this one.
func (m *membership) limit() time.Duration {
	return livenessLimit(m.reader.config.LivenessTimeout, m.state.Size())
}

// refreshInterval is how often the state is read. A single read that fails is not to
// keep the reader from handing out events.
func (m *membership) refreshInterval() time.Duration {
	return min(m.state.Config().RefreshInterval(), leastLiveness/4)
}

// checkMember notices that the reader was taken out of the group, also when
// another one has joined under its name since.
func (m *membership) checkMember() error {
	const op = readWithReader
	if now := m.state.Config(); now.ID != m.config.ID || now.Generation != m.config.Generation {
		return fault.New(fault.GroupReinitialized, op, m.reader.name, "what was not given back is read again only if it lies behind where the group starts now")
	}
	if m.gone || !m.state.Online(m.reader.id) {
		return fault.New(fault.ReaderNotInGroup, op, m.reader.name, "")
	}
	return nil
}

// reconcile makes the reader's assignments those of the state. An acquisition
// whose answer was lost shows only when the state is read again, and the next
// checkpoint must have it. What the reader gave away and has again starts anew: others may
// have read on in it.
func (m *membership) reconcile(time.Time) error {
	r := m.reader
	should := m.state.Assigned(r.id)
	r.shares.Store(int64(len(should)))
	gone := r.assignments(func(a *assignment) bool { _, ok := should[a.segment]; return !ok || m.given[a.segment] })
	clear(m.given)
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
	if r.others = ""; len(should) == 0 {
		r.others = m.starves()
	}
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
	a.fetcher = segment.StartFetcher(r.life.Child(a.name), r.group.client.cluster.Stores, a.name, place.Offset, limit, r.budget, a)
	return a
}
