package client

import (
	"cmp"
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/resume"
	"github.com/pravega/pravega-client-go/internal/routing"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// Writer writes events to a stream, each stored exactly once, those of one
// routing key in order. It numbers the events that it accepts 1, 2, 3, … and
// tells through which number all are stored. Safe for concurrent use; the
// numbers are in the order in which the calls took them. Close it.
type Writer struct {
	client *Client
	stream naming.Stream
	config WriterConfig
	life   *background.Life // ends when the writer is closed or has failed

	mu           sync.Mutex
	table        table            // the segments that are open for writing
	last         int64            // the newest number
	window       window           // bytes that are not stored
	progress     segment.Progress // blocks that are not stored
	random       rand.PCG         // positions of events without key
	resumed      *resume.Writer   // of a writer with an id
	keepsDurable bool             // its goroutine runs
	prompt       segment.Prompt   // left to who holds the lock: see unlock
	closing      bool             // no more events are taken
	ending       *xsync.Ending    // of Close; nil as long as it was not called
	err          error            // final; set once
	doubtful     int64            // events up to this number may have been in segments that were truncated away
	handed       xsync.Broadcast  // segments were replaced
	changed      xsync.Broadcast  // there was progress
	room         xsync.Broadcast  // the window has opened again
	late         *time.Timer      // opens it although it is not roomy
	noRoom       error            // the error of calls that do not wait for it
	watch        watch            // for progress

	acked atomic.Int64
	hook  hook
	inbox inbox
	marks timeMarks
	work  sync.WaitGroup // goroutines of this writer

	questions xsync.Limiter // to the controller, for successors
}

// OpenWriter opens a writer on a stream that exists. It asks the controller for
// the stream's segments and connects to them when there is something to write.
// A writer with an id (WriterConfig.ID) also ends the earlier ones of this id and
// finds out what they have stored: some requests for each segment, until ctx ends.
// Errors: NoSuchScope, NoSuchStream, StreamSealed, InvalidArgument and those of the
// network; Fenced if meanwhile another writer of this id was opened. MayBeStored tells
// whether the earlier ones of the id may be ended although this one could not be opened.
func (c *Client) OpenWriter(ctx context.Context, scope, stream string, config WriterConfig) (opened *Writer, err error) {
	const op = "open writer"
	name := naming.Stream{Scope: scope, Name: stream}
	if err := name.Check(op); err != nil {
		return nil, err
	}
	if err := config.check(); err != nil {
		return nil, err
	}
	w := c.newWriter(name, config)
	defer func() {
		err = fault.During(op, name.String(), err)
		if err != nil && w.resumed != nil {
			err = fault.Uncertain(err) // the earlier ones of its id are ended
		}
	}()
	segments, err := w.begin(ctx)
	if err != nil {
		w.life.End()
		return nil, c.cluster.Absent(ctx, err)
	}
	if len(segments) == 0 {
		w.life.End()
		return nil, fault.New(fault.StreamSealed, op, name.String(), "")
	}
	members := make([]*member, len(segments))
	for i, s := range segments {
		members[i] = w.newMember(s)
	}
	if err := w.start(members); err != nil {
		return nil, err
	}
	if err := c.adopt(w); err != nil {
		w.life.End()
		return nil, err
	}
	if config.TimeMarkInterval > 0 {
		w.work.Add(1)
		go w.noteTimes()
	}
	return w, nil
}

// newWriter makes a writer that has no segments yet.
func (c *Client) newWriter(stream naming.Stream, config WriterConfig) *Writer {
	w := &Writer{client: c, stream: stream, config: config, window: window{limit: config.WindowBytes}, questions: xsync.NewLimiter(questionsAtOnce)}
	w.noRoom = fault.New(fault.WindowFull, "write to stream", stream.String(), "")
	w.random.Seed(rand.Uint64(), rand.Uint64())
	w.marks = timeMarks{name: cmp.Or(config.ID, wire.NewUUID().String()), calls: xsync.NewMutex()}
	w.life = c.cluster.Life.Child(stream.String())
	return w
}

// start gives the writer its segments, and has it end with the client, which may be
// closed at any moment, also while Close waits for acknowledgements.
func (w *Writer) start(members []*member) error {
	table, err := newTable(members)
	if err != nil {
		w.life.End()
		return err
	}
	w.mu.Lock()
	w.table = table
	w.mu.Unlock()
	w.life.AfterEnd(func() { w.end(fault.New(fault.Closed, "write to stream", w.stream.String(), "the client was closed")) })
	return nil
}

// begin finds the segments that can be written to, and where to continue.
func (w *Writer) begin(ctx context.Context) ([]controller.SegmentRange, error) {
	if w.config.ID == "" {
		return w.client.cluster.Controller.CurrentSegments(ctx, w.stream)
	}
	ctx, cancel := w.client.cluster.Limit(ctx)
	defer cancel()
	r, segments, err := resume.Open(ctx, w.client.cluster, w.stream, w.config.ID)
	if err != nil || len(segments) == 0 {
		return nil, err
	}
	w.resumed, w.last = r, r.Durable
	w.acked.Store(r.Durable)
	return segments, nil
}

// Durable returns the number through which earlier writers of this one's id had
// stored everything when it was opened, 0 if there was none or it has no id. The
// number of the first event of this writer is the one after it, and it must be
// the same event as then: so must all that follow, in the same order and with the
// same keys, as far as the application had written any. Those that are stored
// already are not stored again.
func (w *Writer) Durable() int64 {
	if w.resumed == nil {
		return 0
	}
	return w.resumed.Durable
}

// Write writes an event without a routing key: it may go to any segment. It
// returns the event's number as soon as the event is copied, and waits for room
// in the window until ctx ends. A number that is returned is acknowledged later,
// or the writer fails; an error means that the event was not taken.
// Errors: EventTooLarge, Closed, TimedOut, Cancelled and the writer's final one.
func (w *Writer) Write(ctx context.Context, event []byte) (int64, error) {
	return w.write(ctx, anywhere, event)
}

// WriteKeyed writes an event with a routing key: events of one key are read in
// the order of their numbers. The key is UTF-8; the empty key is a key like any
// other. Otherwise as Write.
func (w *Writer) WriteKeyed(ctx context.Context, key string, event []byte) (int64, error) {
	position, err := routing.Position(key)
	if err != nil {
		return 0, err
	}
	return w.write(ctx, position, event)
}

// TryWrite is Write that never waits: WindowFull tells that there is no room.
func (w *Writer) TryWrite(event []byte) (int64, error) {
	w.mu.Lock()
	defer w.unlock()
	defer w.openInbox()
	return w.accept(anywhere, event)
}

// TryWriteKeyed is WriteKeyed that never waits.
func (w *Writer) TryWriteKeyed(key string, event []byte) (int64, error) {
	position, err := routing.Position(key)
	if err != nil {
		return 0, err
	}
	w.mu.Lock()
	defer w.unlock()
	defer w.openInbox()
	return w.accept(position, event)
}

// NoKey marks an event without key in the lengths of TryWriteMany.
const NoKey = 1<<32 - 1

// TryWriteMany writes events that lie back to back in events, with the lengths
// lens; their keys lie back to back in keys, with the lengths keyLens, where
// NoKey stands for none; nil keyLens means that no event has a key. It stops at
// the first event that it cannot take and returns how many it took, the number
// of the last one, and why it stopped: nil if all were taken. It never waits.
func (w *Writer) TryWriteMany(keys []byte, keyLens []uint32, events []byte, lens []uint32) (accepted int, last int64, err error) {
	w.mu.Lock()
	defer w.unlock()
	if keyLens != nil && len(keyLens) < len(lens) {
		return 0, 0, w.tooShort()
	}
	for i, length := range lens {
		if uint64(length) > uint64(len(events)) {
			return accepted, last, w.tooShort()
		}
		position := anywhere
		if keyLens != nil && keyLens[i] != NoKey {
			n := keyLens[i]
			if uint64(n) > uint64(len(keys)) {
				return accepted, last, w.tooShort()
			}
			if position, err = routing.PositionBytes(keys[:n]); err != nil {
				return accepted, last, err
			}
			keys = keys[n:]
		}
		if length > MaxEventSize {
			return accepted, last, w.tooLarge(int(length), MaxEventSize, "in a call for many; write it by itself")
		}
		number, err := w.accept(position, events[:length])
		if err != nil {
			return accepted, last, err
		}
		events = events[length:]
		accepted, last = accepted+1, number
	}
	return accepted, last, nil
}

func (w *Writer) tooShort() error {
	return fault.New(fault.InvalidArgument, "write to stream", w.stream.String(), "the lengths add up to more than there is")
}

// anywhere is the position of an event without key, before one is drawn.
const anywhere = -1.0

func (w *Writer) write(ctx context.Context, position float64, events ...[]byte) (int64, error) {
	for {
		w.mu.Lock()
		number, err := w.accept(position, events...)
		if err != w.noRoom {
			w.unlock()
			return number, err
		}
		room := w.room.Next()
		w.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			err := w.outOfTime(ctx, "write to stream")
			err.Detail = strings.TrimSuffix("the writer's window is full: "+err.Detail, ": ")
			return 0, err
		}
	}
}

