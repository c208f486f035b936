package readergroup

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// goldenRecord is an event of a log that the official Java client wrote, and
// what it made of it, as far as that was asked.
type goldenRecord struct {
	offset int64
	event  []byte
	state  []byte // compacted
	// readers has "name=size,acquire,release" of each, in milliseconds.
	readers string
}

func golden(t testing.TB, name string) (log []goldenRecord) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		fields := append(strings.Split(strings.TrimRight(line, "\n"), "\t"), "", "")
		offset, err1 := strconv.ParseInt(fields[0], 10, 64)
		event, err2 := hex.DecodeString(fields[1])
		state, err3 := hex.DecodeString(fields[2])
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		log = append(log, goldenRecord{offset, event, state, fields[3]})
	}
	if len(log) == 0 {
		t.Fatalf("%s is empty", name)
	}
	return log
}

var goldenFiles = []string{"java-plain.tsv", "java-rich.tsv"}

// sameUpToOrder reports whether b is a with the entries of maps in another order,
// as far as that can be told without knowing where the maps are: the same bytes
// in some order.
func sameUpToOrder(a, b []byte) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return bytes.Equal(a, b)
}

func TestGoldenRecordsEncodeToTheSameBytes(t *testing.T) {
	seen := make(map[string]bool)
	for _, file := range goldenFiles {
		for _, g := range golden(t, file) {
			record, err := DecodeRecord(g.event)
			if err != nil {
				t.Fatalf("%s at %d: %v", file, g.offset, err)
			}
			ours, err := record.Encode()
			if err != nil {
				t.Fatalf("%s at %d: %v", file, g.offset, err)
			}
			theirs := g.event
			if record.Initial {
				// Java leaves zeros behind the first record.
				if len(theirs) < len(ours) || len(bytes.Trim(theirs[len(ours):], "\x00")) > 0 {
					t.Fatalf("%s at %d: %x\nbecomes %x", file, g.offset, theirs, ours)
				}
				theirs = theirs[:len(ours)]
			}
			again, err := DecodeRecord(ours)
			if err != nil || !reflect.DeepEqual(again, record) {
				t.Errorf("%s at %d: %+v\nbecomes %+v, %v", file, g.offset, record, again, err)
			}
			if !sameUpToOrder(ours, theirs) {
				t.Errorf("%s at %d: %x\nbecomes %x", file, g.offset, theirs, ours)
			}
			for _, u := range record.Updates {
				seen[fmt.Sprintf("%T", u)] = true
			}
		}
	}
	if want := int(kindRemoveOutstandingCheckpoints) + 1; len(seen) != want {
		t.Errorf("the logs have %d kinds of updates of %d: %v", len(seen), want, seen)
	}
}

// comparable form of a state: what is in no particular order is sorted.
func canonical(t testing.TB, u Compact) []byte {
	t.Helper()
	waiting := u.Checkpoints.Waiting
	slices.SortFunc(waiting, func(a, b Waiting) int { return strings.Compare(a.Checkpoint, b.Checkpoint) })
	for _, w := range waiting {
		slices.Sort(w.Readers)
	}
	for _, v := range u.Future {
		slices.Sort(v.Predecessors)
	}
	event, err := EncodeInit(u)
	if err != nil {
		t.Fatal(err)
	}
	return event
}

func TestGoldenLogReplaysToJavasStates(t *testing.T) {
	var s State
	for _, g := range golden(t, "java-rich.tsv") {
		record, err := DecodeRecord(g.event)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range record.Updates {
			if err := s.Apply(u); err != nil {
				t.Fatalf("at %d: %v", g.offset, err)
			}
		}
		theirs, err := DecodeRecord(append([]byte{0, 0, 0, 1}, g.state...))
		if err != nil {
			t.Fatal(err)
		}
		if ours, theirs := s.Compact(), theirs.Updates[0].(Compact); !bytes.Equal(canonical(t, ours), canonical(t, theirs)) {
			t.Fatalf("at %d, after %+v:\nours   %+v\nJava's %+v", g.offset, record, ours, theirs)
		}
		checkIntervals(t, &s, g.readers)
	}
	if !s.EndOfData() || len(s.Readers()) > 0 {
		t.Errorf("the last state is %+v", s)
	}
}

// checkIntervals compares the sizes of readers and their intervals with Java's.
// Between readers of equal size the order is free, so their intervals are
// compared as sets.
func checkIntervals(t *testing.T, s *State, readers string) {
	t.Helper()
	theirs, ours := make(map[float64][]string), make(map[float64][]string)
	for _, reader := range strings.Fields(readers) {
		name, rest, _ := strings.Cut(reader, "=")
		number, intervals, _ := strings.Cut(rest, ",")
		size, err := strconv.ParseFloat(number, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Sizes()[name]; got != size {
			t.Errorf("reader %s has size %v, Java says %v", name, got, size)
		}
		theirs[size] = append(theirs[size], intervals)
		ours[size] = append(ours[size], fmt.Sprintf("%d,%d", s.AcquireInterval(name).Milliseconds(), s.ReleaseInterval(name).Milliseconds()))
	}
	for size := range theirs {
		slices.Sort(theirs[size])
		slices.Sort(ours[size])
	}
	if !reflect.DeepEqual(ours, theirs) {
		t.Errorf("intervals by size %v, Java has %v", ours, theirs)
	}
}
