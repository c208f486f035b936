package segment

import "testing"

// What is kept for the blocks to come is bounded, and serves blocks of another kind.
func TestSparesAreBoundedAndServeAll(t *testing.T) {
	fill := func(place, bytes int) {
		var all []chunk
		for total := 0; total < bytes; {
			c := newChunk(place, 0)
			total += cap(c.bytes)
			all = append(all, c)
		}
		for i := range all {
			all[i].free()
		}
	}
	kept := func() (bytes int) {
		spare.Lock()
		defer spare.Unlock()
		for size, arrays := range spare.arrays {
			bytes += len(arrays) * smallest << size
		}
		if bytes != spare.bytes {
			t.Fatalf("%d bytes are kept, %d are counted", bytes, spare.bytes)
		}
		return bytes
	}
	large := 2 * sizes
	fill(large, 2*spares)
	if kept() > spares {
		t.Errorf("%d bytes are kept", kept())
	}
	before := kept()
	c := newChunk(0, 0)
	if kept() >= before {
		t.Error("a small chunk is made although larger ones are to spare")
	}
	c.free()
	for range 3 { // the small ones take the place of the large ones
		fill(0, 2*spares)
	}
	spare.Lock()
	small := len(spare.arrays[0])
	spare.Unlock()
	if kept() > spares || small == 0 {
		t.Errorf("%d bytes are kept, of small chunks %d", kept(), small)
	}
}
