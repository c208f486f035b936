package segmentstore

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Role says what a shared connection carries. Appends and reads never share
// one: a seal under load makes a server close the connection of the appends,
// and a slow reply to a read would hold up acks.
type Role int

// The roles of a connection.
const (
	Appends Role = iota
	Reads
	Requests
	roles
)

// Locator asks the controller which segment store, host:port, serves a segment
// now. It must not answer from a cache: after a store's death the old answer is
// wrong.
type Locator func(ctx context.Context, segment string) (endpoint string, err error)

// Access is what a token allows to do with a segment.
type Access int

// The kinds of access.
const (
	Read Access = iota
	Write
	ReadWrite // of a reader group's state, which its readers change
)

// Authorizer gives the token for a segment; empty if the servers want none.
type Authorizer interface {
	// Token is one with more than half of its life left, if such a one can be
	// had, and when it ends; the zero time means never.
	Token(ctx context.Context, segment string, access Access) (token string, expiry time.Time, err error)
	// Refused tells that a server refused the token, so that the next one is
	// fetched anew.
	Refused(segment string, access Access)
}

// Stores keeps the connections to all segment stores, a few shared ones for
// each. Safe for concurrent use.
type Stores struct {
	dialer   Dialer
	locate   Locator
	tokens   Authorizer
	appends  int // shared connections for appends to a store
	requests atomic.Int64

	mu      sync.Mutex
	shelves map[shelf]*slot
	open    map[*Conn]struct{} // every connection, shared or not
	turn    int
	closed  bool
}

// shelf is the place of one shared connection.
type shelf struct {
	endpoint string
	role     Role
	number   int
}

// slot holds the connection of a shelf, or the wait for it.
type slot struct {
	turn chan struct{} // holds one token while somebody looks or dials
	conn *Conn
}

// NewStores keeps up to appends connections for appends to each store.
func NewStores(d Dialer, locate Locator, tokens Authorizer, appends int) *Stores {
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	return &Stores{
		dialer:  d,
		locate:  locate,
		tokens:  tokens,
		appends: appends,
		shelves: make(map[shelf]*slot),
		open:    make(map[*Conn]struct{}),
	}
}

// Request returns a request id that no other request of this client has. It is
// above every offset: where a server refuses the token of a read, it answers
// with the offset instead of the id.
func (s *Stores) Request() int64 { return firstRequest + s.requests.Add(1) }

const firstRequest = 1 << 62

// Authorizer gives the tokens to send.
func (s *Stores) Authorizer() Authorizer { return s.tokens }

// Connect returns a shared connection to the store that serves the segment.
func (s *Stores) Connect(ctx context.Context, segment string, role Role) (*Conn, error) {
	endpoint, err := s.locate(ctx, segment)
	if err != nil {
		return nil, err
	}
	at := shelf{endpoint: endpoint, role: role}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, errClosed
	}
	if role == Appends {
		at.number = s.turn % s.appends
		s.turn++
	}
	place := s.shelves[at]
	if place == nil {
		place = &slot{turn: make(chan struct{}, 1)}
		s.shelves[at] = place
	}
	s.mu.Unlock()

	select {
	case place.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, fault.Context(ctx, "connect to segment store", endpoint)
	}
	defer func() { <-place.turn }()
	if place.conn != nil && place.conn.alive() {
		return place.conn, nil
	}
	conn, err := s.dial(ctx, endpoint)
	if err != nil {
		return nil, err
	}
	place.conn = conn
	return conn, nil
}

// ConnectAlone returns a connection that nobody else uses. The caller closes it.
func (s *Stores) ConnectAlone(ctx context.Context, segment string) (*Conn, error) {
	endpoint, err := s.locate(ctx, segment)
	if err != nil {
		return nil, err
	}
	return s.dial(ctx, endpoint)
}

// dial opens a connection that Close will close.
func (s *Stores) dial(ctx context.Context, endpoint string) (*Conn, error) {
	conn, err := s.dialer.Dial(ctx, endpoint)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		conn.Close(errClosed)
		return nil, errClosed
	}
	s.open[conn] = struct{}{}
	s.mu.Unlock()
	go func() {
		<-conn.Done()
		s.mu.Lock()
		delete(s.open, conn)
		s.mu.Unlock()
	}()
	return conn, nil
}

// Close closes every connection and waits until their goroutines have ended.
func (s *Stores) Close() {
	s.mu.Lock()
	s.closed = true
	var all []*Conn
	for conn := range s.open {
		all = append(all, conn)
	}
	s.mu.Unlock()
	for _, conn := range all {
		conn.Close(errClosed)
	}
	for _, conn := range all {
		<-conn.Done()
	}
}

var errClosed = fault.New(fault.Closed, "use segment stores", "", "the client was closed")

// Logger is what the users of the connections log to; never nil.
func (s *Stores) Logger() *slog.Logger { return s.dialer.Logger }

// SetupTimeout is how long to wait for a connection on which appends can start.
func (s *Stores) SetupTimeout() time.Duration { return s.dialer.ConnectTimeout + s.dialer.Silence }

// A Build makes a request from its id and its token.
type Build func(request int64, token string) wire.Command
