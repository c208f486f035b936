package segmentstore

import (
	"context"
	"log/slog"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/outage"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/internal/xsync"
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
	apart // of appends that spoil connections
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
	// Refused tells that a server refused a token, or closed a connection without a
	// word when it was shown, so that the next one is fetched anew.
	Refused(segment string, access Access, token string)
}

// Stores keeps the connections to all segment stores, a few shared ones for
// each. Safe for concurrent use.
type Stores struct {
	dialer   Dialer
	lookups  lookups
	homes    homes
	tokens   Authorizer
	appends  int // shared connections for appends to a store
	requests atomic.Int64

	mu      sync.Mutex
	shelves map[shelf]*slot
	open    map[*Conn]struct{} // every connection, shared or not
	turn    int
	alone   map[string]*lane // by endpoint
	closed  bool
}

// shelf is the place of one shared connection.
type shelf struct {
	endpoint string
	role     Role
	number   int
}

// slot holds the connection of a shelf, or the wait for it. It is there as long as
// there is one or the other.
type slot struct {
	turn chan struct{} // holds one token while somebody looks or dials

	// Guarded by Stores.mu.
	users int // who look, dial or wait
	conn  *Conn
	dials int   // so far: who waited while somebody dialled in vain shares the outcome
	err   error // of the last one
}

// lane is shared by those who want a connection to a store for themselves.
type lane struct {
	turns chan struct{} // holds one token for each of their connections
	users int           // who have one or wait; guarded by Stores.mu
}