// accept takes an event, or refuses it: then it has no number. Several events are
// a batch, which is stored as one.
func (w *Writer) accept(position float64, events ...[]byte) (int64, error) {
	w.emptyInbox(true)
	switch {
	case w.err != nil:
		return 0, w.err
	case w.closing:
		return 0, w.beingClosed()
	}
	size := segment.FramedSize(events)
	if size > segment.MaxAppend {
		return w.acceptLarge(position, events)
	}
	position = w.settled(position)
	if stored, err := w.repeats(position, len(events)); err != nil {
		return 0, err
	} else if stored {
		return w.last, nil
	}
	m := w.table.find(position)
	if !w.window.admits(m.Bytes(), len(w.table.members)) {
		w.window.full = true
		return 0, w.noRoom
	}
	// With others under way the sender has more to send than this one.
	alone := w.last == w.acked.Load()
	w.number(m, size, len(events))
	if alone && w.prompt == nil {
		w.prompt = m.AddPromptly(w.last, position, events...)
	} else {
		m.Add(w.last, position, events...)
	}
	return w.last, nil
}

// number is the one place where events get their numbers and their room in the
// window, as one step with their Add to the segment, which follows under the lock.
func (w *Writer) number(m *member, size, events int) {
	held := m.Bytes()
	w.window.moved(held, held+size, len(w.table.members))
	w.last += int64(events)
	if !w.watch.on {
		w.startWatch()
	}
}

