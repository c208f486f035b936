package client

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// issuer gives out bearer tokens that live for a moment, and knows which are good.
type issuer struct {
	calls    sync.Mutex // held by the one that runs
	overlaps atomic.Int64

	mu    sync.Mutex
	life  time.Duration
	asked int
	ends  map[string]time.Time
	fails func(n int) error // instead of the nth token
}

func newIssuer(life time.Duration) *issuer {
	return &issuer{life: life, ends: make(map[string]time.Time)}
}

func (i *issuer) provide(context.Context) (Token, error) {
	if !i.calls.TryLock() {
		i.overlaps.Add(1)
		return Token{}, errors.New("the provider is called twice at a time")
	}
	defer i.calls.Unlock()
	time.Sleep(time.Millisecond)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked++
	if i.fails != nil {
		if err := i.fails(i.asked); err != nil {
			return Token{}, err
		}
	}
	value := fmt.Sprintf("token-%d", i.asked)
	i.ends[value] = time.Now().Add(i.life)
	return Token{Value: value, Expiry: i.ends[value]}, nil
}

// admits reports whether a token is good.
func (i *issuer) admits(authorization string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	end, known := i.ends[strings.TrimPrefix(authorization, "Bearer ")]
	return known && time.Now().Before(end)
}

// revoke makes all tokens worthless.
func (i *issuer) revoke() {
	i.mu.Lock()
	defer i.mu.Unlock()
	clear(i.ends)
}

func (i *issuer) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

// Bearer tokens and delegation tokens live for a second, are revoked now and then, or the
// servers' signing key is changed, and sometimes there are none, while a program writes,
// reads, pings transactions and commits them. It notices nothing, and each event is stored
// and read once.
func TestTokensThatLiveForASecond(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	i := newIssuer(time.Second)
	i.fails = func(n int) error {
		switch n % 5 {
		case 3:
			return errors.New("the identity provider is away")
		case 4:
			panic("the identity provider is out of its mind")
		}
		return nil
	}
	c.Admit(i.admits)
	c.TokensLive(time.Second)
	c.CheckTokens()
	c.Set(func(conn int, command wire.Command) storetest.Verdict {
		_, setUp := command.(wire.SetupAppend)
		switch {
		case !c.Voided(tokenOf(command)) || setUp && conn%2 == 0: // then the connection is closed
			return storetest.Serve
		case conn%3 == 0:
			return storetest.Expired
		}
		return storetest.Refused
	})
	config := Config{}
	config.TokenProvider = i.provide
	g := c.groupOf(config)
	r, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
	enginetest.Must(t, err)
	w, err := g.client.OpenWriter(waittest.Limit(t), c.Stream.Scope, c.Stream.Name, WriterConfig{})
	enginetest.Must(t, err)
	limits := TransactionalWriterConfig{}
	limits.Lease = 15 * time.Second // a sign of life every five
	tw, err := g.client.OpenTransactionalWriter(waittest.Limit(t), c.Stream.Scope, c.Stream.Name, limits)
	enginetest.Must(t, err)

	var ids uint64
	held := 0 // events of a transaction that is open
	event := func() []byte { ids++; return binary.BigEndian.AppendUint64(nil, ids) }
	seen := make(enginetest.Tally)
	keys := []string{enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)}
	kept, err := tw.Begin(waittest.Limit(t)) // over all of it
	enginetest.Must(t, err)
	for round := 0; i.count() < 20 || c.Calls("pingTransaction") < 2; round++ {
		_, err := kept.Write(waittest.Limit(t), Event{Data: event()})
		enginetest.Must(t, err)
		held++
		txn, err := tw.Begin(waittest.Limit(t))
		enginetest.Must(t, err)
		for _, key := range keys {
			_, err := w.Write(waittest.Limit(t), Event{Key: []byte(key), Data: event()})
			enginetest.Must(t, err)
			_, err = txn.Write(waittest.Limit(t), Event{Key: []byte(key), Data: event()})
			enginetest.Must(t, err)
		}
		if round%4 == 1 {
			i.revoke()
		}
		if round%4 == 2 {
			c.Void()
			c.CutAll()
		}
		enginetest.Must(t, txn.Commit(waittest.Limit(t)))
		enginetest.Must(t, w.Flush(waittest.Limit(t)))
		for len(seen) < int(ids)-held {
			seen.Take(t, next(t, r))
		}
	}
	enginetest.Must(t, kept.Commit(waittest.Limit(t)))
	for len(seen) < int(ids) {
		seen.Take(t, next(t, r))
	}
	enginetest.Must(t, tw.Close(waittest.Limit(t)))
	enginetest.Must(t, w.Close(waittest.Limit(t)))
	enginetest.Must(t, r.Close(waittest.Limit(t)))
	seen.Once(t, ids)
	if n := i.overlaps.Load(); n > 0 {
		t.Errorf("the provider was called %d times while it ran", n)
	}
}

