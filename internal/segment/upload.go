package segment

import (
	"context"
	"net"
	"sync"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

const (
	partBytes   = 4 << 20 // of a large event, in one append
	partsAtOnce = 2       // on their way
)

// upload sends a large event to its transient segment: header and payload, in
// parts that the connection's sender takes from where the event lies.
type upload struct {
	conn    *segmentstore.Conn
	segment string
	writer  wire.UUID
	request int64

	mu     sync.Mutex
	parts  []net.Buffers // each a part's pieces, without what stands around them
	sizes  []int
	sent   int           // parts
	stored int           // parts
	err    error         // set once
	moved  chan struct{} // one token: look at the above
}

// fill appends the event to the transient segment.
func (t *transient) fill(ctx context.Context, event []byte) error {
	u := &upload{conn: t.conn, segment: t.name, writer: t.writer, request: t.request, moved: make(chan struct{}, 1)}
	u.cut(event)
	if err := t.conn.Register(t.request, u); err != nil {
		return err
	}
	defer t.conn.Unregister(t.request)
	t.conn.Ready(u)
	for {
		select {
		case <-u.moved:
		case <-ctx.Done():
			return fault.Context(ctx, "append large event to segment", t.name).Because("segment store "+t.conn.Endpoint()+" has not acknowledged all parts yet", nil)
		}
		u.mu.Lock()
		done, err := u.stored == len(u.parts), u.err
		u.mu.Unlock()
		if done || err != nil {
			return err
		}
		t.a.lock.Lock()
		if !t.a.life.Over() {
			t.a.owner.Stored(t.a, 0)
		}
		t.a.lock.Unlock()
	}
}

func (u *upload) cut(event []byte) {
	next := wire.AppendEventHeader(nil, len(event))
	pieces := net.Buffers{next}
	size := len(next)
	for {
		n := min(len(event), partBytes-size)
		u.parts = append(u.parts, append(pieces, event[:n]))
		u.sizes = append(u.sizes, size+n)
		if event = event[n:]; len(event) == 0 {
			return
		}
		pieces, size = nil, 0
	}
}

// Pull hands parts to the connection's sender. They are numbered from 1.
func (u *upload) Pull(frames net.Buffers) net.Buffers {
	u.mu.Lock()
	defer u.mu.Unlock()
	for u.sent < len(u.parts) && u.sent < u.stored+partsAtOnce {
		prefix := make([]byte, wire.BlockPrefix)
		wire.PutBlockPrefix(prefix, u.writer, u.sizes[u.sent])
		frames = append(frames, prefix)
		frames = append(frames, u.parts[u.sent]...)
		u.sent++
		frames = append(frames, wire.AppendBlockTrailer(nil, 1, int64(u.sent), u.request))
	}
	return frames
}

// UnderWay is how many bytes were sent and are not acknowledged.
func (u *upload) UnderWay() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	bytes := 0
	for _, size := range u.sizes[u.stored:u.sent] {
		bytes += size
	}
	return bytes
}

// Retire has nothing to do: a try is short, and one that is broken off is made
// again.
func (u *upload) Retire() {}

// Receive handles a reply of the server.
func (u *upload) Receive(reply wire.Reply) {
	u.mu.Lock()
	switch r := reply.(type) {
	case wire.DataAppended:
		if r.EventNumber < 0 || r.EventNumber > int64(u.sent) {
			u.fail(fault.New(fault.Protocol, "append large event to segment", u.segment, "the store has part %d of %d that were sent", r.EventNumber, u.sent))
			break
		}
		u.stored = max(u.stored, int(r.EventNumber))
	default:
		err := segmentstore.Failure("append large event to segment", u.segment, u.conn.Endpoint(), reply)
		if err == nil {
			err = unexpected("append large event to segment", u.segment, reply)
		}
		u.fail(err)
	}
	u.mu.Unlock()
	u.conn.Ready(u)
	u.signal()
}

// Lost handles the end of the connection.
func (u *upload) Lost(err error) {
	u.mu.Lock()
	u.fail(fault.Wrap(fault.Unreachable, "append large event to segment", u.segment, err))
	u.mu.Unlock()
	u.signal()
}

func (u *upload) fail(err error) {
	if u.err == nil {
		u.err = err
	}
}

func (u *upload) signal() {
	select {
	case u.moved <- struct{}{}:
	default:
	}
}