// unlock ends a write: it lets go of the lock, and sends what is to be sent
// without it.
func (w *Writer) unlock() {
	prompt := w.prompt
	w.prompt = nil
	w.mu.Unlock()
	if prompt != nil {
		prompt.Send()
	}
}

// settled is the position, drawn if the event may go anywhere.
func (w *Writer) settled(position float64) float64 {
	if position == anywhere {
		if w.resumed != nil {
			return w.resumed.Position(w.last + 1)
		}
		return float64(w.random.Uint64()>>12) / (1 << 52)
	}
	return position
}

// Acked returns the number through which every event is stored. With an error
// the writer has failed for good, and the number is final.
func (w *Writer) Acked() (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.acked.Load(), w.err
}

// Wait returns when every event up to a number is stored, or with the writer's
// final error, or when ctx ends: then MayBeStored is true, as the writer goes on and
// stores the events later, if it has not by now. InvalidArgument means that the number
// is negative or was never given out.
func (w *Writer) Wait(ctx context.Context, number int64) error {
	const op = "wait for acknowledgement of stream"
	for over := false; ; {
		changed, err := w.waitsFor(op, number)
		if changed == nil {
			return err
		}
		if over {
			err := w.outOfTime(ctx, op)
			err.Stored = true
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			over = true // unless the events are stored just now
		}
	}
}

// waitsFor returns what is closed at the next progress, as long as the events up to a
// number may become stored; else nil, and why they will not, or that they are.
func (w *Writer) waitsFor(op string, number int64) (<-chan struct{}, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if number > w.last {
		w.emptyInbox(false) // what is there has its number
	}
	switch {
	case number >= 0 && number <= w.acked.Load():
		return nil, nil
	case number >= 0 && w.err != nil:
		return nil, w.err
	case number < 0 || number > w.last:
		return nil, fault.New(fault.InvalidArgument, op, w.stream.String(), "no event has the number %d", number)
	}
	return w.changed.Next(), nil
}

// Flush waits until every event that was accepted before the call is stored and,
// if the writer has an id, until the next writer of its id will know: Durable of
// that one is at least as high.
func (w *Writer) Flush(ctx context.Context) error {
	if err := w.Wait(ctx, w.newest()); err != nil {
		return err
	}
	return w.settleDurable(ctx)
}

// Notify sets the function that is told of progress: the number through which
// all is stored, and at last the final error. It is also called, with the same
// number, when bytes left the window while that number waits for an older event.
// It is called by a goroutine of the writer's own, one call at a time, so it may
// write, also with Write, which waits for room: that comes without it. All that it
// holds up are its own next calls, which become one. It must not call Close, which
// waits until it has returned. Set it once, before the first write.
func (w *Writer) Notify(f func(acked int64, err error)) { w.NotifyRoom(f, func() {}) }

// NotifyRoom is Notify with a second function for callers that want to write again
// after WindowFull. It is called when an eighth of the window is free, or some of
// it for a moment already, so that who waits for it does not come back for every
// few bytes, and once more when the writer has failed. It is called as the first
// one is, before it.
func (w *Writer) NotifyRoom(f func(acked int64, err error), room func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hook.call, w.hook.open = f, room
	w.hook.due = make(chan struct{}, 1)
	if w.err != nil {
		w.hook.wake() // nothing else will
	}
	w.work.Add(1)
	go w.runHook()
}

