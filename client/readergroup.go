package client

import (
	"context"
	"crypto/rand"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
)

// ReaderGroupConfig says what a reader group reads and how its members work
// together. It is kept by the servers; official Java readers heed it too.
type ReaderGroupConfig struct {
	// Streams to read, at least one, none twice; they may be of several scopes. Official Java
	// readers compare segments by numbers that streams share: where two streams of a
	// group merge segments of the same numbers at about the same time, one that they
	// complete may let a merged segment of the other stream get free before all its
	// predecessors are read. Readers of ours do not, and take it back; only if a Java
	// reader acquires the segment first, within the moment until one of ours looks,
	// it is read too early.
	Streams []GroupStream
	// RefreshInterval is how often a reader looks at the group's state; a reader of this
	// library looks every 7.5 s at least. Option group.refresh.interval.
	RefreshInterval time.Duration
	// CheckpointInterval is the time between automatic checkpoints, from which
	// reading goes on after a reader has crashed; 0 is never. Option
	// group.checkpoint.interval.
	CheckpointInterval time.Duration
	// MaxOutstandingCheckpoints may be under way at once. Option
	// group.checkpoints.outstanding.
	MaxOutstandingCheckpoints int
	// Retention says what of the streams their own retention policies may truncate:
	// a stream with a policy keeps what such a group still needs, within the
	// policy's limits. All but GroupRetentionNone need the streams to be in the
	// group's own scope: controllers can do nothing else with such a group than try
	// for ever to create it. Option group.retention.
	Retention string
}

// What a group's progress means for the retention of its streams.
const (
	// GroupRetentionNone: nothing.
	GroupRetentionNone = "none"
	// GroupRetentionManual: what lies before the cuts that are given to
	// ReaderGroup.UpdateRetentionStreamCut is not needed.
	GroupRetentionManual = "manual"
	// GroupRetentionCheckpoint: what lies before the last checkpoint, automatic
	// ones among them, is not needed. The readers tell the servers.
	GroupRetentionCheckpoint = "checkpoint"
)

var groupRetentions = []string{
	readergroup.RetainRegardless:     GroupRetentionNone,
	readergroup.ReleaseByHand:        GroupRetentionManual,
	readergroup.ReleaseAtCheckpoints: GroupRetentionCheckpoint,
}

// DefaultReaderGroupConfig returns the documented defaults, for these streams.
func DefaultReaderGroupConfig(streams ...GroupStream) ReaderGroupConfig {
	config := NewSettings().Group
	config.Streams = streams
	return config
}

// GroupStream is a stream that a group reads, and which part of it.
type GroupStream struct {
	Scope, Stream string
	// From is where reading starts; the zero StreamCut is the head.
	From StreamCut
	// FromTail starts behind what is in the stream when the group is created; From
	// is zero then.
	FromTail bool
	// To is where reading ends; the zero StreamCut is the end of the stream,
	// if it is ever sealed.
	To StreamCut
}

// ParseGroupStream reads "scope/stream", which starts at the head, and
// "scope/stream@head", "scope/stream@tail" and "scope/stream@CUT", where CUT is
// what StreamCut.String writes. "@CUT" behind the start is where reading ends.
func ParseGroupStream(text string) (GroupStream, error) {
	const op = "parse stream of reader group"
	name, part, _ := strings.Cut(text, "@")
	start, end, ends := strings.Cut(part, "@")
	scope, stream, ok := strings.Cut(name, "/")
	if !ok {
		return GroupStream{}, fault.New(fault.InvalidArgument, op, text, "it is not scope/stream")
	}
	g := GroupStream{Scope: scope, Stream: stream}
	var err error
	switch start {
	case "", "head":
	case "tail":
		g.FromTail = true
	default:
		g.From, err = ParseStreamCut(start)
	}
	if ends && err == nil {
		g.To, err = ParseStreamCut(end)
	}
	return g, err
}

// String is the text that ParseGroupStream reads.
func (g GroupStream) String() string {
	text := g.Scope + "/" + g.Stream
	switch {
	case g.FromTail:
		text += "@tail"
	case !g.From.Unbounded():
		text += "@" + g.From.String()
	case !g.To.Unbounded():
		text += "@head"
	}
	if !g.To.Unbounded() {
		text += "@" + g.To.String()
	}
	return text
}

