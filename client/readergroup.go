package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// CreateReaderGroup creates a reader group in a scope. It returns false if the same
// group exists already, and ConfigMismatch, which says what differs, if a group with
// this name has another configuration.
//
// A creation that was interrupted is completed by the next one with the same
// configuration. Until then the group cannot be opened, but it can be deleted. Other
// errors: InvalidArgument, NoSuchScope, NoSuchStream.
func (c *Client) CreateReaderGroup(ctx context.Context, scope, name string, config ReaderGroupConfig) (created bool, err error) {
	const op = "create reader group"
	if err := naming.CheckInternal(op, "scope", scope); err != nil {
		return false, err
	}
	if err := naming.Check(op, "reader group", name); err != nil {
		return false, err
	}
	wanted, err := config.toGroup(op, scope, scope+"/"+name)
	if err != nil {
		return false, fault.During(op, scope+"/"+name, err)
	}
	return group.Create(ctx, c.cluster, scope, name, wanted)
}

// DeleteReaderGroup deletes a reader group, even if its creation was not finished. Its
// readers find out at their next group work. Errors: NoSuchScope, NoSuchReaderGroup.
func (c *Client) DeleteReaderGroup(ctx context.Context, scope, name string) error {
	deleted, err := group.Delete(ctx, c.cluster, scope, name)
	if err == nil && !deleted {
		err = fault.New(fault.NoSuchReaderGroup, "delete reader group", scope+"/"+name, "")
	}
	return c.cluster.Absent(ctx, err)
}

// ReaderGroup is a handle to a reader group at the servers. Safe for concurrent use. It
// holds nothing that must be closed.
type ReaderGroup struct {
	client *Client
	engine *group.Group
}

// OpenReaderGroup opens an existing reader group, whichever client created it. Errors:
// NoSuchScope; NoSuchReaderGroup, which also says if the group's creation was not
// finished.
func (c *Client) OpenReaderGroup(ctx context.Context, scope, name string) (*ReaderGroup, error) {
	engine, err := group.Open(ctx, c.cluster, scope, name)
	if err != nil {
		return nil, err
	}
	return &ReaderGroup{c, engine}, nil
}

// String returns "scope/name".
func (g *ReaderGroup) String() string { return g.engine.String() }

// Config returns the group's configuration. From is the cut where the group started, or
// to which it was reset.
func (g *ReaderGroup) Config(ctx context.Context) (ReaderGroupConfig, error) {
	now, err := g.engine.Config(ctx)
	if err != nil {
		return ReaderGroupConfig{}, err
	}
	return fromGroup(now), nil
}

// Readers lists the readers in the group, in all processes and languages, sorted.
func (g *ReaderGroup) Readers(ctx context.Context) ([]string, error) { return g.engine.Readers(ctx) }

// ReaderOffline takes a reader that has crashed out of the group. The other readers
// take over its segments from its last checkpoint, or from where it acquired them: no
// event is lost, and what it has read since then is delivered again. It is no error if
// the reader is not in the group.
func (g *ReaderGroup) ReaderOffline(ctx context.Context, readerID string) error {
	return g.engine.ReaderOffline(ctx, readerID, nil)
}

// ReaderOfflineAt is ReaderOffline for a reader whose position is known, because the
// application stored it together with the results of the events before it. The other
// readers take over the segments from there, so nothing is delivered again. Segments
// without a place in the position are handed over as by ReaderOffline, and places in
// segments that the reader does not have are ignored. The position must be from this
// life of this reader: events that a wrong one skips are not read.
func (g *ReaderGroup) ReaderOfflineAt(ctx context.Context, readerID string, last Position) error {
	return g.engine.ReaderOffline(ctx, readerID, last.position.Offsets())
}

// Reset restarts the group with a configuration, from its cuts and with its streams,
// which may differ from those before. All readers leave the group: their next call of
// Next returns GroupReinitialized, and they must be closed and opened again.
// Checkpoints are forgotten. Concurrent resets take effect one after the other. Errors:
// InvalidArgument, NoSuchStream, NoSuchReaderGroup.
func (g *ReaderGroup) Reset(ctx context.Context, config ReaderGroupConfig) error {
	wanted, err := config.toGroup("reset reader group", g.engine.Scope, g.String())
	if err != nil {
		return err
	}
	return g.engine.Reset(ctx, wanted)
}

