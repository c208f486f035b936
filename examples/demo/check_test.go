package main

import (
	"fmt"
	"strings"
	"testing"
)

// Six flights of two planes and one of neither, in two segments.
var testFlights = []flight{
	{[]byte("a1"), "A"}, {[]byte("b1"), "B"}, {[]byte("a2"), "A"}, {[]byte("none"), noPlane}, {[]byte("b2"), "B"}, {[]byte("a3"), "A"},
}

func TestCheck(t *testing.T) {
	good := func() (one, two []piece) {
		return []piece{
				{"one", "s/0", 0, 10, 100, []int{1}},
				{"one", "s/1", 0, 10, 101, []int{4, 2}},
				{"one", "s/0", 10, 20, 102, []int{3}},
			}, []piece{
				{"two", "s/1", 10, 20, 103, []int{5}},
				{"two", "s/0", 20, 30, 104, []int{6}},
			}
	}
	for _, test := range []struct {
		name  string
		spoil func(one, two []piece) ([]piece, []piece)
		want  string // part of the error; empty for none
	}{
		{"good", func(one, two []piece) ([]piece, []piece) { return one, two }, ""},
		{"lost", func(one, two []piece) ([]piece, []piece) {
			one[1].numbers = []int{2}
			return one, two
		}, "1 flights were never read, 0 were"},
		{"twice", func(one, two []piece) ([]piece, []piece) {
			two[0].numbers = []int{4, 5}
			return one, two
		}, "0 flights were never read, 1 were"},
		{"slice lost", func(one, two []piece) ([]piece, []piece) { return one[:2], two }, "s/0 was read up to 10 and then, by two, from 20"},
		{"slice given to both", func(one, two []piece) ([]piece, []piece) {
			again := one[2]
			again.reader = "two"
			return one, append(two, again)
		}, "s/0 was read up to 20 and then"},
		{"disordered in the segment", func(one, two []piece) ([]piece, []piece) {
			one[0].numbers, one[2].numbers = one[2].numbers, one[0].numbers
			return one, two
		}, "flight 1 of A was read after flight 3"},
		{"handed on too early", func(one, two []piece) ([]piece, []piece) {
			two[1].received = 101
			return one, two
		}, "two was given offset 20 before one"},
		{"a plane in two segments", func(one, two []piece) ([]piece, []piece) {
			two[0].numbers, two[1].numbers = []int{5, 6}, nil
			return one, two
		}, "flights of A are in"},
		{"nothing", func(_, _ []piece) ([]piece, []piece) { return nil, nil }, "6 flights were never read"},
	} {
		one, two := good()
		one, two = test.spoil(one, two)
		err := check(testFlights, one, two)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestParseResult(t *testing.T) {
	pieces, err := parseResult("one", strings.NewReader("slice s/0 0 30 7 2\n1,a1\n3,a2\nslice s/1 5 6 8 0\n"), testFlights)
	want := "[{one s/0 0 30 7 [1 3]} {one s/1 5 6 8 []}]"
	if err != nil || fmt.Sprint(pieces) != want {
		t.Errorf("%v, %v; want %s", pieces, err, want)
	}
	for _, bad := range []string{
		"1,a1\n",                     // no slice
		"slice s/0 0 30 7 2\n1,a1\n", // cut off
		"slice s/0 0 30 7 1\n1,a2\n", // another flight's line
		"slice s/0 0 30 7 1\n0,a1\n",
		"slice s/0 0 30 7 1\n7,a1\n",
		"slice s/0 0 30 7 1\na1\n",
	} {
		if _, err := parseResult("one", strings.NewReader(bad), testFlights); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}