// CreateReaderGroup creates a reader group in a scope. It returns false if the
// same group exists already, and ConfigMismatch, which says what differs, if another
// one of that name does. A creation that was interrupted is completed by the next one
// of the same configuration; until then the group cannot be opened, but deleted. Other
// errors: InvalidArgument, NoSuchScope, NoSuchStream.
func (c *Client) CreateReaderGroup(ctx context.Context, scope, name string, config ReaderGroupConfig) (created bool, err error) {
	ctx, cancel := c.cluster.Limit(ctx)
	defer cancel()
	const op = "create reader group"
	if err := naming.CheckInternal(op, "scope", scope); err != nil {
		return false, err
	}
	if err := naming.Check(op, "reader group", name); err != nil {
		return false, err
	}
	defer func() { err = fault.During(op, scope+"/"+name, err) }()
	wanted, err := c.groupConfig(ctx, op, scope+"/"+name, config)
	if err != nil {
		return false, c.cluster.Absent(ctx, err)
	}
	// What can be wrong with the configuration shows before the group is registered.
	heads, err := c.cluster.Heads(ctx, wanted)
	if err != nil {
		return false, c.cluster.Absent(ctx, err)
	}
	if _, err := readergroup.NewInit(wanted, heads); err != nil {
		return false, err
	}
	existing, err := c.cluster.Controller.CreateReaderGroup(ctx, scope, name, wanted)
	if err != nil {
		return false, err
	}
	for _, s := range config.Streams {
		stream := naming.Stream{Scope: s.Scope, Name: s.Stream}
		if start := existing.Start[stream]; s.FromTail && !start.Unbounded() {
			wanted.Start[stream] = start // the tail has moved since
		}
	}
	if differs := difference(existing, wanted); differs != "" {
		if _, err := c.OpenReaderGroup(ctx, scope, name); errors.Is(err, fault.NoSuchReaderGroup) {
			differs += "; but its creation was not finished, and it has no state: delete it, or create it as it was meant"
		}
		return false, fault.New(fault.ConfigMismatch, op, scope+"/"+name, "%s", differs)
	}
	created, err = c.start(ctx, scope, name, existing, heads)
	if err != nil && existing.ID == wanted.ID {
		err = unfinished(err, op, scope+"/"+name)
	}
	return created, err
}

// groupConfig puts the servers' form of a configuration together.
func (c *Client) groupConfig(ctx context.Context, op, name string, config ReaderGroupConfig) (readergroup.Config, error) {
	if err := config.check(); err != nil {
		return readergroup.Config{}, err
	}
	wanted := readergroup.Config{
		Start:                     make(map[naming.Stream]streamcut.Cut),
		End:                       make(map[naming.Stream]streamcut.Cut),
		RefreshMillis:             config.RefreshInterval.Milliseconds(),
		CheckpointMillis:          config.CheckpointInterval.Milliseconds(),
		MaxOutstandingCheckpoints: int32(config.MaxOutstandingCheckpoints),
		Retention:                 readergroup.Retention(slices.Index(groupRetentions, config.Retention)),
	}
	_, _ = rand.Read(wanted.ID[:])
	if wanted.CheckpointMillis <= 0 {
		wanted.CheckpointMillis = -1
	}
	if len(config.Streams) == 0 {
		return wanted, fault.New(fault.InvalidArgument, op, name, "it has no streams")
	}
	for _, s := range config.Streams {
		stream := naming.Stream{Scope: s.Scope, Name: s.Stream}
		if err := stream.Check(op); err != nil {
			return wanted, err
		}
		if _, twice := wanted.Start[stream]; twice {
			return wanted, fault.New(fault.InvalidArgument, op, name, "it is to read stream %s twice", stream)
		}
		if scope, _, _ := strings.Cut(name, "/"); config.Retention != GroupRetentionNone && s.Scope != scope {
			return wanted, fault.New(fault.InvalidArgument, op, name, "group.retention is %s, and stream %s is not in the scope of the group", config.Retention, stream)
		}
		if s.FromTail && !s.From.Unbounded() {
			return wanted, fault.New(fault.InvalidArgument, op, name, "stream %s is to be read from the tail and a cut", stream)
		}
		for _, cut := range []streamcut.Cut{s.From.cut, s.To.cut} {
			if !cut.Unbounded() && cut.Stream != stream {
				return wanted, fault.New(fault.InvalidArgument, op, name, "a cut of stream %s is given for %s", cut.Stream, stream)
			}
		}
		wanted.Start[stream], wanted.End[stream] = s.From.cut, s.To.cut
	}
	for _, s := range config.Streams {
		stream := naming.Stream{Scope: s.Scope, Name: s.Stream}
		var err error
		if s.FromTail {
			wanted.Start[stream], err = c.cluster.Tail(ctx, stream)
		} else if !s.From.Unbounded() { // else the head is looked for
			err = c.mustExist(ctx, op, stream)
		}
		if err != nil {
			return wanted, err
		}
	}
	return wanted, nil
}

