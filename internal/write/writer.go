// Package write is the engine of writers: the window, the route of an event to its segment,
// what becomes of a sealed segment, and the acknowledged number.
package write

import (
	"cmp"
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/resume"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// Writer is the engine of client.Writer, and of the events of a transaction. What has the
// same name there is documented there. Safe for concurrent use. Close it.
type Writer struct {
	cluster *cluster.Cluster
	stream  naming.Stream
	config  Config
	life    *background.Life // ends when the writer is closed or has failed

	mu           sync.Mutex
	routes       routes           // the segments that are open for writing
	last         int64            // the newest number
	window       window           // bytes that are not stored
	progress     segment.Progress // blocks that are not stored
	random       rand.PCG         // positions of events without key
	resumed      *resume.Writer   // of a writer with an id
	keepsDurable bool             // its goroutine runs
	prompt       segment.Prompt   // sent once the lock is released: see unlock
	closing      bool             // no more events are taken
	ending       *xsync.Ending    // of Close; nil as long as it was not called
	err          error            // final; set once
	doubtful     int64            // events up to this number may have been in segments that were truncated away
	handed       xsync.Broadcast  // segments were replaced
	changed      xsync.Broadcast  // there was progress
	room         xsync.Broadcast  // the window has opened again
	late         *time.Timer      // reopens the window when only a little room is left
	noRoom       error            // WindowFull, for calls that do not wait
	watch        watch            // for progress

	acked atomic.Int64
	hook  hook
	inbox inbox
	marks timeMarks
	work  sync.WaitGroup // goroutines of this writer

	questions xsync.Limiter // to the controller, for successors
}

// Open opens a writer on a stream that exists. One with an id ends the earlier ones of its
// id and finds out what they have stored.
func Open(ctx context.Context, c *cluster.Cluster, stream naming.Stream, config Config) (opened *Writer, err error) {
	const op = "open writer"
	w := newWriter(c, stream, config)
	defer func() {
		err = fault.During(op, stream.String(), err)
		if err != nil {
			w.life.End()
		}
		if err != nil && w.resumed != nil {
			err = fault.Uncertain(err) // the earlier ones of its id are ended
		}
	}()
	found, err := w.begin(ctx)
	if err != nil {
		return nil, c.Absent(ctx, err)
	}
	if len(found) == 0 {
		return nil, fault.New(fault.StreamSealed, op, stream.String(), "")
	}
	segments := make([]Segment, len(found))
	for i, s := range found {
		segments[i] = Segment{SegmentRange: s, Name: naming.SegmentName(stream, s.Segment)}
	}
	if err := w.start(segments); err != nil {
		return nil, err
	}
	if config.TimeMarkInterval > 0 {
		w.work.Add(1)
		go w.noteTimes()
	}
	return w, nil
}

// Segment is one of those that a writer writes to from the start.
type Segment struct {
	controller.SegmentRange
	Name string
	// Sealed is called, with the writer's lock held, when the segment takes no more
	// events or is gone. If it is nil, the segment's successors replace it.
	Sealed func()
}

// New makes a writer on segments that the caller knows.
func New(c *cluster.Cluster, stream naming.Stream, config Config, segments []Segment) (*Writer, error) {
	w := newWriter(c, stream, config)
	if err := w.start(segments); err != nil {
		w.life.End()
		return nil, err
	}
	return w, nil
}

// newWriter makes a writer that has no segments yet.
func newWriter(c *cluster.Cluster, stream naming.Stream, config Config) *Writer {
	w := &Writer{cluster: c, stream: stream, config: config, window: window{limit: config.WindowBytes}, questions: xsync.NewLimiter(questionsAtOnce)}
	w.noRoom = fault.New(fault.WindowFull, "write to stream", stream.String(), "")
	w.random.Seed(rand.Uint64(), rand.Uint64())
	w.marks = timeMarks{name: cmp.Or(config.ID, wire.NewUUID().String()), calls: xsync.NewMutex()}
	w.life = c.Life.Child(stream.String())
	return w
}

// start gives the writer its segments. The writer ends with the cluster, which may be closed
// at any moment, even while Close waits for acknowledgements.
func (w *Writer) start(segments []Segment) error {
	members := make([]*member, len(segments))
	for i, s := range segments {
		members[i] = w.newMember(s)
	}
	routes, err := newRoutes(members)
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.routes = routes
	w.mu.Unlock()
	w.life.AfterEnd(func() { w.End(fault.New(fault.Closed, "write to stream", w.stream.String(), "the client was closed")) })
	return nil
}

// Life makes the writer's background calls, and ends with the writer.
func (w *Writer) Life() *background.Life { return w.life }

// begin finds the segments that can be written to, and the number to continue from.
func (w *Writer) begin(ctx context.Context) ([]controller.SegmentRange, error) {
	if w.config.ID == "" {
		return w.cluster.Controller.CurrentSegments(ctx, w.stream)
	}
	ctx, cancel := w.cluster.Limit(ctx)
	defer cancel()
	r, segments, err := resume.Open(ctx, w.cluster, w.stream, w.config.ID)
	if err != nil || len(segments) == 0 {
		return nil, err
	}
	w.resumed, w.last = r, r.Durable
	w.acked.Store(r.Durable)
	return segments, nil
}

// Durable is the number through which earlier writers of this one's id had stored
// everything when it was opened.
func (w *Writer) Durable() int64 {
	if w.resumed == nil {
		return 0
	}
	return w.resumed.Durable
}