// ResetTo is Reset with the group's current configuration, starting at the given cuts:
// those of a Checkpoint, of GenerateStreamCuts, or of the application's own records. A
// stream without a cut is not read any more; a checkpoint has no cut of a stream that
// was read to its end.
func (g *ReaderGroup) ResetTo(ctx context.Context, cuts ...StreamCut) error {
	return g.engine.ResetTo(ctx, bare(cuts))
}

// ResetToLastCheckpoint is ResetTo with the cuts of the last checkpoint, named or
// automatic, that all readers have passed. If there was none since the group was
// created or reset, the group restarts from where it started then. Errors: those of
// Reset; InvalidArgument if the group has read everything.
func (g *ReaderGroup) ResetToLastCheckpoint(ctx context.Context) error {
	return g.engine.ResetToLastCheckpoint(ctx)
}

// InitiateCheckpoint makes every reader of the group pass a checkpoint, and waits until
// all of them have, or ctx ends. A group without readers passes it at once.
//
// Readers look for checkpoints every ReaderGroupConfig.RefreshInterval. Official Java
// readers, and readers with ReaderConfig.Checkpoints, pass them when their application
// asks for the next event.
//
// If the call ends early, the checkpoint is still under way, and MayBeStored of the
// error is true. Call it again with the same name, on the same ReaderGroup, to wait on,
// or give the checkpoint up with CancelCheckpoints.
//
// Errors: Conflict if ReaderGroupConfig.MaxOutstandingCheckpoints are under way, or if
// this one was given up; AlreadyExists if a past one has the name; InvalidArgument;
// TimedOut and Cancelled.
func (g *ReaderGroup) InitiateCheckpoint(ctx context.Context, name string) (Checkpoint, error) {
	cuts, err := g.engine.InitiateCheckpoint(ctx, name)
	if err != nil {
		return Checkpoint{}, err
	}
	return Checkpoint{streamcut.Checkpoint{Name: name, Cuts: cuts}}, nil
}

// GenerateStreamCuts asks every reader of the group for its position, and returns them
// as one cut for each stream, sorted by stream. It uses a checkpoint that applications
// do not see: readers of this library answer it in the background, with what was given
// back; official Java readers answer with what they have handed out. There is no cut of
// a stream that was read to its end. Errors: those of InitiateCheckpoint.
func (g *ReaderGroup) GenerateStreamCuts(ctx context.Context) ([]StreamCut, error) {
	cuts, err := g.engine.GenerateStreamCuts(ctx)
	return sortedCuts(cuts), err
}

// CancelCheckpoints gives up all checkpoints of the group that are under way, whichever
// client initiated them, except those that GenerateStreamCuts waits for.
func (g *ReaderGroup) CancelCheckpoints(ctx context.Context) error {
	return g.engine.CancelCheckpoints(ctx)
}

// UpdateRetentionStreamCut tells the servers that the group no longer needs what lies
// before the given cuts, one for each stream, so that the streams' retention policies
// may truncate it. Errors: InvalidArgument if the group's Retention is not
// GroupRetentionManual, or if the controller does not accept a cut, for example because
// it lies before the previous one; Conflict if the group was reset meanwhile.
func (g *ReaderGroup) UpdateRetentionStreamCut(ctx context.Context, cuts ...StreamCut) error {
	return g.engine.UpdateRetentionStreamCut(ctx, bare(cuts))
}

// UnreadBytes returns how many bytes of its streams the group has left to read now,
// including 8 bytes for the header of each event, up to the ends of a bounded group. It
// is based on what readers report every few seconds (one second more than there are
// readers). Official Java readers report what they have handed out, readers of this
// library what was given back. It makes a request for every segment from the group's
// position on.
func (g *ReaderGroup) UnreadBytes(ctx context.Context) (int64, error) {
	return g.engine.UnreadBytes(ctx)
}

// bare are the cuts as the engines know them.
func bare(cuts []StreamCut) []streamcut.Cut {
	list := make([]streamcut.Cut, len(cuts))
	for i, c := range cuts {
		list[i] = c.cut
	}
	return list
}
