// Package versioned reads and writes the binary form that Pravega's Java code
// gives to objects that live in segments: the state of reader groups, stream
// cuts, positions.
//
// An object is a format byte 0, for some kinds a type byte, a version, and a
// list of revisions, each with its length. A newer writer only adds revisions,
// or fields at the end of one, so a reader skips what it does not know. A
// [Reader] keeps to the bounds of what it is in, never panics and never
// allocates more than the input justifies, whatever the input is.
package versioned
