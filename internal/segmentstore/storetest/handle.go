package storetest

import (
	"time"

	"github.com/pravega/pravega-client-go/internal/wire"
)

// handle does what a command asks for. open is false if the server closes the
// connection after the replies. The server's lock is held.
func (c *conn) handle(command wire.Command) (replies []wire.Command, open bool) {
	s := c.server
	reply := func(r wire.Command) ([]wire.Command, bool) { return []wire.Command{r}, true }
	switch r := command.(type) {
	case wire.Hello:
		if s.hello != nil {
			_, _ = c.socket.Write(s.hello)
			return nil, true
		}
		return reply(wire.Hello{HighVersion: 16, LowVersion: 5})
	case wire.KeepAlive:
		return reply(r)
	case wire.SetupAppend:
		g := s.segments[r.Segment]
		if g == nil {
			return reply(wire.NoSuchSegment{RequestID: r.RequestID, Segment: r.Segment})
		}
		if s.expiry != nil && !c.admit(s.expiry(r.Token), r.WriterID) {
			return nil, false
		}
		last := g.attribute(r.WriterID)
		c.writers[r.WriterID] = &setup{r.Segment, last}
		return reply(wire.AppendSetup{RequestID: r.RequestID, Segment: r.Segment, WriterID: r.WriterID, LastEventNumber: last})
	case wire.AppendBlockEnd:
		return c.append(r)
	case wire.ConditionalAppend:
		return c.conditional(r)
	case wire.CreateTransientSegment:
		return reply(wire.SegmentCreated{RequestID: r.RequestID, Segment: c.createTransient(r)})
	case wire.MergeSegments:
		return reply(s.merge(r))
	case wire.DeleteSegment:
		if s.segments[r.Segment] == nil {
			return reply(wire.NoSuchSegment{RequestID: r.RequestID, Segment: r.Segment})
		}
		delete(s.segments, r.Segment)
		return reply(wire.SegmentDeleted{RequestID: r.RequestID, Segment: r.Segment})
	case wire.ReadSegment:
		return c.read(r)
	case wire.GetStreamSegmentInfo:
		g := s.segments[r.Segment]
		if g == nil {
			return reply(wire.NoSuchSegment{RequestID: r.RequestID, Segment: r.Segment})
		}
		g.asked++
		return reply(wire.StreamSegmentInfo{RequestID: r.RequestID, Segment: r.Segment, Exists: true, IsSealed: g.sealed, WriteOffset: g.end(), StartOffset: g.start})
	case wire.GetSegmentAttribute:
		g := s.segments[r.Segment]
		if g == nil {
			return reply(wire.NoSuchSegment{RequestID: r.RequestID, Segment: r.Segment})
		}
		return reply(wire.SegmentAttribute{RequestID: r.RequestID, Value: g.attribute(r.AttributeID)})
	case wire.UpdateSegmentAttribute:
		g := s.segments[r.Segment]
		switch {
		case g == nil:
			return reply(wire.NoSuchSegment{RequestID: r.RequestID, Segment: r.Segment})
		case g.sealed:
			return reply(wire.SegmentIsSealed{RequestID: r.RequestID, Segment: r.Segment})
		case g.attribute(r.AttributeID) != r.ExpectedValue:
			return reply(wire.SegmentAttributeUpdated{RequestID: r.RequestID})
		}
		g.attributes[r.AttributeID] = r.NewValue
		return reply(wire.SegmentAttributeUpdated{RequestID: r.RequestID, Success: true})
	case wire.TruncateSegment:
		g := s.segments[r.Segment]
		switch {
		case g == nil:
			return reply(wire.NoSuchSegment{RequestID: r.RequestID, Segment: r.Segment})
		case r.TruncationOffset < g.start:
			return reply(wire.SegmentIsTruncated{RequestID: r.RequestID, Segment: r.Segment, StartOffset: g.start})
		}
		g.truncate(r.TruncationOffset)
		return reply(wire.SegmentTruncated{RequestID: r.RequestID, Segment: r.Segment})
	}
	return nil, false // unknown commands close the connection
}

// admit reports whether a token is good, and sees to its end. The server's lock is
// held.
func (c *conn) admit(expiry time.Time, writer wire.UUID) bool {
	s := c.server
	end := func() {
		s.expirations++
		c.socket.Close()
	}
	left := time.Until(expiry)
	if left <= 0 {
		end()
		return false
	}
	time.AfterFunc(left, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, open := s.conns[c]; open && c.writers[writer] != nil {
			end()
		}
	})
	return true
}

