package txn

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A call that waited in vain for another one, which ended the transaction meanwhile, is told
// how it ended.
func TestOutcomeThatIsKnownWhenTheWaitIsOver(t *testing.T) {
	c := enginetest.Start(t, 0, 1)
	config := Config{Lease: time.Minute, WindowBytes: 1 << 20, BlockBytes: 64 << 10}
	w, err := Open(waittest.Limit(t), c.Connect(enginetest.ClusterConfig()), c.Stream, config)
	enginetest.Must(t, err)
	txn, err := w.Begin(waittest.Limit(t))
	enginetest.Must(t, err)
	enginetest.Must(t, txn.calls.Lock(waittest.Limit(t))) // another call is at it
	over, cancel := context.WithCancel(context.Background())
	defer cancel()
	commits, aborts := make(chan error), make(chan error)
	go func() { commits <- txn.Commit(over) }()
	go func() { aborts <- txn.Abort(over) }()
	waittest.Until(t, "both wait", func() bool { return txn.isAbandoned() })
	txn.finish(controller.TransactionAborted)
	cancel()
	enginetest.Wants(t, <-commits, fault.TransactionAborted, false)
	enginetest.Must(t, <-aborts)
	txn.calls.Unlock()
	enginetest.Must(t, w.Close(waittest.Limit(t)))
}
