package versioned

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/pravega/pravega-client-go/internal/fault"
	"pgregory.net/rapid"
)

func written(t testing.TB, write func(w *Writer)) []byte {
	t.Helper()
	w := NewWriter("test")
	write(w)
	data, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Each compact form, at both ends of each size.
func TestCompactForms(t *testing.T) {
	for _, tc := range []struct {
		v    int
		want string
	}{
		{0, "00"}, {0x7f, "7f"}, {0x80, "8080"}, {0x3fff, "bfff"}, {0x4000, "c0004000"}, {MaxCompactInt, "fffffffe"},
	} {
		data := written(t, func(w *Writer) { w.CompactInt(tc.v) })
		if got := hex.EncodeToString(data); got != tc.want {
			t.Errorf("int %d is %s, want %s", tc.v, got, tc.want)
		}
		if r := NewReader("test", data); r.CompactInt() != tc.v || r.Err() != nil || r.Len() != 0 {
			t.Errorf("int %d does not come back: %v", tc.v, r.Err())
		}
	}
	for _, tc := range []struct {
		v    int64
		want string
	}{
		{0, "00"}, {0x3f, "3f"}, {0x40, "4040"}, {0x3fff, "7fff"}, {0x4000, "80004000"}, {0x3fff_ffff, "bfffffff"},
		{0x4000_0000, "c000000040000000"}, {MaxCompactLong, "fffffffffffffffe"},
	} {
		data := written(t, func(w *Writer) { w.CompactLong(tc.v) })
		if got := hex.EncodeToString(data); got != tc.want {
			t.Errorf("long %d is %s, want %s", tc.v, got, tc.want)
		}
		if r := NewReader("test", data); r.CompactLong() != tc.v || r.Err() != nil || r.Len() != 0 {
			t.Errorf("long %d does not come back: %v", tc.v, r.Err())
		}
	}
	for _, tc := range []struct {
		v    int64
		want string
	}{
		{0, "00"}, {0x1f, "1f"}, {0x20, "2020"}, {0x1fff, "3fff"}, {0x2000, "40002000"}, {0x1fff_ffff, "5fffffff"},
		{0x2000_0000, "6000000020000000"}, {MaxCompactSignedLong, "7ffffffffffffffe"},
		{-1, "80"}, {-0x20, "9f"}, {-0x21, "a020"}, {-0x2000, "bfff"}, {-0x2001, "c0002000"}, {-0x2000_0000, "dfffffff"},
		{-0x2000_0001, "e000000020000000"}, {MinCompactSignedLong, "fffffffffffffffe"},
	} {
		data := written(t, func(w *Writer) { w.CompactSignedLong(tc.v) })
		if got := hex.EncodeToString(data); got != tc.want {
			t.Errorf("signed long %d is %s, want %s", tc.v, got, tc.want)
		}
		if r := NewReader("test", data); r.CompactSignedLong() != tc.v || r.Err() != nil || r.Len() != 0 {
			t.Errorf("signed long %d does not come back: %v", tc.v, r.Err())
		}
	}
}

func TestValuesWithoutForm(t *testing.T) {
	for name, write := range map[string]func(w *Writer){
		"negative int":          func(w *Writer) { w.CompactInt(-1) },
		"large int":             func(w *Writer) { w.CompactInt(MaxCompactInt + 1) },
		"negative long":         func(w *Writer) { w.CompactLong(-1) },
		"large long":            func(w *Writer) { w.CompactLong(MaxCompactLong + 1) },
		"large signed long":     func(w *Writer) { w.CompactSignedLong(MaxCompactSignedLong + 1) },
		"small signed long":     func(w *Writer) { w.CompactSignedLong(MinCompactSignedLong - 1) },
		"smallest signed long":  func(w *Writer) { w.CompactSignedLong(math.MinInt64) },
		"long string":           func(w *Writer) { w.UTF(strings.Repeat("x", 65536)) },
		"string longer as Java": func(w *Writer) { w.UTF(strings.Repeat("\x00", 32768)) },
		"string that is none":   func(w *Writer) { w.UTF("a\xffb") },
		"half a surrogate":      func(w *Writer) { w.UTF("a\xed\xa0") },
		"the caller's word":     func(w *Writer) { w.Fail("no") },
	} {
		w := NewWriter("thing")
		write(w)
		w.Byte(1)
		if data, err := w.Finish(); !errors.Is(err, fault.InvalidArgument) || data != nil || !strings.Contains(err.Error(), "encode thing") {
			t.Errorf("%s: %x, %v", name, data, err)
		}
	}
}

// The forms have room for numbers that nobody writes.
func TestNumbersOutsideOfTheForms(t *testing.T) {
	for _, tc := range []struct {
		in   string
		read func(r *Reader) int64
	}{
		{"ffffffff", func(r *Reader) int64 { return int64(r.CompactInt()) }},
		{"ffffffffffffffff", (*Reader).CompactLong},
		{"7fffffffffffffff", (*Reader).CompactSignedLong},
		{"ffffffffffffffff", (*Reader).CompactSignedLong},
	} {
		data, _ := hex.DecodeString(tc.in)
		if r := NewReader("test", data); tc.read(r) != 0 || !errors.Is(r.Err(), fault.Protocol) {
			t.Errorf("%s: %v", tc.in, r.Err())
		}
	}
}

func TestStrings(t *testing.T) {
	for _, tc := range []struct{ s, want string }{
		{"", "0000"},
		{"r1", "00027231"},
		{"\x00", "0002c080"},
		{"é", "0002c3a9"},
		{"\u07ff\u0800", "0005dfbfe0a080"},
		{"日本", "0006e697a5e69cac"},
		{"😀", "0006eda0bdedb880"},
		{"a😀b", "000861eda0bdedb88062"},
		{"\U0010ffff", "0006edafbfedbfbf"},
		// Java strings may hold half a pair.
		{"\xed\xa0\xbd", "0003eda0bd"},
		{"\xed\xb8\x80x", "0004edb88078"},
		{"\xed\xa0\xbd\xed\xa0\xbd", "0006eda0bdeda0bd"},
		{strings.Repeat("x", 65535), "ffff" + strings.Repeat("78", 65535)},
	} {
		data := written(t, func(w *Writer) { w.UTF(tc.s) })
		if got := hex.EncodeToString(data); got != tc.want {
			t.Errorf("%+q is %s, want %s", tc.s, got, tc.want)
		}
		r := NewReader("test", data)
		if got := r.UTF(); got != tc.s || r.Err() != nil || r.Len() != 0 {
			t.Errorf("%+q comes back as %+q, %v", tc.s, got, r.Err())
		}
	}
	// Java reads a NUL byte and forms longer than needed.
	for in, want := range map[string]string{"000100": "\x00", "0002c181": "A", "0003e08081": "\x01"} {
		data, _ := hex.DecodeString(in)
		if r := NewReader("test", data); r.UTF() != want || r.Err() != nil {
			t.Errorf("%s: %v", in, r.Err())
		}
	}
	for _, in := range []string{"", "00", "0001", "000180", "0001c3", "0002c341", "0002e0a0", "0003e0a041", "0004f09f9880", "0001ff"} {
		data, _ := hex.DecodeString(in)
		if r := NewReader("test", data); r.UTF() != "" || !errors.Is(r.Err(), fault.Protocol) {
			t.Errorf("%s is accepted: %v", in, r.Err())
		}
	}
}

// As Java says.
func TestHashCodes(t *testing.T) {
	for s, want := range map[string]int32{"": 0, "\x00": 0, "é": 233, "😀": 1772899, "\xed\xa0\xbd": 55357, "checkpoint-29": -1478882132, "AaBB": HashCode("BBAa")} {
		if got := HashCode(s); got != want {
			t.Errorf("%+q has hash code %d, want %d", s, got, want)
		}
	}
}

func TestFixedForms(t *testing.T) {
	id := [16]byte{1, 2, 3, 15: 16}
	data := written(t, func(w *Writer) {
		w.Byte(200)
		w.Bool(true)
		w.Bool(false)
		w.Int32(-2)
		w.Int64(math.MinInt64)
		w.Float64(-0.25)
		w.UUID(id)
	})
	if got, want := hex.EncodeToString(data), "c80100fffffffe8000000000000000bfd000000000000001020300000000000000000000000010"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r := NewReader("test", data)
	if r.Byte() != 200 || !r.Bool() || r.Bool() || r.Int32() != -2 || r.Int64() != math.MinInt64 || r.Float64() != -0.25 || r.UUID() != id || r.Len() != 0 || r.Err() != nil {
		t.Error("the values do not come back")
	}
}

func TestObjects(t *testing.T) {
	data := written(t, func(w *Writer) {
		w.Multi(2, 0, func() { w.UTF("r1") })
		w.Single(1, func() { w.Blob(func() { w.Single(0, func() {}) }) }, func() { w.Byte(9) })
	})
	if got, want := hex.EncodeToString(data), "00020001"+"00"+"00000004"+"00027231"+"000102"+"00"+"00000009"+"08"+"000001"+"00"+"00000000"+"01"+"00000001"+"09"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r := NewReader("test", data)
	var name string
	if r.Kind() != 2 {
		t.Error("kind")
	}
	r.Contents([]func(){func() { name = r.UTF() }})
	inner, last := false, byte(0)
	r.Single(nil, []func(){
		func() { r.Blob(func() { r.Single([]func(){func() { inner = true }}) }) },
		func() { last = r.Byte() },
	})
	if name != "r1" || !inner || last != 9 || r.Len() != 0 || r.Err() != nil {
		t.Errorf("%q %v %d, %d left, %v", name, inner, last, r.Len(), r.Err())
	}
}

// A blob's length takes one, two or four bytes.
func TestBlobs(t *testing.T) {
	for _, size := range []int{0, 1, 127, 128, 16383, 16384} {
		content := bytes.Repeat([]byte{7}, size)
		data := written(t, func(w *Writer) {
			w.Byte(1)
			w.Blob(func() {
				for _, b := range content {
					w.Byte(b)
				}
			})
			w.Byte(2)
		})
		r := NewReader("test", data)
		first, got := r.Byte(), []byte{}
		r.Blob(func() {
			for r.Len() > 0 {
				got = append(got, r.Byte())
			}
		})
		if first != 1 || !bytes.Equal(got, content) || r.Byte() != 2 || r.Err() != nil {
			t.Errorf("a blob of %d bytes: %v", size, r.Err())
		}
	}
}

// What a newer writer adds is skipped: fields at the end of revisions, and
// revisions. What an older one lacks is left out.
func TestNewerAndOlderObjects(t *testing.T) {
	newer := written(t, func(w *Writer) {
		w.Single(0, func() { w.Byte(1); w.Int64(99) }, func() { w.Byte(2) }, func() { w.Int32(3) })
		w.Byte(77)
	})
	var got []byte
	r := NewReader("test", newer)
	byteOf := func() { got = append(got, r.Byte()) }
	r.Single([]func(){byteOf, byteOf})
	if !bytes.Equal(got, []byte{1, 2}) || r.Byte() != 77 || r.Err() != nil {
		t.Errorf("%v, %v", got, r.Err())
	}
	got = nil
	r = NewReader("test", newer)
	r.Single([]func(){byteOf, byteOf, byteOf, byteOf})
	if !bytes.Equal(got, []byte{1, 2, 0}) || r.Byte() != 77 || r.Err() != nil {
		t.Errorf("%v, %v", got, r.Err())
	}
}

func TestMalformedObjects(t *testing.T) {
	for in, where := range map[string]string{
		"":                       "byte 0",
		"01":                     "byte 1",
		"00":                     "byte 1",
		"0000":                   "byte 2",
		"000000":                 "byte 3", // no revision
		"000001":                 "byte 3",
		"00000100":               "byte 4",
		"0000010000000001":       "byte 8", // a revision that is not there
		"00000100ffffffff":       "byte 8", // of negative length
		"000001007fffffff00":     "byte 8",
		"000080":                 "byte 3",  // a negative number of revisions
		"000101000000000100":     "byte 3",  // an unknown version
		"000001010000000100":     "byte 8",  // revision 1 first
		"0000010000000000":       "byte 8",  // too short for its field
		"000001000000000200c0ff": "byte 10", // read too far: a compact int cut by the end of its revision
	} {
		data, err := hex.DecodeString(in)
		if err != nil {
			t.Fatal(err)
		}
		r := NewReader("thing", data)
		r.Single([]func(){func() { r.Byte(); r.CompactInt() }})
		if !errors.Is(r.Err(), fault.Protocol) || !strings.Contains(r.Err().Error(), "at "+where+":") || !strings.Contains(r.Err().Error(), "decode thing") {
			t.Errorf("%s: %v, want one at %s", in, r.Err(), where)
		}
		// After a failure there is nothing left to read.
		if r.Len() != 0 || r.Byte() != 0 || r.Int64() != 0 || r.CompactLong() != 0 || r.CompactSignedLong() != 0 || r.UTF() != "" || r.Count() != 0 {
			t.Errorf("%s: more is read after the failure", in)
		}
	}
}

func TestCollections(t *testing.T) {
	m := map[string]int64{"b": 2, "a": 1, "c": 3}
	data := written(t, func(w *Writer) {
		WriteMap(w, m, strings.Compare, w.UTF, w.CompactLong)
		WriteList(w, []string{"z", "y"}, w.UTF)
		WriteMap(w, nil, strings.Compare, w.UTF, w.CompactLong)
		WriteList(w, nil, w.UTF)
	})
	if got, want := hex.EncodeToString(data), "03"+"00016101"+"00016202"+"00016303"+"02"+"00017a"+"000179"+"00"+"00"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r := NewReader("test", data)
	if got := ReadMap(r, r.UTF, r.CompactLong); !reflect.DeepEqual(got, m) {
		t.Error(got)
	}
	if got := ReadList(r, r.UTF); !reflect.DeepEqual(got, []string{"z", "y"}) {
		t.Error(got)
	}
	if ReadMap(r, r.UTF, r.CompactLong) != nil || ReadList(r, r.UTF) != nil || r.Err() != nil || r.Len() != 0 {
		t.Error("empty collections")
	}
}

// A count that the input cannot hold is refused before anything is allocated for
// it.
func TestAbsurdCounts(t *testing.T) {
	r := NewReader("test", []byte{0xff, 0xff, 0xff, 0xff, 1, 2, 3})
	calls := 0
	if ReadList(r, func() byte { calls++; return r.Byte() }) != nil || calls > 0 || !errors.Is(r.Err(), fault.Protocol) {
		t.Errorf("%d elements, %v", calls, r.Err())
	}
	// One that it can hold, with elements that fail.
	r = NewReader("test", append([]byte{0x83, 0xe8}, make([]byte, 1000)...))
	if got := testing.AllocsPerRun(1, func() { ReadMap(r, r.Int64, r.Int64) }); got > 50 {
		t.Errorf("%v allocations", got)
	}
	if !errors.Is(r.Err(), fault.Protocol) {
		t.Error(r.Err())
	}
}

func TestPrimitivesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, MaxCompactInt).Draw(t, "int")
		l := rapid.Int64Range(0, MaxCompactLong).Draw(t, "long")
		s := rapid.Int64Range(MinCompactSignedLong, MaxCompactSignedLong).Draw(t, "signed")
		text := rapid.String().Draw(t, "text")
		w := NewWriter("test")
		w.CompactInt(i)
		w.CompactLong(l)
		w.CompactSignedLong(s)
		w.UTF(text)
		data, err := w.Finish()
		if err != nil {
			t.Fatal(err)
		}
		r := NewReader("test", data)
		if r.CompactInt() != i || r.CompactLong() != l || r.CompactSignedLong() != s || r.UTF() != text || r.Err() != nil || r.Len() != 0 {
			t.Fatalf("%x: %v", data, r.Err())
		}
	})
}

