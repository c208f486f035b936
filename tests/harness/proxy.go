package harness

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/pravega/pravega-client-go/internal/wire"
)

// Proxy stands between the clients and a segment store, and does harm when a
// test wants it: to all connections (Cut), or to chosen frames (Set). It knows
// frames, not TLS. The controllers' connections to the store go through it too,
// so a rule should look whose frame it has before it.
//
// It comes with a server that was started with Options.Proxied: the port that its
// segment store publishes is the proxy's. It ends with the server. Safe for
// concurrent use.
type Proxy struct {
	port int // that it listens on
	work sync.WaitGroup

	mu       sync.Mutex
	listener net.Listener // nil while it is shut
	rule     Rule
	conns    map[*proxied]struct{}
	count    int
}

// Way is the direction of a frame.
type Way int

// The ways.
const (
	ToStore Way = iota
	ToClient
)

// Frame is what a Rule decides on.
type Frame struct {
	Conn    int // counts the connections from 1
	Way     Way
	Type    wire.Type
	Payload []byte // what follows the header; valid during the call
}

// Fate is what happens to a frame, and to its connection.
type Fate int

// The fates.
const (
	// Pass it on.
	Pass Fate = iota
	// Drop it: it is lost, and the connection lives. TCP loses no bytes, so this
	// is for replies that a server does not give, and for last requests.
	Drop
	// Cut the connection in its place, with a reset for both sides.
	Cut
	// CutWithin passes half of it, then closes the connection.
	CutWithin
	// HalfClose passes it, then closes this way; the other one stays open.
	HalfClose
	// Stall this way for good: neither the frame nor any later one passes, and
	// nobody is told. Both ways together are a peer that died without a word.
	Stall
)

// Rule decides on each frame. It is called by one goroutine for each way of each
// connection. While it waits, that way waits: so it can delay and throttle.
type Rule func(Frame) Fate

// proxied is a connection through the proxy.
type proxied struct {
	proxy  *Proxy
	number int
	ends   [2]net.Conn // by Way: where its frames go
	gone   chan struct{}
	once   sync.Once
}

// startProxy takes a free port; open starts the proxy.
func startProxy() (*Proxy, error) {
	port, err := freePort()
	return &Proxy{port: port, conns: make(map[*proxied]struct{})}, err
}

// open forwards to a port until shut.
func (p *Proxy) open(port int) error {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p.port))
	if err != nil {
		return errors.Join(errPortTaken, err)
	}
	p.mu.Lock()
	p.listener = listener
	p.mu.Unlock()
	p.work.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			store, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				client.Close()
				continue
			}
			p.forward(client, store)
		}
	})
	return nil
}

// shut closes the port; connections live as long as the store.
func (p *Proxy) shut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		p.listener.Close()
		p.listener = nil
	}
}

// forward passes frames both ways until one side ends, then closes both.
func (p *Proxy) forward(client, store net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener == nil {
		client.Close()
		store.Close()
		return
	}
	p.count++
	c := &proxied{proxy: p, number: p.count, ends: [2]net.Conn{ToStore: store, ToClient: client}, gone: make(chan struct{})}
	p.conns[c] = struct{}{}
	p.work.Go(func() { c.pump(ToStore) })
	p.work.Go(func() { c.pump(ToClient) })
}

// Set makes rule decide on every frame from now on; nil passes all. What has
// stalled stays so.
func (p *Proxy) Set(rule Rule) {
	p.mu.Lock()
	p.rule = rule
	p.mu.Unlock()
}

// Cut breaks every connection, without a word to either side about what was
// under way. It returns how many were broken.
func (p *Proxy) Cut() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.reset()
	}
	return len(p.conns)
}

func (p *Proxy) close() {
	p.shut()
	p.Cut()
	p.work.Wait()
}

// pump passes the frames of one way.
func (c *proxied) pump(way Way) {
	to := c.ends[way]
	in := bufio.NewReaderSize(c.ends[1-way], 64<<10)
	var frame []byte
	for {
		var kind wire.Type
		var err error
		if kind, frame, err = readFrame(in, frame); err != nil {
			break
		}
		switch c.judge(Frame{Conn: c.number, Way: way, Type: kind, Payload: frame[wire.HeaderSize:]}) {
		case Drop:
			continue
		case Cut:
			c.reset()
		case CutWithin:
			_, _ = to.Write(frame[:len(frame)/2])
			c.close()
		case HalfClose:
			_, _ = to.Write(frame)
			_ = to.(*net.TCPConn).CloseWrite()
			return
		case Stall:
			<-c.gone
		default:
			_, err = to.Write(frame)
		}
		if err != nil {
			break
		}
	}
	c.close()
	c.proxy.mu.Lock()
	delete(c.proxy.conns, c)
	c.proxy.mu.Unlock()
}

// readFrame reads a whole frame, with its header, into buffer if it fits.
func readFrame(in *bufio.Reader, buffer []byte) (wire.Type, []byte, error) {
	header, err := in.Peek(wire.HeaderSize)
	if err != nil {
		return 0, buffer, err
	}
	kind, length, err := wire.ParseHeader(header)
	if err != nil {
		return 0, buffer, err
	}
	length += wire.HeaderSize
	if cap(buffer) < length {
		buffer = make([]byte, length)
	}
	buffer = buffer[:length]
	_, err = io.ReadFull(in, buffer)
	return kind, buffer, err
}

func (c *proxied) judge(f Frame) Fate {
	c.proxy.mu.Lock()
	rule := c.proxy.rule
	c.proxy.mu.Unlock()
	if rule == nil {
		return Pass
	}
	return rule(f)
}

// reset ends the connection in a way that loses what is buffered.
func (c *proxied) reset() {
	c.once.Do(func() {
		for _, end := range c.ends {
			_ = end.(*net.TCPConn).SetLinger(0)
		}
		c.hangUp()
	})
}

// close ends the connection.
func (c *proxied) close() { c.once.Do(c.hangUp) }

func (c *proxied) hangUp() {
	for _, end := range c.ends {
		end.Close()
	}
	close(c.gone)
}