func (c *conn) append(r wire.AppendBlockEnd) ([]wire.Command, bool) {
	s := c.server
	w := c.writers[r.WriterID]
	if w == nil || r.LastEventNumber < w.last {
		return nil, false // not set up, or the number went back
	}
	g := s.segments[w.segment]
	switch {
	case g == nil:
		delete(c.writers, r.WriterID)
		return []wire.Command{wire.NoSuchSegment{RequestID: r.RequestID, Segment: w.segment, Offset: r.LastEventNumber}}, true
	case g.sealed:
		// The writer is forgotten, so the next block closes the connection.
		delete(c.writers, r.WriterID)
		return []wire.Command{wire.SegmentIsSealed{RequestID: r.RequestID, Segment: w.segment, Offset: r.LastEventNumber}}, true
	case g.attribute(r.WriterID) != w.last:
		return []wire.Command{wire.InvalidEventNumber{RequestID: r.RequestID, WriterID: r.WriterID, EventNumber: r.LastEventNumber}}, false
	}
	again := r.LastEventNumber == w.last
	previous := w.last
	s.extend(g, r.Data)
	w.last = r.LastEventNumber
	g.attributes[r.WriterID] = r.LastEventNumber
	if again {
		return nil, true // stored a second time, and no word about it
	}
	return []wire.Command{wire.DataAppended{WriterID: r.WriterID, EventNumber: r.LastEventNumber, PreviousEventNumber: previous,
		RequestID: r.RequestID, CurrentSegmentWriteOffset: g.end()}}, true
}

func (c *conn) conditional(r wire.ConditionalAppend) ([]wire.Command, bool) {
	w := c.writers[r.WriterID]
	if w == nil {
		return nil, false
	}
	g := c.server.segments[w.segment]
	switch {
	case g == nil:
		return []wire.Command{wire.NoSuchSegment{RequestID: r.RequestID, Segment: w.segment}}, true
	case g.attribute(r.WriterID) != w.last:
		return []wire.Command{wire.InvalidEventNumber{RequestID: r.RequestID, WriterID: r.WriterID, EventNumber: r.EventNumber}}, false
	case g.end() != r.ExpectedOffset:
		return []wire.Command{wire.ConditionalCheckFailed{RequestID: r.RequestID, WriterID: r.WriterID, EventNumber: r.EventNumber}}, true
	}
	previous := w.last
	c.server.extend(g, wire.AppendEvent(nil, r.Event))
	w.last = r.EventNumber
	g.attributes[r.WriterID] = r.EventNumber
	return []wire.Command{wire.DataAppended{WriterID: r.WriterID, EventNumber: r.EventNumber, PreviousEventNumber: previous,
		RequestID: r.RequestID, CurrentSegmentWriteOffset: g.end()}}, true
}

// longestRead is the most that the servers send at once.
const longestRead = 2 << 20

// read answers at once, or parks the read at the tail.
func (c *conn) read(r wire.ReadSegment) ([]wire.Command, bool) {
	g := c.server.segments[r.Segment]
	switch {
	case g == nil:
		return []wire.Command{wire.NoSuchSegment{RequestID: r.RequestID, Segment: r.Segment, Offset: r.Offset}}, true
	case r.Offset < g.start:
		return []wire.Command{wire.SegmentIsTruncated{RequestID: r.RequestID, Segment: r.Segment, StartOffset: g.start, Offset: r.Offset}}, true
	case r.Offset >= g.end() && g.sealed:
		return []wire.Command{wire.SegmentIsSealed{RequestID: r.RequestID, Segment: r.Segment, Offset: r.Offset}}, true
	case r.Offset >= g.end():
		g.parked = append(g.parked, parked{c, r})
		return nil, true
	}
	data := g.data[r.Offset-g.start:]
	data = data[:min(len(data), int(max(8, r.SuggestedLength)), longestRead)]
	return []wire.Command{wire.SegmentRead{RequestID: r.RequestID, Segment: r.Segment, Offset: r.Offset, Data: append([]byte(nil), data...), AtTail: r.Offset+int64(len(data)) == g.end()}}, true
}
