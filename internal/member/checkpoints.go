package member

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// passCheckpoints answers the checkpoints that wait for the reader, the oldest
// first, as far as the application has passed them: with what was given back.
// What is out is not consumed.
func (m *Member) passCheckpoints(now time.Time) error {
	r := m.Reader
	for {
		name, ok := m.state.Checkpoint(m.id)
		if !ok {
			return nil
		}
		m.checkpoint = now
		positions, passed := r.Answer(name)
		if !passed {
			return nil
		}
		err := m.change(background.WriteGroupState, func() ([]readergroup.Update, error) { return m.state.Pass(m.id, name, positions) })
		if err != nil {
			return err
		}
		m.unpublished = time.Time{} // whoever completes a checkpoint publishes it
	}
}

// startCheckpoint starts an automatic checkpoint when the group's configuration
// asks for one: it is where reading goes on after a reader has crashed.
func (m *Member) startCheckpoint(now time.Time) error {
	if !m.state.AutomaticCheckpointDue(now.Sub(m.checkpoint)) {
		return nil
	}
	m.checkpoint = now
	name := fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64())
	err := m.change(background.StartCheckpoint, func() ([]readergroup.Update, error) { return m.state.StartAutomatic(name), nil })
	m.Reader.Poke() // pass it
	return err
}

// publishCheckpoint tells the controller that what lies before the last
// checkpoint may be truncated, if that is the group's retention. A reader that
// saw somebody else complete the checkpoint leaves that one some time.
func (m *Member) publishCheckpoint(now time.Time) error {
	last, ok := m.state.LastCheckpoint()
	if m.state.Config().Retention != readergroup.ReleaseAtCheckpoints || m.state.LastCheckpointPublished() || !ok {
		m.unpublished = now.Add(m.state.AcquireInterval(m.id))
		return nil
	}
	if now.Before(m.unpublished) {
		return nil
	}
	return m.do(background.PublishCheckpoint, func(ctx context.Context) error {
		if err := m.releaseBefore(ctx, last); err != nil {
			return err
		}
		return m.write(ctx, func() ([]readergroup.Update, error) {
			if now, _ := m.state.LastCheckpoint(); m.state.LastCheckpointPublished() || !maps.Equal(now, last) {
				return nil, nil
			}
			return []readergroup.Update{readergroup.UpdateCheckpointPublished{Published: true}}, nil
		})
	})
}

// releaseBefore lets the controller truncate what lies before a checkpoint, in each
// stream for itself: none waits for another one.
func (m *Member) releaseBefore(ctx context.Context, checkpoint map[readergroup.Segment]int64) error {
	ends, future := m.state.Ends(), m.state.LastCheckpointFuture()
	streams := make(map[naming.Stream]bool)
	for s := range checkpoint {
		streams[s.Stream] = true
	}
	config, asking := m.state.Config(), xsync.NewLimiter(xsync.AtOnce)
	failures := make(chan error, len(streams))
	for stream := range streams {
		ends, future, offsets := ofStream(stream, ends), ofStream(stream, future), ofStream(stream, checkpoint)
		go func() {
			leave, ok := asking.Enter(ctx, nil)
			if !ok {
				failures <- fault.Context(ctx, "release data of stream", stream.String()).Because("other streams come first", nil)
				return
			}
			defer leave()
			failures <- m.group.ReleaseStream(ctx, config, ends, future, offsets)
		}()
	}
	var failure error
	for range streams {
		failure = cmp.Or(<-failures, failure)
	}
	return failure
}

// ofStream is the part of what is known of segments that is about those of a stream.
func ofStream[V any](stream naming.Stream, all map[readergroup.Segment]V) map[readergroup.Segment]V {
	part := maps.Clone(all)
	maps.DeleteFunc(part, func(s readergroup.Segment, _ V) bool { return s.Stream != stream })
	return part
}
