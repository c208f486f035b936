package client

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// passCheckpoints answers the checkpoints that wait for the reader, the oldest
// first, as far as the application has passed them: with what was given back.
// What is out is not consumed.
func (m *membership) passCheckpoints(ctx context.Context, now time.Time) error {
	r := m.reader
	for {
		name, ok := m.state.Checkpoint(r.id)
		if !ok {
			r.unmark()
			return nil
		}
		m.checkpoint = now
		positions, passed := r.answer(name)
		if !passed {
			return nil
		}
		err := m.write(ctx, func() ([]readergroup.Update, error) { return m.state.Pass(r.id, name, positions) })
		if err != nil {
			return err
		}
		m.unpublished = time.Time{} // whoever completes a checkpoint publishes it
	}
}

// startCheckpoint starts an automatic checkpoint when the group's configuration
// asks for one: it is where reading goes on after a reader has crashed.
func (m *membership) startCheckpoint(ctx context.Context, now time.Time) error {
	if !m.state.AutomaticCheckpointDue(now.Sub(m.checkpoint)) {
		return nil
	}
	m.checkpoint = now
	name := fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64())
	err := m.write(ctx, func() ([]readergroup.Update, error) { return m.state.StartAutomatic(name), nil })
	m.reader.poke() // pass it
	return err
}

// publishCheckpoint tells the controller that what lies before the last
// checkpoint may be truncated, if that is the group's retention. A reader that
// saw somebody else complete the checkpoint leaves that one some time.
func (m *membership) publishCheckpoint(ctx context.Context, now time.Time) error {
	config := m.state.Config()
	last, ok := m.state.LastCheckpoint()
	if config.Retention != readergroup.ReleaseAtCheckpoints || m.state.LastCheckpointPublished() || !ok {
		m.unpublished = now.Add(m.state.AcquireInterval(m.reader.id))
		return nil
	}
	if now.Before(m.unpublished) {
		return nil
	}
	g := m.reader.group
	ctx, cancel := m.attempt(ctx)
	defer cancel()
	cuts, err := g.cuts(ctx, m.state.Ends(), m.state.LastCheckpointFuture(), last)
	if err != nil {
		return err
	}
	for _, cut := range cuts {
		err := g.client.controller.ReleaseBefore(ctx, g.scope, g.name, config.ID, config.Generation, cut)
		switch fault.CodeOf(err) {
		case 0:
		case fault.InvalidArgument, fault.NoSuchStream, fault.NoSuchReaderGroup:
			// The next checkpoint may be accepted; this one never will.
			g.client.log.Warn("the controller does not take a checkpoint for retention", "group", g.String(), "cut", cut.String(), "err", err)
		default:
			return err
		}
	}
	return m.write(ctx, func() ([]readergroup.Update, error) {
		if now, _ := m.state.LastCheckpoint(); m.state.LastCheckpointPublished() || !maps.Equal(now, last) {
			return nil, nil
		}
		return []readergroup.Update{readergroup.UpdateCheckpointPublished{Published: true}}, nil
	})
}
