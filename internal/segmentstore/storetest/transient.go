package storetest

import (
	"fmt"
	"strings"

	"github.com/pravega/pravega-client-go/internal/wire"
)

// createTransient makes a segment beside another, which need not exist.
func (c *conn) createTransient(r wire.CreateTransientSegment) (name string) {
	s := c.server
	s.transients++
	name = fmt.Sprintf("%s#transient.%x.%032x", r.ParentSegment, r.WriterID[:], s.transients)
	s.segments[name] = &segment{attributes: make(map[wire.UUID]int64)}
	c.transients = append(c.transients, name)
	return name
}

// merge appends a segment to another, if the attributes of the target allow it. A
// merge that was made before is told as made, for a while: see ForgetMerges.
func (s *Server) merge(r wire.MergeSegments) wire.Command {
	target, source := s.segments[r.Target], s.segments[r.Source]
	switch {
	case target == nil:
		return wire.NoSuchSegment{RequestID: r.RequestID, Segment: r.Source}
	case source == nil && s.merged[r.Source]:
		return wire.SegmentsMerged{RequestID: r.RequestID, Target: r.Target, Source: r.Source, NewTargetWriteOffset: target.end()}
	case source == nil:
		return wire.NoSuchSegment{RequestID: r.RequestID, Segment: r.Source}
	}
	source.sealed = true
	if target.sealed {
		return wire.SegmentIsSealed{RequestID: r.RequestID, Segment: r.Source}
	}
	for _, u := range r.AttributeUpdates {
		if u.UpdateType == wire.AttributeReplaceIfEquals && target.attribute(u.AttributeID) != u.OldValue {
			return wire.SegmentAttributeUpdated{RequestID: r.RequestID}
		}
	}
	for _, u := range r.AttributeUpdates {
		target.attributes[u.AttributeID] = u.NewValue
	}
	s.extend(target, source.data)
	delete(s.segments, r.Source)
	s.merged[r.Source] = true
	return wire.SegmentsMerged{RequestID: r.RequestID, Target: r.Target, Source: r.Source, NewTargetWriteOffset: target.end()}
}

// ForgetMerges makes the store forget which segments were merged, as the real one does
// after a while.
func (s *Server) ForgetMerges() {
	s.mu.Lock()
	clear(s.merged)
	s.mu.Unlock()
}

// Merges does what a merge asks for that came from a connection which is dead by
// now, as the real store may at any time, and tells whether it was made.
func (s *Server) Merges(r wire.MergeSegments) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, made := s.merge(r).(wire.SegmentsMerged)
	return made
}

// Transients counts the segments that were made for large events and are there.
func (s *Server) Transients() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for name := range s.segments {
		if strings.Contains(name, "#transient.") {
			n++
		}
	}
	return n
}

// abandon deletes the transient segments of a connection that the server closes;
// those of one that the client closes stay.
func (c *conn) abandon() {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range c.transients {
		delete(s.segments, name)
	}
}

// Transient makes a transient segment that holds one event, as another try would.
func (s *Server) Transient(parent string, event []byte) (name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name = (&conn{server: s}).createTransient(wire.CreateTransientSegment{ParentSegment: parent, WriterID: wire.NewUUID()})
	s.segments[name].data = wire.AppendEvent(nil, event)
	return name
}
