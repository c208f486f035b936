package client

import (
	"cmp"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
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
	// reading goes on after a reader has crashed; there are none if it is Never. Option
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
	Retention GroupRetention
}

// Never is a ReaderGroupConfig.CheckpointInterval without automatic checkpoints.
const Never time.Duration = -1

// GroupRetention is what a group's progress means for the retention of its streams.
type GroupRetention string

// The kinds.
const (
	// GroupRetentionNone: nothing.
	GroupRetentionNone GroupRetention = "none"
	// GroupRetentionManual: what lies before the cuts that are given to
	// ReaderGroup.UpdateRetentionStreamCut is not needed.
	GroupRetentionManual GroupRetention = "manual"
	// GroupRetentionCheckpoint: what lies before the last checkpoint, automatic
	// ones among them, is not needed. The readers tell the servers.
	GroupRetentionCheckpoint GroupRetention = "checkpoint"
)

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

// toGroup checks a configuration and makes the engine's form of it.
func (config ReaderGroupConfig) toGroup(op, scope, name string) (group.Config, error) {
	wanted := group.Config{Tails: make(map[naming.Stream]bool)}
	config, err := config.complete()
	if err != nil {
		return wanted, err
	}
	wanted.Config = readergroup.Config{
		Start:                     make(map[naming.Stream]streamcut.Cut),
		End:                       make(map[naming.Stream]streamcut.Cut),
		RefreshMillis:             config.RefreshInterval.Milliseconds(),
		CheckpointMillis:          config.CheckpointInterval.Milliseconds(),
		MaxOutstandingCheckpoints: int32(config.MaxOutstandingCheckpoints),
		Retention:                 readergroup.Retention(slices.Index(readergroup.Retentions, string(config.Retention))),
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
		if config.Retention != GroupRetentionNone && s.Scope != scope {
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
		wanted.Streams = append(wanted.Streams, stream)
		wanted.Start[stream], wanted.End[stream] = s.From.cut, s.To.cut
		if s.FromTail {
			wanted.Tails[stream] = true
		}
	}
	return wanted, nil
}

// fromGroup is the configuration that a group has.
func fromGroup(now readergroup.Config) ReaderGroupConfig {
	config := ReaderGroupConfig{
		RefreshInterval:           now.RefreshInterval(),
		CheckpointInterval:        cmp.Or(now.CheckpointInterval(), Never),
		MaxOutstandingCheckpoints: int(now.MaxOutstandingCheckpoints),
		Retention:                 GroupRetention(now.Retention.String()),
	}
	for stream, from := range now.Start {
		config.Streams = append(config.Streams, GroupStream{Scope: stream.Scope, Stream: stream.Name, From: StreamCut{from}, To: StreamCut{now.End[stream]}})
	}
	slices.SortFunc(config.Streams, func(a, b GroupStream) int {
		return streamcut.CompareStreams(naming.Stream{Scope: a.Scope, Name: a.Stream}, naming.Stream{Scope: b.Scope, Name: b.Stream})
	})
	return config
}
