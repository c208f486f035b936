package conformance

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// Bearer tokens of a provider that live for three seconds, and delegation tokens that
// live for eight, end again and again while a program writes, reads, keeps transactions
// and commits them, over TLS too. Each event is stored and read once.
func TestTokensOfAProviderThatEndUnderLoad(t *testing.T) {
	ctx := waittest.Within(t, 5*time.Minute)
	for name, start := range map[string]func() (*harness.Server, error){
		"without TLS": func() (*harness.Server, error) {
			return harness.InMemory(ctx, harness.Options{TokenLife: 8 * time.Second})
		},
		"with TLS": func() (*harness.Server, error) { return harness.Secure(ctx, harness.Options{}) },
	} {
		t.Run(name, func(t *testing.T) {
			server, err := start()
			if err != nil {
				t.Fatal(err)
			}
			harness.StopAfter(t, server)
			const life = 3 * time.Second
			var asked atomic.Int64
			config := client.Config{}
			config.ControllerURI, config.CAFile = server.ControllerURI(), server.CAFile()
			config.TokenProvider = func(context.Context) (client.Token, error) {
				n := asked.Add(1)
				if n%4 == 0 {
					return client.Token{}, errors.New("not now")
				}
				end := time.Now().Add(life)
				t := client.Token{Value: harness.BearerToken(end)}
				if n%4 != 1 { // else it ends unexpectedly
					t.Expiry = end
				}
				return t, nil
			}
			c, err := client.New(config)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			scope, stream := newStream(t, c, 4)
			limits := client.TransactionalWriterConfig{}
			limits.Lease = 30 * time.Second // a sign of life every ten
			tw, err := c.OpenTransactionalWriter(ctx, scope, stream, limits)
			if err != nil {
				t.Fatal(err)
			}
			txn, err := tw.Begin(ctx)
			if err != nil {
				t.Fatal(err)
			}
			begun, over := time.Now(), make(chan struct{})
			var asking sync.WaitGroup
			asking.Go(func() { // controllers are needed seldom
				for tick := time.NewTicker(100 * time.Millisecond); ; {
					select {
					case <-tick.C:
						if _, err := c.StreamExists(ctx, scope, stream); err != nil {
							t.Error(err)
						}
					case <-over:
						return
					}
				}
			})
			total := writeThrough(ctx, t, c, scope, stream, 0, func() bool { return asked.Load() > 12 && time.Since(begun) > 25*time.Second })
			close(over)
			asking.Wait()
			if err := txn.Commit(ctx); err != nil {
				t.Errorf("a transaction that was open for %v: %v", time.Since(begun), err)
			}
			readBack(ctx, t, c, scope, stream, total)
			t.Logf("%d tokens for %d events", asked.Load(), total)
		})
	}
}
