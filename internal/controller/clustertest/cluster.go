// Package clustertest is a controller and a segment store in memory, for what
// cannot be brought about at will on real ones.
package clustertest

import (
	"cmp"
	"net"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Cluster has one stream with segments, says what it is told of these, and keeps a
// catalogue of scopes, streams and reader groups. Safe for concurrent use.
type Cluster struct {
	*storetest.Server
	Stream naming.Stream
	URI    string // of the controller

	controller *grpc.Server
	served     chan struct{}

	mu           sync.Mutex
	epochs       [][]*pb.SegmentRange // the last one is written to
	scaled       int                  // the epoch that the controller tells as current
	follow       map[int64][]*pb.Successors_Successor
	refuse       func(method string) error
	life         time.Duration // of tokens
	tokens       int           // made so far
	void         atomic.Int64  // up to this one they are worthless
	transactions map[wire.UUID]*transaction
	began        int64 // transactions
	lingers      bool
	lingering    []func() // commits that are decided
	calls        map[string]int
	effects      map[string]int // calls that were done, whatever was answered
	fate         func(method string, call int) storetest.Verdict
	instead      map[string]proto.Message
	admits       func(authorization string) bool
	advertised   string          // where the store is, if not where it listens
	marks        map[string]Mark // by writer
	catalogue    catalogue
	cut          chan struct{} // closed by CutCalls
}

// New makes the stream "scope/stream" whose segments 0, 1, … are divided at
// bounds, of which the first is 0 and the last 1. Close it.
func New(bounds ...float64) (*Cluster, error) {
	store, err := storetest.New()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		store.Close()
		return nil, err
	}
	c := &Cluster{Server: store, Stream: naming.Stream{Scope: "scope", Name: "stream"}, URI: "tcp://" + listener.Addr().String(),
		served: make(chan struct{}), follow: make(map[int64][]*pb.Successors_Successor),
		transactions: make(map[wire.UUID]*transaction), calls: make(map[string]int), effects: make(map[string]int), instead: make(map[string]proto.Message), marks: make(map[string]Mark), life: 10 * time.Minute,
		cut: make(chan struct{})}
	var first []*pb.SegmentRange
	c.catalogue = newCatalogue(c.Stream)
	for i := range len(bounds) - 1 {
		first = append(first, c.Segment(naming.NewSegmentID(int32(i), 0), bounds[i], bounds[i+1]))
	}
	c.epochs = append(c.epochs, first)
	c.controller = grpc.NewServer(grpc.UnknownServiceHandler(c.answer))
	go func() { defer close(c.served); _ = c.controller.Serve(listener) }()
	return c, nil
}

// Close ends both servers and their goroutines.
func (c *Cluster) Close() {
	c.controller.Stop()
	<-c.served
	c.Server.Close()
}

// Name of a segment of the stream.
func (c *Cluster) Name(id naming.SegmentID) string { return naming.SegmentName(c.Stream, id) }

// Current are the segments that the controller says can be written to.
func (c *Cluster) Current() []naming.SegmentID {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []naming.SegmentID
	for _, s := range c.epochs[c.scaled] {
		ids = append(ids, naming.SegmentID(s.GetSegment().GetId()))
	}
	return ids
}

// Segment creates a segment in the store, unless it is there, and describes it.
func (c *Cluster) Segment(id naming.SegmentID, low, high float64) *pb.SegmentRange {
	if !c.Has(c.Name(id)) {
		c.Create(c.Name(id))
	}
	return &pb.SegmentRange{Segment: &pb.Segment{Stream: &pb.Stream{Scope: c.Stream.Scope, Name: c.Stream.Name}, Id: int64(id)}, Low: low, High: high}
}

