package client

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// journal keeps what a client logs from INFO on.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }
func (j *journal) WithAttrs([]slog.Attr) slog.Handler               { return j }
func (j *journal) WithGroup(string) slog.Handler                    { return j }

func (j *journal) Handle(_ context.Context, r slog.Record) error {
	line := fmt.Sprint(r.Level, " ", r.Message)
	r.Attrs(func(a slog.Attr) bool { line += " " + a.String(); return true })
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
	return nil
}

func (j *journal) read() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.lines)
}

// expect waits for as many lines as are wanted, whose parts each line holds.
func (j *journal) expect(t *testing.T, want ...[]string) {
	t.Helper()
	waittest.Until(t, "the log has its lines", func() bool { return len(j.read()) >= len(want) })
	lines := j.read()
	for i, parts := range want {
		for _, part := range parts {
			if !strings.Contains(lines[i], part) {
				t.Errorf("line %d lacks %q", i, part)
			}
		}
	}
	if len(lines) > len(want) || t.Failed() {
		t.Fatalf("logged is\n%s", strings.Join(lines, "\n"))
	}
}

// even divides the key space into n equal parts.
func even(n int) []float64 {
	bounds := make([]float64, n+1)
	for i := range bounds {
		bounds[i] = float64(i) / float64(n)
	}
	return bounds
}

// An outage of a store is one line when it begins and one when it ends, whatever the
// number of segments of writers and readers that want it.
func TestAnOutageOfAStoreIsLoggedOnceForAllItsSegments(t *testing.T) {
	const segments = 1000
	c := startCluster(t, even(segments)...)
	var log journal
	config := Config{}
	config.Logger = slog.New(&log)
	g := c.groupOf(config)
	w, err := g.client.OpenWriter(waittest.Limit(t), c.Stream.Scope, c.Stream.Name, WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var written int
	everywhere := func() {
		t.Helper()
		for range 4 * segments {
			if _, err := w.Write(waittest.Limit(t), Event{Data: []byte("event")}); err != nil {
				t.Fatal(err)
			}
			written++
		}
	}
	everywhere()
	if err := w.Flush(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	log.expect(t)
	c.Set(enginetest.On(enginetest.IsHello, storetest.CloseNow))
	c.CutAll()
	everywhere()
	log.expect(t, []string{"WARN segment store is away", "address=" + c.Endpoint(), "the server closed the connection"})
	dialled := c.Dialled()
	waittest.Until(t, "the store is dialled again and again", func() bool { return c.Dialled() > dialled+10 })
	c.Set(nil)
	if err := w.Flush(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	log.expect(t, []string{"WARN segment store is away"}, []string{"INFO segment store is back", "address=" + c.Endpoint(), "after="})
	for read := 0; read < written; {
		s, err := r.Next(waittest.Limit(t))
		if err != nil {
			t.Fatal(err)
		}
		for range s.Events() {
			read++
		}
		if err := s.Release(); err != nil {
			t.Fatal(err)
		}
	}
	log.expect(t, []string{"WARN segment store is away"}, []string{"INFO segment store is back"})
}

// A connection that is lost and replaced at once is no outage.
func TestConnectionsThatAreReplacedAtOnceAreNoOutage(t *testing.T) {
	c := startCluster(t, even(10)...)
	var log journal
	w := c.writer(func(config *Config, _ *WriterConfig) { config.Logger = slog.New(&log) })
	for range 20 {
		for range 20 {
			if _, err := w.Write(waittest.Limit(t), Event{Data: []byte("event")}); err != nil {
				t.Fatal(err)
			}
		}
		c.CutAll()
		if err := w.Flush(waittest.Limit(t)); err != nil {
			t.Fatal(err)
		}
	}
	log.expect(t)
}

// So it is with the controllers, which are one.
func TestAnOutageOfTheControllersIsLoggedOnce(t *testing.T) {
	c := startCluster(t, keyspace...)
	var log journal
	config := Config{}
	config.Logger = slog.New(&log)
	client := c.client(config)
	c.Refuse(func(string) error { return status.Error(codes.Unavailable, "the metadata store is away") })
	done := make(chan error)
	for range 10 {
		go func() {
			_, err := client.OpenWriter(waittest.Limit(t), c.Stream.Scope, c.Stream.Name, WriterConfig{})
			done <- err
		}()
	}
	log.expect(t, []string{"WARN controller is away", "address=" + c.URI, "the metadata store is away"})
	c.Refuse(nil)
	for range 10 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	log.expect(t, []string{"WARN controller is away"}, []string{"INFO controller is back", "address=" + c.URI})
}
