package member

import (
	"context"
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/clock"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// witness looks at each update of the group's state.
func (m *Member) witness(u readergroup.Update) {
	if left, ok := u.(readergroup.RemoveReader); ok && left.Reader == m.id && m.log.Offset() >= m.joined {
		m.gone = true
	}
	if given, ok := u.(readergroup.ReleaseSegment); ok && given.Reader == m.id {
		m.given[given.Segment] = true
	}
	if m.isAnother(u) {
		m.gone = true
	}
	if name, _ := m.state.Checkpoint(m.id); name != m.pauses {
		m.pauses = name
		m.Reader.Unmark() // what the application has passed was another one, maybe of the same name
	}
	if begun, ok := u.(readergroup.UpdatingConfig); ok && begun.Updating {
		m.renew, m.renewals = time.Time{}, 0
	}
	m.highest.note(u)
	m.liveness.hear(u, m.now(), m.state.Size())
}

// write adds updates to the group's state, proposed anew whenever somebody else
// was faster. A reader that is no member any more is told why, and writes nothing:
// another one may have its name.
func (m *Member) write(ctx context.Context, propose func() ([]readergroup.Update, error)) error {
	var last []readergroup.Update
	var at clock.Moment // before they are added
	began := m.now()
	err := m.group.Write(ctx, m.log, func() (_ []readergroup.Update, err error) {
		at = m.clock()
		if last, err = nil, m.checkMember(); err != nil {
			return nil, err
		}
		m.namesake.skips, m.proposed = false, m.log.Offset()
		last, err = propose()
		return last, err
	})
	m.reached(began, err)
	switch {
	case err != nil:
		m.Reader.Outdated(err)
	case slices.ContainsFunc(last, func(u readergroup.Update) bool { return readergroup.Author(u) == m.id }):
		m.Reader.Seen(at)
	}
	if err != nil && len(last) > 0 {
		if stored, err := m.state.With(last...); err == nil {
			m.namesake.doubts = append(m.namesake.doubts, stored.Assigned(m.id))
		}
	}
	return err
}

// fetch reads what others have written.
func (m *Member) fetch(ctx context.Context) error {
	began := m.now()
	err := m.group.Deleted(m.log.Fetch(ctx))
	m.reached(began, err)
	if err == nil {
		m.partial, m.namesake = false, namesake{}
		m.liveness.read(m.now(), m.refreshInterval(), m.state.Size())
	}
	return err
}

// reached notes how it went to read or write the state. What kept this reader from it
// may have kept the others from giving a sign of life.
func (m *Member) reached(began time.Time, err error) {
	m.partial = m.partial || err != nil
	if err != nil || m.now().Sub(began) > leastLiveness/4 {
		m.liveness.restart()
	}
}

// look reads the state and makes the reader go by it, which may hand out events then.
func (m *Member) look(ctx context.Context) error {
	r := m.Reader
	began := m.clock()
	if err := m.fetch(ctx); err != nil {
		r.Outdated(err)
		return err
	}
	if err := m.checkMember(); err != nil {
		return err
	}
	if err := m.reconcile(time.Time{}); err != nil {
		return err
	}
	r.Refreshed(began, m.limit())
	m.looked = true
	return nil
}

// limit is how old the state may be for the reader to hand out events: as long as
// others wait for a sign of life, if they are set like this one.
func (m *Member) limit() time.Duration {
	return livenessLimit(m.livenessTimeout, m.state.Size())
}

// refreshInterval is how often the state is read. A single read that fails is not to
// keep the reader from handing out events.
func (m *Member) refreshInterval() time.Duration {
	return min(m.state.Config().RefreshInterval(), leastLiveness/4)
}

// checkMember notices that the reader was taken out of the group, also when
// another one has joined under its name since.
func (m *Member) checkMember() error {
	const op = read.Op
	if now := m.state.Config(); now.ID != m.config.ID || now.Generation != m.config.Generation {
		return fault.New(fault.GroupReinitialized, op, m.name, "what was not given back is read again only if it lies behind where the group starts now")
	}
	if m.gone || !m.state.Online(m.id) {
		return fault.New(fault.ReaderNotInGroup, op, m.name, "")
	}
	return nil
}

// reconcile makes the reader's assignments those of the state. An acquisition
// whose answer was lost shows only when the state is read again, and the next
// checkpoint must have it.
func (m *Member) reconcile(time.Time) error {
	should := m.state.Assigned(m.id)
	shares := make(map[readergroup.Segment]read.Share, len(should))
	for s, place := range should {
		shares[s] = read.Share{Place: place, Limit: group.EndOf(&m.state, s), AtEnd: place.Offset < 0 || m.state.AtEnd(s, place.Offset), Anew: m.given[s]}
	}
	clear(m.given)
	others := ""
	if len(should) == 0 {
		others = m.starves()
	}
	m.Reader.Reconcile(shares, m.state.LastRead(), others, m.state.EndOfData())
	return nil
}

// now is the time by which group work goes.
func (m *Member) now() time.Time { return m.clock().Time() }
