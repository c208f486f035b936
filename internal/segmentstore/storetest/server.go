// Package storetest is a segment store in memory for tests that need no real
// one: it keeps the promises of the real one and has its bad habits (a number
// that is sent twice is stored twice, a failed append closes the connection of
// everybody), and does what a test tells it to a chosen command.
package storetest

import (
	"bufio"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/wire"
)

// Server is a segment store on a port of the loopback interface. Safe for
// concurrent use; it ends with the test.
type Server struct {
	listener net.Listener
	work     sync.WaitGroup

	mu       sync.Mutex
	segments map[string]*segment
	conns    map[*conn]struct{}
	dialled  int
	peak     int // most connections at a time

	transients int             // made so far
	merged     map[string]bool // sources that are gone
	held       []held

	expirations int
	closed      bool
	fault       Fault
	speech      func(wire.Command) wire.Command
	hello       []byte // instead of the right one
	expiry      func(token string) time.Time
}

// Verdict is what happens to one command.
type Verdict int

// The verdicts.
const (
	Serve     Verdict = iota
	Ignore            // as if it had never come; the writer of an append is forgotten, so that none lands behind a gap
	NoReply           // it takes effect, but the reply is lost
	CloseLate         // it takes effect, then the connection is closed without a reply
	CloseNow          // the connection is closed instead
	Expired           // the answer is that the token has expired, if there is one in the command
	Refused           // the answer is that the token is not good for this, if there is one
	Truncated         // the answer to a read is that the segment was truncated, to an offset that lies before
	Empty             // the answer to a read is no data
	Failed            // the answer is that something went wrong in the store
	Mistaken          // the answer is one that belongs to another kind of request
	Missing           // the answer is that there is no such segment
	Denied            // the answer to a change under a condition is that the condition does not hold
	Held              // the connection is closed; an append takes effect at Release, if it still can
)

// Fault decides on each command; conn counts the connections from 1.
type Fault func(conn int, c wire.Command) Verdict

// New makes a server. Close it.
func New() (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{listener: listener, segments: make(map[string]*segment), conns: make(map[*conn]struct{}), merged: make(map[string]bool)}
	s.work.Add(1)
	go s.accept()
	return s, nil
}

// Start makes a server that ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Close ends the server, its connections and its goroutines.
func (s *Server) Close() {
	s.listener.Close()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.CutAll()
	s.work.Wait()
}

// Endpoint is where the server listens, host:port.
func (s *Server) Endpoint() string { return s.listener.Addr().String() }

// Set makes f decide on every command from now on; nil serves all.
func (s *Server) Set(f Fault) {
	s.mu.Lock()
	s.fault = f
	s.mu.Unlock()
}

// Speak makes f change every reply from now on; nil leaves them true.
func (s *Server) Speak(f func(reply wire.Command) wire.Command) {
	s.mu.Lock()
	s.speech = f
	s.mu.Unlock()
}

// Greet makes the server send these bytes instead of its Hello.
func (s *Server) Greet(bytes []byte) {
	s.mu.Lock()
	s.hello = bytes
	s.mu.Unlock()
}

// CheckTokens makes the server close connections when tokens end, as the real
// one does: at a set-up with a token that has ended, and when a token ends with
// which a writer was set up that the connection still knows.
func (s *Server) CheckTokens(expiry func(token string) time.Time) {
	s.mu.Lock()
	s.expiry = expiry
	s.mu.Unlock()
}

// Expirations is how many connections were closed because of a token.
func (s *Server) Expirations() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.expirations
}

// CutAll closes every connection.
func (s *Server) CutAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		delete(s.conns, c)
		c.socket.Close()
	}
}

// Peak is how many connections there have been at a time.
func (s *Server) Peak() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.peak
}

// Dialled is how many connections there have been.
func (s *Server) Dialled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dialled
}

// Connected reports whether a connection, counted from 1, lives.
func (s *Server) Connected(number int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if c.number == number {
			return true
		}
	}
	return false
}

