package segment

import (
	"context"
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
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
// any. It ends when that is done, nothing waits to be stored, or the appender has
// stopped.
func (a *Appender) connect(at *berth) {
	for again := true; again; at = nil {
		a.lock.Lock()
		delay := a.delay()
		number, event, large := a.session.Large()
		a.lock.Unlock()
		if at == nil {
			a.life.Sleep(delay)
		}
		var link *link
		stored, work := number, background.SetUpAppend
		if large {
			work = background.StoreLarge
			a.release(at)
		}
		err := a.life.Attempt(work, func(ctx context.Context) (err error) {
			if large {
				return a.storeLarge(ctx, number, event)
			}
			link, stored, err = a.setUp(ctx, at)
			return err
		})
		a.lock.Lock()
		again = a.tried(work, link, stored, err)
		a.lock.Unlock()
	}
}

// tried handles what came of a try, and reports whether another one follows.
func (a *Appender) tried(work background.Work, link *link, stored int64, err error) (again bool) {
	code := fault.CodeOf(err)
	switch {
	case a.life.Over():
		if link != nil {
			link.leave()
		}
	case err == nil && link == nil:
		a.freed(a.session.Trim, stored)
	case err == nil:
		a.stores.Found(a.Name, link.conn.Endpoint())
		a.online(link, stored)
	case code == fault.NoSuchSegment || code == fault.SegmentSealed:
		a.stores.Lost(a.Name)
		a.trouble = err
		a.Stop()
		a.owner.Sealed(a)
	default:
		a.stores.Lost(a.Name)
		if a.fail(work, err) {
			return true
		}
	}
	a.connecting = false
	a.kick()
	return false
}

func (a *Appender) online(l *link, stored int64) {
	select {
	case <-l.gone: // too late
		a.fail(background.SetUpAppend, l.why)
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

// find looks for a berth: on a shared connection, unless this segment spoils it
// or something of ours may still be under way there.
func (a *Appender) find(ctx context.Context) (*berth, error) {
	a.lock.Lock()
	lost, spoils := a.lost, a.offences >= apartFrom
	ask := lost != "" || a.trouble != nil
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
func (a *Appender) setUp(ctx context.Context, at *berth) (*link, int64, error) {
	if at == nil {
		var err error
		if at, err = a.find(ctx); err != nil {
			return nil, 0, err
		}
	}
	conn := at.conn
	l := &link{a: a, conn: conn, token: at.token, setup: make(chan wire.Reply, 1), gone: make(chan struct{})}
	if err := conn.Register(a.request, l); err != nil {
		return nil, 0, err
	}
	leave, err := conn.Enter(ctx)
	if err != nil {
		l.leave()
		return nil, 0, err
	}
	defer leave()
	if !conn.ExpireBy(at.expiry) {
		l.leave()
		return nil, 0, fault.New(fault.Unreachable, setUpAppend, a.Name, "the connection is about to end")
	}
	fault.Trouble(ctx, fault.New(fault.Unreachable, setUpAppend, a.Name, "segment store %s has not answered yet", conn.Endpoint()))
	conn.Send(wire.SetupAppend{RequestID: a.request, WriterID: a.session.writer, Segment: a.Name, Token: at.token}.Append(nil))
	limit := time.NewTimer(a.stores.SetupTimeout())
	defer limit.Stop()
	select {
	case reply := <-l.setup:
		if setup, ok := reply.(wire.AppendSetup); ok {
			last, err := a.lastNumber(setup.LastEventNumber)
			if err == nil {
				fault.Trouble(ctx, nil)
				return l, last, nil
			}
			l.leave()
			if fault.CodeOf(err) == fault.Protocol {
				conn.Close(err)
			}
			return nil, 0, err
		}
		l.leave()
		err := l.failure(reply)
		if at.guessed && fault.CodeOf(err) == fault.NoSuchSegment { // there, as far as a store knows that no longer has it
			err = fault.Wrap(fault.WrongHost, setUpAppend, a.Name, err)
		}
		a.miss("", offence(err))
		if segmentstore.TokenRefused(err) {
			a.stores.Authorizer().Refused(a.Name, segmentstore.Write, at.token)
		}
		return nil, 0, err
	case <-l.gone:
		a.miss(conn.Endpoint(), true)
		// So a store that finds the token expired ends the connection.
		a.stores.Authorizer().Refused(a.Name, segmentstore.Write, at.token)
		return nil, 0, &fault.Error{Code: fault.Unreachable, Op: setUpAppend, Subject: a.Name, Detail: "no answer", Err: l.why}
	case <-a.life.Ended():
		a.abandon(l)
		return nil, 0, fault.Context(ctx, setUpAppend, a.Name).Because("segment store "+conn.Endpoint()+" has not answered yet", nil)
	case <-limit.C:
		a.abandon(l)
		return nil, 0, fault.New(fault.Unreachable, setUpAppend, a.Name, "segment store %s has not answered within %v", conn.Endpoint(), a.stores.SetupTimeout())
	}
}

const setUpAppend = "set up append to segment"

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

// offence reports whether a server closes the connection with such a reply.
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
