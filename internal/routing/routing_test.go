package routing

import (
	"bufio"
	"encoding/hex"
	"errors"
	"math"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/pravega/pravega-client-go/internal/fault"
	"pgregory.net/rapid"
)

// Keys are hashed as the official Java client hashes them, those beyond ASCII too: the
// Rust client sends these to other segments (its defect 3).
func TestRust3PositionsAreThoseOfJava(t *testing.T) {
	file, err := os.Open("testdata/positions.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	checked := 0
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		column := strings.Split(lines.Text(), "\t")
		key, err := hex.DecodeString(column[0])
		if err != nil {
			t.Fatal(err)
		}
		want, err := strconv.ParseFloat(column[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Position(string(key)); err != nil || got != want {
			t.Errorf("Position(%q) = %v, %v, want %v", key, got, err, want)
		}
		if got, err := PositionBytes(key); err != nil || got != want {
			t.Errorf("PositionBytes(%q) = %v, %v, want %v", key, got, err, want)
		}
		checked++
	}
	if checked != 70 {
		t.Errorf("%d vectors checked, want 70", checked)
	}
}

// plain is the hash without the shortcuts: first all units, then all blocks.
func plain(key string) float64 {
	units := utf16.Encode([]rune(key))
	h := hash{h1: seed, h2: seed}
	for _, u := range units {
		h.unit(u)
	}
	return fraction(h.sum())
}

func TestShortcutsChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Mostly ASCII, so that the runs of eight start at every offset.
		parts := rapid.SliceOfN(rapid.OneOf(rapid.StringMatching(`[ -~]{0,20}`), rapid.StringN(0, 3, -1)), 0, 6).Draw(t, "parts")
		key := strings.Join(parts, "")
		got, err := Position(key)
		if err != nil || got != plain(key) {
			t.Fatalf("Position(%q) = %v, %v, want %v", key, got, err, plain(key))
		}
		if got < 0 || got >= 1 {
			t.Fatalf("Position(%q) = %v", key, got)
		}
	})
}

func TestInvalidUTF8IsRefused(t *testing.T) {
	for _, key := range []string{"\xff", "abcdefgh\x80", "é\xc3", "\xed\xa0\x80", "12345678\xf5\x80\x80\x80"} {
		if x, err := Position(key); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("Position(%q) = %v, %v, want InvalidArgument", key, x, err)
		}
		if x, err := PositionBytes([]byte(key)); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("PositionBytes(%q) = %v, %v, want InvalidArgument", key, x, err)
		}
	}
	if _, err := PositionBytes(nil); err != nil {
		t.Errorf("the empty key: %v", err)
	}
}

func TestPositionAllocatesNothing(t *testing.T) {
	key, long := "N14228", []byte(strings.Repeat("日本 abcdefgh 😀", 20))
	if n := testing.AllocsPerRun(100, func() { Position(key); PositionBytes(long) }); n != 0 {
		t.Errorf("%v allocations a call", n)
	}
}

func FuzzPosition(f *testing.F) {
	f.Add([]byte("key"))
	f.Add([]byte("12345678日本😀\xff"))
	f.Fuzz(func(t *testing.T, key []byte) {
		x, err := PositionBytes(key)
		if err == nil && (x != plain(string(key)) || !(x >= 0 && x < 1)) {
			t.Fatalf("PositionBytes(%q) = %v, want %v", key, x, plain(string(key)))
		}
	})
}

func TestFind(t *testing.T) {
	ranges, err := NewRanges([]float64{0.25, 0.5, 0.75, 1})
	if err != nil {
		t.Fatal(err)
	}
	for x, want := range map[float64]int{
		0: 0, 0.25: 0, math.Nextafter(0.25, 1): 1, 0.5: 1, 0.6: 2, 0.75: 2, 0.76: 3, math.Nextafter(1, 0): 3, 1: 3,
	} {
		if got := ranges.Find(x); got != want {
			t.Errorf("Find(%v) = %d, want %d", x, got, want)
		}
	}
}

func TestFindIsTheFirstBoundNotBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		highs := rapid.SliceOfNDistinct(rapid.Float64Range(0.001, 0.999), 0, 20, rapid.ID).Draw(t, "bounds")
		highs = append(highs, 1)
		sort.Float64s(highs)
		ranges, err := NewRanges(highs)
		if err != nil || ranges.Len() != len(highs) {
			t.Fatal(ranges.Len(), err)
		}
		x := rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom(highs)).Draw(t, "x")
		want := 0
		for highs[want] < x {
			want++
		}
		if got := ranges.Find(x); got != want {
			t.Fatalf("Find(%v) in %v = %d, want %d", x, highs, got, want)
		}
	})
}

func TestBadRanges(t *testing.T) {
	for _, highs := range [][]float64{
		nil, {0.5}, {0.5, 0.5, 1}, {0.5, 0.4, 1}, {0, 1}, {-1, 1}, {math.NaN(), 1}, {0.5, math.NaN()}, {math.Inf(1)},
	} {
		if _, err := NewRanges(highs); !errors.Is(err, fault.Protocol) {
			t.Errorf("NewRanges(%v) = %v, want Protocol", highs, err)
		}
	}
}

func BenchmarkPosition(b *testing.B) {
	for name, key := range map[string]string{"ascii6": "N14228", "ascii36": "123e4567-e89b-12d3-a456-426614174000", "cjk6": "日本東京大阪"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Position(key)
			}
		})
	}
}
