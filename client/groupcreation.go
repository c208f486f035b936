package client

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// start writes the first record of a group that is registered, unless it is there.
func (c *Client) start(ctx context.Context, scope, name string, config readergroup.Config, heads map[naming.Stream]map[naming.SegmentID]int64) (started bool, err error) {
	init, err := readergroup.NewInit(config, heads)
	if err != nil {
		return false, err
	}
	g, err := c.find(ctx, scope, name)
	if err != nil {
		return false, err
	}
	state, log := g.replica(nil)
	err = log.Write(ctx, func() ([]byte, error) {
		started = !state.Started() // somebody else may be faster
		if !started {
			return nil, nil
		}
		return readergroup.EncodeInit(init)
	})
	return started && err == nil, err
}

// unfinished is the error of a creation that registered its group. Nothing is taken
// back: another creation of the same configuration may be completing the group.
func unfinished(err error, op, name string) error {
	left := fault.Wrap(fault.CodeOf(err), op, name, err)
	left.Detail, left.Stored = "the group is registered, but may have no state yet: create it again, which completes it, or delete it", true
	return left
}

// mustExist is NoSuchStream for a stream that does not exist.
func (c *Client) mustExist(ctx context.Context, op string, stream naming.Stream) error {
	exists, err := c.cluster.Controller.StreamExists(ctx, stream)
	if err == nil && !exists {
		err = fault.New(fault.NoSuchStream, op, stream.String(), "")
	}
	return err
}

// difference says what a group has that differs from what is wanted; empty if nothing
// does. Ids and generations do not count.
func difference(has, wanted readergroup.Config) string {
	var differ []string
	compare := func(same bool, what string, has, wanted any) {
		if !same {
			differ = append(differ, fmt.Sprintf("%s is %v, not %v", what, has, wanted))
		}
	}
	compare(has.RefreshMillis == wanted.RefreshMillis, "group.refresh.interval in ms", has.RefreshMillis, wanted.RefreshMillis)
	compare(max(has.CheckpointMillis, 0) == max(wanted.CheckpointMillis, 0), "group.checkpoint.interval in ms", max(has.CheckpointMillis, 0), max(wanted.CheckpointMillis, 0))
	compare(has.MaxOutstandingCheckpoints == wanted.MaxOutstandingCheckpoints, "group.checkpoints.outstanding", has.MaxOutstandingCheckpoints, wanted.MaxOutstandingCheckpoints)
	compare(has.Retention == wanted.Retention, "group.retention", groupRetentions[has.Retention], groupRetentions[wanted.Retention])
	for _, stream := range streamsOf(has, wanted) {
		_, read := has.Start[stream]
		_, asked := wanted.Start[stream]
		switch {
		case !asked:
			differ = append(differ, fmt.Sprintf("it also reads stream %s", stream))
		case !read:
			differ = append(differ, fmt.Sprintf("it does not read stream %s", stream))
		default:
			from, to := has.Start[stream], has.End[stream]
			compare(from.Equal(wanted.Start[stream]), "the start of stream "+stream.String(), place(from, "its head"), place(wanted.Start[stream], "its head"))
			compare(to.Equal(wanted.End[stream]), "the end of stream "+stream.String(), place(to, "none"), place(wanted.End[stream], "none"))
		}
	}
	return strings.Join(differ, "; ")
}

// streamsOf are those of two configurations, in order.
func streamsOf(one, other readergroup.Config) []naming.Stream {
	var all []naming.Stream
	for _, config := range []readergroup.Config{one, other} {
		for stream := range config.Start {
			all = append(all, stream)
		}
	}
	slices.SortFunc(all, streamcut.CompareStreams)
	return slices.Compact(all)
}

// place is a cut for people.
func place(cut streamcut.Cut, unbounded string) string {
	if cut.Unbounded() {
		return unbounded
	}
	return fmt.Sprintf("%.300s", cut)
}
