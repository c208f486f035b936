package versioned

import "slices"

// WriteMap writes the number of entries and the entries, in the order of their
// keys, so that equal maps have equal bytes. A nil map is an empty one.
func WriteMap[K comparable, V any](w *Writer, m map[K]V, compare func(K, K) int, key func(K), value func(V)) {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	w.CompactInt(len(keys))
	for _, k := range keys {
		key(k)
		value(m[k])
	}
}

// ReadMap reads a map; of entries with equal keys the last one counts. A map
// without entries is nil.
func ReadMap[K comparable, V any](r *Reader, key func() K, value func() V) map[K]V {
	var m map[K]V
	for n := r.Count(); n > 0 && r.err == nil; n-- {
		k, v := key(), value()
		if m == nil {
			m = make(map[K]V)
		}
		m[k] = v
	}
	return m
}

// WriteList writes the number of elements and the elements.
func WriteList[T any](w *Writer, list []T, element func(T)) {
	w.CompactInt(len(list))
	for _, v := range list {
		element(v)
	}
}

// ReadList reads a list. A list without elements is nil.
func ReadList[T any](r *Reader, element func() T) []T {
	var list []T
	for n := r.Count(); n > 0 && r.err == nil; n-- {
		list = append(list, element())
	}
	return list
}