// NewStores keeps up to appends connections for appends to each store.
func NewStores(d Dialer, locate Locator, tokens Authorizer, appends int) *Stores {
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	d.outages = outage.New("segment store", d.Logger)
	return &Stores{
		dialer:  d,
		lookups: lookups{locate: locate, turns: xsync.NewLimiter(lookupsAtOnce), lost: make(map[string]*sharedLookup)},
		tokens:  tokens,
		appends: appends,
		shelves: make(map[shelf]*slot),
		open:    make(map[*Conn]struct{}),
		alone:   make(map[string]*lane),
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
	endpoint, err := s.Locate(ctx, segment, "")
	if err != nil {
		return nil, err
	}
	return s.ConnectTo(ctx, endpoint, role)
}

// ConnectTo returns a shared connection to a store.
func (s *Stores) ConnectTo(ctx context.Context, endpoint string, role Role) (*Conn, error) {
	at := shelf{endpoint: endpoint, role: role}
	s.mu.Lock()
	if role == Appends {
		at.number = s.turn % s.appends
		s.turn++
	}
	s.mu.Unlock()
	return s.take(ctx, at, nil)
}

// strangers is how many connections to a store are for segments that spoil those
// of others.
const strangers = 2

// ConnectApart returns a connection that is shared only with segments that spoil
// connections too, and none of those to avoid: of these, one is closed if there is
// no other. It closes when the last one leaves it.
func (s *Stores) ConnectApart(ctx context.Context, endpoint string, avoid []*Conn) (*Conn, error) {
	best, fewest := shelf{endpoint: endpoint, role: apart}, math.MaxInt
	s.mu.Lock()
	for at := best; at.number < strangers; at.number++ {
		users := 0
		if place := s.shelves[at]; place != nil {
			if conn := place.conn; conn != nil && conn.alive() {
				users = conn.users()
				if slices.Contains(avoid, conn) {
					users = math.MaxInt - 1
				}
			}
		}
		if users < fewest {
			best, fewest = at, users
		}
	}
	s.mu.Unlock()
	return s.take(ctx, best, avoid)
}

// loners is how many connections to a store may be alone at a time.
const loners = 2

// ConnectAlone returns a connection to the store that serves the segment, as Find
// says, which nobody else uses. There are few of them to a store: it waits for its turn,
// and calls queue when that begins and when it ends. The caller closes the connection.
func (s *Stores) ConnectAlone(ctx context.Context, segment string, queue func(waits bool)) (*Conn, error) {
	endpoint, _, err := s.Find(ctx, segment)
	if err != nil {
		return nil, err
	}
	leave, err := s.enterLane(ctx, endpoint, queue)
	if err != nil {
		return nil, err
	}
	conn, err := s.dial(ctx, shelf{endpoint: endpoint, role: Appends}, leave)
	if err != nil {
		leave()
	}
	return conn, err
}

func (s *Stores) enterLane(ctx context.Context, endpoint string, queue func(waits bool)) (leave func(), err error) {
	s.mu.Lock()
	l := s.alone[endpoint]
	if l == nil {
		l = &lane{turns: make(chan struct{}, loners)}
		s.alone[endpoint] = l
	}
	l.users++
	s.mu.Unlock()
	queue(true)
	defer queue(false)
	select {
	case l.turns <- struct{}{}:
		return func() { <-l.turns; s.leaveLane(endpoint, l) }, nil
	case <-ctx.Done():
		s.leaveLane(endpoint, l)
		return nil, fault.Context(ctx, "connect to segment store", endpoint).Because("other segments get connections of their own first", nil)
	}
}

func (s *Stores) leaveLane(endpoint string, l *lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.users--; l.users == 0 {
		delete(s.alone, endpoint)
	}
}

// take returns the connection of a shelf; there is a new one if the old one is
// dead or to be avoided.
func (s *Stores) take(ctx context.Context, at shelf, avoid []*Conn) (*Conn, error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, errClosed
	}
	place := s.shelves[at]
	if place == nil {
		place = &slot{turn: make(chan struct{}, 1)}
		s.shelves[at] = place
	}
	dials := place.dials
	place.users++
	s.mu.Unlock()
	defer s.vacate(at, place)

	fault.Trouble(ctx, fault.New(fault.Unreachable, connecting, at.endpoint, "no answer yet"))
	select {
	case place.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, fault.Context(ctx, connecting, at.endpoint).Because("no answer yet", s.dialer.outages.Trouble(at.endpoint))
	}
	defer func() { <-place.turn }()
	s.mu.Lock()
	conn, shared := place.conn, place.err
	if place.dials == dials {
		shared = nil
	}
	s.mu.Unlock()
	if conn != nil && conn.alive() {
		if !slices.Contains(avoid, conn) {
			fault.Trouble(ctx, nil)
			return conn, nil
		}
		conn.dismiss("something that it does not answer is under way on it")
	}
	if shared != nil {
		return nil, shared
	}
	conn, err := s.dial(ctx, at, func() { s.tidy(at, place) })
	if err != nil && ctx.Err() != nil {
		return nil, err // says nothing to the others
	}
	fault.Trouble(ctx, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	place.conn, place.err = conn, err
	place.dials++
	return conn, err
}

// vacate ends somebody's use of a slot.
func (s *Stores) vacate(at shelf, place *slot) {
	s.mu.Lock()
	place.users--
	s.mu.Unlock()
	s.tidy(at, place)
}

// tidy forgets a slot that has no connection and that nobody uses.
func (s *Stores) tidy(at shelf, place *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if place.users == 0 && (place.conn == nil || place.conn.Gone()) && s.shelves[at] == place {
		delete(s.shelves, at)
	}
}

// dial opens a connection that Close will close, and calls over when it is gone.
func (s *Stores) dial(ctx context.Context, at shelf, over func()) (*Conn, error) {
	begun := time.Now()
	conn, err := s.dialer.Dial(ctx, at.endpoint)
	if err != nil {
		if ctx.Err() == nil || time.Since(begun) >= time.Second { // else nobody has waited for it
			s.dialer.outages.Failed(at.endpoint, begun, err)
		}
		return nil, err
	}
	conn.passing = at.role == apart
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
		over()
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
	s.dialer.outages.Close()
}

var errClosed = fault.New(fault.Closed, "use segment stores", "", "the client was closed")

// Logger is what the users of the connections log to; never nil.
func (s *Stores) Logger() *slog.Logger { return s.dialer.Logger }

// Silence is how long a peer may say nothing before it is asked whether it lives.
func (s *Stores) Silence() time.Duration { return s.dialer.Silence }

// SetupTimeout is how long to wait for a connection on which appends can start.
func (s *Stores) SetupTimeout() time.Duration { return s.dialer.ConnectTimeout + s.dialer.Silence }

// A Build makes a request from its id and its token.
type Build func(request int64, token string) wire.Command
