package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/member"
	"github.com/pravega/pravega-client-go/internal/read"
)

// Reader is a member of a reader group. It reads the segments that the group
// assigns to it ahead of the application and hands out slices of them. Group
// work runs beside the application. Next is for one goroutine at a time; slices
// may be used and released by others. Close it, or the group keeps its segments
// assigned until somebody calls ReaderGroup.ReaderOffline.
type Reader struct {
	client *Client
	engine *member.Member
}

// Next waits for a slice until ctx ends. Segments take turns. Errors: ErrEnd
// when the group has read all there will ever be; *AtCheckpoint, for a reader
// that asked for checkpoints; TimedOut and Cancelled when ctx ends first; Closed;
// and the final ones, after which the reader can only be closed.
//
// A reader that cannot write to the group's state is taken for dead by the others at some
// time, and one that cannot read it does not learn of that. So it hands out nothing, and
// the error of a call that ends says why, once it has not read the state, or not written to
// it, for 30 s, 10 s for each reader of the group and one more, and its own
// ReaderConfig.LivenessTimeout. It goes on when it has done both again and is still a
// member. What is out may be given back meanwhile.
//
// ReaderNotInGroup: somebody took the reader out of the group. GroupReinitialized:
// the group was reset. What was not given back by then is read again in both
// cases, and what was given back may be. Close the reader and open it again,
// under the same name if you like. NoSuchReaderGroup: the group was deleted.
//
// A stream that is deleted ends where it was read to, and the group's other streams
// are read on. If another one is made under its name, which the group reads only after
// a Reset, the final error is NoSuchStream and says so, at the latest instead of ErrEnd.
func (r *Reader) Next(ctx context.Context) (*Slice, error) { return handOut(r.engine.Reader.Next(ctx)) }

// TryNext is Next that never waits: TimedOut tells that nothing is there yet.
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

// Notify sets the function that is called whenever Next may have become ready.
// It is called from the library's goroutines, with locks held: it must not
// block nor call the reader. Set it once, before the first Next.
func (r *Reader) Notify(f func()) { r.engine.Reader.Notify(f) }

// Position is where the reader stands, by what was given back. It does not block.
func (r *Reader) Position() Position { return Position{r.engine.Reader.Position()} }

// TimeWindow is where the group is in the event time of one of its streams, by what
// this reader has given back and what the others told last, which is a few seconds
// old. The servers make marks of the times that writers note every ten seconds or so,
// when all writers have moved on. It asks the servers when the group has passed all
// marks that it knows, at most once a second, so most calls do not block. Errors:
// InvalidArgument for a stream that the group does not read; TimedOut and Cancelled;
// the final one of Next; those of the network.
func (r *Reader) TimeWindow(ctx context.Context, scope, stream string) (TimeWindow, error) {
	lower, upper, err := r.engine.Reader.TimeWindow(ctx, scope, stream)
	if err != nil {
		return TimeWindow{}, err
	}
	return TimeWindow{lower, upper}, nil
}

// Trouble says what keeps the reader from events now: which server, at which address,
// what it did and for how long. It is nil while nothing is known to, which includes that
// nothing is there to read; see Waiting. The reader goes on by itself when the trouble is
// over, so this is for people to read; Next says the same when its time is over. It does
// not block.
func (r *Reader) Trouble() error { return r.engine.Reader.Trouble() }

// Waiting says for people what Next waits for while there is no Trouble, for example that
// other readers of the group have all segments. It is empty if a slice is there. It does
// not block.
func (r *Reader) Waiting() string { return r.engine.Reader.Waiting() }

// Close leaves the group: the segments go to the other readers, from the first
// event that was not given back. What is out when Close is called counts as not
// consumed: a Release after that reports Closed. Its bytes stay valid until it is
// released. When ctx ends before the group knows, the reader is closed all the same
// and the error tells that it is still a member. Another Close, also that of the
// client, waits for the first one, until its own ctx ends, and returns the same.
func (r *Reader) Close(ctx context.Context) error {
	return r.closed(r.engine.Close(ctx))
}

// CloseAt is Close for an application that is done with the events before a
// position, one of this reader's, whatever it has given back: the other readers go
// on there. In segments that the position lacks they go on from the reader's last
// checkpoint, or from where it acquired them. A segment that was given back to its end
// is done with, if the group knows already. Errors: InvalidArgument if the position
// is ahead of what was handed out, and then the reader stays open; as Close.
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
