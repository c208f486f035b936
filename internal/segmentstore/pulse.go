package segmentstore

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// pulse reads from the connection's socket and notices a dead peer. A silent
// peer is asked by KeepAlive. But a server that throttles a connection does not
// read from it, so it cannot answer: with much data under way, silence is
// excused for a while as long as the server greets a fresh connection.
//
// What counts are waits, not the time: a process that was suspended has not listened
// meanwhile.
type pulse struct {
	conn      *Conn
	lastHeard time.Time // owned by the receiving goroutine, as are the others
	asked     bool      // since then
	dead      bool      // the peer was given up
}

const (
	throttledFrom  = 1 << 20          // bytes; the servers do not pause a connection with less outstanding
	throttledLimit = 60 * time.Second // the servers' own limit of a request
)

// Read waits for bytes as long as the peer can be thought alive.
func (p *pulse) Read(b []byte) (int, error) {
	c := p.conn
	if p.lastHeard.IsZero() {
		p.lastHeard = time.Now()
	}
	for {
		_ = c.socket.SetReadDeadline(time.Now().Add(c.dialer.Silence / 2))
		n, err := c.socket.Read(b)
		if n > 0 {
			p.lastHeard, p.asked = time.Now(), false
			return n, nil
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return 0, err
		}
		if p.asked && !p.excused() {
			p.dead = true
			return 0, fault.New(fault.Unreachable, "wait for segment store", c.endpoint, "silent for %v", time.Since(p.lastHeard).Round(time.Millisecond))
		}
		p.asked = true
		c.Send(keepAlive)
	}
}

var keepAlive = wire.KeepAlive{}.Append(nil)

func (p *pulse) excused() bool {
	if p.conn.underWay() <= throttledFrom || time.Since(p.lastHeard) >= throttledLimit {
		return false
	}
	verdict, _ := p.conn.life.Do(background.GreetStore, func(ctx context.Context) error {
		socket, err := p.conn.dialer.greet(ctx, p.conn.endpoint)
		if err == nil {
			hangUp(socket)
		}
		return err
	})
	return verdict == background.Done
}
