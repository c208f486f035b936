package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/member"
	"github.com/pravega/pravega-client-go/internal/read"
)

// Reader is a member of a reader group. It reads ahead in the segments that the group
// assigns to it, and hands out slices of them; group work runs in the background. One
// goroutine at a time may call Next, while slices may be used and released by others.
//
// Close the reader. Otherwise the group keeps its segments assigned to it until someone
// calls ReaderGroup.ReaderOffline.
type Reader struct {
	client *Client
	engine *member.Member
}

// Next returns a slice, waiting until there is one or ctx ends. Segments take turns.
// Errors: ErrEnd when the group has read all that there will ever be; *AtCheckpoint for
// a reader with ReaderConfig.Checkpoints; TimedOut and Cancelled if ctx ends first;
// Closed; and the final errors below, after which the reader can only be closed.
//
// ReaderNotInGroup means that someone took the reader out of the group, and
// GroupReinitialized that the group was reset. In both cases, what was not given back
// by then is read again, and what was given back may be. Close the reader and open it
// again, under the same name if you like. NoSuchReaderGroup means that the group was
// deleted.
//
// Other readers take a reader for dead when it has not written to the group's state for
// long, and a reader that cannot read that state does not learn of it. So a reader that
// has not both read and written the state for 30 s, for 10 s times one more than the
// group has readers, and for its own ReaderConfig.LivenessTimeout hands out nothing. Calls
// that end meanwhile say why. It continues once it has done both and is still a member.
// What is out may be given back meanwhile.
//
// If a stream is deleted, reading it ends there, and the group's other streams are read
// on. If another stream was created under the same name, which the group reads only
// after a Reset, the final error is NoSuchStream and says so, at the latest in place of
// ErrEnd.
func (r *Reader) Next(ctx context.Context) (*Slice, error) { return handOut(r.engine.Reader.Next(ctx)) }

// TryNext is Next without waiting: it returns TimedOut if there is no slice yet.
func (r *Reader) TryNext() (*Slice, error) { return handOut(r.engine.Reader.TryNext()) }

func handOut(s *read.Slice, err error) (*Slice, error) {
	if at, ok := err.(*read.AtCheckpoint); ok {
		err = &AtCheckpoint{at.Name}
	}
	if err != nil {
		return nil, err
	}
	return &Slice{s}, nil
}

// Notify sets a function that is called whenever Next may have become ready. The library
// calls it from its own goroutines, holding locks: it must not block, nor call the
// reader. Set it once, before the first Next.
func (r *Reader) Notify(f func()) { r.engine.Reader.Notify(f) }

// Position returns where the reader stands, according to what was given back. It does
// not block.
func (r *Reader) Position() Position { return Position{r.engine.Reader.Position()} }

// TimeWindow returns where the group is in the event time of one of its streams. It is
// based on what this reader has given back and on what the other readers last reported,
// a few seconds ago. Servers mark the times that writers note about every ten seconds,
// once all writers have moved on. TimeWindow asks the servers for marks once the group
// has passed all that it knows, at most once a second, so most calls do not block.
// Errors: InvalidArgument for a stream that the group does not read; TimedOut and
// Cancelled; the final error of Next; those of the network.
func (r *Reader) TimeWindow(ctx context.Context, scope, stream string) (TimeWindow, error) {
	lower, upper, err := r.engine.Reader.TimeWindow(ctx, scope, stream)
	if err != nil {
		return TimeWindow{}, err
	}
	return TimeWindow{lower, upper}, nil
}

// Trouble returns what keeps the reader from events now: which server, at which address,
// what it did and for how long. It is nil if nothing is known to be wrong, even if there
// is nothing to read; see Waiting. The reader recovers by itself, so Trouble is for
// people to read. Next includes the same in its error when it times out. It does not
// block.
func (r *Reader) Trouble() error { return r.engine.Reader.Trouble() }

// Waiting describes what Next waits for while there is no Trouble, for example that
// other readers of the group have all segments. It is empty if a slice is ready. It does
// not block.
func (r *Reader) Waiting() string { return r.engine.Reader.Waiting() }

// Close leaves the group. The other readers take over the segments, from the first event
// that was not given back. Slices that are out when Close is called count as not
// consumed: releasing one later returns Closed. Their bytes stay valid until then.
//
// If ctx ends before the group knows, the reader is closed all the same, and the error
// says that it is still a member. Another Close, including that of the client, waits for
// the first one until its own ctx ends, and returns the same.
func (r *Reader) Close(ctx context.Context) error {
	return r.closed(r.engine.Close(ctx))
}

// CloseAt is Close for an application that has finished with the events before a
// position of this reader, whatever it has given back: the other readers continue there.
// In segments without a place in the position they continue from the reader's last
// checkpoint, or from where it acquired them. A segment that was given back to its end
// is finished if the group knows that already. Errors: InvalidArgument if the position
// is ahead of what was handed out, and the reader stays open then; those of Close.
func (r *Reader) CloseAt(ctx context.Context, at Position) error {
	return r.closed(r.engine.CloseAt(ctx, at.position))
}

// closed ends a Close of the engine that returned err.
func (r *Reader) closed(err error) error {
	if r.engine.Closed() {
		r.client.forget(r)
	}
	return err
}
