package segmentstore

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"maps"
	"net"
	"slices"
	"sync"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// A Receiver is told what the server answers to the requests of one id. Its
// methods are called by the connection's own goroutine, one at a time, and must
// not block.
type Receiver interface {
	// Receive gets a reply. A SegmentRead comes as Data, whose Buffer is the
	// receiver's; what other replies refer to is valid until Receive returns.
	Receive(wire.Reply)
	// Lost is the last call: the connection is gone and no goroutine of it
	// touches anything of the receiver's any more.
	Lost(err error)
}

// A Reader is a Receiver whose requests include reads. Where a server refuses the token
// of a read, it puts the offset in place of the request id, so nothing tells whose read
// it was.
type Reader interface {
	Receiver
	// ReadRefused tells that a read at an offset was refused, this Reader's or that of
	// another one on the connection. Only a refusal that Receive gets is certainly its
	// own.
	ReadRefused(offset int64)
}

// A Source has frames to send. It is pulled once for each call of Ready, by the
// connection's sender, or of Now, and must not block on anything slow.
type Source interface {
	// Pull appends frames to the buffers, and returns them. The frames must
	// stay as they are until they are acknowledged or Lost is called.
	Pull(net.Buffers) net.Buffers
	// UnderWay is how many bytes were pulled and not acknowledged. It is asked
	// of the Sources among the Receivers.
	UnderWay() int
	// Retire tells that the connection is about to end: the Source should finish
	// what is under way and go on elsewhere. It must not block.
	Retire()
}

// Conn is a connection to a segment store, shared by many appenders, readers
// and requests. Safe for concurrent use. Two goroutines own it: one sends
// whatever has accumulated while its last write ran, one receives. A request, or
// an event that is alone, is sent by its caller if the sender has nothing to do:
// to wake another thread for it takes longer than to send it.
type Conn struct {
	endpoint string
	dialer   *Dialer
	socket   net.Conn
	pulse    pulse
	setups   xsync.Limiter    // of the appends that are being set up
	life     *background.Life // ends with Close
	heard    bool             // a command has come; owned by the receiving goroutine

	direct *direct

	mu        sync.Mutex
	wake      sync.Cond // something to send, or closing
	sending   bool      // somebody writes to the socket
	requests  [][]byte
	ready     []Source
	receivers map[int64]Receiver
	closing   error // why; set once
	needless  bool  // nobody needed it any more
	retiring  bool  // nobody new, and closed when nobody is left
	passing   bool  // closed when nobody is left
	expiry    expiry
	setUps    int // of writers, so far

	sent chan struct{} // closed when the sender has ended
	done chan struct{} // closed when both goroutines have ended
}

func newConn(d *Dialer, endpoint string, socket net.Conn) *Conn {
	c := &Conn{
		endpoint:  endpoint,
		dialer:    d,
		socket:    socket,
		direct:    newDirect(socket),
		sending:   true, // the sender, until it first rests
		receivers: make(map[int64]Receiver),
		setups:    xsync.NewLimiter(setupsAtOnce),
		sent:      make(chan struct{}),
		done:      make(chan struct{}),
	}
	c.life = background.New(background.Config{Patience: d.Silence, Logger: d.Logger}, endpoint)
	c.wake.L = &c.mu
	c.pulse.conn = c
	return c
}

// Endpoint is the address that was dialled.
func (c *Conn) Endpoint() string { return c.endpoint }

// Register makes r the receiver of the replies to a request id. It fails if
// the connection is gone; then r is not called.
func (c *Conn) Register(request int64, r Receiver) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing != nil {
		return c.closing
	}
	c.receivers[request] = r
	return nil
}

// Unregister forgets a receiver, which may still be in a call. Answers that
// come later are dropped.
func (c *Conn) Unregister(request int64) {
	c.mu.Lock()
	delete(c.receivers, request)
	c.mu.Unlock()
	c.CloseUnused()
}

// CloseUnused closes a connection that nobody uses, if nobody may use it any more
// or it is there for those who leave.
func (c *Conn) CloseUnused() {
	c.mu.Lock()
	unused := (c.retiring || c.passing) && len(c.receivers) == 0
	c.mu.Unlock()
	if unused {
		c.dismiss(retired)
	}
}

// users is how many receivers there are.
func (c *Conn) users() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.receivers)
}

// Enter waits for a turn to set up an append, of which a server gets only so many at
// once on a connection. The turn ends with leave. Enter fails when ctx or the
// connection ends.
func (c *Conn) Enter(ctx context.Context) (leave func(), err error) {
	leave, ok := c.setups.Enter(ctx, c.life.Ended())
	switch {
	case ok:
		return leave, nil
	case ctx.Err() != nil:
		return nil, fault.Context(ctx, "use segment store", c.endpoint).Because("it has not answered other set-ups yet", nil)
	}
	return nil, fault.New(fault.Unreachable, "use segment store", c.endpoint, "the connection was closed")
}

const setupsAtOnce = 64

