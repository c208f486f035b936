package clustertest

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/naming"
)

// catalogue is what the controller knows of scopes, streams and groups. There are no
// segments of other streams than the cluster's own.
type catalogue struct {
	scopes   map[string]bool
	streams  map[string]*Stream
	groups   map[string]*pb.ReaderGroupConfig
	released map[string]map[int64]int64 // by groups, of the cut that was released last
}

// Stream is what the controller keeps of one.
type Stream struct {
	Config *pb.StreamConfig
	Sealed bool
	Head   map[int64]int64 // the cut where it was truncated
}

func newCatalogue(own naming.Stream) catalogue {
	return catalogue{
		scopes:   map[string]bool{own.Scope: true},
		streams:  map[string]*Stream{own.String(): {Config: &pb.StreamConfig{}}},
		groups:   make(map[string]*pb.ReaderGroupConfig),
		released: make(map[string]map[int64]int64),
	}
}

// HasScope tells whether there is a scope.
func (c *Cluster) HasScope(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.catalogue.scopes[name]
}

// StreamOf is what the controller keeps of a stream; false if there is none.
func (c *Cluster) StreamOf(name naming.Stream) (Stream, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.catalogue.streams[name.String()]
	if s == nil {
		return Stream{}, false
	}
	return Stream{proto.CloneOf(s.Config), s.Sealed, maps.Clone(s.Head)}, true
}

// Group is the registered configuration of a reader group, nil if there is none.
func (c *Cluster) Group(scope, name string) *pb.ReaderGroupConfig {
	c.mu.Lock()
	defer c.mu.Unlock()
	return proto.CloneOf(c.catalogue.groups[scope+"/"+name])
}

// Register makes the controller know a group.
func (c *Cluster) Register(config *pb.ReaderGroupConfig) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catalogue.groups[config.GetScope()+"/"+config.GetName()] = config
}

// Released is the cut before which a group does not need its stream.
func (c *Cluster) Released(scope, name string) map[int64]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.catalogue.released[scope+"/"+name])
}

// read takes in a request.
func read[M any, P interface {
	*M
	proto.Message
}](stream grpc.ServerStream) (P, error) {
	in := P(new(M))
	return in, stream.RecvMsg(in)
}

// manage does what a method is for that changes the catalogue or asks for it. The lock
// is held.
func (c *Cluster) manage(method string, stream grpc.ServerStream) (proto.Message, error) {
	switch method {
	case "createScope", "deleteScope", "deleteScopeRecursive", "checkScopeExists":
		in, err := read[pb.Scope](stream)
		if err != nil {
			return nil, err
		}
		return c.scope(method, in.GetName()), nil
	case "createStream", "updateStream":
		in, err := read[pb.StreamConfig](stream)
		if err != nil {
			return nil, err
		}
		if method == "createStream" {
			return c.createStream(in), nil
		}
		return c.changeStream(in.GetStream(), false, func(s *Stream) { s.Config = in }), nil
	case "sealStream", "deleteStream", "checkStreamExists", "getStreamConfiguration":
		in, err := read[pb.Stream](stream)
		if err != nil {
			return nil, err
		}
		return c.stream(method, in)
	case "truncateStream":
		in, err := read[pb.StreamCut](stream)
		if err != nil {
			return nil, err
		}
		return c.changeStream(in.GetStream(), true, func(s *Stream) { s.Head = in.GetOffsets() }), nil
	case "scale":
		in, err := read[pb.ScaleRequest](stream)
		if err != nil {
			return nil, err
		}
		return c.scaleByHand(in), nil
	case "getSegments":
		head := new(pb.HeadReply)
		for _, s := range c.epochs[0] {
			head.Locations = append(head.Locations, &pb.HeadReply_Location{Segment: s.GetSegment()})
		}
		return head, nil
	case "checkScale":
		return &pb.CheckScaleReply{Status: pb.CheckScaleReply_DONE}, nil
	}
	return c.manageGroup(method, stream)
}

