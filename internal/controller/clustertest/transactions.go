package clustertest

import (
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// transaction is what the controller keeps of one, for ever.
type transaction struct {
	id    wire.UUID
	state pb.TransactionState_State
	parts []*pb.SegmentRange
	lease *time.Timer // aborts it
}

// longest is the longest lease, which also is when a transaction is too old.
const longest = time.Minute

// Transactions counts those in a state.
func (c *Cluster) Transactions(state pb.TransactionState_State) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, t := range c.transactions {
		if t.state == state {
			n++
		}
	}
	return n
}

// Part is the name of the segment of a transaction for one of the stream's.
func (c *Cluster) Part(id string, parent naming.SegmentID) string {
	uuid, err := wire.ParseUUID(id)
	if err != nil {
		panic(err)
	}
	return naming.TransactionSegmentName(c.Stream, parent, uuid)
}

// Linger makes commits that are decided not be done until it is called with false.
func (c *Cluster) Linger(lingers bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lingers = lingers; lingers {
		return
	}
	for _, done := range c.lingering {
		done()
	}
	c.lingering = nil
}

// Forget makes the controller know nothing of a transaction any more, as it does
// a day after its end.
func (c *Cluster) Forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	uuid, _ := wire.ParseUUID(id)
	if t := c.transactions[uuid]; t != nil {
		t.lease.Stop()
		delete(c.transactions, uuid)
	}
}

func (c *Cluster) begin(in *pb.CreateTransactionRequest) (proto.Message, error) {
	lease := time.Duration(in.GetLeaseMillis()) * time.Millisecond
	if lease > longest {
		return nil, status.Errorf(codes.Unknown, "lease value too large, max value is %d", longest.Milliseconds())
	}
	c.began++
	t := &transaction{id: wire.UUIDOf(0, c.began), state: pb.TransactionState_OPEN, parts: c.epochs[c.scaled]}
	for _, p := range t.parts {
		c.Create(c.part(t, p))
	}
	c.transactions[t.id] = t
	c.extend(t, lease)
	return &pb.CreateTransactionReply{Id: &pb.TransactionId{High: t.id.Msb(), Low: t.id.Lsb()}, Segments: t.parts}, nil
}

func (c *Cluster) part(t *transaction, p *pb.SegmentRange) string {
	return naming.TransactionSegmentName(c.Stream, naming.SegmentID(p.GetSegment().GetId()), t.id)
}

// extend gives a transaction another lease.
func (c *Cluster) extend(t *transaction, lease time.Duration) {
	if t.lease != nil {
		t.lease.Stop()
	}
	var timer *time.Timer
	timer = time.AfterFunc(lease, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if t.lease == timer && t.state == pb.TransactionState_OPEN {
			c.abort(t)
		}
	})
	t.lease = timer
}

func (c *Cluster) abort(t *transaction) {
	t.lease.Stop()
	t.state = pb.TransactionState_ABORTED
	for _, p := range t.parts {
		c.Delete(c.part(t, p))
	}
}

// Abort ends a transaction as if its lease had ended or somebody else had asked
// for it.
func (c *Cluster) Abort(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	uuid, _ := wire.ParseUUID(id)
	c.abort(c.transactions[uuid])
}

func (c *Cluster) ping(in *pb.PingRequest) proto.Message {
	t := c.transactions[wire.UUIDOf(in.GetId().GetHigh(), in.GetId().GetLow())]
	lease := time.Duration(in.GetLeaseMillis()) * time.Millisecond
	switch {
	case t == nil:
		return &pb.PingReply{Status: pb.PingReply_UNKNOWN}
	case t.state == pb.TransactionState_COMMITTING || t.state == pb.TransactionState_COMMITTED:
		return &pb.PingReply{Status: pb.PingReply_COMMITTED}
	case t.state == pb.TransactionState_ABORTED:
		return &pb.PingReply{Status: pb.PingReply_ABORTED}
	case lease > longest:
		return &pb.PingReply{Status: pb.PingReply_LEASE_TOO_LARGE}
	}
	c.extend(t, lease)
	return &pb.PingReply{Status: pb.PingReply_OK}
}

// end commits or aborts. Like the real ones, it has one answer for transactions
// that ended the other way and for unknown ones.
func (c *Cluster) end(in *pb.TransactionRequest, commit bool) proto.Message {
	t := c.transactions[wire.UUIDOf(in.GetId().GetHigh(), in.GetId().GetLow())]
	switch {
	case t == nil || t.state != pb.TransactionState_OPEN && commit == (t.state == pb.TransactionState_ABORTED):
		return &pb.TransactionReply{Status: pb.TransactionReply_FAILED}
	case t.state != pb.TransactionState_OPEN: // said again
		return &pb.TransactionReply{}
	case !commit:
		c.abort(t)
		return &pb.TransactionReply{}
	}
	t.lease.Stop()
	t.state = pb.TransactionState_COMMITTING
	done := func() {
		for _, p := range t.parts {
			c.Merge(c.Name(naming.SegmentID(p.GetSegment().GetId())), c.part(t, p))
		}
		t.state = pb.TransactionState_COMMITTED
	}
	if c.lingers {
		c.lingering = append(c.lingering, done)
	} else {
		done()
	}
	return &pb.TransactionReply{}
}

func (c *Cluster) state(in *pb.TransactionRequest) proto.Message {
	state := pb.TransactionState_UNKNOWN
	if t := c.transactions[wire.UUIDOf(in.GetId().GetHigh(), in.GetId().GetLow())]; t != nil {
		state = t.state
	}
	return &pb.TransactionState{State: state}
}
