package readergroup

import (
	"iter"
	"slices"

	"github.com/pravega/pravega-client-go/internal/versioned"
)

// hashMap maps names to lists of names and iterates in the order of Java's HashMap,
// since that order shows in the state: see [checkpoints.leave]. It is the order of the
// buckets, and within one the order of insertion; the table grows and never shrinks.
//
// One case is left out: a bucket of nine or more names in a table of 64 or more
// becomes a tree in Java, whose order is another. That takes names that were made to
// collide.
type hashMap struct {
	buckets [][]entry // a power of two
	size    int
}

type entry struct {
	key   string
	value []string
}

// The numbers of Java's HashMap.
const (
	leastBuckets = 16
	treeBuckets  = 64 // in smaller tables, a bucket that is too long makes the table grow
	longBucket   = 8
)

func newHashMap() hashMap { return hashMap{buckets: make([][]entry, leastBuckets)} }

func (m *hashMap) bucket(key string) *[]entry {
	h := uint32(versioned.HashCode(key))
	h ^= h >> 16
	return &m.buckets[h&uint32(len(m.buckets)-1)]
}

func (m *hashMap) find(key string) *entry {
	if m.size == 0 {
		return nil
	}
	bucket := *m.bucket(key)
	if at := slices.IndexFunc(bucket, func(e entry) bool { return e.key == key }); at >= 0 {
		return &bucket[at]
	}
	return nil
}

// get returns nil for an unknown key.
func (m *hashMap) get(key string) []string {
	if e := m.find(key); e != nil {
		return e.value
	}
	return nil
}

func (m *hashMap) put(key string, value []string) {
	if e := m.find(key); e != nil {
		e.value = value
		return
	}
	bucket := m.bucket(key)
	*bucket = append(*bucket, entry{key, value})
	if len(*bucket) > longBucket && len(m.buckets) < treeBuckets {
		m.grow()
	}
	if m.size++; m.size > len(m.buckets)*3/4 {
		m.grow()
	}
}

func (m *hashMap) grow() {
	old := m.buckets
	m.buckets = make([][]entry, 2*len(old))
	for _, bucket := range old {
		for _, e := range bucket {
			to := m.bucket(e.key)
			*to = append(*to, e)
		}
	}
}

func (m *hashMap) remove(key string) {
	if m.find(key) == nil {
		return
	}
	bucket := m.bucket(key)
	*bucket = slices.DeleteFunc(*bucket, func(e entry) bool { return e.key == key })
	m.size--
}

// all iterates over the entries. The map must not be changed meanwhile.
func (m *hashMap) all() iter.Seq2[string, []string] {
	return func(yield func(string, []string) bool) {
		for _, bucket := range m.buckets {
			for _, e := range bucket {
				if !yield(e.key, e.value) {
					return
				}
			}
		}
	}
}

func (m *hashMap) clone() hashMap {
	copied := hashMap{make([][]entry, len(m.buckets)), m.size}
	for i, bucket := range m.buckets {
		for _, e := range bucket {
			copied.buckets[i] = append(copied.buckets[i], entry{e.key, slices.Clone(e.value)})
		}
	}
	return copied
}
