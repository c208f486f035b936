package controller

import (
	"context"
	"math"
	"strconv"
	"time"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Transaction is a new transaction, with the segments of the stream's epoch
// that it writes to.
type Transaction struct {
	ID       wire.UUID
	Segments []SegmentRange
}

// TransactionState is how far a transaction has come.
type TransactionState int

// The states, numbered as on the wire. Unknown is one that never was, or that
// ended more than a day ago.
const (
	TransactionUnknown TransactionState = iota
	TransactionOpen
	TransactionCommitting
	TransactionCommitted
	TransactionAborting
	TransactionAborted
)

// NoTimestamp commits a transaction without a time.
const NoTimestamp = math.MinInt64

// CreateTransaction begins a transaction, which the controllers abort unless it
// is pinged within its lease. If a reply is lost, one that nobody knows of stays
// open for its lease. A lease outside of the servers' limits, 10 seconds to 10
// minutes unless configured otherwise, is fault.InvalidArgument.
func (c *Controller) CreateTransaction(ctx context.Context, stream naming.Stream, lease time.Duration) (Transaction, error) {
	r := &request{method: "createTransaction", op: "begin transaction on stream", subject: stream.String(), absent: fault.NoSuchStream, changes: true}
	if err := stream.Check(r.op); err != nil {
		return Transaction{}, err
	}
	in := &pb.CreateTransactionRequest{Stream: encodeStream(stream, pb.Stream_UNSPECIFIED), LeaseMillis: lease.Milliseconds()}
	out := new(pb.CreateTransactionReply)
	if err := c.do(ctx, r, in, out); err != nil {
		return Transaction{}, err
	}
	return Transaction{decodeTransactionID(out.GetId()), decodeRanges(out.GetSegments())}, nil
}

// PingTransaction keeps a transaction alive for another lease. The state that it
// returns is Open, Committed, Aborted or Unknown. A lease that is longer than the
// servers allow is fault.InvalidArgument; so is one that would end after the
// longest life of a transaction, whose state is Open until its last lease ends.
func (c *Controller) PingTransaction(ctx context.Context, stream naming.Stream, id wire.UUID, lease time.Duration) (TransactionState, error) {
	r := &request{method: "pingTransaction", op: "ping transaction", subject: transactionName(stream, id), absent: fault.NoSuchStream}
	if err := stream.Check(r.op); err != nil {
		return 0, err
	}
	in := &pb.PingRequest{Stream: encodeStream(stream, pb.Stream_UNSPECIFIED), Id: encodeTransactionID(id), LeaseMillis: lease.Milliseconds()}
	out := new(pb.PingReply)
	// A controller that is losing its place in the cluster says so; another one
	// can do it.
	r.again = func() bool { return out.Status == pb.PingReply_DISCONNECTED }
	if err := c.do(ctx, r, in, out); err != nil {
		return 0, err
	}
	switch out.Status {
	case pb.PingReply_OK:
		return TransactionOpen, nil
	case pb.PingReply_COMMITTED:
		return TransactionCommitted, nil
	case pb.PingReply_ABORTED:
		return TransactionAborted, nil
	case pb.PingReply_UNKNOWN:
		return TransactionUnknown, nil
	}
	state := TransactionUnknown
	if out.Status == pb.PingReply_TOO_OLD {
		state = TransactionOpen
	}
	return state, outcomes{
		int32(pb.PingReply_LEASE_TOO_LARGE): {fault.InvalidArgument, "the lease is longer than the servers allow"},
		int32(pb.PingReply_TOO_OLD):         {fault.InvalidArgument, "the lease would end after the longest life of a transaction"},
	}.of(r, int32(out.Status))
}

// CommitTransaction makes the events of a transaction part of the stream. It
// returns when that is decided, which is before readers see them. It may be
// repeated. writer and timestamp, in the application's event time, say that the
// writer has written all events up to then; NoTimestamp and an empty writer say
// nothing. A transaction that was aborted is fault.TransactionAborted; one that is
// unknown is fault.NoSuchTransaction, and may have been committed.
func (c *Controller) CommitTransaction(ctx context.Context, stream naming.Stream, id wire.UUID, writer string, timestamp int64) error {
	in := &pb.TransactionRequest{Stream: encodeStream(stream, pb.Stream_UNSPECIFIED), Id: encodeTransactionID(id), Writer: writer, Timestamp: timestamp}
	return c.endTransaction(ctx, "commitTransaction", "commit transaction", stream, id, in, TransactionCommitted)
}

// AbortTransaction drops the events of a transaction. It may be repeated. A
// transaction that was committed is fault.TransactionCommitted; one that is unknown
// is fault.NoSuchTransaction, and may have been committed.
func (c *Controller) AbortTransaction(ctx context.Context, stream naming.Stream, id wire.UUID) error {
	in := &pb.TransactionRequest{Stream: encodeStream(stream, pb.Stream_UNSPECIFIED), Id: encodeTransactionID(id)}
	return c.endTransaction(ctx, "abortTransaction", "abort transaction", stream, id, in, TransactionAborted)
}

func (c *Controller) endTransaction(ctx context.Context, method, op string, stream naming.Stream, id wire.UUID, in *pb.TransactionRequest, wanted TransactionState) error {
	r := &request{method: method, op: op, subject: transactionName(stream, id), absent: fault.NoSuchStream, changes: true}
	if err := stream.Check(r.op); err != nil {
		return err
	}
	out := new(pb.TransactionReply)
	if err := c.do(ctx, r, in, out); err != nil {
		return err
	}
	switch out.Status {
	case pb.TransactionReply_FAILED:
		return c.explain(ctx, r, stream, id, wanted)
	case pb.TransactionReply_NO_TRANSACTION:
		return TransactionUnknown.Fault(r.op, r.subject)
	}
	return outcomes{int32(pb.TransactionReply_NO_STREAM): {fault.NoSuchStream, ""}}.of(r, int32(out.Status))
}

// explain asks why a transaction could not be ended: the controllers give the
// same answer for one that ended the other way and for one they do not know. One
// that has ended as wanted is no error.
func (c *Controller) explain(ctx context.Context, r *request, stream naming.Stream, id wire.UUID, wanted TransactionState) error {
	state, err := c.TransactionState(ctx, stream, id)
	failure := fault.New(fault.ServerError, r.op, r.subject, "%s: %s", r.located, failed.detail)
	switch {
	case err != nil:
		failure.Err = err
		failure.Stored = true
	case state.Outcome() == wanted:
		return nil
	case state == TransactionOpen:
		failure.Stored = r.uncertain
	default:
		failure = state.Fault(r.op, r.subject)
	}
	return failure
}

// Outcome of a transaction in this state: Committed or Aborted, also of one on
// its way there, or the state itself.
func (s TransactionState) Outcome() TransactionState {
	switch s {
	case TransactionCommitting:
		return TransactionCommitted
	case TransactionAborting:
		return TransactionAborted
	}
	return s
}

// Fault is the error of whoever needs a transaction in this state to be open;
// nil if it is.
func (s TransactionState) Fault(op, subject string) *fault.Error {
	switch s.Outcome() {
	case TransactionOpen:
		return nil
	case TransactionAborted:
		return fault.New(fault.TransactionAborted, op, subject, "")
	case TransactionCommitted:
		return fault.New(fault.TransactionCommitted, op, subject, "")
	}
	e := fault.New(fault.NoSuchTransaction, op, subject, "")
	e.Stored = true // it may have been committed
	return e
}

// String is the state in lower case.
func (s TransactionState) String() string {
	if s < TransactionUnknown || s > TransactionAborted {
		return "state " + strconv.Itoa(int(s))
	}
	return [...]string{"unknown", "open", "committing", "committed", "aborting", "aborted"}[s]
}

// TransactionState asks how far a transaction has come.
func (c *Controller) TransactionState(ctx context.Context, stream naming.Stream, id wire.UUID) (TransactionState, error) {
	r := &request{method: "checkTransactionState", op: "look for transaction", subject: transactionName(stream, id), absent: fault.NoSuchStream}
	if err := stream.Check(r.op); err != nil {
		return 0, err
	}
	in := &pb.TransactionRequest{Stream: encodeStream(stream, pb.Stream_UNSPECIFIED), Id: encodeTransactionID(id)}
	out := new(pb.TransactionState)
	if err := c.do(ctx, r, in, out); err != nil {
		return 0, err
	}
	if out.State < 0 || out.State > pb.TransactionState_ABORTED {
		return 0, fault.New(fault.Protocol, r.op, r.subject, "the controller answers with the unknown state %d", out.State)
	}
	return TransactionState(out.State), nil
}

func transactionName(stream naming.Stream, id wire.UUID) string {
	return stream.String() + " " + id.String()
}

func encodeTransactionID(id wire.UUID) *pb.TransactionId {
	return &pb.TransactionId{High: id.Msb(), Low: id.Lsb()}
}

func decodeTransactionID(id *pb.TransactionId) wire.UUID {
	return wire.UUIDOf(id.GetHigh(), id.GetLow())
}