// Recreate makes the stream anew, divided at bounds, after the one before was deleted:
// its segments are none of that one, since a controller goes on to count them.
func (c *Cluster) Recreate(bounds ...float64) {
	number := int32(0)
	for _, id := range c.Segments() {
		number = max(number, id.Number()+1)
		c.Delete(c.Name(id))
	}
	var first []*pb.SegmentRange
	for i := range len(bounds) - 1 {
		first = append(first, c.Segment(naming.NewSegmentID(number+int32(i), 0), bounds[i], bounds[i+1]))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epochs, c.scaled = [][]*pb.SegmentRange{first}, 0
	clear(c.follow)
}

// Replace makes the controller say that new segments follow old ones, once. The
// old ones are not sealed by it.
func (c *Cluster) Replace(old []naming.SegmentID, next ...*pb.SegmentRange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var predecessors []int64
	for _, id := range old {
		predecessors = append(predecessors, int64(id))
	}
	for _, id := range predecessors {
		for _, s := range next {
			c.follow[id] = append(c.follow[id], &pb.Successors_Successor{Segment: s, Predecessors: predecessors})
		}
	}
}

// Refuse makes f decide on every call of the controller from now on: its error
// is the answer. Nil answers all.
func (c *Cluster) Refuse(f func(method string) error) {
	c.mu.Lock()
	c.refuse = f
	c.mu.Unlock()
}

// Admit makes f decide from the authorization header who may call the controller; nil
// admits all.
func (c *Cluster) Admit(f func(authorization string) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.admits = f
}

// SetCalls makes f decide on every call of the controller's methods from now on;
// call counts those of the method from 1. Here, Ignore gives no answer, Held none after
// the call has taken effect, NoReply and CloseLate one that the server is not available
// after the call has taken effect, CloseNow the same without an effect, and Refused one
// that the caller may not do this.
func (c *Cluster) SetCalls(f func(method string, call int) storetest.Verdict) {
	c.mu.Lock()
	c.fate = f
	c.mu.Unlock()
}

// CutCalls ends the calls that get no answer, as if their connections broke.
func (c *Cluster) CutCalls() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.cut)
	c.cut = make(chan struct{})
}

// Instead makes the controller answer a method with a reply, whatever effect the
// call has; nil answers truly.
func (c *Cluster) Instead(method string, reply proto.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.instead[method] = reply
}

// Advertise makes the controller say that the store is at another address.
func (c *Cluster) Advertise(address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advertised = address
}

// Calls counts the calls of a method of the controller.
func (c *Cluster) Calls(method string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls[method]
}

// Effects counts the calls of a method that were done, whether answered or not.
func (c *Cluster) Effects(method string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.effects[method]
}

// Scale starts a new epoch in which neighbours are replaced by segments divided
// at bounds, in the steps of a real controller: the new ones are there before the
// old ones are sealed, and are told as current last.
func (c *Cluster) Scale(old []naming.SegmentID, bounds ...float64) { c.scale(true, old, bounds) }

// ScaleUnsealed is Scale that does not seal the old segments yet, as when a
// transaction is committed over a scale.
func (c *Cluster) ScaleUnsealed(old []naming.SegmentID, bounds ...float64) {
	c.scale(false, old, bounds)
}

func (c *Cluster) scale(seal bool, old []naming.SegmentID, bounds []float64) {
	c.mu.Lock()
	last := c.epochs[len(c.epochs)-1]
	epoch, number := int32(len(c.epochs)), int32(-1)
	for _, segments := range c.epochs {
		for _, s := range segments {
			number = max(number, naming.SegmentID(s.GetSegment().GetId()).Number())
		}
	}
	c.mu.Unlock()
	var next, all []*pb.SegmentRange
	for i := range len(bounds) - 1 {
		next = append(next, c.Segment(naming.NewSegmentID(number+1+int32(i), epoch), bounds[i], bounds[i+1]))
	}
	for _, s := range last {
		if !slices.Contains(old, naming.SegmentID(s.GetSegment().GetId())) {
			all = append(all, s)
		}
	}
	all = append(all, next...)
	slices.SortFunc(all, func(a, b *pb.SegmentRange) int { return cmp.Compare(a.Low, b.Low) })
	c.mu.Lock()
	c.epochs = append(c.epochs, all)
	c.mu.Unlock()
	c.Replace(old, next...)
	for _, id := range old {
		if seal {
			c.Seal(c.Name(id))
		}
	}
	c.mu.Lock()
	c.scaled = len(c.epochs) - 1
	c.mu.Unlock()
}

