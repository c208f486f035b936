package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// CreateReaderGroup creates a reader group in a scope. It returns false if the
// same group exists already, and ConfigMismatch, which says what differs, if another
// one of that name does. A creation that was interrupted is completed by the next one
// of the same configuration; until then the group cannot be opened, but deleted. Other
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

// DeleteReaderGroup deletes a reader group, also one whose creation was not finished.
// Its readers find out at their next group work. Errors: NoSuchScope,
// NoSuchReaderGroup.
func (c *Client) DeleteReaderGroup(ctx context.Context, scope, name string) error {
	deleted, err := group.Delete(ctx, c.cluster, scope, name)
	if err == nil && !deleted {
		err = fault.New(fault.NoSuchReaderGroup, "delete reader group", scope+"/"+name, "")
	}
	return c.cluster.Absent(ctx, err)
}

// ReaderGroup is a handle to a reader group that exists at the servers. Safe for
// concurrent use; it holds nothing that must be closed.
type ReaderGroup struct {
	client *Client
	engine *group.Group
}

// OpenReaderGroup finds a reader group, whoever created it. Errors: NoSuchScope,
// NoSuchReaderGroup, also for a group whose creation was not finished; it says so.
func (c *Client) OpenReaderGroup(ctx context.Context, scope, name string) (*ReaderGroup, error) {
	engine, err := group.Open(ctx, c.cluster, scope, name)
	if err != nil {
		return nil, err
	}
	return &ReaderGroup{c, engine}, nil
}

// String is "scope/name".
func (g *ReaderGroup) String() string { return g.engine.String() }

// Config asks for the group's configuration, whoever created it. From is the cut
// where the group started, or was reset to.
func (g *ReaderGroup) Config(ctx context.Context) (ReaderGroupConfig, error) {
	now, err := g.engine.Config(ctx)
	if err != nil {
		return ReaderGroupConfig{}, err
	}
	return fromGroup(now), nil
}

// Readers lists the readers that are in the group, in whatever process and
// language, sorted.
func (g *ReaderGroup) Readers(ctx context.Context) ([]string, error) { return g.engine.Readers(ctx) }

// ReaderOffline takes a reader that has crashed out of the group. Its segments
// go to the others from its last checkpoint, or from where it acquired them: no
// event is lost, those since then are delivered again. A reader that is not in
// the group is no error.
func (g *ReaderGroup) ReaderOffline(ctx context.Context, readerID string) error {
	return g.engine.ReaderOffline(ctx, readerID, nil)
}

// ReaderOfflineAt is ReaderOffline for a reader whose position is known, because it
// was kept with what was made of the events before it: its segments go to the others
// from there, so that nothing is delivered again. Segments that the position lacks
// are handed over as by ReaderOffline; what it says of segments that the reader does
// not have is ignored. The position must be of this reader and this life of it, since
// what is skipped by a wrong one is not read.
func (g *ReaderGroup) ReaderOfflineAt(ctx context.Context, readerID string, last Position) error {
	return g.engine.ReaderOffline(ctx, readerID, last.position.Offsets())
}

// Reset lets the group start anew with a configuration: at its cuts, and with its
// streams, which may be others than before. All readers that are in the group are
// out of it: their next call of Next reports GroupReinitialized, and they are to
// be closed and opened again. Checkpoints are forgotten. Resets at the same time
// come one after the other. Errors: InvalidArgument, NoSuchStream,
// NoSuchReaderGroup.
func (g *ReaderGroup) Reset(ctx context.Context, config ReaderGroupConfig) error {
	wanted, err := config.toGroup("reset reader group", g.engine.Scope, g.String())
	if err != nil {
		return err
	}
	return g.engine.Reset(ctx, wanted)
}

// ResetTo is Reset with the configuration that the group has, but to start at
// these cuts: those of a Checkpoint, of GenerateStreamCuts, or of the
// application's own records. A stream without a cut is not read any more; a
// checkpoint has none of a stream that was read to its end.
func (g *ReaderGroup) ResetTo(ctx context.Context, cuts ...StreamCut) error {
	return g.engine.ResetTo(ctx, bare(cuts))
}

// ResetToLastCheckpoint is ResetTo with the cuts of the last checkpoint that all
// readers have passed, automatic ones among them. If there was none since the
// group was created or reset, it starts again where it did then. Errors: as
// Reset; InvalidArgument if the group has read everything.
func (g *ReaderGroup) ResetToLastCheckpoint(ctx context.Context) error {
	return g.engine.ResetToLastCheckpoint(ctx)
}

// InitiateCheckpoint has every reader of the group pass a checkpoint, and waits
// until all have, at most until ctx ends. Readers look for checkpoints every
// ReaderGroupConfig.RefreshInterval; official Java readers, and ours that asked
// to be told, when their application asks for the next event. A call that ended
// early leaves the checkpoint under way, as MayBeStored of its error says. Call again with
// its name and the same ReaderGroup to wait on, or CancelCheckpoints to give it up. A group
// without readers passes it at once.
// Errors: Conflict if ReaderGroupConfig.MaxOutstandingCheckpoints are under way,
// or if this one was given up; AlreadyExists for the name of a past one;
// InvalidArgument; TimedOut and Cancelled.
func (g *ReaderGroup) InitiateCheckpoint(ctx context.Context, name string) (Checkpoint, error) {
	cuts, err := g.engine.InitiateCheckpoint(ctx, name)
	if err != nil {
		return Checkpoint{}, err
	}
	return Checkpoint{streamcut.Checkpoint{Name: name, Cuts: cuts}}, nil
}

// GenerateStreamCuts asks every reader of the group where it stands, and returns
// that as one cut for each stream, sorted by stream. It is a checkpoint of which
// applications are not told: readers of ours answer it in the background with
// what was given back, official Java ones with what they handed out. Streams that
// were read to their end have no cut. Errors: as InitiateCheckpoint.
func (g *ReaderGroup) GenerateStreamCuts(ctx context.Context) ([]StreamCut, error) {
	cuts, err := g.engine.GenerateStreamCuts(ctx)
	return sortedCuts(cuts), err
}

// CancelCheckpoints gives up all checkpoints of the group that are under way,
// whoever initiated them; not what GenerateStreamCuts waits for.
func (g *ReaderGroup) CancelCheckpoints(ctx context.Context) error {
	return g.engine.CancelCheckpoints(ctx)
}

// UpdateRetentionStreamCut tells the servers that the group does not need what
// lies before these cuts, one for a stream, any more: the streams' retention
// policies may truncate it. Errors: InvalidArgument if the group's Retention is
// not GroupRetentionManual, or if the controller does not take a cut, for example
// because it lies before the previous one; Conflict if the group was reset
// meanwhile.
func (g *ReaderGroup) UpdateRetentionStreamCut(ctx context.Context, cuts ...StreamCut) error {
	return g.engine.UpdateRetentionStreamCut(ctx, bare(cuts))
}

// UnreadBytes is how much the group has left to read of what is in its streams
// now, headers of events (8 bytes each) included, up to the ends of a bounded
// group. Readers tell how far they are every few seconds (one more than there are
// readers), so it is as old; of official Java readers it counts what they
// handed out as read, of ours what was given back. It asks for every segment from
// where the group stands on.
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