// A client has one source of bearer tokens, and bearer is implied by it.
func TestSourcesOfBearerTokens(t *testing.T) {
	const good = "good-token"
	t.Setenv("PRAVEGA_TEST_BEARER", good)
	file := filepath.Join(t.TempDir(), "token")
	enginetest.Must(t, os.WriteFile(file, []byte(good+"\n"), 0o600))
	sources := []struct {
		name string
		set  func(*Config)
	}{
		{"auth.token", func(c *Config) { c.AuthToken = good }},
		{"auth.token.file", func(c *Config) { c.AuthTokenFile = file }},
		{"auth.token.env", func(c *Config) { c.AuthTokenEnv = "PRAVEGA_TEST_BEARER" }},
		{"the token provider", func(c *Config) {
			c.TokenProvider = func(context.Context) (Token, error) { return Token{Value: good}, nil }
		}},
	}
	c := startCluster(t, keyspace...)
	c.Admit(func(authorization string) bool { return authorization == "Bearer "+good })
	for i, source := range sources {
		for _, method := range []AuthMethod{AuthDefault, AuthBearer} {
			config := Config{}
			config.AuthMethod = method
			source.set(&config)
			if _, err := c.client(config).OpenWriter(waittest.Limit(t), c.Stream.Scope, c.Stream.Name, WriterConfig{}); err != nil {
				t.Errorf("%s with method %q: %v", source.name, method, err)
			}
		}
		refused := func(names []string, change func(*Config)) {
			t.Helper()
			config := Config{}
			source.set(&config)
			change(&config)
			_, err := New(config)
			if !errors.Is(err, ErrInvalidArgument) || slices.ContainsFunc(names, func(name string) bool { return !strings.Contains(err.Error(), name) }) {
				t.Errorf("%v: %v", names, err)
			}
		}
		refused([]string{"auth.method"}, func(c *Config) { c.AuthMethod = "basic" })
		for _, other := range sources[:i] {
			refused([]string{source.name, other.name}, other.set)
		}
	}
	for name, change := range map[string]func(*Config){
		"auth.token.env": func(c *Config) { c.AuthMethod = "bearer" }, // and what else could be set
		"auth.token":     func(c *Config) { c.AuthToken = "two\nlines" },
	} {
		config := Config{}
		change(&config)
		if _, err := New(config); !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "lines") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A provider that uses its own client with the context that it got is told not to, one
// that does so with another context is not waited for beyond the limits of calls, and when
// the client is closed its context ends.
func TestProvidersThatUseTheirClient(t *testing.T) {
	c := startCluster(t, keyspace...)
	var client *Client
	inner := make(chan error, 1)
	config := Config{}
	config.ControllerURI = c.URI
	config.TokenProvider = func(ctx context.Context) (Token, error) {
		_, err := client.CreateScope(ctx, "s")
		inner <- err
		<-ctx.Done()
		_, err = client.CreateScope(context.Background(), "s")
		inner <- err
		return Token{}, err
	}
	client, err := New(config)
	enginetest.Must(t, err)
	ctx, cancel := context.WithTimeout(waittest.Limit(t), 100*time.Millisecond)
	defer cancel()
	if _, err := client.CreateScope(ctx, "s"); !errors.Is(err, ErrTimedOut) || !strings.Contains(err.Error(), "the token provider") {
		t.Error(err)
	}
	if err := <-inner; !errors.Is(err, ErrFromCallback) {
		t.Error(err)
	}
	enginetest.Must(t, client.Close())
	if err := <-inner; !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}
