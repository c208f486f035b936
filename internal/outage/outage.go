// Package outage logs when servers go away and when they are back: one WARN when an
// outage begins, further ones at growing intervals while it lasts, one INFO when it
// ends, however many connections and segments it concerns.
package outage

import (
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
)

const (
	// grace is how long a server must be away for that to be an outage: a connection that is
	// lost and replaced at once is none.
	grace = time.Second
	// first and longest bound the time between two lines about one outage; it doubles.
	first   = 10 * time.Second
	longest = 10 * time.Minute
	// idle is how long nobody has tried to reach a server that is not needed any more,
	// such as a store whose segments have moved. It is longer than an attempt takes.
	idle = time.Minute
)

// Log knows which servers of one kind are away. Safe for concurrent use. The logger's
// handler is called from a goroutine of the Log's own, so the callers of Failed and
// Answered may hold any lock, also one that the handler needs. A nil Log knows and logs
// nothing. Close it.
type Log struct {
	kind string // of the servers
	to   *slog.Logger

	mu     sync.Mutex
	doubts map[string]time.Time // since when servers are away that may be back at once
	away   map[string]*outage   // by address
	lines  []line               // to be logged
	closed bool
	busy   bool // a goroutine logs
	work   sync.WaitGroup
}

// outage of one server.
type outage struct {
	since  time.Time
	failed time.Time // last
	said   time.Time // last
	pause  time.Duration
	due    time.Time // the next line
	cause  error
	timer  *time.Timer
}

// line is one of the log.
type line struct {
	level   slog.Level
	message string
	args    []any
}

// New makes the log of the servers of a kind, such as "segment store".
func New(kind string, to *slog.Logger) *Log {
	return &Log{kind: kind, to: to, doubts: make(map[string]time.Time), away: make(map[string]*outage)}
}

// Failed tells that the server at an address could not be reached or did not answer, in
// an attempt that had begun at a time.
func (l *Log) Failed(address string, begun time.Time, cause error) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	now := time.Now()
	o := l.away[address]
	if o == nil {
		since := l.doubt(address, begun, now)
		if now.Sub(since) < grace {
			return
		}
		delete(l.doubts, address)
		o = &outage{since: since, said: now, pause: first, due: since.Add(first)}
		o.timer = time.AfterFunc(o.due.Sub(now), func() { l.look(address, o) })
		l.away[address] = o
		l.say(slog.LevelWarn, l.kind+" is away", "address", address, "err", cause)
	}
	o.failed, o.cause = now, cause
}

// doubt notes that a server may be away, and returns since when.
func (l *Log) doubt(address string, begun, now time.Time) (since time.Time) {
	maps.DeleteFunc(l.doubts, func(_ string, since time.Time) bool { return now.Sub(since) >= idle })
	since, doubted := l.doubts[address]
	if !doubted || begun.Before(since) {
		since = begun
		l.doubts[address] = since
	}
	return since
}

// Answered tells that the server at an address works.
func (l *Log) Answered(address string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.doubts, address)
	if o := l.away[address]; o != nil {
		l.end(address, o, " is back")
	}
}

// Trouble is what keeps the server at an address from being reached, and for how long;
// nil if nothing is known to.
func (l *Log) Trouble(address string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if o := l.away[address]; o != nil {
		return fault.Lasting(o.cause, time.Since(o.since))
	}
	return nil
}

// look is what is done about an outage at its times.
func (l *Log) look(address string, o *outage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	switch {
	case l.closed || l.away[address] != o:
		return
	case now.Sub(o.failed) >= idle:
		l.end(address, o, " is not needed any more")
		return
	case !now.Before(o.due):
		if o.failed.After(o.said) { // else nobody knows
			l.say(slog.LevelWarn, l.kind+" is still away", "address", address, "for", fault.Span(now.Sub(o.since)), "err", o.cause)
			o.said = now
		}
		o.pause = min(2*o.pause, longest)
		o.due = now.Add(o.pause)
	}
	o.timer.Reset(min(o.due.Sub(now), o.failed.Add(idle).Sub(now)))
}

// end forgets an outage.
func (l *Log) end(address string, o *outage, how string) {
	o.timer.Stop()
	delete(l.away, address)
	l.say(slog.LevelInfo, l.kind+how, "address", address, "after", fault.Span(time.Since(o.since)))
}

// say leaves a line to the goroutine that logs. The lock is held.
func (l *Log) say(level slog.Level, message string, args ...any) {
	l.lines = append(l.lines, line{level, message, args})
	if !l.busy {
		l.busy = true
		l.work.Go(l.speak)
	}
}

// speak logs what there is.
func (l *Log) speak() {
	for {
		l.mu.Lock()
		if len(l.lines) == 0 {
			l.busy = false
			l.mu.Unlock()
			return
		}
		next := l.lines[0]
		l.lines = l.lines[1:]
		l.mu.Unlock()
		say := l.to.Warn
		if next.level == slog.LevelInfo {
			say = l.to.Info
		}
		say(next.message, next.args...)
	}
}

// Close ends the log. It waits until what was said is logged.
func (l *Log) Close() {
	l.mu.Lock()
	l.closed = true
	for _, o := range l.away {
		o.timer.Stop()
	}
	clear(l.away)
	clear(l.doubts)
	l.mu.Unlock()
	l.work.Wait()
}
