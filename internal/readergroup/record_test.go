package readergroup

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/versioned"
)

func TestMalformedRecords(t *testing.T) {
	good := must(EncodeUpdates(AddReader{"r1"}))
	for _, event := range [][]byte{
		nil,
		{0, 0, 0},
		{0, 0, 0, 3},
		{0, 0, 0, 1},
		{0, 0, 0, 1, 0, 2, 0, 0},          // a state that starts with AddReader
		{0, 0, 0, 2, 0xff, 0xff, 0xff, 0}, // an update of negative length
		{0, 0, 0, 2, 0, 0, 0, 2, 0, 14},   // an unknown type
		{0, 0, 0, 2, 0, 0, 0, 2, 1, 2},    // an unknown format
		{0, 0, 0, 2, 0, 0, 0, 3, 0, 2, 1}, // an unknown version
		{0, 0, 0, 2, 0x7f, 0xff, 0xff, 0}, // longer than the record
		append(good[:len(good):len(good)], 0),
		good[:len(good)-1],
	} {
		if record, err := DecodeRecord(event); !errors.Is(err, fault.Protocol) || len(record.Updates) > 0 {
			t.Errorf("%x: %+v, %v", event, record, err)
		}
	}
	if _, err := EncodeInit(AddReader{"r1"}); !errors.Is(err, fault.InvalidArgument) {
		t.Errorf("a state that starts with AddReader: %v", err)
	}
	if _, err := EncodeUpdates(AddReader{"\xff"}); !errors.Is(err, fault.InvalidArgument) {
		t.Errorf("a reader whose name is not UTF-8: %v", err)
	}
}

// The example of a record whose every byte is known.
func TestRecordOfOneReader(t *testing.T) {
	want := []byte{0, 0, 0, 2, 0, 0, 0, 13, 0, 2, 0, 1, 0, 0, 0, 0, 4, 0, 2, 'r', '1'}
	if got := must(EncodeUpdates(AddReader{"r1"})); !reflect.DeepEqual(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}

// A newer writer adds revisions, and fields at the end of known ones.
func TestNewerRecordsAreRead(t *testing.T) {
	event := []byte{0, 0, 0, 2, 0, 0, 0, 21, 0, 2, 0, 2, 0, 0, 0, 0, 6, 0, 2, 'r', '1', 9, 9, 1, 0, 0, 0, 1, 7}
	got, err := DecodeRecord(event)
	if want := (Record{Updates: []Update{AddReader{"r1"}}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// Older writers stop at an earlier revision; what they do not say has the value
// it had then.
func TestOlderRecordsAreRead(t *testing.T) {
	w := encoder{versioned.NewWriter("test")}
	w.Int32(recordInitial)
	w.revisions(Compact{}, func() {
		w.Blob(func() {
			w.Single(0, func() {
				w.Int64(1000)
				w.Int64(2000)
				w.CompactInt(0)
				w.CompactInt(0)
			})
		})
		w.Blob(func() {
			w.Single(0, func() {
				for range 4 {
					w.CompactInt(0)
				}
			})
		})
		versioned.WriteMap(w.Writer, map[string]int64{"a": 5}, strings.Compare, w.UTF, w.Int64)
		w.CompactInt(0)
		w.CompactInt(0)
		w.offsets(at(7))
		w.CompactInt(0)
	})
	want := Compact{
		Config:     Config{CheckpointMillis: 1000, RefreshMillis: 2000, MaxOutstandingCheckpoints: 3, Generation: -1},
		Lag:        map[string]int64{"a": 5},
		Unassigned: map[Segment]Place{seg(0): {Offset: 7}},
	}
	record, err := DecodeRecord(must(w.Finish()))
	if err != nil || !reflect.DeepEqual(record.Updates, []Update{want}) {
		t.Errorf("%+v, %v\nwant %+v", record.Updates, err, want)
	}
	for _, tc := range []struct {
		write func(w *encoder)
		want  Update
	}{
		{func(w *encoder) {
			w.revisions(UpdateDistanceToTail{}, func() { w.UTF("a"); w.Int64(5) })
		}, UpdateDistanceToTail{Reader: "a", Lag: 5}},
		{func(w *encoder) {
			w.revisions(SegmentCompleted{}, func() {
				w.UTF("a")
				w.segment(seg(0))
				w.successors(map[Segment]Successor{seg(1): after(0)})
			})
		}, SegmentCompleted{Reader: "a", Segment: seg(0), Successors: map[Segment]Successor{seg(1): after(0)}}},
	} {
		w := encoder{versioned.NewWriter("test")}
		tc.write(&w)
		update := must(w.Finish())
		event := append([]byte{0, 0, 0, 2, 0, 0, 0, byte(len(update))}, update...)
		if got, err := DecodeRecord(event); err != nil || !reflect.DeepEqual(got.Updates, []Update{tc.want}) {
			t.Errorf("%+v, %v, want %+v", got, err, tc.want)
		}
	}
}

func FuzzDecodeRecord(f *testing.F) {
	for _, file := range goldenFiles {
		for _, g := range golden(f, file) {
			f.Add(g.event)
		}
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		record, err := DecodeRecord(event)
		if err != nil {
			if !errors.Is(err, fault.Protocol) {
				t.Fatalf("%v", err)
			}
			return
		}
		ours, err := record.Encode()
		if err != nil {
			// What has no form any more: a name longer than its length field says, because
			// it was written more tightly than we write, or a list of ids.
			if !errors.Is(err, fault.InvalidArgument) {
				t.Fatal(err)
			}
			return
		}
		again, err := DecodeRecord(ours)
		if err != nil {
			t.Fatalf("%+v: %v", record, err)
		}
		if !reflect.DeepEqual(again, record) {
			t.Fatalf("%+v\nbecomes %+v", record, again)
		}
		// Applied to a group or to none, it takes effect or is refused.
		for _, s := range []*State{{}, replay(t, starting(5, 7), AddReader{"r1"}, AcquireSegment{"r1", seg(0)}, CreateCheckpoint{"cp1"})} {
			for _, u := range record.Updates {
				if err := s.Apply(u); err != nil && !errors.Is(err, fault.Protocol) {
					t.Fatal(err)
				}
			}
			for _, reader := range s.Readers() {
				s.SegmentsToAcquire(reader)
				s.SegmentToRelease(reader)
				s.AcquireInterval(reader)
				s.Leave(reader, nil)
			}
			if s.Started() {
				canonical(t, s.Compact())
			}
		}
	})
}