func (c *Cluster) scope(method, name string) proto.Message {
	known := c.catalogue.scopes[name]
	within := func(key string) bool { return strings.HasPrefix(key, name+"/") }
	switch method {
	case "checkScopeExists":
		return &pb.Exists{Exists: known}
	case "createScope":
		if known {
			return &pb.CreateScopeReply{Status: pb.CreateScopeReply_EXISTS}
		}
		c.catalogue.scopes[name] = true
		return &pb.CreateScopeReply{}
	case "deleteScopeRecursive":
		maps.DeleteFunc(c.catalogue.streams, func(key string, _ *Stream) bool { return within(key) })
		maps.DeleteFunc(c.catalogue.groups, func(key string, _ *pb.ReaderGroupConfig) bool { return within(key) })
	}
	if !known {
		return &pb.DeleteScopeReply{Status: pb.DeleteScopeReply_NO_SCOPE}
	}
	if slices.ContainsFunc(slices.Collect(maps.Keys(c.catalogue.streams)), within) || slices.ContainsFunc(slices.Collect(maps.Keys(c.catalogue.groups)), within) {
		return &pb.DeleteScopeReply{Status: pb.DeleteScopeReply_NOT_EMPTY}
	}
	delete(c.catalogue.scopes, name)
	return &pb.DeleteScopeReply{}
}

func (c *Cluster) createStream(in *pb.StreamConfig) proto.Message {
	key := nameOf(in.GetStream()).String()
	switch {
	case !c.catalogue.scopes[in.GetStream().GetScope()]:
		return &pb.CreateStreamReply{Status: pb.CreateStreamReply_NO_SCOPE}
	case c.catalogue.streams[key] != nil:
		return &pb.CreateStreamReply{Status: pb.CreateStreamReply_EXISTS}
	}
	c.catalogue.streams[key] = &Stream{Config: in}
	return &pb.CreateStreamReply{}
}

// changeStream does it to a stream, a sealed one too if that may be.
func (c *Cluster) changeStream(name *pb.Stream, sealed bool, change func(*Stream)) proto.Message {
	s := c.catalogue.streams[nameOf(name).String()]
	switch {
	case s == nil:
		return &pb.UpdateStreamReply{Status: pb.UpdateStreamReply_NO_STREAM}
	case s.Sealed && !sealed:
		return &pb.UpdateStreamReply{Status: pb.UpdateStreamReply_SEALED}
	}
	change(s)
	return &pb.UpdateStreamReply{}
}

func (c *Cluster) stream(method string, in *pb.Stream) (proto.Message, error) {
	key := nameOf(in).String()
	s := c.catalogue.streams[key]
	switch {
	case method == "sealStream":
		return c.changeStream(in, true, func(s *Stream) {
			if s.Sealed = true; nameOf(in) == c.Stream {
				for _, r := range c.epochs[c.scaled] {
					c.Seal(c.Name(naming.SegmentID(r.GetSegment().GetId())))
				}
			}
		}), nil
	case method == "checkStreamExists":
		return &pb.Exists{Exists: s != nil}, nil
	case method == "getStreamConfiguration" && s == nil:
		return nil, status.Errorf(codes.NotFound, "no stream %s", key)
	case method == "getStreamConfiguration":
		return s.Config, nil
	case s == nil:
		return &pb.DeleteStreamReply{Status: pb.DeleteStreamReply_NO_STREAM}, nil
	case !s.Sealed:
		return &pb.DeleteStreamReply{Status: pb.DeleteStreamReply_NOT_SEALED}, nil
	}
	delete(c.catalogue.streams, key)
	return &pb.DeleteStreamReply{}, nil
}

