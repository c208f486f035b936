// Package readergroup is the state of a reader group as the Java client knows
// it: what is in the group's stream, how each change alters the state, and the
// decisions that members derive from it. It has no I/O, no clock and no
// goroutines: records come in, a [State] answers questions, and decisions come
// out as updates for someone else to write, on condition that the state is
// still the newest.
//
// Every member of a group, in whatever language, computes the state from the
// same records and must come to the same one. So the rules here are Java's,
// odd ones included; where they bite, a comment says so.
package readergroup

import "github.com/pravega/pravega-client-go/internal/streamcut"

// What the state is about, under shorter names.
type (
	Segment = streamcut.Segment
	Place   = streamcut.Place
	Range   = streamcut.Range
)