// DeleteReaderGroup deletes a reader group, also one whose creation was not finished.
// Its readers find out at their next group work. Errors: NoSuchScope,
// NoSuchReaderGroup.
func (c *Client) DeleteReaderGroup(ctx context.Context, scope, name string) error {
	deleted, err := c.deleteGroup(ctx, scope, name)
	if err == nil && !deleted {
		err = fault.New(fault.NoSuchReaderGroup, "delete reader group", scope+"/"+name, "")
	}
	return c.cluster.Absent(ctx, err)
}

// deleteGroup deletes a group, and reports whether there was anything of it: its
// state may be left without its registration.
func (c *Client) deleteGroup(ctx context.Context, scope, name string) (deleted bool, err error) {
	config, err := c.cluster.Controller.ReaderGroupConfig(ctx, scope, name)
	switch {
	case err == nil:
		return c.cluster.Controller.DeleteReaderGroup(ctx, scope, name, config.ID)
	case errors.Is(err, fault.NoSuchReaderGroup):
		return c.discard(ctx, naming.ReaderGroupStream(scope, name))
	}
	return false, err
}

// ReaderGroup is a handle to a reader group that exists at the servers. Safe for
// concurrent use; it holds nothing that must be closed.
type ReaderGroup struct {
	client  *Client
	scope   string
	name    string
	segment string   // of the group's state
	begun   sync.Map // names of checkpoints that were started here and whose result nobody has had
}

// OpenReaderGroup finds a reader group, whoever created it. Errors: NoSuchScope,
// NoSuchReaderGroup, also for a group whose creation was not finished; it says so.
func (c *Client) OpenReaderGroup(ctx context.Context, scope, name string) (*ReaderGroup, error) {
	ctx, cancel := c.cluster.Limit(ctx)
	defer cancel()
	g, err := c.find(ctx, scope, name)
	if err != nil {
		return nil, err
	}
	_, end, err := segment.NewLog(c.cluster.Stores, g.segment).Bounds(ctx)
	if err != nil {
		return nil, fault.During("open reader group", g.String(), g.deleted(err))
	}
	if end == 0 {
		return nil, g.stateless()
	}
	return g, nil
}

// find looks for a group that the controllers know, with or without state.
func (c *Client) find(ctx context.Context, scope, name string) (*ReaderGroup, error) {
	const op = "open reader group"
	if err := naming.Check(op, "reader group", name); err != nil {
		return nil, err
	}
	stream := naming.ReaderGroupStream(scope, name)
	segments, err := c.cluster.Controller.CurrentSegments(ctx, stream)
	if errors.Is(err, fault.NoSuchStream) || err == nil && len(segments) != 1 {
		return nil, c.cluster.Absent(ctx, fault.New(fault.NoSuchReaderGroup, op, scope+"/"+name, ""))
	}
	if err != nil {
		return nil, fault.During(op, scope+"/"+name, err)
	}
	return &ReaderGroup{client: c, scope: scope, name: name, segment: naming.SegmentName(stream, segments[0].Segment)}, nil
}

// stateless is the error of a group whose creation was not finished.
func (g *ReaderGroup) stateless() error {
	return fault.New(fault.NoSuchReaderGroup, "open reader group", g.String(),
		"its creation was not finished, and it has no state: create it again with the same configuration, which completes it, or delete it")
}

// String is "scope/name".
func (g *ReaderGroup) String() string { return g.scope + "/" + g.name }

// replica opens the group's state. The witness sees each update, unless it is nil.
func (g *ReaderGroup) replica(witness func(readergroup.Update)) (*readergroup.State, *synchronizer.Synchronizer) {
	state := new(readergroup.State)
	return state, synchronizer.New(segment.NewLog(g.client.cluster.Stores, g.segment), &groupReplica{state: state, witness: witness})
}

// read opens the group's state, which must be there, and reads it.
func (g *ReaderGroup) read(ctx context.Context) (*readergroup.State, *synchronizer.Synchronizer, error) {
	state, log := g.replica(nil)
	return state, log, g.fetch(ctx, state, log)
}