// scaleByHand replaces segments that can be written to.
func (c *Cluster) scaleByHand(in *pb.ScaleRequest) proto.Message {
	var old []naming.SegmentID
	for _, id := range in.GetSealed() {
		if !slices.ContainsFunc(c.epochs[c.scaled], func(s *pb.SegmentRange) bool { return s.GetSegment().GetId() == id }) {
			return &pb.ScaleReply{Status: pb.ScaleReply_PRECONDITION_FAILED}
		}
		old = append(old, naming.SegmentID(id))
	}
	ranges := slices.Clone(in.GetRanges())
	slices.SortFunc(ranges, func(a, b *pb.ScaleRequest_Range) int { return cmp.Compare(a.GetLow(), b.GetLow()) })
	bounds := []float64{ranges[0].GetLow()}
	for _, r := range ranges {
		bounds = append(bounds, r.GetHigh())
	}
	epoch := int32(c.scaled)
	c.mu.Unlock()
	c.Scale(old, bounds...)
	c.mu.Lock()
	return &pb.ScaleReply{Epoch: epoch, Segments: c.epochs[c.scaled]}
}

func (c *Cluster) manageGroup(method string, stream grpc.ServerStream) (proto.Message, error) {
	switch method {
	case "createReaderGroup", "updateReaderGroup":
		in, err := read[pb.ReaderGroupConfig](stream)
		if err != nil {
			return nil, err
		}
		if method == "createReaderGroup" {
			return c.createGroup(in), nil
		}
		return c.updateGroup(in), nil
	case "getReaderGroupConfig", "deleteReaderGroup":
		in, err := read[pb.ReaderGroup](stream)
		if err != nil {
			return nil, err
		}
		config := c.catalogue.groups[in.GetScope()+"/"+in.GetName()]
		switch {
		case method == "deleteReaderGroup":
			return c.deleteGroup(in, config), nil
		case config == nil:
			return &pb.ReaderGroupConfigReply{Status: pb.ReaderGroupConfigReply_NO_GROUP}, nil
		}
		return &pb.ReaderGroupConfigReply{Config: config}, nil
	case "updateSubscriberStreamCut":
		in, err := read[pb.UpdateSubscriberRequest](stream)
		if err != nil {
			return nil, err
		}
		c.catalogue.released[in.GetGroup()] = in.GetCut().GetOffsets()
		return &pb.UpdateSubscriberReply{}, nil
	}
	return nil, status.Errorf(codes.Unimplemented, "no method %s", method)
}

// log is the segment of a group's state.
func log(scope, name string) string {
	return naming.SegmentName(naming.ReaderGroupStream(scope, name), 0)
}

func (c *Cluster) createGroup(in *pb.ReaderGroupConfig) proto.Message {
	key := in.GetScope() + "/" + in.GetName()
	if !c.catalogue.scopes[in.GetScope()] {
		return &pb.CreateReaderGroupReply{Status: pb.CreateReaderGroupReply_NO_SCOPE}
	}
	if c.catalogue.groups[key] == nil {
		c.catalogue.groups[key] = in
		c.Create(log(in.GetScope(), in.GetName()))
	}
	return &pb.CreateReaderGroupReply{Config: c.catalogue.groups[key]}
}

func (c *Cluster) updateGroup(in *pb.ReaderGroupConfig) proto.Message {
	key := in.GetScope() + "/" + in.GetName()
	now := c.catalogue.groups[key]
	switch {
	case now == nil:
		return &pb.UpdateReaderGroupReply{Status: pb.UpdateReaderGroupReply_NO_GROUP}
	case now.GetId() != in.GetId() || now.GetGeneration() != in.GetGeneration():
		return &pb.UpdateReaderGroupReply{Status: pb.UpdateReaderGroupReply_INVALID_CONFIG}
	}
	in.Generation++
	c.catalogue.groups[key] = in
	return &pb.UpdateReaderGroupReply{Generation: in.Generation}
}

func (c *Cluster) deleteGroup(in *pb.ReaderGroup, config *pb.ReaderGroupConfig) proto.Message {
	if config == nil || config.GetId() != in.GetId() {
		return &pb.DeleteReaderGroupReply{Status: pb.DeleteReaderGroupReply_NO_GROUP}
	}
	delete(c.catalogue.groups, in.GetScope()+"/"+in.GetName())
	c.Delete(log(in.GetScope(), in.GetName()))
	return &pb.DeleteReaderGroupReply{}
}

func nameOf(s *pb.Stream) naming.Stream { return naming.Stream{Scope: s.GetScope(), Name: s.GetName()} }
