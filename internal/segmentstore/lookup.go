package segmentstore

import (
	"context"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// lookups asks where segments are, for everybody. When a store dies, all of its
// segments want to know at once where they are now, and again and again until
// the controller has moved them, which it does with all of them in one step.
type lookups struct {
	locate Locator
	turns  chan struct{} // who asks holds one

	mu   sync.Mutex
	lost map[string]*vigil // by endpoint
}

// vigil is the wait of those who lost the same store for news of it.
type vigil struct {
	turn   chan struct{} // who asks for the others holds it, and guards the rest
	at     time.Time     // of the newest answer
	moved  bool          // it was another store
	answer error         // or the controller cannot be reached
}

const (
	lookupsAtOnce = 8
	// fresh is how long one's answer holds for the others, while nothing moves.
	fresh = 100 * time.Millisecond
	// unrest is how long everybody asks for himself after something moved.
	unrest = time.Second
)

// Locate asks which store serves a segment. lost is the endpoint at which the
// caller found or lost a connection last, empty if he did not: of those who lost
// the same store, one asks for all as long as the answer is the same store.
func (s *Stores) Locate(ctx context.Context, segment, lost string) (endpoint string, err error) {
	if lost == "" {
		return s.ask(ctx, segment)
	}
	v := s.lookups.vigil(lost)
	select {
	case v.turn <- struct{}{}:
	case <-ctx.Done():
		return "", fault.Context(ctx, "locate segment", segment)
	}
	age := time.Since(v.at)
	switch {
	case !v.moved && age < fresh:
		defer func() { <-v.turn }()
		return lost, v.answer
	case v.moved && age < unrest:
		<-v.turn
		return s.ask(ctx, segment)
	}
	defer func() { <-v.turn }()
	endpoint, err = s.ask(ctx, segment)
	switch {
	case err == nil:
		v.at, v.moved, v.answer = time.Now(), endpoint != lost, nil
	case fault.CodeOf(err) == fault.Unreachable && ctx.Err() == nil: // else it is the segment's own trouble
		v.at, v.moved, v.answer = time.Now(), false, err
	}
	return endpoint, err
}

func (l *lookups) vigil(lost string) *vigil {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.lost[lost]
	if v == nil {
		v = &vigil{turn: make(chan struct{}, 1)}
		l.lost[lost] = v
	}
	return v
}

func (s *Stores) ask(ctx context.Context, segment string) (string, error) {
	select {
	case s.lookups.turns <- struct{}{}:
	case <-ctx.Done():
		return "", fault.Context(ctx, "locate segment", segment)
	}
	defer func() { <-s.lookups.turns }()
	ctx, cancel := context.WithTimeout(ctx, s.SetupTimeout())
	defer cancel()
	return s.lookups.locate(ctx, segment)
}
