package readergroup

import (
	"maps"
	"slices"
	"strings"
)

// silentMark is in the names of checkpoints that readers answer without telling
// the application: Java's way to get stream cuts.
const silentMark = "_SILENT_"

// Silent tells whether a checkpoint is none of the application's business: it
// is answered at once, and does not count as a checkpoint to go back to.
func Silent(checkpoint string) bool { return strings.Contains(checkpoint, silentMark) }

// Checkpoints is what a group knows of checkpoints.
type Checkpoints struct {
	// Order holds the names in order of creation. Those that were given up stay in
	// it until a later one is cleared.
	Order []string
	// Waiting holds the readers that have not passed a checkpoint yet.
	Waiting map[string][]string
	// Offsets holds what is known of each checkpoint: the segments that were free
	// when it was created, and those of the readers that passed it.
	Offsets map[string]map[Segment]int64
	// Last is the last completed checkpoint that was not silent; empty if there was
	// none.
	Last map[Segment]int64
	// Published: the controller knows Last.
	Published bool

	// future holds what waited for predecessors when each checkpoint was created, and
	// lastFuture that of Last. It is in no record.
	future     map[string]map[Segment]Successor
	lastFuture map[Segment]Successor
}

func newCheckpoints() Checkpoints {
	return Checkpoints{
		Waiting:   make(map[string][]string),
		Offsets:   make(map[string]map[Segment]int64),
		Published: true,
		future:    make(map[string]map[Segment]Successor),
	}
}

func (c *Checkpoints) clone() Checkpoints {
	copied := newCheckpoints()
	copied.Order = slices.Clone(c.Order)
	for name, readers := range c.Waiting {
		copied.Waiting[name] = slices.Clone(readers)
	}
	for name, offsets := range c.Offsets {
		copied.Offsets[name] = clone(offsets)
	}
	copied.Last = maps.Clone(c.Last)
	copied.Published = c.Published
	maps.Copy(copied.future, c.future)
	copied.lastFuture = c.lastFuture
	return copied
}

// begin starts a checkpoint. One that is known already, complete or not, stays
// as it is; one without readers is complete at once, but not the last one.
func (c *Checkpoints) begin(name string, readers []string, free map[Segment]int64, future map[Segment]Successor) {
	if _, known := c.Offsets[name]; known {
		return
	}
	if len(readers) > 0 {
		c.Waiting[name] = readers
	}
	c.Offsets[name], c.future[name] = free, future
	c.Order = append(c.Order, name)
}

// waitsFor tells whether a reader has to pass a checkpoint.
func (c *Checkpoints) waitsFor(name, reader string) bool {
	return slices.Contains(c.Waiting[name], reader)
}

// complete tells whether a checkpoint waits for no reader: also if it was never
// there.
func (c *Checkpoints) complete(name string) bool { return len(c.Waiting[name]) == 0 }

// next is the oldest checkpoint that a reader has to pass.
func (c *Checkpoints) next(reader string) (name string, ok bool) {
	for _, name := range c.Order {
		if c.waitsFor(name, reader) {
			return name, true
		}
	}
	return "", false
}

// pass notes where a reader stood at a checkpoint that waits for it.
func (c *Checkpoints) pass(name, reader string, offsets map[Segment]int64) {
	readers := c.Waiting[name]
	at := slices.Index(readers, reader)
	c.Waiting[name] = slices.Delete(readers, at, at+1)
	maps.Copy(c.Offsets[name], offsets)
	if len(c.Waiting[name]) > 0 {
		return
	}
	delete(c.Waiting, name)
	if !Silent(name) {
		c.Last, c.lastFuture = maps.Clone(c.Offsets[name]), c.future[name]
		c.Published = false
	}
}

// leave lets a reader pass all checkpoints that wait for it.
func (c *Checkpoints) leave(reader string, offsets map[Segment]int64) {
	for name, waits := c.next(reader); waits; name, waits = c.next(reader) {
		c.pass(name, reader, offsets)
	}
}

// outstanding lists the checkpoints that wait for readers, without silent ones.
func (c *Checkpoints) outstanding() []string {
	var names []string
	for _, name := range c.Order {
		if !Silent(name) && !c.complete(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (c *Checkpoints) removeOutstanding() {
	for _, name := range c.outstanding() {
		c.forget(name)
	}
}

func (c *Checkpoints) forget(name string) {
	delete(c.Waiting, name)
	delete(c.Offsets, name)
	delete(c.future, name)
}

// clearBefore forgets what was created before a checkpoint that is known.
func (c *Checkpoints) clearBefore(name string) {
	if _, known := c.Offsets[name]; !known {
		return
	}
	before := slices.Index(c.Order, name)
	for _, old := range c.Order[:before] {
		c.forget(old)
	}
	c.Order = slices.Delete(c.Order, 0, before)
}

// consistent tells whether what was read from a record hangs together.
func (c *Checkpoints) consistent() bool {
	for name := range c.Offsets {
		if !slices.Contains(c.Order, name) {
			return false
		}
	}
	for name, readers := range c.Waiting {
		if _, known := c.Offsets[name]; !known || len(readers) == 0 {
			return false
		}
	}
	return true
}
