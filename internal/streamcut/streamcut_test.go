package streamcut

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"pgregory.net/rapid"
)

// golden reads lines of "form text" in the order in which the official Java
// client wrote them.
func golden(t testing.TB) (lines [][2]string) {
	t.Helper()
	files, err := filepath.Glob("testdata/java-forms-*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			for _, form := range []string{"cut text", "cut hex", "cut", "pointer text", "pointer hex", "position text", "position hex", "checkpoint hex"} {
				if rest, is := strings.CutPrefix(line, form+" "); is {
					lines = append(lines, [2]string{form, rest})
					break
				}
			}
		}
	}
	return lines
}

func bytesOf(t testing.TB, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sameUpToOrder reports whether b holds the bytes of a, perhaps in another order:
// Java has no order of the entries of its maps.
func sameUpToOrder(a, b []byte) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return bytes.Equal(a, b)
}

// Every form that Java wrote is read, the forms of one thing mean the same, and
// what we write is what Java wrote.
func TestGoldenForms(t *testing.T) {
	var cut Cut
	var pointer Pointer
	var position Position
	seen := make(map[string]int)
	for _, line := range golden(t) {
		form, text := line[0], line[1]
		seen[form]++
		var err error
		var ours []byte
		switch form {
		case "cut text":
			if cut, err = ParseText(text); err == nil {
				again, err := ParseText(cut.Text())
				if err != nil || !again.Equal(cut) {
					t.Errorf("%s becomes %s, %v", cut, again, err)
				}
			}
		case "cut hex":
			var got Cut
			if got, err = DecodeCut(bytesOf(t, text)); err == nil && !got.Equal(cut) {
				t.Errorf("%s as bytes is %s", cut, got)
			}
			ours, _ = got.Encode()
		case "cut":
			if !sameUpToOrder([]byte(cut.String()), []byte(text)) {
				t.Errorf("%s, Java says %s", cut, text)
			}
		case "pointer text":
			if pointer, err = ParsePointer(text); pointer.String() != text {
				t.Errorf("%s becomes %s", text, pointer)
			}
		case "pointer hex":
			var got Pointer
			if got, err = DecodePointer(bytesOf(t, text)); got != pointer {
				t.Errorf("%s as bytes is %s", pointer, got)
			}
			ours, _ = got.Encode()
		case "position text":
			position, err = ParsePosition(text)
			if !sameUpToOrder([]byte(position.String()), []byte(text)) {
				t.Errorf("%s becomes %s", text, position)
			}
		case "position hex":
			var got Position
			if got, err = DecodePosition(bytesOf(t, text)); !reflect.DeepEqual(got.Offsets(), position.Offsets()) {
				t.Errorf("%s as bytes is %s", position, got)
			}
			ours, _ = got.Encode()
		case "checkpoint hex":
			var got Checkpoint
			got, err = DecodeCheckpoint(bytesOf(t, text))
			if got.Name == "" || len(got.Cuts) == 0 {
				t.Errorf("%s is %+v", text, got)
			}
			for stream, cut := range got.Cuts {
				if cut.Stream != stream || len(cut.Offsets) == 0 {
					t.Errorf("%s has %s", stream, cut)
				}
			}
			ours, _ = got.Encode()
		}
		if err != nil {
			t.Errorf("%s %s: %v", form, text, err)
		}
		if strings.HasSuffix(form, "hex") && !sameUpToOrder(ours, bytesOf(t, text)) {
			t.Errorf("%s %s\nbecomes %x", form, text, ours)
		}
	}
	for _, form := range []string{"cut text", "cut hex", "cut", "pointer text", "pointer hex", "position text", "position hex", "checkpoint hex"} {
		if seen[form] < 2 {
			t.Errorf("%d examples of %s", seen[form], form)
		}
	}
}

