package readergroup

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// golden reads the log of a group that the official Java client wrote, in lines
// of offset and payload.
func golden(t *testing.T, name string) (offsets []int64, events [][]byte) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		first, second, _ := strings.Cut(strings.TrimSpace(line), "\t")
		offset, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		event, err := hex.DecodeString(second)
		if err != nil {
			t.Fatal(err)
		}
		offsets, events = append(offsets, offset), append(events, event)
	}
	if len(events) == 0 {
		t.Fatalf("%s is empty", name)
	}
	return offsets, events
}

func encodeRecord(r Record) ([]byte, error) {
	if r.Initial {
		return EncodeInit(r.Updates[0])
	}
	return EncodeUpdates(r.Updates...)
}

// sameUpToOrder tells whether b is a with the entries of maps in another order,
// as far as that can be told without knowing where the maps are: the same bytes
// in some order.
func sameUpToOrder(a, b []byte) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return bytes.Equal(a, b)
}

func TestGoldenRecordsEncodeToTheSameBytes(t *testing.T) {
	files, err := filepath.Glob("testdata/java-*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		offsets, events := golden(t, filepath.Base(file))
		for i, event := range events {
			record, err := DecodeRecord(event)
			if err != nil {
				t.Fatalf("%s at %d: %v", file, offsets[i], err)
			}
			ours, err := encodeRecord(record)
			if err != nil {
				t.Fatalf("%s at %d: %v", file, offsets[i], err)
			}
			theirs := event
			if record.Initial {
				// Java leaves zeros behind the first record.
				if len(theirs) < len(ours) || len(bytes.Trim(theirs[len(ours):], "\x00")) > 0 {
					t.Fatalf("%s at %d: %x\nbecomes %x", file, offsets[i], theirs, ours)
				}
				theirs = theirs[:len(ours)]
			}
			again, err := DecodeRecord(ours)
			if err != nil || !reflect.DeepEqual(again, record) {
				t.Errorf("%s at %d: %+v\nbecomes %+v, %v", file, offsets[i], record, again, err)
			}
			if !sameUpToOrder(ours, theirs) {
				t.Errorf("%s at %d: %x\nbecomes %x", file, offsets[i], theirs, ours)
			}
		}
	}
}
