package token

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
)

// Source is where bearer tokens come from.
type Source struct {
	Name string // in errors
	// Ask gets a token; one call runs at a time. One without Expiry has the one that it
	// tells itself as a JWT.
	Ask func(ctx context.Context) (Token, error)
	// Changed and Wait are those of Config.
	Changed func() bool
	Wait    time.Duration
}

// Bearer makes the Cache of a client's bearer tokens. Each call of the source may take
// limit. What is wrong with it is logged, and is Unauthenticated.
func Bearer(life *background.Life, source Source, limit time.Duration, logger *slog.Logger) *Cache {
	const op = "get a bearer token from"
	failures := 0
	return New(Config{
		Life: life,
		Fetch: func(ctx context.Context, _ func(error)) (Token, error) {
			ctx, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			t, err := source.ask(ctx, logger)
			if errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
				err = fmt.Errorf("no answer within %v", limit)
			}
			if err == nil {
				err = Check(t.Value)
			}
			if life.Over() {
				return Token{}, fault.New(fault.Closed, op, source.Name, "")
			}
			if err != nil {
				err = fault.Wrap(fault.Unauthenticated, op, source.Name, err)
				level := slog.LevelDebug
				if failures++; failures&(failures-1) == 0 { // the first, and then ever more seldom
					level = slog.LevelWarn
				}
				logger.Log(ctx, level, "no bearer token", "source", source.Name, "failures", failures, "err", err)
				return Token{}, err
			}
			if failures > 0 {
				logger.Info("there is a bearer token again", "source", source.Name, "failures", failures)
			}
			failures = 0
			t.Expiry = believed(t, time.Now())
			return t, nil
		},
		Wait:    source.Wait,
		Pace:    retry.Backoff{First: 20 * time.Millisecond, Last: 2 * time.Second},
		Changed: source.Changed,
		Op:      op,
		Subject: source.Name,
		Missing: fault.Unauthenticated,
	})
}

// ask makes an error of a panic of the source.
func (s Source) ask(ctx context.Context, logger *slog.Logger) (t Token, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			logger.Error("the token source panicked", "source", s.Name, "cause", cause, "stack", string(debug.Stack()))
			err = fmt.Errorf("it panicked: %v", cause)
		}
	}()
	return s.Ask(ctx)
}

// believed is the expiry of a token by this machine's clock, zero if only the servers can
// tell: one that is over already may be so because the clocks differ.
func believed(t Token, now time.Time) time.Time {
	issued, expires := time.Time{}, t.Expiry
	if expires.IsZero() {
		issued, expires = JWT(t.Value)
	}
	left := expires.Sub(now)
	if !issued.IsZero() {
		left = min(left, expires.Sub(issued))
	}
	if left <= 0 {
		return time.Time{}
	}
	return now.Add(left)
}

// Longest bearer token in bytes. The servers' limit is lower unless it was raised.
const Longest = 64 << 10

// Check returns what is wrong with a bearer token, without showing it.
func Check(value string) error {
	if value == "" {
		return errors.New("the token is empty")
	}
	if len(value) > Longest {
		return fmt.Errorf("the token has %d bytes; %d are the most", len(value), Longest)
	}
	for i := range len(value) {
		if c := value[i]; c < ' ' || c > '~' {
			return fmt.Errorf("byte %d of the token is %#x, which is not printable ASCII", i, c)
		}
	}
	return nil
}
