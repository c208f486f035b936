package group

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// Create creates a group, whose names the caller has checked. It returns false if the same
// group exists already. A creation that was interrupted is completed by the next one of the
// same configuration.
func Create(ctx context.Context, c *cluster.Cluster, scope, name string, config Config) (created bool, err error) {
	ctx, cancel := c.Limit(ctx)
	defer cancel()
	const op = "create reader group"
	defer func() { err = fault.During(op, scope+"/"+name, err) }()
	wanted, err := config.resolve(ctx, c, op)
	if err != nil {
		return false, c.Absent(ctx, err)
	}
	// What can be wrong with the configuration shows before the group is registered.
	heads, err := c.Heads(ctx, wanted)
	if err != nil {
		return false, c.Absent(ctx, err)
	}
	if _, err := readergroup.NewInit(wanted, heads); err != nil {
		return false, err
	}
	existing, err := c.Controller.CreateReaderGroup(ctx, scope, name, wanted)
	if err != nil {
		return false, err
	}
	for stream := range config.Tails {
		if start := existing.Start[stream]; !start.Unbounded() {
			wanted.Start[stream] = start // the tail has moved since
		}
	}
	if differs := difference(existing, wanted); differs != "" {
		if _, err := Open(ctx, c, scope, name); errors.Is(err, fault.NoSuchReaderGroup) {
			differs += "; but its creation was not finished, and it has no state: delete it, or create it as it was meant"
		}
		return false, fault.New(fault.ConfigMismatch, op, scope+"/"+name, "%s", differs)
	}
	created, err = start(ctx, c, scope, name, existing, heads)
	if err != nil && existing.ID == wanted.ID {
		err = unfinished(err, op, scope+"/"+name)
	}
	return created, err
}

// Delete deletes a group, and reports whether there was anything of it: its
// state may be left without its registration.
func Delete(ctx context.Context, c *cluster.Cluster, scope, name string) (deleted bool, err error) {
	config, err := c.Controller.ReaderGroupConfig(ctx, scope, name)
	switch {
	case err == nil:
		return c.Controller.DeleteReaderGroup(ctx, scope, name, config.ID)
	case errors.Is(err, fault.NoSuchReaderGroup):
		return c.Discard(ctx, naming.ReaderGroupStream(scope, name))
	}
	return false, err
}

// start writes the first record of a group that is registered, unless it is there.
func start(ctx context.Context, c *cluster.Cluster, scope, name string, config readergroup.Config, heads map[naming.Stream]map[naming.SegmentID]int64) (started bool, err error) {
	init, err := readergroup.NewInit(config, heads)
	if err != nil {
		return false, err
	}
	g, err := find(ctx, c, scope, name)
	if err != nil {
		return false, err
	}
	state, log := g.Replica(nil)
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
	compare(has.Retention == wanted.Retention, "group.retention", has.Retention, wanted.Retention)
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
