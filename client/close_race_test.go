package client

import (
	"sync"
	"testing"

	"github.com/pravega/pravega-client-go/internal/waittest"
)

// A client may be closed at any moment while writers and transactions are opened: what
// is opened ends with it, or is refused.
func TestClientIsClosedWhileWritersAreOpened(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	for round := range 60 {
		config := Config{}
		config.ControllerURI = c.URI
		client, err := New(config)
		if err != nil {
			t.Fatal(err)
		}
		txns, err := client.OpenTransactionalWriter(waittest.Limit(t), c.Stream.Scope, c.Stream.Name, TransactionalWriterConfig{})
		if err != nil {
			t.Fatal(err)
		}
		var opening sync.WaitGroup
		for range 4 {
			opening.Go(func() {
				if w, err := client.OpenWriter(waittest.Limit(t), c.Stream.Scope, c.Stream.Name, WriterConfig{}); err == nil {
					<-w.engine.Life().Ended()
				}
			})
			opening.Go(func() {
				if txn, err := txns.Begin(waittest.Limit(t)); err == nil {
					<-txn.engine.Events.Life().Ended()
				}
			})
		}
		for range round % 6 {
			if _, err := client.Segments(waittest.Limit(t), c.Stream.Scope, c.Stream.Name); err != nil {
				break
			}
		}
		_ = client.Close() // what is being begun may be left to its lease
		opening.Wait()
	}
}
