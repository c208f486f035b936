package segmentstore

import (
	"sync"
	"time"
)

// expiry ends a connection before the server does. A server closes a connection
// when a token ends with which a writer was set up there, also if that writer
// has left since or was set up again. So the connection retires before the first
// of its tokens ends: all that use it finish what is under way and move.
type expiry struct {
	mu    sync.Mutex
	timer *time.Timer
	at    time.Time // when the connection retires
}

// mostNotice is how long before the end of a token a connection retires at
// most; else when half of what the token had left is over.
const mostNotice = 30 * time.Second

const retired = "the server would end it soon, or nobody needs it any more"

// leastLife of a connection keeps those that use it from going from one to the next
// without a rest, when every token ends at once by this machine's clock.
const leastLife = time.Second

// mostSetUps is how many writers are set up on a connection before it retires: a
// server remembers each until the connection ends, also those that have left, and
// every transaction brings new ones.
const mostSetUps = 4096

// ExpireBy tells that a writer is about to be set up on the connection with a
// token that ends at a time; the zero time means never. It is false if the
// connection retires already: then it must not be used for it.
func (c *Conn) ExpireBy(end time.Time) bool {
	c.mu.Lock()
	retiring := c.retiring || c.closing != nil
	c.setUps++
	full := c.setUps == mostSetUps
	c.retiring = c.retiring || full
	c.mu.Unlock()
	if full {
		go c.Retire()
	}
	if retiring || end.IsZero() {
		return !retiring
	}
	left := time.Until(end)
	c.expiry.set(max(left-min(left/2, mostNotice), leastLife), c.Retire)
	return true
}

// set makes the connection retire in a while, unless it does so before.
func (e *expiry) set(in time.Duration, retire func()) {
	at := time.Now().Add(in)
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.timer == nil:
		e.timer = time.AfterFunc(in, retire)
	case at.Before(e.at):
		e.timer.Reset(in)
	default:
		return
	}
	e.at = at
}

func (e *expiry) stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.timer != nil {
		e.timer.Stop()
	}
}

// Retiring reports whether the connection is about to end: everybody should leave.
func (c *Conn) Retiring() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.retiring
}

// Retire lets nobody new use the connection, has every Source leave it, and closes it
// when nobody is left.
func (c *Conn) Retire() {
	c.mu.Lock()
	c.retiring = true
	idle := len(c.receivers) == 0
	c.mu.Unlock()
	if idle {
		c.dismiss(retired)
		return
	}
	for _, r := range c.everybody() {
		if s, ok := r.(Source); ok {
			s.Retire()
		}
	}
}