// Segments are those of all epochs, oldest first.
func (c *Cluster) Segments() []naming.SegmentID {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []naming.SegmentID
	for _, segments := range c.epochs {
		for _, s := range segments {
			if id := naming.SegmentID(s.GetSegment().GetId()); !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// Bounds are the borders of the newest segments, from 0 to 1.
func (c *Cluster) Bounds() []float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	bounds := []float64{0}
	for _, s := range c.epochs[len(c.epochs)-1] {
		bounds = append(bounds, s.High)
	}
	return bounds
}

func (c *Cluster) answer(_ any, stream grpc.ServerStream) error {
	full, _ := grpc.MethodFromServerStream(stream)
	method := path.Base(full)
	c.mu.Lock()
	c.calls[method]++
	fate, call, verdict, admits, cut := c.fate, c.calls[method], storetest.Serve, c.admits, c.cut
	c.mu.Unlock()
	headers, _ := metadata.FromIncomingContext(stream.Context())
	if admits != nil && !admits(strings.Join(headers.Get("authorization"), ",")) {
		return status.Error(codes.Unauthenticated, "the token is not accepted")
	}
	if fate != nil {
		verdict = fate(method, call)
	}
	gone := status.Error(codes.Unavailable, "the controller is not available")
	hang := func() error {
		select {
		case <-stream.Context().Done():
			return stream.Context().Err()
		case <-cut:
			return gone
		}
	}
	switch verdict {
	case storetest.Ignore:
		return hang()
	case storetest.CloseNow:
		return gone
	case storetest.Refused:
		return status.Error(codes.PermissionDenied, "not you")
	}
	reply, err := c.do(method, stream)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.effects[method]++
	c.mu.Unlock()
	switch verdict {
	case storetest.Serve:
		return stream.SendMsg(reply)
	case storetest.Held:
		return hang()
	}
	return gone
}

// do what a method is for.
func (c *Cluster) do(method string, stream grpc.ServerStream) (reply proto.Message, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse != nil {
		if err := c.refuse(method); err != nil {
			return nil, err
		}
	}
	switch method {
	case "createTransaction":
		in := new(pb.CreateTransactionRequest)
		if err := stream.RecvMsg(in); err != nil {
			return nil, err
		}
		if reply, err = c.begin(in); err != nil {
			return nil, err
		}
	case "pingTransaction":
		in := new(pb.PingRequest)
		if err := stream.RecvMsg(in); err != nil {
			return nil, err
		}
		reply = c.ping(in)
	case "commitTransaction", "abortTransaction", "checkTransactionState":
		in := new(pb.TransactionRequest)
		if err := stream.RecvMsg(in); err != nil {
			return nil, err
		}
		if method == "checkTransactionState" {
			reply = c.state(in)
		} else {
			reply = c.end(in, method == "commitTransaction")
		}
	case "getCurrentSegments":
		in := new(pb.Stream)
		if err := stream.RecvMsg(in); err != nil {
			return nil, err
		}
		if strings.HasPrefix(in.GetName(), naming.ReaderGroupStream("", "").Name) {
			if !c.Has(naming.SegmentName(nameOf(in), 0)) {
				return nil, status.Errorf(codes.NotFound, "no stream %s", nameOf(in))
			}
			reply = &pb.Segments{Ranges: []*pb.SegmentRange{{Segment: &pb.Segment{Stream: in}, Low: 0, High: 1}}}
			break
		}
		s := c.catalogue.streams[nameOf(in).String()]
		switch {
		case s == nil:
			return nil, status.Errorf(codes.NotFound, "no stream %s", nameOf(in))
		case s.Sealed:
			reply = &pb.Segments{}
		default:
			reply = &pb.Segments{Ranges: c.epochs[c.scaled]}
		}
	case "getEpochSegments":
		in := new(pb.EpochRequest)
		if err := stream.RecvMsg(in); err != nil {
			return nil, err
		}
		if int(in.GetEpoch()) >= len(c.epochs) {
			return nil, status.Errorf(codes.NotFound, "no epoch %d", in.GetEpoch())
		}
		reply = &pb.Segments{Ranges: c.epochs[in.GetEpoch()]}
	case "getURI":
		host, port, _ := net.SplitHostPort(cmp.Or(c.advertised, c.Endpoint()))
		n, _ := strconv.Atoi(port)
		reply = &pb.Node{Host: host, Port: int32(n)}
	case "getSegmentsImmediatelyFollowing":
		in := new(pb.Segment)
		if err := stream.RecvMsg(in); err != nil {
			return nil, err
		}
		reply = &pb.Successors{Successors: c.follow[in.GetId()]}
	case "noteTimestampFromWriter":
		in := new(pb.NoteTimeRequest)
		if err := stream.RecvMsg(in); err != nil {
			return nil, err
		}
		reply = c.noteTime(in)
	case "removeWriter":
		in := new(pb.RemoveWriterRequest)
		if err := stream.RecvMsg(in); err != nil {
			return nil, err
		}
		delete(c.marks, in.GetWriter())
		reply = &pb.RemoveWriterReply{}
	case "getDelegationToken":
		reply = &pb.Token{Token: c.token()}
	default:
		if reply, err = c.manage(method, stream); err != nil {
			return nil, err
		}
	}
	if other := c.instead[method]; other != nil {
		reply = other
	}
	return reply, nil
}
