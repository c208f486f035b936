package readergroup

import (
	"fmt"
	"slices"
	"testing"
)

func (m *hashMap) keys() (keys []string) {
	for key := range m.all() {
		keys = append(keys, key)
	}
	return keys
}

// What Java's HashMap says. The official client's classes are asked about random names
// in tests/interop/golden.
func TestHazard22HashMapIteratesInJavasOrder(t *testing.T) {
	m := newHashMap()
	for n := range 30 {
		m.put(fmt.Sprint("checkpoint-", n), nil)
	}
	for n := range 30 {
		if n%3 != 0 {
			m.remove(fmt.Sprint("checkpoint-", n))
		}
	}
	for _, key := range []string{"é", "😀", "", "checkpoint-3", "checkpoint-1"} {
		m.put(key, []string{key})
	}
	m.remove("never there")
	want := []string{"", "checkpoint-15", "checkpoint-18", "checkpoint-12", "checkpoint-0", "checkpoint-1", "checkpoint-3", "é",
		"checkpoint-27", "checkpoint-6", "😀", "checkpoint-9", "checkpoint-24", "checkpoint-21"}
	copied := m.clone()
	if got := copied.keys(); !slices.Equal(got, want) || copied.size != len(want) {
		t.Errorf("%d: %q\nwant %q", copied.size, got, want)
	}
	for _, key := range want {
		copied.remove(key)
	}
	if got := m.get("checkpoint-3"); !slices.Equal(got, []string{"checkpoint-3"}) || copied.get("checkpoint-3") != nil || copied.size != 0 {
		t.Error(got, copied)
	}
}

// A bucket that gets too long makes a small table grow.
func TestHashMapGrowsWithALongBucket(t *testing.T) {
	m := newHashMap()
	same := []string{"AaAaAa", "AaAaBB", "AaBBAa", "AaBBBB", "BBAaAa", "BBAaBB", "BBBBAa", "BBBBBB"} // of one hash code
	for _, key := range append([]string{"z"}, same...) {
		m.put(key, nil)
	}
	if len(m.buckets) != 16 {
		t.Fatalf("%d buckets", len(m.buckets))
	}
	m.put("n14", nil) // shares their bucket of 16
	if got := m.keys(); len(m.buckets) != 32 || !slices.Equal(got, append(same, "n14", "z")) {
		t.Errorf("%d buckets, %q", len(m.buckets), got)
	}
}
