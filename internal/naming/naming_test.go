package naming

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/pravega/pravega-client-go/internal/fault"
	"pgregory.net/rapid"
)

func TestCheck(t *testing.T) {
	for _, tc := range []struct {
		name           string
		user, internal bool
	}{
		{"a", true, true},
		{"Az09.-", true, true},
		{strings.Repeat("x", 250), true, true},
		{strings.Repeat("x", 251), false, true},
		{strings.Repeat("x", 255), false, true},
		{strings.Repeat("x", 256), false, false},
		{"_RGgroup", false, true},
		{"_" + strings.Repeat("x", 254), false, true},
		{"_" + strings.Repeat("x", 255), false, false},
		{"__x", false, false},
		{"_", false, false},
		{"a_b", false, false},
		{"", false, false},
		{"a/b", false, false},
		{"a b", false, false},
		{"a\n", false, false},
		{"é", false, false},
		{"\xff", false, false},
	} {
		if err := Check("create scope", "scope", tc.name); (err == nil) != tc.user {
			t.Errorf("Check(%q) = %v, want allowed = %v", tc.name, err, tc.user)
		} else if err != nil && !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("Check(%q) = %v, want InvalidArgument", tc.name, err)
		}
		if err := CheckInternal("create scope", "scope", tc.name); (err == nil) != tc.internal {
			t.Errorf("CheckInternal(%q) = %v, want allowed = %v", tc.name, err, tc.internal)
		}
	}
}

func TestCheckNamesTheRule(t *testing.T) {
	err := Stream{"good", "b\x00d"}.Check("create stream")
	for _, want := range []string{"create stream", "stream name", `"b\x00d"`, "1 to 250", "A-Z"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	long := Check("create scope", "scope", strings.Repeat("é", 1000))
	if len(long.Error()) > 1000 {
		t.Errorf("a long bad name makes a message of %d bytes", len(long.Error()))
	}
}

func TestSegmentNames(t *testing.T) {
	for _, tc := range []struct {
		name          string
		number, epoch int32
		stream        Stream
	}{
		{"scope/stream/0.#epoch.0", 0, 0, Stream{"scope", "stream"}},
		{"a.b/c-d/7.#epoch.12", 7, 12, Stream{"a.b", "c-d"}},
		{"scope/_RGgroup/0.#epoch.0", 0, 0, ReaderGroupStream("scope", "group")},
		{"s/t/2147483647.#epoch.2147483647", math.MaxInt32, math.MaxInt32, Stream{"s", "t"}},
	} {
		s, id, err := ParseSegmentName(tc.name)
		if err != nil || s != tc.stream || id.Number() != tc.number || id.Epoch() != tc.epoch {
			t.Errorf("ParseSegmentName(%q) = %v, %v, %v", tc.name, s, id, err)
		}
		if got := SegmentName(tc.stream, NewSegmentID(tc.number, tc.epoch)); got != tc.name {
			t.Errorf("SegmentName = %q, want %q", got, tc.name)
		}
	}
	if s, id, err := ParseSegmentName("s/t/5"); err != nil || id != 5 || s != (Stream{"s", "t"}) {
		t.Errorf("a name without an epoch: %v, %v, %v", s, id, err)
	}
	if id := NewSegmentID(3, 2); id != 2<<32|3 {
		t.Errorf("NewSegmentID(3, 2) = %#x", int64(id))
	}
}

func TestTransactionSegmentNames(t *testing.T) {
	id := [16]byte{7: 1, 8: 0xAB, 15: 2}
	name := TransactionSegmentName(Stream{"s", "t"}, NewSegmentID(3, 2), id)
	if want := "s/t/3.#epoch.2#transaction.0000000000000001ab00000000000002"; name != want {
		t.Errorf("TransactionSegmentName = %q, want %q", name, want)
	}
	for _, tc := range [][2]string{
		{name, "s/t/3.#epoch.2"},
		{"s/t/3.#epoch.2", "s/t/3.#epoch.2"},
		{"s/t/3#transaction.00", "s/t/3#transaction.00"},
		{"", ""},
	} {
		if got := ParentSegmentName(tc[0]); got != tc[1] {
			t.Errorf("ParentSegmentName(%q) = %q, want %q", tc[0], got, tc[1])
		}
	}
}

func TestBadSegmentNames(t *testing.T) {
	for _, name := range []string{
		"", "s", "s/t", "s/t/", "s//0", "/t/0", "s/t/x", "s/t/-1", "s/t/+1", "s/t/01", "s/t/2147483648",
		"s/t/0.#epoch.", "s/t/.#epoch.0", "s/t/0.#epoch.x", "s/t/0.#epoch.1.#epoch.2", "s/t/0/0", "s/t/0.#epoch.00",
		"s/t u/0.#epoch.0", "s/t/0.#epoch.0#transaction.00000000000000010000000000000002",
		"s/t/0.#epoch.0#transient.0000.0000",
	} {
		if s, id, err := ParseSegmentName(name); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("ParseSegmentName(%q) = %v, %v, %v, want InvalidArgument", name, s, id, err)
		}
	}
}

func TestSegmentNameRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringMatching(`_?[A-Za-z0-9.\-]{1,20}`)
		s := Stream{part.Draw(t, "scope"), part.Draw(t, "stream")}
		n := rapid.Int32Range(0, math.MaxInt32)
		id := NewSegmentID(n.Draw(t, "number"), n.Draw(t, "epoch"))
		gotStream, gotID, err := ParseSegmentName(SegmentName(s, id))
		if err != nil || gotStream != s || gotID != id {
			t.Fatalf("%v, %v, %v", gotStream, gotID, err)
		}
	})
}

func FuzzParseSegmentName(f *testing.F) {
	f.Add("scope/stream/0.#epoch.0")
	f.Add("scope/_RGg/12")
	f.Add("s/t/0.#epoch.0#transaction.00000000000000010000000000000002")
	f.Fuzz(func(t *testing.T, name string) {
		s, id, err := ParseSegmentName(name)
		if err != nil {
			return
		}
		again := SegmentName(s, id)
		if again != name && again != name+epochDelimiter+"0" {
			t.Fatalf("%q became %q", name, again)
		}
	})
}
