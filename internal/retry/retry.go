// Package retry says how long to wait before something is tried again.
package retry

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff is how long to wait before an attempt: nothing before the first, then
// from First, doubled each time up to Last, each shortened by up to half at
// random so that many clients do not return in step.
type Backoff struct {
	First, Last time.Duration
}

// Soon is short, because a segment store's takeover takes seconds and
// the endpoint is asked for again each time.
var Soon = Backoff{First: 10 * time.Millisecond, Last: time.Second}

// Delay before the attempt of this number; the first one is 0.
func (b Backoff) Delay(attempt int) time.Duration {
	if attempt <= 0 {
		return 0
	}
	d := b.Last
	if shift := attempt - 1; shift < 30 && b.First<<shift < b.Last {
		d = b.First << shift
	}
	return d - time.Duration(rand.Int64N(int64(d)/2+1))
}

// Wait sleeps before an attempt; false if ctx ends first.
func (b Backoff) Wait(ctx context.Context, attempt int) bool {
	d := b.Delay(attempt)
	if d == 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
