package conformance

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// Hazard 12: tokens that end under a running load, several times over, break no
// connection and lose and double nothing.
func TestHazard12TokensThatEndUnderLoad(t *testing.T) {
	ctx := waittest.Within(t, 5*time.Minute)
	const life = 8 * time.Second
	server, err := harness.InMemory(ctx, harness.Options{TokenLife: life})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	broken := &setBacks{}
	config := client.Config{}
	config.ControllerURI, config.AuthMethod = server.ControllerURI(), "basic"
	config.AuthUser, config.AuthPassword = server.Credentials()
	config.Logger = slog.New(broken)
	c, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	scope, stream := newStream(t, c, 4)
	begun := time.Now()
	total := writeThrough(ctx, t, c, scope, stream, 0, func() bool { return time.Since(begun) > 5*life/2 })
	for _, what := range broken.list() {
		t.Error("in the log:", what)
	}
	readBack(ctx, t, c, scope, stream, total)
}

// setBacks is a log handler that keeps what tells of broken appends.
type setBacks struct {
	mu   sync.Mutex
	told []string
}

func (s *setBacks) Enabled(context.Context, slog.Level) bool { return true }

func (s *setBacks) Handle(_ context.Context, r slog.Record) error {
	text, ofAppend := r.Message, false
	r.Attrs(func(a slog.Attr) bool {
		text += " " + a.String()
		ofAppend = ofAppend || a.Key == "work" && a.Value.String() == background.SetUpAppend.String()
		return true
	})
	if ofAppend {
		s.mu.Lock()
		s.told = append(s.told, text)
		s.mu.Unlock()
	}
	return nil
}

func (s *setBacks) WithAttrs([]slog.Attr) slog.Handler { return s }
func (s *setBacks) WithGroup(string) slog.Handler      { return s }

func (s *setBacks) list() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.told)
}
