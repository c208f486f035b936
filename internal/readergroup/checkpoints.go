package readergroup

import (
	"maps"
	"slices"
	"strings"
)

// silentMark is in the names of checkpoints that readers answer without telling
// the application: Java's way to get stream cuts.
const silentMark = "_SILENT_"

// Silent reports whether a checkpoint is none of the application's business: it
// is answered at once, and does not count as a checkpoint to go back to.
func Silent(checkpoint string) bool { return strings.Contains(checkpoint, silentMark) }

// Checkpoints is what a group knows of checkpoints, as records say it.
type Checkpoints struct {
	// Order holds the names in order of creation. Those that were given up stay in
	// it until a later one is cleared.
	Order []string
	// Waiting holds the readers that have not passed a checkpoint yet. The order of
	// the checkpoints matters: see hashMap.
	Waiting []Waiting
	// Offsets holds what is known of each checkpoint: the segments that were free
	// when it was created, and those of the readers that passed it.
	Offsets map[string]map[Segment]int64
	// Last is the last completed checkpoint that was not silent; empty if there was
	// none.
	Last map[Segment]int64
	// Published: the controller knows Last.
	Published bool
}

// Waiting is a checkpoint that waits for readers.
type Waiting struct {
	Checkpoint string
	Readers    []string
}

// checkpoints is what a state knows of checkpoints. See [Checkpoints].
type checkpoints struct {
	order     []string
	waiting   hashMap
	offsets   map[string]map[Segment]int64
	last      map[Segment]int64
	published bool

	// future holds what waited for predecessors when each checkpoint was created, and
	// lastFuture that of last. It is in no record.
	future     map[string]map[Segment]Successor
	lastFuture map[Segment]Successor
}

func newCheckpoints() checkpoints {
	return checkpoints{
		waiting:   newHashMap(),
		offsets:   make(map[string]map[Segment]int64),
		published: true,
		future:    make(map[string]map[Segment]Successor),
	}
}

// checkpoints are those that a record says.
func (r *Checkpoints) checkpoints() checkpoints {
	c := newCheckpoints()
	c.order = slices.Clone(r.Order)
	for _, w := range r.Waiting {
		c.waiting.put(w.Checkpoint, slices.Clone(w.Readers))
	}
	for name, offsets := range r.Offsets {
		c.offsets[name] = clone(offsets)
	}
	c.last, c.published = maps.Clone(r.Last), r.Published
	return c
}

// record says what is known.
func (c *checkpoints) record() Checkpoints {
	r := Checkpoints{
		Order:     slices.Clone(c.order),
		Offsets:   make(map[string]map[Segment]int64, len(c.offsets)),
		Last:      maps.Clone(c.last),
		Published: c.published,
	}
	for name, readers := range c.waiting.all() {
		r.Waiting = append(r.Waiting, Waiting{name, slices.Clone(readers)})
	}
	for name, offsets := range c.offsets {
		r.Offsets[name] = clone(offsets)
	}
	return r
}

func (c *checkpoints) clone() checkpoints {
	copied := *c
	copied.order = slices.Clone(c.order)
	copied.waiting = c.waiting.clone()
	copied.offsets = make(map[string]map[Segment]int64, len(c.offsets))
	for name, offsets := range c.offsets {
		copied.offsets[name] = clone(offsets)
	}
	copied.last = maps.Clone(c.last)
	copied.future = maps.Clone(c.future)
	return copied
}

// begin starts a checkpoint. One that is known already, complete or not, stays
// as it is; one without readers is complete at once, but not the last one.
func (c *checkpoints) begin(name string, readers []string, free map[Segment]int64, future map[Segment]Successor) {
	if _, known := c.offsets[name]; known {
		return
	}
	if len(readers) > 0 {
		c.waiting.put(name, readers)
	}
	c.offsets[name], c.future[name] = free, future
	c.order = append(c.order, name)
}

// waitsFor reports whether a reader has to pass a checkpoint.
func (c *checkpoints) waitsFor(name, reader string) bool {
	return slices.Contains(c.waiting.get(name), reader)
}

// complete reports whether a checkpoint waits for no reader: also if it was never
// there.
func (c *checkpoints) complete(name string) bool { return c.waiting.get(name) == nil }

// next is the oldest checkpoint that a reader has to pass.
func (c *checkpoints) next(reader string) (name string, ok bool) {
	for _, name := range c.order {
		if c.waitsFor(name, reader) {
			return name, true
		}
	}
	return "", false
}

// pass notes where a reader stood at a checkpoint that waits for it.
func (c *checkpoints) pass(name, reader string, offsets map[Segment]int64) {
	maps.Copy(c.offsets[name], offsets)
	rest := slices.DeleteFunc(c.waiting.get(name), func(r string) bool { return r == reader })
	if len(rest) > 0 {
		c.waiting.put(name, rest)
		return
	}
	c.waiting.remove(name)
	if !Silent(name) {
		c.last, c.lastFuture = maps.Clone(c.offsets[name]), c.future[name]
		c.published = false
	}
}

// leave lets a reader pass all checkpoints that wait for it. Several may be complete
// then; the last one is the last in the order of Java's HashMap.
func (c *checkpoints) leave(reader string, offsets map[Segment]int64) {
	var names []string
	for name, readers := range c.waiting.all() {
		if slices.Contains(readers, reader) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		c.pass(name, reader, offsets)
	}
}

// outstanding lists the checkpoints that wait for readers, without silent ones.
func (c *checkpoints) outstanding() []string {
	var names []string
	for _, name := range c.order {
		if !Silent(name) && !c.complete(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (c *checkpoints) removeOutstanding() {
	for _, name := range c.outstanding() {
		c.forget(name)
	}
}

func (c *checkpoints) forget(name string) {
	c.waiting.remove(name)
	delete(c.offsets, name)
	delete(c.future, name)
}

// clearBefore forgets what was created before a checkpoint that is known.
func (c *checkpoints) clearBefore(name string) {
	if _, known := c.offsets[name]; !known {
		return
	}
	before := slices.Index(c.order, name)
	for _, old := range c.order[:before] {
		c.forget(old)
	}
	c.order = slices.Delete(c.order, 0, before)
}

// consistent reports whether what was read from a record hangs together.
func (r *Checkpoints) consistent() bool {
	for name := range r.Offsets {
		if !slices.Contains(r.Order, name) {
			return false
		}
	}
	for _, w := range r.Waiting {
		if _, known := r.Offsets[w.Checkpoint]; !known || len(w.Readers) == 0 {
			return false
		}
	}
	return true
}
