// Package member is one reader's part in its group: it follows the group's state, takes and gives
// segments, passes checkpoints, and notices which readers are dead.
package member

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/clock"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// Member is a reader's part in its group: it keeps the group's state up to
// date and writes the reader's changes to it. One goroutine owns it.
type Member struct {
	Reader *read.Reader

	group           *group.Group
	id              string
	name            string // in errors
	livenessTimeout time.Duration
	clock           func() clock.Moment
	life            *background.Life // ends when the reader is closed
	work            sync.WaitGroup   // run

	closing sync.Mutex
	ending  *xsync.Ending // of Close; nil as long as it was not called

	state    readergroup.State
	log      *synchronizer.Synchronizer
	config   readergroup.Config // when the reader joined
	joined   int64              // where the log ended then
	gone     bool               // the reader was taken out of the group since
	namesake namesake
	missed   bool                         // records since the reader joined
	proposed int64                        // where its last record is, if it was added
	given    map[readergroup.Segment]bool // given away since the reader was told what it has

	highest highest
	pauses  string // the checkpoint that waits for the reader first, by the last record

	looked   bool          // the state was just read
	partial  bool          // the state may not be whole: it is read before anything else is done
	finished bool          // a failure was final, and told to the reader
	pause    time.Duration // before the next step, after a failure
	waits    error         // why a segment that was read to its end is not completed yet

	refresh, acquire, release, lag, renew time.Time // when each is due next
	checkpoint                            time.Time // when one was last seen
	unpublished                           time.Time // since when the last one is
	renewals                              int       // how often that was due in vain

	liveness liveness // over the others

	compactAfter  int64 // bytes
	compactChance float64
	attemptLimit  time.Duration
}

// Config is what a member is made of.
type Config struct {
	ID              string // the reader's name
	BufferBytes     int
	Checkpoints     bool
	LivenessTimeout time.Duration // how long others may show no sign of life; 0: for ever
	Clock           func() clock.Moment
}

// Open joins a group under a name that no other reader of the group has.
func Open(ctx context.Context, g *group.Group, config Config) (*Member, error) {
	ctx, cancel := g.Cluster.Limit(ctx)
	defer cancel()
	m := newMember(g, config)
	if err := m.join(ctx); err != nil {
		m.life.End()
		return nil, fault.During("open reader", m.name, err)
	}
	m.work.Go(m.run)
	return m, nil
}

func newMember(g *group.Group, config Config) *Member {
	m := &Member{
		group:           g,
		id:              config.ID,
		name:            config.ID + " of group " + g.String(),
		livenessTimeout: config.LivenessTimeout,
		clock:           config.Clock,
		liveness:        liveness{limit: config.LivenessTimeout, heard: make(map[string]sign)},
		given:           make(map[readergroup.Segment]bool),
		highest:         make(highest),
		compactAfter:    readergroup.CompactAfter,
		compactChance:   readergroup.CompactProbability,
		attemptLimit:    g.AttemptLimit,
	}
	m.life = g.Cluster.Life.Child("reader " + m.name)
	m.Reader = read.New(read.Config{
		ID:          config.ID,
		Group:       g.String(),
		BufferBytes: config.BufferBytes,
		Checkpoints: config.Checkpoints,
		Cluster:     g.Cluster,
		Life:        m.life,
		Clock:       config.Clock,
	})
	m.log = synchronizer.New(segment.NewLog(g.Cluster.Stores, g.Segment), &group.Replica{State: &m.state, Witness: m.witness, Skipped: m.skipped})
	return m
}

// join enters the group.
func (m *Member) join(ctx context.Context) error {
	began := m.clock()
	for checked, joined := false, false; !joined; checked = true {
		err := m.group.Write(ctx, m.log, func() ([]readergroup.Update, error) {
			joined = checked || !m.state.UpdatingConfig()
			switch {
			case !m.state.Started():
				return nil, fault.New(fault.NoSuchReaderGroup, "open reader", m.name, "the group has no state yet: create it")
			case !joined:
				return nil, nil
			}
			return m.state.Join(m.id)
		})
		if err == nil && !joined {
			err = m.finishReset(ctx)
		}
		if err != nil {
			return err
		}
	}
	m.config = m.state.Config()
	m.Reader.Joined(m.config)
	m.joined, m.gone, m.missed, m.namesake = m.log.Offset(), false, false, namesake{}
	clear(m.given)
	m.Reader.Refreshed(began, m.limit())
	m.Reader.Seen(began)
	now := m.now()
	m.refresh = now.Add(m.refreshInterval())
	m.release = now.Add(readergroup.FirstDecision)
	m.lag = now.Add(readergroup.FirstDecision)
	m.checkpoint = now
	return nil
}

// Close leaves the group: the others go on from what was given back. Later calls wait for the
// first one.
func (m *Member) Close(ctx context.Context) error { return m.close(ctx, nil) }

// CloseAt leaves the group at a position.
func (m *Member) CloseAt(ctx context.Context, at streamcut.Position) error { return m.close(ctx, &at) }

func (m *Member) close(ctx context.Context, at *streamcut.Position) error {
	m.closing.Lock()
	if first := m.ending; first != nil {
		m.closing.Unlock()
		return first.Wait(ctx, "close reader", m.name)
	}
	stands, lost, err := m.Reader.Settle(at)
	if err != nil {
		m.closing.Unlock()
		return err
	}
	m.ending = xsync.NewEnding()
	m.closing.Unlock()
	m.life.End()
	m.work.Wait()
	m.Reader.Stop()
	if lost {
		return m.ending.Finish(nil)
	}
	ctx, cancel := m.group.Cluster.Limit(ctx)
	defer cancel()
	return m.ending.Finish(m.leave(ctx, stands))
}

// Closed reports whether a Close has ended.
func (m *Member) Closed() bool {
	m.closing.Lock()
	defer m.closing.Unlock()
	return m.ending.Over()
}

// leave takes the reader out of the group. Where it stood in what it gave away and has again
// says nothing: others may have read on.
func (m *Member) leave(ctx context.Context, positions map[readergroup.Segment]int64) error {
	err := m.fetch(ctx)
	if err == nil {
		err = m.write(ctx, func() ([]readergroup.Update, error) {
			maps.DeleteFunc(positions, func(s readergroup.Segment, _ int64) bool { return m.given[s] })
			return m.state.Leave(m.id, positions), nil
		})
	}
	switch fault.CodeOf(err) {
	case fault.NoSuchReaderGroup, fault.ReaderNotInGroup, fault.GroupReinitialized:
		return nil // nothing is left to leave, or it is out already
	}
	return err
}
