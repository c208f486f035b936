package token

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// source makes numbered tokens, as a test wants them.
type source struct {
	mu     sync.Mutex
	life   time.Duration // 0: no end
	takes  time.Duration // each fetch
	err    error
	asked  int
	inside atomic.Int32
}

func (s *source) fetch(ctx context.Context, trouble func(error)) (Token, error) {
	if s.inside.Add(1) > 1 {
		panic("two fetches at once")
	}
	defer s.inside.Add(-1)
	s.mu.Lock()
	s.asked++
	n, takes, life, err := s.asked, s.takes, s.life, s.err
	s.mu.Unlock()
	if takes > 0 {
		time.Sleep(takes)
	}
	if err != nil {
		return Token{}, err
	}
	t := Token{Value: fmt.Sprint(n)}
	if life > 0 {
		t.Expiry = time.Now().Add(life)
	}
	return t, nil
}

// set changes the source.
func (s *source) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// count is how often the source was asked.
func (s *source) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

var pace = retry.Backoff{First: 20 * time.Millisecond, Last: 2 * time.Second}

func newLife() *background.Life { return background.New(background.Config{}, "test") }

// cached makes the cache of a source; end is the end of its life.
func cached(s *source, wait time.Duration) (c *Cache, end func()) {
	life := newLife()
	return New(Config{Life: life, Fetch: s.fetch, Wait: wait, Pace: pace, Op: "get token from", Subject: "source"}), life.End
}

// bubble runs a test in which time passes when all wait.
func bubble(t *testing.T, s *source, wait time.Duration, test func(c *Cache)) {
	synctest.Test(t, func(t *testing.T) {
		c, end := cached(s, wait)
		defer end()
		test(c)
		synctest.Wait()
	})
}

func (c *Cache) must(t *testing.T, limit time.Duration, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if got, err := c.Get(ctx); err != nil || got.Value != want {
		t.Fatalf("token %q, not %q: %v", got.Value, want, err)
	}
}

func TestTokensAreRenewedBeforeTheyEnd(t *testing.T) {
	s := &source{life: time.Hour}
	bubble(t, s, time.Second, func(c *Cache) {
		c.must(t, time.Second, "1")
		time.Sleep(23 * time.Minute)
		c.must(t, time.Second, "1")
		time.Sleep(8 * time.Minute)
		c.must(t, time.Second, "2") // with half of its life over there is a new one
		if s.count() != 2 {
			t.Errorf("%d were asked for", s.count())
		}
	})
}

// Clients that begin together do not come back together.
func TestRenewalsAreSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		first, last := time.Hour, time.Duration(0)
		for range 100 {
			c, end := cached(&source{life: time.Hour}, 0)
			c.must(t, time.Second, "1")
			c.mu.Lock()
			at := c.renewal.Sub(begun)
			c.mu.Unlock()
			first, last = min(first, at), max(last, at)
			end()
		}
		if first < 24*time.Minute || last > 30*time.Minute || last-first < 3*time.Minute {
			t.Errorf("they are renewed after %v to %v", first, last)
		}
	})
}

// A renewal that fails, or takes long, holds nobody up while the token works; there is
// one at a time, and after failures one in a while.
func TestTokensAreUsedUpWhenTheyCannotBeRenewed(t *testing.T) {
	s := &source{life: time.Hour}
	bubble(t, s, time.Second, func(c *Cache) {
		c.must(t, time.Second, "1")
		time.Sleep(31 * time.Minute)
		away := errors.New("away")
		s.set(func() { s.err = away })
		for range 20 * 60 {
			c.must(t, time.Second, "1")
			time.Sleep(time.Second)
		}
		if s.count() < 400 || s.count() > 1300 {
			t.Errorf("%d were asked for in 20 minutes", s.count())
		}
		time.Sleep(10 * time.Minute)
		if _, err := c.Get(context.Background()); !errors.Is(err, away) {
			t.Errorf("after its end: %v", err)
		}
		s.set(func() { s.err = nil })
		time.Sleep(time.Minute)
		if _, err := c.Get(context.Background()); err != nil {
			t.Errorf("when there are some again: %v", err)
		}
	})
	for _, wait := range []time.Duration{0, time.Second} {
		s := &source{life: time.Hour}
		bubble(t, s, wait, func(c *Cache) {
			c.must(t, time.Second, "1")
			time.Sleep(31 * time.Minute)
			s.set(func() { s.takes = time.Minute })
			begun := time.Now()
			for range 50 {
				c.must(t, time.Hour, "1")
			}
			if held := time.Since(begun); held != wait {
				t.Errorf("callers were held up for %v, not %v", held, wait)
			}
			time.Sleep(2 * time.Minute)
			c.must(t, time.Second, "2")
			if s.count() != 2 {
				t.Errorf("%d were asked for", s.count())
			}
		})
	}
}

func TestOnlyWhatWasRefusedIsDropped(t *testing.T) {
	s := &source{}
	bubble(t, s, 0, func(c *Cache) {
		c.must(t, time.Second, "1")
		time.Sleep(1000 * time.Hour) // nobody knows when it ends
		c.Refused("0")
		c.must(t, time.Second, "1")
		c.Refused("1")
		c.must(t, time.Second, "2")
		c.Refused("1") // somebody is late
		c.must(t, time.Second, "2")
	})
}

