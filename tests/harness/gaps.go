package harness

import (
	"sync"
	"time"
)

// Gaps measures the time between signs of progress. Safe for concurrent use; the
// zero value is ready.
type Gaps struct {
	mu      sync.Mutex
	last    time.Time
	longest time.Duration
}

// Note takes a sign of progress.
func (g *Gaps) Note() {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if !g.last.IsZero() {
		g.longest = max(g.longest, now.Sub(g.last))
	}
	g.last = now
}

// Longest is the longest gap since the last call, which may have begun before it.
func (g *Gaps) Longest() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	longest := g.longest
	g.longest = 0
	return longest
}