// Send sends one frame, which must not change any more. It never blocks.
func (c *Conn) Send(frame []byte) {
	c.mu.Lock()
	if !c.reserve() {
		c.requests = append(c.requests, frame)
		c.wake.Signal()
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	c.direct.write(append(c.direct.frames[:0], frame))
	c.rested()
}

// Now is Ready for a source that the caller may pull himself. It never blocks.
func (c *Conn) Now(s Source) {
	c.mu.Lock()
	if !c.reserve() {
		c.ready = append(c.ready, s)
		c.wake.Signal()
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	c.direct.write(s.Pull(c.direct.frames[:0]))
	c.rested()
}

// reserve makes the caller the sender if nobody sends and nothing waits.
func (c *Conn) reserve() bool {
	if c.direct.raw == nil || c.sending || len(c.requests) > 0 || len(c.ready) > 0 || c.closing != nil {
		return false
	}
	c.sending = true
	return true
}

// rested ends what reserve began. What the socket did not take is left to the
// sender, and what came meanwhile.
func (c *Conn) rested() {
	c.mu.Lock()
	c.requests = slices.Insert(c.requests, 0, c.direct.rest...)
	c.direct.clear()
	c.sending = false
	if len(c.requests) > 0 || len(c.ready) > 0 || c.closing != nil {
		c.wake.Signal()
	}
	c.mu.Unlock()
}

// Ready asks the sender to pull from s once. It never blocks.
func (c *Conn) Ready(s Source) {
	c.mu.Lock()
	c.ready = append(c.ready, s)
	c.wake.Signal()
	c.mu.Unlock()
}

// Close ends the connection; every receiver gets Lost from the connection's
// goroutine. It does not wait.
func (c *Conn) Close(reason error) {
	c.mu.Lock()
	if c.closing == nil {
		c.closing = reason
		c.wake.Signal()
	}
	c.mu.Unlock()
	c.expiry.stop()
	c.life.End()
	hangUp(c.socket)
}

// hangUp closes a socket without the farewell of TLS, for which Close would wait
// five seconds when the peer does not read.
func hangUp(socket net.Conn) {
	if secured, ok := socket.(*tls.Conn); ok {
		socket = secured.NetConn()
	}
	socket.Close()
}

// Done is closed when the connection is gone and all its receivers know it.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Gone reports whether Done is closed.
func (c *Conn) Gone() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// alive reports whether the connection may be given to somebody new.
func (c *Conn) alive() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing == nil && !c.retiring
}

func (c *Conn) sendLoop() {
	defer close(c.sent)
	var requests, frames net.Buffers
	var ready []Source
	for {
		c.mu.Lock()
		c.sending = false
		for c.sending || len(c.requests) == 0 && len(c.ready) == 0 && c.closing == nil {
			c.wake.Wait()
		}
		c.sending = true
		if c.closing != nil {
			c.mu.Unlock()
			return
		}
		requests, c.requests = c.requests, requests[:0]
		ready, c.ready = c.ready, ready[:0]
		c.mu.Unlock()

		frames = append(frames[:0], requests...)
		for _, s := range ready {
			frames = s.Pull(frames)
		}
		clear(requests)
		clear(ready)
		// WriteTo consumes the slice that it is called on, so keep frames.
		rest := frames
		_, err := rest.WriteTo(c.socket)
		clear(frames)
		if err != nil {
			c.Close(fault.Wrap(fault.Unreachable, "send to segment store", c.endpoint, err))
			return
		}
	}
}

// receiveLoop hands each reply to its receiver, and when the connection ends,
// tells all of them, after the sender has let go of their frames.
func (c *Conn) receiveLoop() {
	defer close(c.done)
	err := c.receive()
	c.Close(err)
	<-c.sent
	c.mu.Lock()
	receivers, reason, needless := c.receivers, c.closing, c.needless
	c.receivers = nil
	c.requests, c.ready = nil, nil
	c.mu.Unlock()
	if c.pulse.dead || !c.heard && !needless && fault.CodeOf(reason) != fault.Closed {
		c.dialer.outages.Failed(c.endpoint, c.pulse.lastHeard, reason)
	}
	for _, r := range receivers {
		r.Lost(reason)
	}
}

// dismiss closes a connection that is not needed, whatever the server does.
func (c *Conn) dismiss(why string) {
	c.mu.Lock()
	c.needless = c.closing == nil
	c.mu.Unlock()
	c.Close(fault.New(fault.Unreachable, "use segment store", c.endpoint, "the connection was given up: %s", why))
}

func (c *Conn) receive() error {
	in := bufio.NewReaderSize(&c.pulse, 32<<10)
	var scratch []byte
	for {
		command, err := readCommand(in, &scratch)
		if err != nil {
			return c.received(err)
		}
		if !c.heard {
			c.heard = true
			c.dialer.outages.Answered(c.endpoint)
		}
		switch reply := command.(type) {
		case wire.Hello, wire.KeepAlive:
		case wire.Reply:
			c.dispatch(reply)
		default:
			return fault.New(fault.Protocol, "receive from segment store", c.endpoint, "command %v is not a reply", command.Type())
		}
	}
}

// received gives an error of the socket or the codec the connection's name.
func (c *Conn) received(err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	return fault.Wrap(fault.Unreachable, "receive from segment store", c.endpoint, err)
}

func (c *Conn) dispatch(reply wire.Reply) {
	c.mu.Lock()
	r := c.receivers[reply.Request()]
	c.mu.Unlock()
	if r != nil {
		r.Receive(reply)
		return
	}
	switch reply := reply.(type) {
	case Data: // nobody waits for it any more
		reply.Buffer.Release()
	case wire.AuthTokenCheckFailed:
		if reply.RequestID < firstRequest { // an offset, else the request of somebody who has left
			c.readRefused(reply.RequestID)
		}
	}
}

// readRefused tells everybody who reads that a read was refused.
func (c *Conn) readRefused(offset int64) {
	for _, r := range c.everybody() {
		if r, ok := r.(Reader); ok {
			r.ReadRefused(offset)
		}
	}
}

// underWay is how many bytes of the Sources are not acknowledged.
func (c *Conn) underWay() int {
	bytes := 0
	for _, r := range c.everybody() {
		if s, ok := r.(Source); ok {
			bytes += s.UnderWay()
		}
	}
	return bytes
}

func (c *Conn) everybody() []Receiver {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Values(c.receivers))
}