// FuzzReader reads anything in an order that the input says.
func FuzzReader(f *testing.F) {
	f.Add([]byte{8, 6, 9, 0, 0}, []byte{0, 0, 1, 0, 0, 0, 0, 4, 0, 2, 'r', '1'})
	f.Add([]byte{4, 10, 7}, []byte{3, 0xff, 0xff, 0xff, 0xff, 0, 1, 'x'})
	f.Fuzz(func(t *testing.T, program, data []byte) {
		r := NewReader("test", data)
		step := 0
		depth := 0
		var run func()
		run = func() {
			if depth++; depth > 5 {
				return
			}
			defer func() { depth-- }()
			for range 10 {
				if step >= len(program) {
					return
				}
				step++
				before := r.Len()
				switch program[step-1] % 12 {
				case 0:
					r.Byte()
				case 1:
					r.Int32()
				case 2:
					r.UUID()
				case 3:
					r.CompactLong()
				case 4:
					r.CompactSignedLong()
				case 5:
					r.CompactInt()
				case 6:
					s := r.UTF()
					if r.Err() == nil {
						w := NewWriter("test")
						if w.UTF(s); w.err == nil {
							if again := NewReader("test", w.buf).UTF(); again != s {
								t.Fatalf("%+q becomes %+q", s, again)
							}
						} else if len(s) < 20000 {
							t.Fatalf("%+q cannot be written: %v", s, w.err)
						}
					}
				case 7:
					ReadMap(r, r.Byte, r.UTF)
				case 8:
					r.Single([]func(){run, run})
				case 9:
					r.Blob(run)
				case 10:
					ReadList(r, r.Bool)
				case 11:
					r.Kind()
					r.Contents([]func(){run}, []func(){run})
				}
				if r.Len() < 0 || r.Len() > before {
					t.Fatalf("%d bytes left after %d", r.Len(), before)
				}
			}
		}
		run()
		if r.Err() != nil && (!errors.Is(r.Err(), fault.Protocol) || r.Len() != 0) {
			t.Fatal(r.Err(), r.Len())
		}
	})
}
