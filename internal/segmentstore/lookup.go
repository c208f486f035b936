package segmentstore

import (
	"context"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// lookups asks where segments are, for everybody. When a store dies, all of its
// segments want to know at once where they are now, and again and again until
// the controller has moved them, which it does with all of them in one step.
type lookups struct {
	locate Locator
	turns  xsync.Limiter // of questions to the controller

	mu   sync.Mutex
	lost map[string]*sharedLookup // by endpoint
}

// sharedLookup is made by one of those who lost the same store, for all of them.
type sharedLookup struct {
	users int // guarded by lookups.mu

	turn   chan struct{} // the one who asks holds it, and it guards the rest
	at     time.Time     // of the newest answer
	moved  bool          // it was another store
	answer error         // or the controller cannot be reached
}

const (
	lookupsAtOnce = 8
	// fresh is how long one's answer holds for the others, while nothing moves.
	fresh = 100 * time.Millisecond
	// unrest is how long everybody asks for itself after something moved.
	unrest = time.Second
)

// Locate asks which store serves a segment. lost is the endpoint at which the
// caller found or lost a connection last, empty if it did not: of those who lost
// the same store, one asks for all as long as the answer is the same store. If that
// takes long, the others ask for themselves.
func (s *Stores) Locate(ctx context.Context, segment, lost string) (endpoint string, err error) {
	if lost == "" {
		return s.ask(ctx, segment)
	}
	l := s.lookups.join(lost)
	defer s.lookups.leave(l)
	wait := time.NewTimer(xsync.Slow)
	defer wait.Stop()
	select {
	case l.turn <- struct{}{}:
	case <-wait.C:
		return s.ask(ctx, segment)
	case <-ctx.Done():
		return "", fault.Context(ctx, "locate segment", segment).Because("the controller has not answered others yet", nil)
	}
	age := time.Since(l.at)
	switch {
	case !l.moved && age < fresh:
		defer func() { <-l.turn }()
		return lost, l.answer
	case l.moved && age < unrest:
		<-l.turn
		return s.ask(ctx, segment)
	}
	defer func() { <-l.turn }()
	endpoint, err = s.ask(ctx, segment)
	switch {
	case err == nil:
		l.at, l.moved, l.answer = time.Now(), endpoint != lost, nil
	case fault.CodeOf(err) == fault.Unreachable && ctx.Err() == nil: // else it is the segment's own trouble
		l.at, l.moved, l.answer = time.Now(), false, err
	}
	return endpoint, err
}

// join finds the look-up for a lost store, and forgets those that nobody needs.
func (l *lookups) join(lost string) *sharedLookup {
	l.mu.Lock()
	defer l.mu.Unlock()
	for endpoint, other := range l.lost {
		if other.users == 0 && time.Since(other.at) >= unrest {
			delete(l.lost, endpoint)
		}
	}
	shared := l.lost[lost]
	if shared == nil {
		shared = &sharedLookup{turn: make(chan struct{}, 1)}
		l.lost[lost] = shared
	}
	shared.users++
	return shared
}

func (l *lookups) leave(shared *sharedLookup) {
	l.mu.Lock()
	shared.users--
	l.mu.Unlock()
}

// ask asks the controller, within a limit of its own.
func (s *Stores) ask(ctx context.Context, segment string) (string, error) {
	yield, ok := s.lookups.turns.Enter(ctx, nil)
	if !ok {
		return "", fault.Context(ctx, "locate segment", segment).Because("the controller has not answered others yet", nil)
	}
	defer yield()
	ctx, cancel := fault.Within(ctx, s.SetupTimeout(), "locate segment", segment)
	defer cancel()
	return s.lookups.locate(ctx, segment)
}
