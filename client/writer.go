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

// Writer writes events to a stream, each stored exactly once, those of one
// routing key in order. It numbers the events that it accepts 1, 2, 3, … and
// tells through which number all are stored. Safe for concurrent use; the
// numbers are in the order in which the calls took them. Close it.
type Writer struct {
	client *Client
	engine *write.Writer
}

// OpenWriter opens a writer on a stream that exists. It asks the controller for
// the stream's segments and connects to them when there is something to write.
// A writer with an id (WriterConfig.ID) also ends the earlier ones of this id and
// finds out what they have stored: some requests for each segment, until ctx ends.
// Errors: NoSuchScope, NoSuchStream, StreamSealed, InvalidArgument and those of the
// network; Fenced if meanwhile another writer of this id was opened. MayBeStored tells
// whether the earlier ones of the id may be ended although this one could not be opened.
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

// Durable returns the number through which earlier writers of this one's id had
// stored everything when it was opened, 0 if there was none or it has no id. The
// number of the first event of this writer is the one after it, and it must be
// the same event as then: so must all that follow, in the same order and with the
// same keys, as far as the application had written any. Those that are stored
// already are not stored again.
func (w *Writer) Durable() int64 { return w.engine.Durable() }

// Write writes an event. It returns the event's number as soon as the event is copied, and
// waits for room in the window until ctx ends. A number that is returned is acknowledged
// later, or the writer fails; an error means that the event was not taken. Errors:
// EventTooLarge, InvalidArgument for a key that is not UTF-8, Closed, TimedOut, Cancelled and
// the writer's final one.
func (w *Writer) Write(ctx context.Context, e Event) (int64, error) {
	return w.engine.Write(ctx, e.Key, e.Data)
}

// TryWrite is Write that never waits: WindowFull says that there is no room.
func (w *Writer) TryWrite(e Event) (int64, error) { return w.engine.TryWrite(e.Key, e.Data) }

// Acked returns the number through which every event is stored. With an error
// the writer has failed for good, and the number is final.
func (w *Writer) Acked() (int64, error) { return w.engine.Acked() }

// Wait returns when every event up to a number is stored, or with the writer's
// final error, or when ctx ends: then MayBeStored is true, as the writer goes on and
// stores the events later, if it has not by now. InvalidArgument means that the number
// is negative or was never given out.
func (w *Writer) Wait(ctx context.Context, number int64) error { return w.engine.Wait(ctx, number) }

// Flush waits until every event that was accepted before the call is stored and,
// if the writer has an id, until the next writer of its id will know: Durable of
// that one is at least as high.
func (w *Writer) Flush(ctx context.Context) error { return w.engine.Flush(ctx) }

// Notify sets the function that is told of progress: the number through which
// all is stored, and at last the final error. It is also called, with the same
// number, when bytes left the window while that number waits for an older event.
// It is called by a goroutine of the writer's own, one call at a time, so it may
// write, also with Write, which waits for room: that comes without it. All that it
// holds up are its own next calls, which become one. It must not call Close, which
// waits until it has returned. Set it once, before the first write.
func (w *Writer) Notify(f func(acked int64, err error)) { w.engine.Notify(f) }

// Close refuses further writes, waits until everything accepted is stored, as
// Flush does, or ctx ends, and releases the writer. An error tells that some
// events may not be stored, or that the next writer of this one's id will not
// know that they are; Acked tells which are, and MayBeStored whether any of the others
// may be. A second Close, also one after the client's, waits for the first one, until its
// own ctx ends, and does nothing but tell what Acked does: nil if everything is stored.
func (w *Writer) Close(ctx context.Context) error {
	err := w.engine.Close(ctx)
	if w.engine.Closed() {
		w.client.forget(w)
	}
	return err
}

// WriteBatch writes several events of one key, or of none, as one: all of them are stored, one
// directly behind another, or none is. They take consecutive numbers; the last one is returned,
// and an acknowledgement covers none or all of them. A batch takes at most MaxEventSize bytes,
// with 8 bytes for the header of each event but one, else it is EventTooLarge; one without
// events is InvalidArgument. Otherwise as Write.
func (w *Writer) WriteBatch(ctx context.Context, key []byte, data ...[]byte) (int64, error) {
	return w.engine.WriteBatch(ctx, key, data)
}

// TryWriteBatch is WriteBatch that never waits.
func (w *Writer) TryWriteBatch(key []byte, data ...[]byte) (int64, error) {
	return w.engine.TryWriteBatch(key, data)
}

// NoteTime tells the servers that everything that was written before the call has
// an event time up to the timestamp, in the application's unit, so that readers
// of the stream know how far its event time has come. It waits until those events
// are stored. A timestamp before the last one is InvalidArgument, and so is a
// call on a writer that notes the time by itself (WriterConfig.TimeMarkInterval).
// The writer counts in the stream's event time until it is closed; writers of one
// id count as one, of which a later one goes on from the last timestamp. Errors
// besides: TimedOut, Cancelled, the writer's final one, and those of the network.
func (w *Writer) NoteTime(ctx context.Context, timestamp int64) error {
	return w.engine.NoteTime(ctx, timestamp)
}

// Trouble says what keeps the writer's events from being stored now: which server, at
// which address, what it did and for how long. It is nil while nothing is known to. The
// writer goes on by itself when the trouble is over, so this is for people to read; Wait,
// Flush and Close say the same when their time is over. It does not block.
func (w *Writer) Trouble() error { return w.engine.Trouble() }

// Waiting says for people what events wait for to be acknowledged while there is no
// Trouble, for example that a store has not answered yet. It is empty if all are. It does
// not block.
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
