package client

import (
	"sync"
	"testing"
)

// A client may be closed at any moment while writers and transactions are opened: what
// is opened ends with it, or is refused.
func TestClientIsClosedWhileWritersAreOpened(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	for round := range 60 {
		config := DefaultConfig()
		config.ControllerURI = c.URI
		client, err := New(config)
		if err != nil {
			t.Fatal(err)
		}
		txns, err := client.OpenTransactionalWriter(within(t), c.Stream.Scope, c.Stream.Name, DefaultTransactionalWriterConfig())
		if err != nil {
			t.Fatal(err)
		}
		var opening sync.WaitGroup
		for range 4 {
			opening.Go(func() {
				if w, err := client.OpenWriter(within(t), c.Stream.Scope, c.Stream.Name, DefaultWriterConfig()); err == nil {
					<-w.life.Ended()
				}
			})
			opening.Go(func() {
				if txn, err := txns.Begin(within(t)); err == nil {
					<-txn.events.life.Ended()
				}
			})
		}
		for range round % 6 {
			if _, err := client.Segments(within(t), c.Stream.Scope, c.Stream.Name); err != nil {
				break
			}
		}
		_ = client.Close() // what is being begun may be left to its lease
		opening.Wait()
	}
}
