package segment

import (
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// ask is a read that is under way.
type ask struct {
	offset, length int64
	read           *segmentstore.Data // its reply, if it came early
}

// smallest bytes of a read, however little the budget is.
const smallestRead = 16 << 10

// fill asks for what fits the budget: one read after another while they lie
// before the known tail, and a single one that waits at the tail.
func (f *Fetcher) fill() {
	budget := f.budget()
	length := int64(min(max(budget/4, smallestRead), segmentstore.ReadLength))
	f.held = false
	for !f.stuck() {
		from := f.next
		if n := len(f.flight); n > 0 {
			from = f.flight[n-1].offset + f.flight[n-1].length
			if from >= f.tail {
				return // the newest read is at the tail already
			}
		}
		if f.used > 0 && f.used+int(length) > budget {
			f.held = len(f.flight) == 0 || 2*len(f.flight)*int(length) < budget
			return
		}
		if from < f.tail {
			length = min(length, max(f.tail-from, smallestRead))
		}
		f.ask(len(f.flight), from, length)
	}
}

// ask sends a read and notes it at a place in the order of offsets.
func (f *Fetcher) ask(at int, offset, length int64) {
	f.flight = append(f.flight, nil)
	copy(f.flight[at+1:], f.flight[at:])
	f.flight[at] = &ask{offset: offset, length: length}
	f.used += int(length)
	f.line.conn.Send(wire.ReadSegment{
		Segment: f.Name, Offset: offset, SuggestedLength: int32(length), Token: f.permit.token, RequestID: f.line.request}.Append(nil))
}

// sound asks for the segment's state: how far it reaches.
func (f *Fetcher) sound() {
	if f.sounding {
		return
	}
	f.sounding = true
	f.line.conn.Send(wire.GetStreamSegmentInfo{RequestID: f.line.request, Segment: f.Name, Token: f.permit.token}.Append(nil))
}
