package client

import (
	"context"
	"encoding/binary"
	"math"
	"net"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cluster is a controller and a segment store in memory, for what cannot be
// brought about at will on a real one. It has the stream "scope/stream".
type cluster struct {
	*storetest.Server
	t      *testing.T
	stream naming.Stream
	uri    string

	mu      sync.Mutex
	current []*pb.SegmentRange
	follow  map[int64][]*pb.Successors_Successor
}

var keyspace = []float64{0, 1}

// startCluster makes a stream whose segments 0, 1, … are divided at bounds.
func startCluster(t *testing.T, bounds ...float64) *cluster {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{Server: storetest.Start(t), t: t, stream: naming.Stream{Scope: "scope", Name: "stream"},
		uri: "tcp://" + listener.Addr().String(), follow: make(map[int64][]*pb.Successors_Successor)}
	for i := range len(bounds) - 1 {
		c.current = append(c.current, c.segment(naming.NewSegmentID(int32(i), 0), bounds[i], bounds[i+1]))
	}
	server := grpc.NewServer(grpc.UnknownServiceHandler(c.answer))
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Stop(); <-served })
	return c
}

// segment creates a segment in the store and describes it.
func (c *cluster) segment(id naming.SegmentID, low, high float64) *pb.SegmentRange {
	c.Create(naming.SegmentName(c.stream, id))
	return &pb.SegmentRange{Segment: &pb.Segment{Stream: &pb.Stream{Scope: c.stream.Scope, Name: c.stream.Name}, Id: int64(id)}, Low: low, High: high}
}

// replace makes the controller say that new segments follow old ones. The old
// ones are not sealed by it.
func (c *cluster) replace(old []naming.SegmentID, next ...*pb.SegmentRange) {
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

// segmentOnce and replaceOnce are for faults, which may strike more than once.
func (c *cluster) segmentOnce(id naming.SegmentID, low, high float64) *pb.SegmentRange {
	if c.Has(c.name(id)) {
		return nil
	}
	return c.segment(id, low, high)
}

func (c *cluster) replaceOnce(old []naming.SegmentID, next ...*pb.SegmentRange) {
	if next[0] != nil {
		c.replace(old, next...)
	}
}

func (c *cluster) name(id naming.SegmentID) string { return naming.SegmentName(c.stream, id) }

func (c *cluster) answer(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	var reply proto.Message
	c.mu.Lock()
	defer c.mu.Unlock()
	switch path.Base(method) {
	case "getCurrentSegments":
		in := new(pb.Stream)
		if err := stream.RecvMsg(in); err != nil {
			return err
		}
		if strings.HasPrefix(in.GetName(), naming.ReaderGroupStream("", "").Name) {
			reply = &pb.Segments{Ranges: []*pb.SegmentRange{{Segment: &pb.Segment{Stream: in}, Low: 0, High: 1}}}
			break
		}
		reply = &pb.Segments{Ranges: c.current}
	case "getURI":
		host, port, _ := net.SplitHostPort(c.Endpoint())
		n, _ := strconv.Atoi(port)
		reply = &pb.Node{Host: host, Port: int32(n)}
	case "getSegmentsImmediatelyFollowing":
		in := new(pb.Segment)
		if err := stream.RecvMsg(in); err != nil {
			return err
		}
		reply = &pb.Successors{Successors: c.follow[in.GetId()]}
	default:
		return status.Errorf(codes.Unimplemented, "no method %s", method)
	}
	return stream.SendMsg(reply)
}

// client makes a client of the cluster.
func (c *cluster) client(config Config) *Client {
	c.t.Helper()
	config.ControllerURI = c.uri
	client, err := New(config)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { client.Close() })
	return client
}

// writer opens a writer on the stream.
func (c *cluster) writer(change func(*Config, *WriterConfig)) *Writer {
	c.t.Helper()
	config, limits := DefaultConfig(), DefaultWriterConfig()
	if change != nil {
		change(&config, &limits)
	}
	client := c.client(config)
	w, err := client.OpenWriter(within(c.t), c.stream.Scope, c.stream.Name, limits)
	if err != nil {
		c.t.Fatal(err)
	}
	return w
}

// within bounds a test that must not hang.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// write writes the events first to last, each holding its number.
func write(t *testing.T, w *Writer, key string, first, last int64) {
	t.Helper()
	for n := first; n <= last; n++ {
		got, err := w.WriteKeyed(within(t), key, binary.BigEndian.AppendUint64(nil, uint64(n)))
		if err != nil || got != n {
			t.Fatalf("event %d got number %d: %v", n, got, err)
		}
	}
}

// stored lists the numbers of the events in segments, in their order.
func (c *cluster) stored(ids ...naming.SegmentID) []int64 {
	var numbers []int64
	for _, id := range ids {
		for _, e := range c.Events(c.name(id)) {
			numbers = append(numbers, int64(binary.BigEndian.Uint64(e)))
		}
	}
	return numbers
}

// expect checks that segments, read one after another, hold exactly the events
// first to last in order.
func (c *cluster) expect(first, last int64, ids ...naming.SegmentID) {
	c.t.Helper()
	var want []int64
	for n := first; n <= last; n++ {
		want = append(want, n)
	}
	if got := c.stored(ids...); !slices.Equal(got, want) {
		c.t.Fatalf("stored are %v, want %d to %d", got, first, last)
	}
}

// flush waits until everything is acknowledged.
func flush(t *testing.T, w *Writer, last int64) {
	t.Helper()
	if err := w.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	if acked, err := w.Acked(); acked != last || err != nil {
		t.Fatalf("acknowledged through %d of %d: %v", acked, last, err)
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not so after 30 s: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// keyFor finds a key that belongs to a part of the key space.
func keyFor(low, high float64) string {
	for i := range math.MaxInt32 {
		key := strconv.Itoa(i)
		if x := mustPosition(key); x >= low && x < high {
			return key
		}
	}
	return ""
}