// Close refuses further writes, waits until everything accepted is stored, as
// Flush does, or ctx ends, and releases the writer. An error tells that some
// events may not be stored, or that the next writer of this one's id will not
// know that they are; Acked tells which are, and MayBeStored whether any of the others
// may be. A second Close, also one after the client's, waits for the first one, until its
// own ctx ends, and does nothing but tell what Acked does: nil if everything is stored.
func (w *Writer) Close(ctx context.Context) error {
	const op = "close writer of stream"
	w.mu.Lock()
	if first := w.ending; first != nil {
		w.mu.Unlock()
		if err := first.Wait(ctx, op, w.stream.String()); err != nil {
			return err
		}
		return w.unstored()
	}
	w.ending = xsync.NewEnding()
	w.emptyInbox(true)
	w.closing = true
	last := w.last
	w.mu.Unlock()
	err := w.Wait(ctx, last)
	if err == nil {
		err = w.settleDurable(ctx)
	}
	w.end(fault.New(fault.Closed, "write to stream", w.stream.String(), "the writer was closed"))
	w.work.Wait()
	w.forgetTime(ctx)
	w.client.forget(w)
	_ = w.ending.Finish(nil)
	if left := w.unstored(); left != nil { // by an end that nobody goes on to store it after
		return fault.Marked(err, fault.MayBeStored(left))
	}
	return err
}

// unstored is why not everything that was accepted is stored, of a writer that has ended;
// nil if it is.
func (w *Writer) unstored() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.acked.Load() == w.last {
		return nil
	}
	return w.err
}

func (w *Writer) beingClosed() error {
	return fault.New(fault.Closed, "write to stream", w.stream.String(), "the writer is being closed")
}

// refuse lets the writer take no more events.
func (w *Writer) refuse() {
	w.mu.Lock()
	w.closing = true
	w.mu.Unlock()
}

// newest is the number of the last event that was accepted.
func (w *Writer) newest() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.emptyInbox(false)
	return w.last
}

// end makes err the writer's final error, unless it has one, and lets go of
// everything that it holds.
func (w *Writer) end(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail(err)
}

// fail is end with the lock held.
func (w *Writer) fail(err error) {
	if w.err != nil {
		return
	}
	w.emptyInbox(true) // they have numbers, which nobody may take for acknowledged
	err = fault.During("write to stream", w.stream.String(), err)
	if w.leavesDoubt(err) {
		err = fault.Uncertain(err)
	}
	w.err = err
	w.closeInbox()
	w.stopWatch()
	w.life.End()
	for _, m := range w.table.members {
		m.Stop()
	}
	w.reopen()
	w.changed.Notify()
}

// leavesDoubt reports whether events above the acknowledged number may be stored, or are,
// when the writer ends with err.
func (w *Writer) leavesDoubt(err error) bool {
	above := w.last - w.acked.Load()
	switch fault.CodeOf(err) {
	case fault.StreamSealed, fault.TransactionAborted, fault.TransactionCommitted:
		return false // the error was made after the segments had been asked, and says so itself
	case fault.Fenced:
		return above > 0 // the later writer may have been given what was under way
	}
	if w.doubtful > w.acked.Load() {
		return true
	}
	for _, m := range w.table.members {
		if m.Doubtful() {
			return true
		}
		m.Leftovers(func(_ int64, _ float64, events [][]byte) { above -= int64(len(events)) })
	}
	return above > 0 // stored behind an event that is not
}

// left tells everybody that bytes of a segment have left the window.
func (w *Writer) left(bytes, ofSegment int) {
	segments := len(w.table.members)
	w.window.moved(ofSegment+bytes, ofSegment, segments)
	switch {
	case !w.window.full:
	case w.window.roomy(ofSegment, segments):
		w.reopen()
	case w.late == nil: // the rest may belong to segments that are down
		w.late = time.AfterFunc(lateness, w.reopenLate)
	}
	w.inbox.alone = 0
	w.emptyInbox(false)
	w.progressed()
}

// reshare gives every segment of a new table its share of the window. There may be
// room now for calls that the window refused.
func (w *Writer) reshare() {
	w.window.used = 0
	for _, m := range w.table.members {
		w.window.used += w.window.share(m.Bytes(), len(w.table.members))
	}
	if w.window.full {
		w.reopen()
	}
}

// progressed tells everybody that more is stored.
func (w *Writer) progressed() {
	w.acked.Store(w.progress.Through(w.last))
	if r := w.resumed; r != nil && !w.keepsDurable && w.err == nil && r.Raised() < w.acked.Load() {
		w.keepsDurable = true
		w.work.Add(1)
		go w.keepDurable()
	}
	w.changed.Notify()
	w.hook.wake()
}

// lateness is how long calls that the window refused are kept waiting although
// there is some room.
const lateness = 10 * time.Millisecond

func (w *Writer) reopenLate() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.window.full {
		w.reopen()
	}
}

// reopen has those come back whom the window refused.
func (w *Writer) reopen() {
	w.window.full = false
	if w.late != nil {
		w.late.Stop()
		w.late = nil
	}
	w.room.Notify()
	w.hook.room = true
	w.hook.wake()
}