// fetch reads the group's state, which must be there.
func (g *ReaderGroup) fetch(ctx context.Context, state *readergroup.State, log *synchronizer.Synchronizer) error {
	if err := log.Fetch(ctx); err != nil {
		return g.deleted(err)
	}
	if !state.Started() {
		return g.stateless()
	}
	return nil
}

// write adds what propose makes of a state that was read to the group's log.
func (g *ReaderGroup) write(ctx context.Context, log *synchronizer.Synchronizer, propose func() ([]readergroup.Update, error)) error {
	return g.deleted(log.Write(ctx, encoded(propose)))
}

// deleted tells of an error that the group was deleted, if that is what it means:
// its state is sealed first, and gone then.
func (g *ReaderGroup) deleted(err error) error {
	switch fault.CodeOf(err) {
	case fault.NoSuchSegment, fault.SegmentSealed, fault.NoSuchStream, fault.NoSuchScope:
		gone := fault.New(fault.NoSuchReaderGroup, "use reader group", g.String(), "it was deleted")
		gone.Stored = fault.MayBeStored(err)
		return gone
	}
	return err
}

// Readers lists the readers that are in the group, in whatever process and
// language, sorted.
func (g *ReaderGroup) Readers(ctx context.Context) ([]string, error) {
	ctx, cancel := g.client.cluster.Limit(ctx)
	defer cancel()
	state, _, err := g.read(ctx)
	if err != nil {
		return nil, err
	}
	return state.Readers(), nil
}

// ReaderOffline takes a reader that has crashed out of the group. Its segments
// go to the others from its last checkpoint, or from where it acquired them: no
// event is lost, those since then are delivered again. A reader that is not in
// the group is no error.
func (g *ReaderGroup) ReaderOffline(ctx context.Context, readerID string) error {
	return g.ReaderOfflineAt(ctx, readerID, Position{})
}

// OpenReader joins the group under a name that no other reader of the group
// has. Errors: AlreadyExists if one has; a reader that has crashed is still
// there until ReaderOffline, as may be one whose OpenReader failed with an error
// of which MayBeStored is true. NoSuchStream if somebody began a Reset to
// a configuration with a stream that does not exist: Reset the group again.
func (g *ReaderGroup) OpenReader(ctx context.Context, readerID string, config ReaderConfig) (*Reader, error) {
	const op = "open reader"
	if err := naming.Check(op, "reader", readerID); err != nil {
		return nil, err
	}
	if err := config.check(); err != nil {
		return nil, err
	}
	r := &Reader{
		group:    g,
		id:       readerID,
		name:     readerID + " of group " + g.String(),
		config:   config,
		due:      make(chan struct{}, 1),
		assigned: make(map[readergroup.Segment]*assignment),
		clock:    g.client.clock,
	}
	r.member = newMembership(r, segment.NewLog(g.client.cluster.Stores, g.segment))
	ctx, cancel := g.client.cluster.Limit(ctx)
	defer cancel()
	o := opening{r.name, make(chan struct{})}
	if err := g.client.adopt(o); err != nil {
		return nil, err
	}
	defer close(o.done)
	defer g.client.forget(o)
	if err := r.member.join(ctx); err != nil {
		return nil, fault.During(op, r.name, err)
	}
	r.life = g.client.cluster.Life.Child("reader " + r.name)
	r.work.Add(1)
	if err := g.client.adopt(r); err != nil {
		r.work.Done()
		if left := r.Close(ctx); left != nil {
			g.client.cluster.Log.Warn("a reader stays in its group", "group", g.String(), "reader", readerID, "err", left)
			err = fault.Uncertain(err)
		}
		return nil, err
	}
	go func() {
		defer r.work.Done()
		r.member.run()
	}()
	return r, nil
}

// opening is a reader on its way into a group. Client.Close waits until it is in,
// and can be closed, or out.
type opening struct {
	reader string
	done   chan struct{}
}

// Close waits for its end, at most until ctx ends.
func (o opening) Close(ctx context.Context) error {
	select {
	case <-o.done:
		return nil
	case <-ctx.Done():
		return fault.Context(ctx, "close reader", o.reader).Because("it is being opened", nil)
	}
}

// endOf is the offset at which the group stops reading a segment.
func endOf(state *readergroup.State, s readergroup.Segment) int64 {
	if offset, ends := state.EndOffset(s); ends {
		return offset
	}
	return math.MaxInt64
}
