package client

import (
	"net"
	"strconv"
	"testing"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// elsewhere is a transactional writer that found its last transaction at another
// store than the one that has the next one.
func elsewhere(t *testing.T, c *testCluster, other *storetest.Server) *TransactionalWriter {
	t.Helper()
	host, port, _ := net.SplitHostPort(other.Endpoint())
	n, _ := strconv.Atoi(port)
	c.Instead("getURI", &pb.Node{Host: host, Port: int32(n)})
	defer c.Instead("getURI", nil)
	w := c.transactions(nil)
	last := begin(t, w)
	other.Create(c.Part(last.ID(), 0))
	put(t, last, "k", 1, 1)
	enginetest.Must(t, last.Flush(waittest.Limit(t)))
	enginetest.Must(t, last.Abort(waittest.Limit(t)))
	return w
}

// Where a transaction was found, the next one is looked for without asking. If it is
// not there, the controller is asked: the store that is tried first knows nothing of
// it, or is gone.
func TestTransactionIsNotWhereTheLastOneWas(t *testing.T) {
	for name, change := range map[string]func(*storetest.Server){
		"moved": func(*storetest.Server) {},
		"gone":  func(other *storetest.Server) { other.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			c, other := startCluster(t, keyspace...), storetest.Start(t)
			w := elsewhere(t, c, other)
			change(other)
			for _, want := range []int{1, 0, 0} {
				asked := c.Calls("getURI")
				txn := begin(t, w)
				put(t, txn, "k", 1, 10)
				enginetest.Must(t, txn.Commit(waittest.Limit(t)))
				if n := c.Calls("getURI") - asked; n != want {
					t.Fatalf("the controller was asked %d times, want %d", n, want)
				}
			}
			if got := len(c.Stored(0)); got != 30 {
				t.Fatalf("%d events of 30", got)
			}
		})
	}
}
