package segment

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/background"
)

// move is an appender's way from a connection that is about to end to another
// one, without a break: what is under way is answered first, since a set-up on
// another connection must not overtake it.
type move struct {
	from *link
	done chan struct{} // closed when nothing is under way any more
	over bool
}

// finish tells that nothing is under way on the connection, or that the appender
// has left it. The writer's lock is held.
func (m *move) finish() {
	if m != nil && !m.over {
		m.over = true
		close(m.done)
	}
}

// Retire starts the move. A segment that is not set up yet moves when it is.
func (l *link) Retire() {
	l.a.lock.Lock()
	defer l.a.lock.Unlock()
	l.retire()
}

// retire is Retire for those who hold the lock. A segment for which nothing waits
// just leaves.
func (l *link) retire() {
	a := l.a
	switch {
	case a.link != l || a.moving != nil && a.moving.from == l:
	case a.session.Bytes() == 0:
		a.detach(true)
	default:
		a.moving = &move{from: l, done: make(chan struct{})}
		go a.move(a.moving)
	}
}

// move goes on sending until it has found a berth; it is the other connection's
// end that stops it if there is none.
func (a *Appender) move(m *move) {
	at := a.findBefore(m.from)
	a.lock.Lock()
	if at != nil && a.link == m.from {
		a.session.Drain()
		if a.session.Drained() {
			m.finish()
		}
		a.lock.Unlock()
		select {
		case <-m.done:
		case <-m.from.gone:
		case <-a.life.Ended():
		}
		a.lock.Lock()
	}
	if a.moving == m {
		a.moving = nil
	}
	if at == nil || a.link != m.from || a.life.Over() {
		a.lock.Unlock()
		a.release(at)
		return
	}
	a.depart()
	a.connecting = true
	a.lock.Unlock()
	a.connect(at)
}

// findBefore looks for a berth until the connection that is left is gone; nil if
// there was none.
func (a *Appender) findBefore(from *link) *berth {
	life := a.life.Child(a.Name)
	defer life.End()
	go func() {
		select {
		case <-from.gone:
			life.End()
		case <-life.Ended():
		}
	}()
	for {
		var at *berth
		verdict, _ := life.Do(background.MoveAppend, func(ctx context.Context) (err error) {
			at, err = a.find(ctx)
			return err
		})
		if verdict == background.Done {
			return at
		}
		if !life.Sleep(life.Backoff(background.MoveAppend)) {
			return nil
		}
	}
}

// release gives back a berth that was not used, if any.
func (a *Appender) release(at *berth) {
	if at != nil {
		at.conn.CloseUnused() // this appender may be set up there, on another way
	}
}