func (s *Server) accept() {
	defer s.work.Done()
	for {
		socket, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.dialled++
		c := &conn{server: s, number: s.dialled, socket: socket, writers: make(map[wire.UUID]*setup)}
		if s.closed {
			s.mu.Unlock()
			socket.Close()
			continue
		}
		s.conns[c] = struct{}{}
		s.peak = max(s.peak, len(s.conns))
		s.work.Add(1)
		s.mu.Unlock()
		go c.serve()
	}
}

// conn is a connection and what it has set up.
type conn struct {
	server  *Server
	number  int
	socket  net.Conn
	writers map[wire.UUID]*setup
	out     sync.Mutex

	transients []string // made here
}

// setup is a writer on a connection.
type setup struct {
	segment string
	last    int64 // the server compares the segment's own with it
}

func (c *conn) serve() {
	s := c.server
	defer s.work.Done()
	defer func() {
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
		c.socket.Close()
	}()
	in := bufio.NewReader(c.socket)
	for {
		command, err := receive(in)
		if err != nil {
			return
		}
		s.mu.Lock()
		fault := s.fault
		s.mu.Unlock()
		verdict := Serve
		if fault != nil {
			verdict = fault(c.number, command)
		}
		switch verdict {
		case Ignore:
			c.ignore(command)
			continue
		case CloseNow:
			c.abandon()
			return
		case Held:
			if block, ok := command.(wire.AppendBlockEnd); ok {
				s.hold(c, block)
			}
			return
		case Denied:
			if reply := denial(command); reply != nil {
				c.send([]wire.Command{reply})
				continue
			}
		case Failed, Mistaken, Missing:
			if id, ok := request(command); ok {
				c.ignore(command)
				c.send([]wire.Command{wrong(verdict, id)})
				continue
			}
		case Expired, Refused:
			if shows, id := token(command); shows {
				c.send([]wire.Command{wire.AuthTokenCheckFailed{RequestID: id, ErrorCode: reasons[verdict]}})
				continue
			}
		}
		if r, ok := command.(wire.ReadSegment); ok && verdict == Truncated {
			c.send([]wire.Command{wire.SegmentIsTruncated{RequestID: r.RequestID, Segment: r.Segment, Offset: r.Offset}})
			continue
		} else if ok && verdict == Empty {
			c.send([]wire.Command{wire.SegmentRead{RequestID: r.RequestID, Segment: r.Segment, Offset: r.Offset, AtTail: true}})
			continue
		}
		s.mu.Lock()
		replies, open := c.handle(command)
		speech := s.speech
		s.mu.Unlock()
		for i := range replies {
			if speech != nil {
				replies[i] = speech(replies[i])
			}
		}
		if verdict == CloseLate {
			c.abandon()
			return
		}
		if verdict != NoReply {
			c.send(replies)
		}
		if !open {
			c.abandon()
			return
		}
	}
}

// ignore drops a command. No server stores an append after one of the same writer
// that it did not store: the next one closes the connection.
func (c *conn) ignore(command wire.Command) {
	if block, ok := command.(wire.AppendBlockEnd); ok {
		c.server.mu.Lock()
		delete(c.writers, block.WriterID)
		c.server.mu.Unlock()
	}
}

func (c *conn) send(replies []wire.Command) {
	c.out.Lock()
	defer c.out.Unlock()
	for _, r := range replies {
		_, _ = c.socket.Write(r.Append(nil))
	}
}

func receive(in *bufio.Reader) (wire.Command, error) {
	var header [wire.HeaderSize]byte
	if _, err := io.ReadFull(in, header[:]); err != nil {
		return nil, err
	}
	kind, length, err := wire.ParseHeader(header[:])
	if err != nil {
		return nil, err
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(in, payload); err != nil {
		return nil, err
	}
	return wire.Decode(kind, payload)
}
