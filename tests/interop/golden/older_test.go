package golden

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/versioned"
)

// Of records of older clients, which have fewer revisions, Java understands the same.
func TestJavaUnderstandsOlderRecordsAsWeDo(t *testing.T) {
	stream := naming.Stream{Scope: "scope", Name: "stream-0"}
	first, second, third := streamcut.Segment{Stream: stream, ID: 0}, streamcut.Segment{Stream: stream, ID: 1}, streamcut.Segment{Stream: stream, ID: 2}
	config := readergroup.Config{Start: map[naming.Stream]streamcut.Cut{stream: {}}, MaxOutstandingCheckpoints: 5, Generation: 9, Retention: 2}
	half := readergroup.Range{High: 0.5}
	begin := readergroup.Init{Config: config, Segments: map[streamcut.Segment]readergroup.Place{first: {Offset: 5, Range: half}, second: {Range: half}}, UpdatingConfig: true}
	c := &comparison{t: t}
	for range 3 {
		c.questions, c.moments = append(c.questions, "reset"), append(c.moments, moment{})
		var state readergroup.State
		for _, event := range [][]byte{
			initial(t, older(t, begin, len(c.questions)%3+1)),
			changes(older(t, readergroup.AddReader{Reader: "a"}, 1)),
			changes(older(t, readergroup.AcquireSegment{Reader: "a", Segment: first}, 1)),
			changes(older(t, readergroup.UpdateDistanceToTail{Reader: "a", Lag: 1, LastRead: map[streamcut.Segment]readergroup.Place{first: {Offset: 7}}}, 1)),
			changes(older(t, readergroup.SegmentCompleted{Reader: "a", Segment: first, Range: half, Successors: map[streamcut.Segment]readergroup.Successor{third: {Range: half, Predecessors: []naming.SegmentID{0, 1}}}}, 1)),
			initial(t, wholeWithOlderParts(t, config, stream)),
		} {
			record, err := readergroup.DecodeRecord(event)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range record.Updates {
				if err := state.Apply(u); err != nil {
					t.Fatal(err)
				}
			}
			c.see(event, &state, nil)
		}
	}
	c.judge()
}

func initial(t *testing.T, update []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, 1), update...)
}

func changes(update []byte) []byte {
	event := binary.BigEndian.AppendUint32(nil, 2)
	return append(binary.BigEndian.AppendUint32(event, uint32(len(update))), update...)
}

// older is an update as a client writes it that knows only its first revisions.
func older(t *testing.T, u readergroup.Update, revisions int) []byte {
	t.Helper()
	event, err := readergroup.EncodeUpdates(u)
	if err != nil {
		t.Fatal(err)
	}
	return firstRevisions(event[8:], 3, revisions) // behind the kind of record, and the length
}

// firstRevisions shortens an object whose number of revisions is at that byte.
func firstRevisions(object []byte, at, revisions int) []byte {
	short := append(object[:at:at], byte(revisions))
	for rest := object[at+1:]; revisions > 0; revisions-- {
		length := 5 + binary.BigEndian.Uint32(rest[1:])
		short, rest = append(short, rest[:length]...), rest[length:]
	}
	return short
}

// wholeWithOlderParts is a whole state of today whose configuration and checkpoints
// were written before they had their later revisions.
func wholeWithOlderParts(t *testing.T, c readergroup.Config, stream naming.Stream) []byte {
	t.Helper()
	config, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	w := versioned.NewWriter("whole state")
	raw := func(data []byte) {
		for _, b := range data {
			w.Byte(b)
		}
	}
	offsets := func(offsets ...int64) {
		w.CompactInt(len(offsets))
		for n, offset := range offsets {
			streamcut.WriteSegment(w, streamcut.Segment{Stream: stream, ID: naming.SegmentID(n)})
			w.Int64(offset)
		}
	}
	w.Multi(1, 0, func() {
		w.Blob(func() { raw(firstRevisions(config, 2, 1)) })
		w.Blob(func() {
			w.Single(0, func() {
				w.CompactInt(1)
				w.UTF("checkpoint")
				w.CompactInt(0)
				w.CompactInt(1)
				w.UTF("checkpoint")
				offsets(3)
				offsets(3)
			})
		})
		w.CompactInt(0)
		w.CompactInt(0)
		w.CompactInt(0)
		offsets(3, 4)
		offsets(math.MaxInt64)
	}, func() {
		offsets(3, 4)
		w.CompactInt(0)
	})
	data, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return data
}
