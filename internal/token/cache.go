package token

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
)

// Config of a Cache.
type Config struct {
	// Life is what fetches are background work of.
	Life *background.Life
	// Fetch gets a token. One call runs at a time, in a goroutine of its own, with no
	// lock held. While it goes on trying, it may report why it has to; the
	// errors of callers whose time is over meanwhile say so.
	Fetch func(ctx context.Context, trouble func(error)) (Token, error)
	// Wait is how long a renewal is waited for while the token still works.
	Wait time.Duration
	// Pace is the least time between two fetches after failures and refusals.
	Pace retry.Backoff
	// Changed, if not nil, reports whether Fetch would return another token by now.
	Changed func() bool
	// Op and Subject are the words of errors, and Missing is the kind of those that say
	// that there is no token yet.
	Op, Subject string
	Missing     fault.Code
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Cache holds one token. It is fetched when it is first asked for, renewed when
// less than about half of its life is left, and fetched anew after it was refused. One
// fetch serves all who wait, and goes on when the one that began it stops waiting. Safe
// for concurrent use.
type Cache struct {
	Config

	mu      sync.Mutex
	held    bool
	token   Token
	renewal time.Time // zero: never
	flight  *flight   // the fetch under way, or nil
	ended   time.Time // the last fetch
	trouble error     // since the last success
	strikes int       // fetches that failed, and tokens that were refused, in a row
	struck  time.Time // the last of them
}

// flight is one fetch. The result is set before done is closed.
type flight struct {
	begun time.Time
	done  chan struct{}
	token Token
	err   error
}

// soonest is when a token is renewed at the earliest: a source that keeps its tokens to
// their end gives the same one again.
const soonest = 100 * time.Millisecond

// calm is how long after the last failure or refusal the next one counts as the first.
const calm = time.Minute

// New makes a Cache. It fetches nothing yet.
func New(c Config) *Cache {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Cache{Config: c}
}

// Get returns a token, with more than about half of its life left if such a one can be
// had. While there is none that works, it waits for one until ctx ends, or if ctx has no
// deadline, for one fetch. Errors: that of the fetch, unless it may pass; TimedOut or
// Cancelled when ctx ends, Unreachable if the servers could not be reached until then;
// FromCallback when the fetch itself calls.
func (c *Cache) Get(ctx context.Context) (Token, error) {
	if ctx.Value(inside{}) == c {
		return Token{}, fault.New(fault.FromCallback, c.Op, c.Subject, "this would wait for itself")
	}
	_, limited := ctx.Deadline()
	for {
		token, works, f := c.look(c.Changed != nil && c.Changed())
		if f == nil || works && !c.renewed(ctx, f) {
			return token, nil
		}
		fault.Trouble(ctx, fault.New(c.Missing, c.Op, c.Subject, "no answer yet"))
		select {
		case <-f.done:
			fault.Trouble(ctx, f.err)
		case <-ctx.Done():
			return Token{}, c.givenUp(ctx, f)
		}
		if f.err == nil || !limited || !fault.Retriable(f.err) {
			return f.token, f.err
		}
	}
}

// renewed waits a moment for the renewal of a token that works, and reports whether
// there is a new one.
func (c *Cache) renewed(ctx context.Context, f *flight) bool {
	timer := time.NewTimer(f.begun.Add(c.Wait).Sub(c.Now()))
	defer timer.Stop()
	select {
	case <-f.done:
		return f.err == nil
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// look returns the token, whether it works, and the fetch to wait for, if any.
func (c *Cache) look(changed bool) (token Token, works bool, f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Now()
	works = c.held && !passed(c.token.Expiry, now)
	if works && !changed && !passed(c.renewal, now) {
		return c.token, true, nil
	}
	wait := c.ended.Add(c.Pace.Delay(c.strikes)).Sub(now)
	if c.flight == nil && (wait <= 0 || !works) {
		c.flight = &flight{begun: now, done: make(chan struct{})}
		go c.run(c.flight, wait)
	}
	return c.token, works, c.flight
}

// inside is the key of the context that fetches get.
type inside struct{}

func (c *Cache) run(f *flight, wait time.Duration) {
	// A fetch that ends its goroutine is over, too.
	token, err := Token{}, error(fault.New(fault.Unauthenticated, c.Op, c.Subject, "it ended its goroutine"))
	defer func() { c.landed(f, token, err) }()
	if wait > 0 {
		c.Life.Sleep(wait)
	}
	verdict, failure := c.Life.Do(background.FetchToken, func(ctx context.Context) (failure error) {
		token, failure = c.Fetch(context.WithValue(ctx, inside{}, c), c.note)
		return failure
	})
	if err = failure; verdict == background.Over {
		err = fault.New(fault.Closed, c.Op, c.Subject, "")
	}
}

// note notes why a fetch goes on trying.
func (c *Cache) note(trouble error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trouble = trouble
}

// landed notes the result of a fetch.
func (c *Cache) landed(f *flight, token Token, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flight, c.ended = nil, c.Now()
	f.token, f.err, c.trouble = token, err, err
	if err != nil {
		c.strike()
	} else {
		c.held, c.token, c.renewal = true, token, time.Time{}
		if !token.Expiry.IsZero() {
			// Before half of its life is over, and not all clients at once.
			life := float64(token.Expiry.Sub(f.begun))
			c.renewal = f.begun.Add(max(time.Duration(life*(0.4+0.1*rand.Float64())), soonest))
		}
	}
	close(f.done)
}

// strike makes the next fetch come later, if this is not the first trouble for a while.
func (c *Cache) strike() {
	now := c.Now()
	if now.Sub(c.struck) > calm {
		c.strikes = 0
	}
	c.strikes++
	c.struck = now
}

// Refused drops a token that a server refused, unless it was replaced meanwhile.
func (c *Cache) Refused(value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held && c.token.Value == value {
		c.held = false
		c.strike()
	}
}

// Drain waits, for a time at most, until no fetch runs. After the end of Life none
// begins any more.
func (c *Cache) Drain(limit time.Duration) {
	c.mu.Lock()
	f := c.flight
	c.mu.Unlock()
	if f == nil {
		return
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-f.done:
	case <-timer.C:
	}
}

// givenUp is the error of a caller whose time is over before a fetch is.
func (c *Cache) givenUp(ctx context.Context, f *flight) error {
	c.mu.Lock()
	trouble := c.trouble
	c.mu.Unlock()
	e := fault.Context(ctx, c.Op, c.Subject).Because("no answer for "+fault.Span(c.Now().Sub(f.begun)), trouble)
	if e.Code == fault.TimedOut && fault.CodeOf(trouble) == fault.Unreachable {
		e.Code = fault.Unreachable
	}
	return e
}

// passed reports whether a time has come. It has if the clock on the wall says so, which
// goes on while the machine is suspended, or the one that counts the time that passes,
// which nobody sets.
func passed(t, now time.Time) bool {
	return !t.IsZero() && (!now.Before(t) || !now.Round(0).Before(t.Round(0)))
}
