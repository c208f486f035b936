package segment

import (
	"context"
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// apartFrom is how many connections must have failed a segment, without progress,
// until it is set apart, so that it does not break those of the others.
const apartFrom = 3

// berth is where an appender may be set up: a connection, and a token to show.
type berth struct {
	conn    *segmentstore.Conn
	token   string
	expiry  time.Time // of the token; zero: never
	guessed bool      // the controller was not asked whether it is the right store
}

// connect sets the appender up on a connection, or stores the large event that
// is next, however often it takes; first at a berth that was found before, if
// any. It ends when that is done or the appender has stopped.
func (a *Appender) connect(at *berth) {
	for ; ; at = nil {
		a.lock.Lock()
		failures := a.failures
		number, event, large := a.session.Large()
		a.lock.Unlock()
		// A connection that fails for the first time since it brought progress
		// is replaced at once; that is normal after a seal.
		if at == nil {
			_ = retry.Soon.Wait(a.ctx, failures-1)
		}
		var link *link
		var stored int64
		var err error
		if large {
			a.release(at)
			stored, err = number, a.storeLarge(number, event)
		} else {
			link, stored, err = a.setUp(at)
		}

		a.lock.Lock()
		if a.ctx.Err() != nil {
			if link != nil {
				link.leave()
			}
			a.connecting = false
			a.lock.Unlock()
			return
		}
		if err == nil {
			if large {
				a.freed(a.session.Trim, stored)
			} else {
				a.stores.Found(a.Name, link.conn.Endpoint())
				a.online(link, stored)
			}
			a.connecting = false
			a.kick()
			a.lock.Unlock()
			return
		}
		a.stores.Logger().Debug("append is not set up", "segment", a.Name, "failures", a.failures, "err", err)
		a.stores.Lost(a.Name)
		a.fail(err)
		if a.disorder.hopeless(err) {
			a.connecting = false
			a.Stop()
			a.owner.Failed(a, fault.Wrap(fault.CodeOf(err), "append to segment", a.Name, err))
		} else if code := fault.CodeOf(err); code == fault.NoSuchSegment || code == fault.SegmentSealed {
			a.connecting = false
			a.Stop()
			a.owner.Sealed(a)
		}
		a.lock.Unlock()
	}
}

func (a *Appender) online(l *link, stored int64) {
	select {
	case <-l.gone: // too late
		a.fail(l.why)
		return
	default:
	}
	a.link = l
	a.asked = false
	a.freed(a.session.Online, stored)
	if l.conn.Retiring() {
		l.retire() // the connection told so before there was anything to move
	}
}

// disorder counts the failures in a row that only a moment's disorder could
// explain, such as a stranger at the port. Those of an outage are others.
type disorder int

// hopeless tells whether an error, or one that came again and again, will never go
// away.
func (d *disorder) hopeless(err error) bool {
	switch fault.CodeOf(err) {
	case fault.PermissionDenied, fault.NoSuchStream, fault.NoSuchScope, fault.Closed, fault.Fenced:
		return true
	case fault.Unauthenticated, fault.TLS, fault.Protocol:
		*d++
		return *d > patience
	}
	*d = 0
	return false
}

// patience is how many of them are borne: with the waits between them, for about a
// second at least.
const patience = 8

// find looks for a berth: on a shared connection, unless this segment spoils it
// or something of ours may still be under way there.
func (a *Appender) find(ctx context.Context) (*berth, error) {
	a.lock.Lock()
	lost, spoils := a.lost, a.offences >= apartFrom
	ask := lost != "" || a.failures > 0
	a.lock.Unlock()
	endpoint, guessed, err := "", false, error(nil)
	if ask {
		endpoint, err = a.stores.Locate(ctx, a.Name, lost)
	} else {
		endpoint, guessed, err = a.stores.Find(ctx, a.Name)
	}
	if err != nil {
		return nil, err
	}
	ctx, cancel := fault.Within(ctx, a.stores.SetupTimeout(), "find a connection for segment", a.Name)
	defer cancel()
	token, expiry, err := a.stores.Authorizer().Token(ctx, a.Name, segmentstore.Write)
	if err != nil {
		return nil, err
	}
	var conn *segmentstore.Conn
	if !spoils {
		conn, err = a.stores.ConnectTo(ctx, endpoint, segmentstore.Appends)
	}
	if avoid := a.avoided(); err == nil && (spoils || slices.Contains(avoid, conn)) {
		conn, err = a.stores.ConnectApart(ctx, endpoint, avoid)
	}
	if err != nil {
		a.miss(endpoint, false)
		return nil, err
	}
	return &berth{conn, token, expiry, guessed}, nil
}

// setUp asks a store for the number of the last event that it has of this
// writer. While nothing of this id is under way on the connection, and nothing
// is sent before the answer.
func (a *Appender) setUp(at *berth) (*link, int64, error) {
	if at == nil {
		var err error
		if at, err = a.find(a.ctx); err != nil {
			return nil, 0, err
		}
	}
	conn := at.conn
	l := &link{a: a, conn: conn, setup: make(chan wire.Reply, 1), gone: make(chan struct{})}
	if err := conn.Register(a.request, l); err != nil {
		return nil, 0, err
	}
	leave, err := conn.Enter(a.ctx)
	if err != nil {
		l.leave()
		return nil, 0, err
	}
	defer leave()
	if !conn.ExpireBy(at.expiry) {
		l.leave()
		return nil, 0, fault.New(fault.Unreachable, "set up append to segment", a.Name, "the connection is about to end")
	}
	conn.Send(wire.SetupAppend{RequestID: a.request, WriterID: a.session.writer, Segment: a.Name, Token: at.token}.Append(nil))
	limit := time.NewTimer(a.stores.SetupTimeout())
	defer limit.Stop()
	select {
	case reply := <-l.setup:
		if setup, ok := reply.(wire.AppendSetup); ok {
			if by, _ := FromWire(setup.LastEventNumber); by > a.session.by {
				l.leave()
				return nil, 0, Fenced(a.Name)
			}
			return l, setup.LastEventNumber, nil
		}
		l.leave()
		err := Failure(a, reply)
		if at.guessed && fault.CodeOf(err) == fault.NoSuchSegment { // there, as far as a store knows that no longer has it
			err = fault.Wrap(fault.WrongHost, "set up append to segment", a.Name, err)
		}
		a.miss("", offence(err))
		if fault.CodeOf(err) == fault.Unauthenticated {
			a.stores.Authorizer().Refused(a.Name, segmentstore.Write)
		}
		return nil, 0, err
	case <-l.gone:
		a.miss(conn.Endpoint(), true)
		return nil, 0, fault.Wrap(fault.Unreachable, "set up append to segment", a.Name, l.why)
	case <-a.ctx.Done():
		a.abandon(l)
		return nil, 0, fault.Context(a.ctx, "set up append to segment", a.Name)
	case <-limit.C:
		a.abandon(l)
		return nil, 0, fault.New(fault.Unreachable, "set up append to segment", a.Name, "no reply after %v", a.stores.SetupTimeout())
	}
}

// miss notes that a store could not be reached, or closed the connection; an
// empty endpoint tells that it answered. offence: the connection was there.
func (a *Appender) miss(endpoint string, offence bool) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.lost = endpoint
	if offence {
		a.offences++
	}
}

// offence tells whether a server closes the connection with such a reply.
func offence(err error) bool { return fault.CodeOf(err) != fault.WrongHost }

// abandon leaves a connection on which a set-up is under way.
func (a *Appender) abandon(l *link) {
	l.leave()
	a.lock.Lock()
	defer a.lock.Unlock()
	a.shun(l.conn)
	a.lost = ""
}

// shun notes that something of ours may still be under way on a connection, for
// as long as it lives.
func (a *Appender) shun(conn *segmentstore.Conn) {
	a.avoid = append(slices.DeleteFunc(a.avoid, (*segmentstore.Conn).Gone), conn)
}

func (a *Appender) avoided() []*segmentstore.Conn {
	a.lock.Lock()
	defer a.lock.Unlock()
	return slices.Clone(a.avoid)
}
