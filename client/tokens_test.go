package client

import (
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pravega/pravega-client-go/internal/enginetest"
)

// Hazard 12: a server closes a shared connection when the first of the tokens
// ends that were shown on it. Before that the writer has moved: nothing breaks,
// and nothing is stored twice.
func TestHazard12TokensEndUnderAWriter(t *testing.T) {
	c := startCluster(t, 0, 0.5, 0.75, 1)
	c.TokensLive(8 * time.Second)
	c.CheckTokens()
	w := c.writer(asUser)
	idle, low, high := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 0.75), enginetest.KeyFor(0.75, 1)
	writeNumbered(t, w, idle, 1, 1)
	n := int64(1)
	dialled := c.Dialled()
	for moved := dialled; moved < dialled+6; moved = c.Dialled() { // two shared connections, thrice
		writeNumbered(t, w, low, n+1, n+100)
		writeNumbered(t, w, high, n+101, n+200)
		n += 200
		if n%10_000 == 1 {
			time.Sleep(10 * time.Millisecond)
		}
	}
	writeNumbered(t, w, idle, n+1, n+1)
	flush(t, w, n+1)
	if ended := c.Expirations(); ended > 0 {
		t.Errorf("%d connections were closed by the end of a token", ended)
	}
	total := int64(0)
	seen := make(map[int64]bool)
	for _, id := range c.Current() {
		last := int64(0)
		for _, number := range c.Stored(id) {
			if seen[number] || number < last {
				t.Fatalf("event %d is stored twice or behind %d", number, last)
			}
			seen[number], last = true, number
			total++
		}
	}
	if total != n+1 {
		t.Fatalf("%d of %d events are stored", total, n+1)
	}
}

// When there is no new token in time, a segment with something to send uses the
// old one to its end; the writer goes on when the controller is back.
func TestHazard12NoNewTokenInTime(t *testing.T) {
	c := startCluster(t, keyspace...)
	const life = time.Second
	c.TokensLive(life)
	c.CheckTokens()
	w := c.writer(asUser)
	n := int64(0)
	more := func() {
		writeNumbered(t, w, "k", n+1, n+10)
		n += 10
		time.Sleep(time.Millisecond)
	}
	more()
	flush(t, w, n)
	c.Refuse(func(string) error { return status.Error(codes.Unavailable, "away") })
	for begun := time.Now(); time.Since(begun) < 2*life; more() {
	}
	c.Refuse(nil)
	more()
	flush(t, w, n)
	c.Expect(1, n, 0)
}

func asUser(config *Config, _ *WriterConfig) {
	config.AuthMethod, config.AuthUser, config.AuthPassword = "basic", "user", "password"
}
