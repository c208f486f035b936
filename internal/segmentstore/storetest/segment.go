package storetest

import (
	"github.com/pravega/pravega-client-go/internal/wire"
)

// segment is what the store keeps of one.
type segment struct {
	data       []byte // from start on
	start      int64
	sealed     bool
	attributes map[wire.UUID]int64 // writers' last numbers among them
	parked     []parked
	asked      int
}

// parked is a read that waits at the tail.
type parked struct {
	conn *conn
	read wire.ReadSegment
}

func (g *segment) end() int64 { return g.start + int64(len(g.data)) }

func (g *segment) attribute(id wire.UUID) int64 {
	if v, ok := g.attributes[id]; ok {
		return v
	}
	return wire.NullAttribute
}

// Create makes an empty segment.
func (s *Server) Create(name string) {
	s.mu.Lock()
	s.segments[name] = &segment{attributes: make(map[wire.UUID]int64)}
	s.mu.Unlock()
}

// Delete removes a segment.
func (s *Server) Delete(name string) {
	s.mu.Lock()
	delete(s.segments, name)
	s.mu.Unlock()
}

// Seal seals a segment; reads that wait at its tail learn it.
func (s *Server) Seal(name string) {
	s.mu.Lock()
	g := s.segments[name]
	g.sealed = true
	waiting := g.parked
	g.parked = nil
	s.mu.Unlock()
	for _, p := range waiting {
		p.conn.send([]wire.Command{wire.SegmentIsSealed{RequestID: p.read.RequestID, Segment: name, Offset: p.read.Offset}})
	}
}

// Truncate drops what lies before an offset.
func (s *Server) Truncate(name string, offset int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.segments[name].truncate(offset)
}

func (g *segment) truncate(offset int64) {
	g.data = g.data[offset-g.start:]
	g.start = offset
}

// Put appends events to a segment, as another writer would.
func (s *Server) Put(name string, events ...[]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range events {
		s.extend(s.segments[name], wire.AppendEvent(nil, e))
	}
}

// Events lists the payloads of the events in a segment.
func (s *Server) Events(name string) [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var events [][]byte
	for data := s.segments[name].data; len(data) > 0; {
		event, size, err := wire.NextEvent(data)
		if err != nil || size == 0 {
			panic("storetest: the segment holds a part of an event")
		}
		events = append(events, event)
		data = data[size:]
	}
	return events
}

// extend appends bytes and answers the reads that wait for them.
func (s *Server) extend(g *segment, data []byte) {
	g.data = append(g.data, data...)
	waiting := g.parked
	g.parked = nil
	for _, p := range waiting {
		replies, _ := p.conn.read(p.read)
		go p.conn.send(replies) // the server's lock is held
	}
}

// Has reports whether there is a segment of this name.
func (s *Server) Has(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.segments[name] != nil
}

// Asked is how often the state of a segment was asked for.
func (s *Server) Asked(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.segments[name].asked
}

// Attributes counts those of a segment, writers' last numbers among them.
func (s *Server) Attributes(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.segments[name].attributes)
}

// Lands stores a block that came from a connection which is dead by now, as the
// real store may at any time, and tells whether it is the first time.
func (s *Server) Lands(name string, block wire.AppendBlockEnd) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.segments[name]
	if g.attribute(block.WriterID) >= block.LastEventNumber {
		return false
	}
	s.extend(g, block.Data)
	g.attributes[block.WriterID] = block.LastEventNumber
	return true
}

// held is an append on its way through the store although its connection is dead.
type held struct {
	setup
	block wire.AppendBlockEnd
}

func (s *Server) hold(c *conn, block wire.AppendBlockEnd) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := c.writers[block.WriterID]; w != nil && block.LastEventNumber > w.last {
		s.held = append(s.held, held{*w, block})
	}
}

// Release lets the appends that were held take effect, as the real store may at
// any time: those whose segment is not sealed and has the number still that their
// connection knew. It returns how many did.
func (s *Server) Release() (landed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.held {
		g := s.segments[h.segment]
		if g == nil || g.sealed || g.attribute(h.block.WriterID) != h.last {
			continue
		}
		s.extend(g, h.block.Data)
		g.attributes[h.block.WriterID] = h.block.LastEventNumber
		landed++
	}
	s.held = nil
	return landed
}

// Holds is how many appends are held.
func (s *Server) Holds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.held)
}

// PutBytes appends bytes that need not be events.
func (s *Server) PutBytes(name string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.extend(s.segments[name], data)
}
