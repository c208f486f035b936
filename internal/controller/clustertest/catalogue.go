package clustertest

import (
	"cmp"
	"iter"
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
	tables   map[string]bool            // key-value tables
	spoilt   map[string]bool            // scopes whose deletion was refused
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
		tables:   make(map[string]bool),
		spoilt:   make(map[string]bool),
		released: make(map[string]map[int64]int64),
	}
}

// HasScope reports whether there is a scope.
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

// AddStream makes the controller know a stream.
func (c *Cluster) AddStream(name naming.Stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catalogue.streams[name.String()] = &Stream{Config: &pb.StreamConfig{}}
}

// AddTable makes the controller know a key-value table.
func (c *Cluster) AddTable(scope, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catalogue.tables[scope+"/"+name] = true
}

// Tables counts the key-value tables of a scope.
func (c *Cluster) Tables(scope string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.within(scope, maps.Keys(c.catalogue.tables)))
}

// Spoilt reports whether the deletion of a scope was refused, after which a real
// controller can do little in it.
func (c *Cluster) Spoilt(scope string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.catalogue.spoilt[scope]
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
	case "createScope", "deleteScope", "checkScopeExists":
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
	case "listScopes":
		in, err := read[pb.ListScopesRequest](stream)
		if err != nil {
			return nil, err
		}
		names, next := page(slices.Sorted(maps.Keys(c.catalogue.scopes)), in.GetPage())
		return &pb.ListScopesReply{Scopes: names, Next: next}, nil
	case "listStreamsInScopeForTag":
		in, err := read[pb.ListStreamsByTagRequest](stream)
		if err != nil {
			return nil, err
		}
		reply := new(pb.ListStreamsReply) // one page
		for _, name := range c.within(in.GetScope().GetName(), maps.Keys(c.catalogue.streams)) {
			s := &pb.Stream{Scope: in.GetScope().GetName(), Name: name}
			if slices.Contains(c.catalogue.streams[nameOf(s).String()].Config.GetTags().GetTags(), in.GetTag()) {
				reply.Streams = append(reply.Streams, s)
			}
		}
		return reply, nil
	case "listStreamsInScope":
		in, err := read[pb.ListStreamsRequest](stream)
		if err != nil {
			return nil, err
		}
		return c.listStreams(in), nil
	case "listKeyValueTablesInScope":
		in, err := read[pb.ListTablesRequest](stream)
		if err != nil {
			return nil, err
		}
		return c.listTables(in), nil
	case "deleteKeyValueTable":
		in, err := read[pb.Table](stream)
		if err != nil {
			return nil, err
		}
		key := in.GetScope() + "/" + in.GetName()
		if !c.catalogue.tables[key] {
			return &pb.DeleteTableReply{Status: pb.DeleteTableReply_NO_TABLE}, nil
		}
		delete(c.catalogue.tables, key)
		return &pb.DeleteTableReply{}, nil
	case "getSegments":
		in, err := read[pb.HeadRequest](stream)
		if err != nil {
			return nil, err
		}
		if name := nameOf(in.GetStream()); c.catalogue.streams[name.String()] == nil {
			return nil, status.Errorf(codes.NotFound, "no stream %s", name)
		}
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
	}
	if !known {
		return &pb.DeleteScopeReply{Status: pb.DeleteScopeReply_NO_SCOPE}
	}
	inside := slices.Concat(slices.Collect(maps.Keys(c.catalogue.streams)), slices.Collect(maps.Keys(c.catalogue.groups)), slices.Collect(maps.Keys(c.catalogue.tables)))
	if slices.ContainsFunc(inside, within) {
		c.catalogue.spoilt[name] = true
		return &pb.DeleteScopeReply{Status: pb.DeleteScopeReply_NOT_EMPTY}
	}
	delete(c.catalogue.scopes, name)
	return &pb.DeleteScopeReply{}
}

// listStreams lists those of a scope, of which the states of groups are some, a few at
// a time.
func (c *Cluster) listStreams(in *pb.ListStreamsRequest) proto.Message {
	scope := in.GetScope().GetName()
	if !c.catalogue.scopes[scope] {
		return &pb.ListStreamsReply{Status: pb.ListStreamsReply_NO_SCOPE}
	}
	names := c.within(scope, maps.Keys(c.catalogue.streams))
	for _, group := range c.within(scope, maps.Keys(c.catalogue.groups)) {
		names = append(names, naming.ReaderGroupStream(scope, group).Name)
	}
	names, next := page(names, in.GetPage())
	reply := &pb.ListStreamsReply{Next: next}
	for _, name := range names {
		reply.Streams = append(reply.Streams, &pb.Stream{Scope: scope, Name: name})
	}
	return reply
}

func (c *Cluster) listTables(in *pb.ListTablesRequest) proto.Message {
	scope := in.GetScope().GetName()
	names, next := page(c.within(scope, maps.Keys(c.catalogue.tables)), in.GetPage())
	reply := &pb.ListTablesReply{Next: next}
	for _, name := range names {
		reply.Tables = append(reply.Tables, &pb.Table{Scope: scope, Name: name})
	}
	return reply
}

// within are the names of a scope among "scope/name".
func (c *Cluster) within(scope string, all iter.Seq[string]) (names []string) {
	for key := range all {
		if name, ok := strings.CutPrefix(key, scope+"/"); ok {
			names = append(names, name)
		}
	}
	return names
}

// page is a part of a list: what comes after the token, which is a name.
func page(names []string, at *pb.Page) (part []string, next *pb.Page) {
	const size = 2
	slices.Sort(names)
	from, _ := slices.BinarySearch(names, at.GetToken()+"\x00")
	part = names[from:min(from+size, len(names))]
	if len(part) > 0 {
		next = &pb.Page{Token: part[len(part)-1]}
	}
	return part, next
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
			return c.createGroup(in)
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

func (c *Cluster) createGroup(in *pb.ReaderGroupConfig) (proto.Message, error) {
	key := in.GetScope() + "/" + in.GetName()
	switch {
	case !c.catalogue.scopes[in.GetScope()]:
		return &pb.CreateReaderGroupReply{Status: pb.CreateReaderGroupReply_NO_SCOPE}, nil
	case c.catalogue.spoilt[in.GetScope()]:
		return nil, status.Errorf(codes.NotFound, "no table of the groups of scope %s", in.GetScope())
	}
	if c.catalogue.groups[key] == nil {
		c.catalogue.groups[key] = in
		c.Create(log(in.GetScope(), in.GetName()))
	}
	return &pb.CreateReaderGroupReply{Config: c.catalogue.groups[key]}, nil
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