func TestRangesOfPositions(t *testing.T) {
	var completed Position
	for _, line := range golden(t) {
		if line[0] == "position hex" {
			completed, _ = DecodePosition(bytesOf(t, line[1]))
		}
	}
	want := Position{
		{naming.Stream{Scope: "golden", Name: "s"}, naming.NewSegmentID(2, 1)}: {Completed, Range{0, 0.25}},
		{naming.Stream{Scope: "golden", Name: "t"}, 0}:                         {1 << 33, Range{}},
	}
	if !reflect.DeepEqual(completed, want) {
		t.Errorf("%+v, want %+v", completed, want)
	}
}

func TestUnboundedCut(t *testing.T) {
	var c Cut
	data, err := c.Encode()
	if err != nil || len(data) != 0 || c.Text() != "UNBOUNDED" || c.String() != "UNBOUNDED" || len(c.Segments()) != 0 {
		t.Errorf("%x, %v, %s", data, err, c.Text())
	}
	for name, decode := range map[string]func() (Cut, error){
		"text":  func() (Cut, error) { return ParseText("UNBOUNDED") },
		"bytes": func() (Cut, error) { return DecodeCut(nil) },
	} {
		if got, err := decode(); err != nil || !got.Unbounded() {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	if (Cut{Stream: naming.Stream{Scope: "a", Name: "b"}}).Unbounded() {
		t.Error("a cut of a stream is unbounded")
	}
	if _, err := (Checkpoint{Name: "c", Cuts: map[naming.Stream]Cut{{Scope: "a", Name: "b"}: {}}}).Encode(); !errors.Is(err, fault.InvalidArgument) {
		t.Errorf("a checkpoint with an unbounded cut: %v", err)
	}
}

// Version 0 of a cut has no way to say that a segment was read to the end.
func TestOldCut(t *testing.T) {
	want := Cut{naming.Stream{Scope: "golden", Name: "t"}, map[naming.SegmentID]int64{0x340: 0x50}}
	got, err := DecodeCut(bytesOf(t, "000001000000000f0008676f6c64656e2f740143404050"))
	if err != nil || !got.Equal(want) {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

func packed(text string) string {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	_, _ = zip.Write([]byte(text))
	_ = zip.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func TestBadTexts(t *testing.T) {
	bomb := packed("0:a/b:0:0:" + strings.Repeat("0", maxText))
	for _, text := range []string{
		"", "x", "unbounded", "AAAA", packed(""), packed("0:a/b:0:0"), packed("1:a/b:0:0:0"), packed("0:a/b:0:0:0:0"), packed("0:a:0:0:0"), packed("0:a/b c:0:0:0"),
		packed("0:a/b:0,1:0:0"), packed("0:a/b:0:0,0:0"), packed("0:a/b:0:0:0,0"), packed("0:a/b:x:0:0"), packed("0:a/b:0:-1:0"), packed("0:a/b:-1:0:0"),
		packed("0:a/b:0:0:-2"), packed("0:a/b:0,0:0,0:1,2"), packed("0:a/b:2147483648:0:0"), packed("0:a/b:0:0:9223372036854775808"),
		packed("0:a/b:0:0:0")[:20], bomb,
	} {
		if got, err := ParseText(text); !errors.Is(err, fault.InvalidArgument) || !reflect.DeepEqual(got, Cut{}) {
			t.Errorf("%.60q: %s, %v", text, got, err)
		} else if len(err.Error()) > 1000 {
			t.Errorf("%.60q makes a message of %d bytes", text, len(err.Error()))
		}
	}
	if got, err := ParseText(packed("0:a/b:0, 1:0, 2:5,-1")); err != nil || got.String() != "a/b:0=5, 8589934593=-1" {
		t.Errorf("with blanks: %s, %v", got, err)
	}
	for _, text := range []string{"", "a/b/0.#epoch.0", "a/b/0.#epoch.0:1", "a/b/0.#epoch.0:1-", "a/b/0.#epoch.0:-1-2", "a/b/0.#epoch.0:1-2-3", ":1-2", "a/b:1-2",
		"a/b/0.#epoch.0:1-2147483648", "a/b/0.#epoch.0:9223372036854775808-2"} {
		if got, err := ParsePointer(text); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"a/b/0.#epoch.0", "a/b/0.#epoch.0=", "a/b/0.#epoch.0=-2", "a/b/0.#epoch.0=x", "=1", ",", "a/b/0.#epoch.0=1,", "a/b/0.#epoch.0=1, a/b/0=2"} {
		if got, err := ParsePosition(text); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
	if got, err := ParsePosition(""); err != nil || len(got) != 0 {
		t.Errorf("the empty position: %s, %v", got, err)
	}
}

func TestNumbersWithoutForm(t *testing.T) {
	stream := naming.Stream{Scope: "a", Name: "b"}
	for name, encode := range map[string]func() ([]byte, error){
		"cut":      Cut{stream, map[naming.SegmentID]int64{0: math.MaxInt64}}.Encode,
		"position": Position{{stream, 0}: {Offset: math.MaxInt64}}.Encode,
		"pointer":  Pointer{Segment{stream, 0}, -1, 5}.Encode,
		"length":   Pointer{Segment{stream, 0}, 1, math.MaxInt32}.Encode,
	} {
		if data, err := encode(); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%s: %x, %v", name, data, err)
		}
	}
}

func TestBadRanges(t *testing.T) {
	stream := naming.Stream{Scope: "a", Name: "b"}
	for _, keys := range []Range{{0.5, 0.25}, {0, 1.5}, {math.NaN(), 1}, {0, math.NaN()}, {0, math.Inf(1)}} {
		data, err := Position{{stream, 0}: {1, keys}}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := DecodePosition(data); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%v: %+v, %v", keys, got, err)
		}
	}
	for _, keys := range []Range{{-1, 0.5}, {0.5, -1}, {-1, -1}, {}} {
		data, err := Position{{stream, 0}: {1, keys}}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := DecodePosition(data); err != nil || got[Segment{stream, 0}] != (Place{Offset: 1}) {
			t.Errorf("%v: %+v, %v", keys, got, err)
		}
	}
}

func TestSortByStream(t *testing.T) {
	a, b := naming.Stream{Scope: "a", Name: "b"}, naming.Stream{Scope: "b", Name: "a"}
	offsets := map[Segment]int64{{a, 0}: 1, {b, 0}: 2, {a, 7}: 3}
	cuts := Cuts(offsets)
	if len(cuts) != 2 || cuts[a].String() != "a/b:0=1, 7=3" || cuts[b].String() != "b/a:0=2" {
		t.Error(cuts)
	}
	all := cuts[a].Segments()
	for s, offset := range cuts[b].Segments() {
		all[s] = offset
	}
	if !reflect.DeepEqual(all, offsets) {
		t.Error(all)
	}
	if (Segment{a, 9}).Compare(Segment{b, 0}) >= 0 || (Segment{a, 9}).Compare(Segment{a, 10}) >= 0 || (Segment{a, 9}).Compare(Segment{a, 9}) != 0 {
		t.Error("the order of segments")
	}
}

func segments(t *rapid.T) Segment {
	part := rapid.StringMatching(`[A-Za-z0-9.\-]{1,5}`)
	n := rapid.OneOf(rapid.Int32Range(0, 3), rapid.Int32Range(0, math.MaxInt32>>2))
	return Segment{naming.Stream{Scope: part.Draw(t, "scope"), Name: part.Draw(t, "stream")}, naming.NewSegmentID(n.Draw(t, "number"), n.Draw(t, "epoch"))}
}

func TestRoundTrips(t *testing.T) {
	offset := rapid.OneOf(rapid.Int64Range(-1, 100), rapid.Int64Range(-1, 1<<60))
	rapid.Check(t, func(t *rapid.T) {
		position := make(Position)
		offsets := make(map[Segment]int64)
		for range rapid.IntRange(1, 4).Draw(t, "segments") {
			s := segments(t)
			position[s] = Place{offset.Draw(t, "offset"), Range{0.25, rapid.Float64Range(0.25, 1).Draw(t, "high")}}
			offsets[s] = position[s].Offset
		}
		data, err := position.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := DecodePosition(data); err != nil || !reflect.DeepEqual(got, position) {
			t.Fatalf("%s becomes %s, %v", position, got, err)
		}
		if got, err := ParsePosition(position.String()); err != nil || !reflect.DeepEqual(got.Offsets(), offsets) {
			t.Fatalf("%s becomes %s, %v", position, got, err)
		}
		checkpoint := Checkpoint{rapid.String().Draw(t, "name"), Cuts(offsets)}
		if data, err = checkpoint.Encode(); err != nil {
			t.Fatal(err)
		}
		if got, err := DecodeCheckpoint(data); err != nil || !reflect.DeepEqual(got, checkpoint) {
			t.Fatalf("%+v becomes %+v, %v", checkpoint, got, err)
		}
		for _, cut := range checkpoint.Cuts {
			if data, err = cut.Encode(); err != nil {
				t.Fatal(err)
			}
			if got, err := DecodeCut(data); err != nil || !got.Equal(cut) {
				t.Fatalf("%s becomes %s, %v", cut, got, err)
			}
			if got, err := ParseText(cut.Text()); err != nil || !got.Equal(cut) {
				t.Fatalf("%s becomes %s, %v", cut, got, err)
			}
		}
		pointer := Pointer{segments(t), max(0, offset.Draw(t, "at")), rapid.Int32Range(8, 1<<24).Draw(t, "length")}
		if data, err = pointer.Encode(); err != nil {
			t.Fatal(err)
		}
		if got, err := DecodePointer(data); err != nil || got != pointer {
			t.Fatalf("%s becomes %s, %v", pointer, got, err)
		}
		if got, err := ParsePointer(pointer.String()); err != nil || got != pointer {
			t.Fatalf("%s becomes %s, %v", pointer, got, err)
		}
	})
}

// FuzzForms decodes anything as everything: what is accepted is written and read
// again as the same.
func FuzzForms(f *testing.F) {
	for _, line := range golden(f) {
		data := []byte(line[1])
		if strings.HasSuffix(line[0], "hex") {
			data = bytesOf(f, line[1])
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if v, err := DecodeCut(data); accepted(t, err, fault.InvalidArgument) {
			again, err := DecodeCut(encoded(t, v.Encode))
			if err != nil || !again.Equal(v) {
				t.Fatalf("%s becomes %s, %v", v, again, err)
			}
		}
		if v, err := DecodePosition(data); accepted(t, err, fault.InvalidArgument) {
			again, err := DecodePosition(encoded(t, v.Encode))
			if err != nil || !reflect.DeepEqual(again, v) {
				t.Fatalf("%+v becomes %+v, %v", v, again, err)
			}
		}
		if v, err := DecodePointer(data); accepted(t, err, fault.InvalidArgument) {
			again, err := DecodePointer(encoded(t, v.Encode))
			if err != nil || again != v {
				t.Fatalf("%s becomes %s, %v", v, again, err)
			}
		}
		if v, err := DecodeCheckpoint(data); accepted(t, err, fault.InvalidArgument) {
			_, _ = v.Encode()
		}
		if v, err := ParseText(string(data)); accepted(t, err, fault.InvalidArgument) {
			again, err := ParseText(v.Text())
			if err != nil || !again.Equal(v) {
				t.Fatalf("%s becomes %s, %v", v, again, err)
			}
		}
		if v, err := ParsePointer(string(data)); accepted(t, err, fault.InvalidArgument) {
			again, err := ParsePointer(v.String())
			if err != nil || again != v {
				t.Fatalf("%s becomes %s, %v", v, again, err)
			}
		}
		if v, err := ParsePosition(string(data)); accepted(t, err, fault.InvalidArgument) {
			again, err := ParsePosition(v.String())
			if err != nil || !reflect.DeepEqual(again, v) {
				t.Fatalf("%s becomes %s, %v", v, again, err)
			}
		}
	})
}

func accepted(t *testing.T, err error, refused fault.Code) bool {
	if err != nil && !errors.Is(err, refused) {
		t.Fatal(err)
	}
	return err == nil
}

func encoded(t *testing.T, encode func() ([]byte, error)) []byte {
	data, err := encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}