// However fast tokens are refused, the source is asked with pauses; a refusal after a long
// time is met at once.
func TestRefusalsArePaced(t *testing.T) {
	s := &source{}
	bubble(t, s, 0, func(c *Cache) {
		begun := time.Now()
		for i := range 100 {
			c.must(t, time.Minute, fmt.Sprint(i+1))
			c.Refused(fmt.Sprint(i + 1))
		}
		if took := time.Since(begun); took < 90*time.Second || took > 200*time.Second {
			t.Errorf("100 tokens were fetched in %v", took)
		}
		c.must(t, time.Minute, "101")
		time.Sleep(2 * calm)
		c.Refused("101")
		c.must(t, time.Nanosecond, "102")
	})
}

func TestTokensAreFetchedOnceForAll(t *testing.T) {
	s := &source{life: time.Hour, takes: time.Second}
	bubble(t, s, 0, func(c *Cache) {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { c.must(t, 2*time.Second, "1") })
		}
		all.Wait()
		if s.count() != 1 {
			t.Errorf("%d were asked for", s.count())
		}
	})
}

// A caller whose time is over leaves; the fetch that it began goes on for the others, and
// for those who come later.
func TestFetchesOutliveTheirCallers(t *testing.T) {
	s := &source{takes: time.Minute}
	bubble(t, s, 0, func(c *Cache) {
		for range 5 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			_, err := c.Get(ctx)
			if !errors.Is(err, fault.TimedOut) || !strings.Contains(err.Error(), "no answer for") {
				t.Errorf("with too little time: %v", err)
			}
			cancel()
		}
		c.must(t, time.Minute, "1")
		if s.count() != 1 {
			t.Errorf("%d were asked for", s.count())
		}
	})
}

// What may pass is tried again as long as the caller has time, with the reason in the
// error when that is over; what stays is told at once; a caller without a limit is told
// each time.
func TestFailedFetches(t *testing.T) {
	passing, lasting := fault.New(fault.Unreachable, "ask", "store", "away"), fault.New(fault.PermissionDenied, "ask", "store", "never")
	s := &source{err: passing}
	bubble(t, s, 0, func(c *Cache) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_, err := c.Get(ctx)
		if !errors.Is(err, fault.Unreachable) || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "away") || s.count() < 5 || s.count() > 20 {
			t.Errorf("%v after %d times", err, s.count())
		}
		before := s.count()
		if _, err = c.Get(context.Background()); !errors.Is(err, passing) || s.count() != before+1 {
			t.Errorf("without a limit: %v after %d times", err, s.count()-before)
		}
		s.set(func() { s.err = lasting })
		ctx, cancel = context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		if _, err = c.Get(ctx); !errors.Is(err, lasting) || s.count() != before+2 {
			t.Errorf("%v after %d times", err, s.count()-before)
		}
	})
}

// What a fetch says while it goes on trying is in the error of those who cannot wait.
func TestTroubleOfAFetchIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		life := newLife()
		c := New(Config{Life: life, Op: "get token from", Subject: "source", Fetch: func(ctx context.Context, trouble func(error)) (Token, error) {
			trouble(fault.New(fault.Unreachable, "get token from", "source", "nobody is at 10.0.0.1"))
			<-ctx.Done()
			return Token{}, ctx.Err()
		}})
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if _, err := c.Get(ctx); !errors.Is(err, fault.Unreachable) || strings.Count(err.Error(), "get token from") != 1 || !strings.Contains(err.Error(), "10.0.0.1") {
			t.Error(err)
		}
		life.End()
		synctest.Wait()
		if _, err := c.Get(context.Background()); !errors.Is(err, fault.Closed) {
			t.Errorf("after the end: %v", err)
		}
	})
}

// A fetch that uses what it is there for is told so, and one that ends its goroutine is
// over.
func TestFetchesThatDoNotReturn(t *testing.T) {
	var c *Cache
	c = New(Config{Life: newLife(), Op: "get token from", Subject: "source", Fetch: func(ctx context.Context, _ func(error)) (Token, error) {
		return c.Get(ctx)
	}})
	if _, err := c.Get(context.Background()); !errors.Is(err, fault.FromCallback) {
		t.Error(err)
	}
	c = New(Config{Life: newLife(), Op: "get token from", Subject: "source", Fetch: func(context.Context, func(error)) (Token, error) {
		leave()
		return Token{}, nil
	}})
	if _, err := c.Get(context.Background()); !errors.Is(err, fault.Unauthenticated) || !strings.Contains(err.Error(), "ended its goroutine") {
		t.Error(err)
	}
}

// Drain waits for the fetch that runs, as long as it may.
func TestDrain(t *testing.T) {
	s := &source{takes: time.Minute}
	synctest.Test(t, func(t *testing.T) {
		c, end := cached(s, 0)
		go c.Get(context.Background())
		synctest.Wait()
		end()
		for _, wait := range []struct{ limit, took time.Duration }{{time.Second, time.Second}, {time.Hour, 59 * time.Second}, {time.Hour, 0}} {
			begun := time.Now()
			if c.Drain(wait.limit); time.Since(begun) != wait.took {
				t.Errorf("it waited for %v, not %v", time.Since(begun), wait.took)
			}
		}
		if s.inside.Load() != 0 {
			t.Error("the fetch still runs")
		}
	})
}

// The clock that passes and the one on the wall each end a token: a machine that was
// suspended has only the latter go on.
func TestEitherClockEndsATime(t *testing.T) {
	now := time.Now()
	later := now.Add(time.Hour)
	if passed(later, now) || passed(time.Time{}, now) {
		t.Error("a time has passed before it came")
	}
	if !passed(later, later) || !passed(later, now.Round(0).Add(time.Hour)) {
		t.Error("a time has not passed")
	}
}
