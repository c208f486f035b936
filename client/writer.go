package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/write"
)

// Event is what is written.
type Event struct {
	// Key is the routing key, in UTF-8: events of one key are read in the order of their
	// numbers. Nil is no key, and the event may go to any segment; the empty key is a key like
	// any other. It is not kept.
	Key []byte
	// Data is copied before the call returns.
	Data []byte
}

// Writer writes events to a stream. Each event is stored exactly once, and events
// with the same routing key are stored in order. The writer numbers the events
// that it accepts 1, 2, 3, … and reports the number up to which all of them are
// stored. Concurrent calls are numbered in the order in which they were accepted.
// Safe for concurrent use. Close it.
type Writer struct {
	client *Client
	engine *write.Writer
}

// OpenWriter opens a writer on an existing stream. It asks the controller for the
// stream's segments, and connects to them once there is something to write.
//
// A writer with an id (WriterConfig.ID) also ends earlier writers with this id and
// finds out what they have stored, which takes a few requests for each segment.
//
// Errors: NoSuchScope, NoSuchStream, StreamSealed, InvalidArgument and those of the
// network; Fenced if another writer with this id was opened meanwhile. MayBeStored
// reports whether earlier writers with the id may have ended even though this one
// could not be opened.
func (c *Client) OpenWriter(ctx context.Context, scope, stream string, config WriterConfig) (*Writer, error) {
	if err := (naming.Stream{Scope: scope, Name: stream}).Check("open writer"); err != nil {
		return nil, err
	}
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	engine, err := write.Open(ctx, c.cluster, naming.Stream{Scope: scope, Name: stream}, write.Config{
		ID:               config.ID,
		WindowBytes:      config.WindowBytes,
		BlockBytes:       config.BlockBytes,
		LargeEventBytes:  config.LargeEventBytes,
		TimeMarkInterval: config.TimeMarkInterval,
		MaxOutage:        c.config.MaxOutage,
	})
	if err != nil {
		return nil, err
	}
	w := &Writer{c, engine}
	if err := c.adopt(w); err != nil {
		engine.End(err)
		return nil, fault.Marked(err, config.ID != "") // the earlier writers of its id are ended
	}
	return w, nil
}

// Durable returns the number up to which earlier writers with this id had stored
// everything when the writer was opened; 0 if there was none, or if the writer has
// no id.
//
// The writer numbers its first event Durable()+1. That event, and those that
// follow, must be the same events in the same order and with the same keys as
// before, as far as the application had written any. Those that are stored already
// are not stored again.
func (w *Writer) Durable() int64 { return w.engine.Durable() }

// Write accepts an event and returns its number as soon as the event is copied. It
// waits for room in the window until ctx ends. An accepted event is acknowledged
// later, unless the writer fails; if Write returns an error, the event was not
// accepted. Errors: EventTooLarge, InvalidArgument if the key is not UTF-8, Closed,
// TimedOut, Cancelled and the writer's final error.
func (w *Writer) Write(ctx context.Context, e Event) (int64, error) {
	return w.engine.Write(ctx, e.Key, e.Data)
}

// TryWrite is Write without waiting: it returns WindowFull if there is no room.
func (w *Writer) TryWrite(e Event) (int64, error) { return w.engine.TryWrite(e.Key, e.Data) }

// Acked returns the number up to which every event is stored. If it also returns an
// error, the writer has failed for good and the number is final.
func (w *Writer) Acked() (int64, error) { return w.engine.Acked() }

// Wait waits until every event up to number is stored. It returns the writer's final
// error if the writer fails first, and TimedOut or Cancelled if ctx ends first;
// MayBeStored is true then, since the writer goes on and may store the events later.
// InvalidArgument means that number is negative or was never given out.
func (w *Writer) Wait(ctx context.Context, number int64) error { return w.engine.Wait(ctx, number) }

// Flush waits until every event accepted before the call is stored. If the writer
// has an id, Flush also waits until the next writer with this id will know: its
// Durable will be at least as high.
func (w *Writer) Flush(ctx context.Context) error { return w.engine.Flush(ctx) }

// Notify sets a function that is called with the acknowledged number whenever that
// has risen, and with the final error once the writer has failed. It is also called
// with an unchanged number when bytes have left the window while an older event
// still waits elsewhere.
//
// A goroutine of the writer makes the calls, one at a time. The function may write,
// and may wait for room in Write. While it runs, further calls merge into one. It
// must not call Close, which waits for it to return. Set it once, before the first
// write.
func (w *Writer) Notify(f func(acked int64, err error)) { w.engine.Notify(f) }

// Close refuses further writes, waits until everything accepted is stored, as Flush
// does, and releases the writer. If it returns an error, some events may not be
// stored, or the next writer with this id will not know that they are; Acked says
// which events are stored, and MayBeStored whether any of the others may be.
//
// A second Close, also after Client.Close, waits for the first one until its own ctx
// ends. It returns nil if everything is stored, and the writer's final error if not.
func (w *Writer) Close(ctx context.Context) error {
	err := w.engine.Close(ctx)
	if w.engine.Closed() {
		w.client.forget(w)
	}
	return err
}

// WriteBatch writes several events with one key, or with none if key is nil, as one:
// either all of them are stored, each directly after the other, or none is. They
// take consecutive numbers, of which WriteBatch returns the last, and they are
// acknowledged together.
//
// A batch holds at most MaxEventSize bytes, including 8 bytes for the header of each
// event after the first; a larger one is EventTooLarge, and an empty one is
// InvalidArgument. In all else WriteBatch is like Write.
func (w *Writer) WriteBatch(ctx context.Context, key []byte, data ...[]byte) (int64, error) {
	return w.engine.WriteBatch(ctx, key, data)
}

// TryWriteBatch is WriteBatch that never waits.
func (w *Writer) TryWriteBatch(key []byte, data ...[]byte) (int64, error) {
	return w.engine.TryWriteBatch(key, data)
}

// NoteTime tells the servers that everything written before the call has an event
// time of at most timestamp, in the application's own unit; readers learn from it
// how far the stream's event time has come. It waits until those events are stored.
//
// A timestamp lower than the last one is InvalidArgument, and so is calling NoteTime
// on a writer that notes the time by itself (WriterConfig.TimeMarkInterval). The
// writer counts in the stream's event time until it is closed. Writers with the same
// id count as one, and a later one continues from the last timestamp. Other errors:
// TimedOut, Cancelled, the writer's final error, and those of the network.
func (w *Writer) NoteTime(ctx context.Context, timestamp int64) error {
	return w.engine.NoteTime(ctx, timestamp)
}

// Trouble returns what keeps events from being stored now: which server, at which
// address, what it did and for how long. It is nil if nothing is known to be wrong.
// The writer recovers by itself, so Trouble is for people to read. Wait, Flush and
// Close include the same in their errors when they time out. It does not block.
func (w *Writer) Trouble() error { return w.engine.Trouble() }

// Waiting describes what unacknowledged events wait for while there is no Trouble,
// for example that a store has not answered yet. It is empty if all events are
// acknowledged. It does not block.
func (w *Writer) Waiting() string { return w.engine.Waiting() }

func init() {
	write.EngineOf = func(public any) *write.Writer {
		switch w := public.(type) {
		case *Writer:
			return w.engine
		case *Transaction:
			return w.engine.Events
		}
		return nil
	}
}
