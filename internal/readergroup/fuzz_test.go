package readergroup

import (
	"errors"
	"reflect"
	"testing"

	"github.com/pravega/pravega-client-go/internal/fault"
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
		ours, err := encodeRecord(record)
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
