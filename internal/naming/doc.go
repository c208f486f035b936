// Package naming holds what things are called: scopes, streams, segments and
// reader groups, the rules that the servers put on their names, and the form
// that a segment's name has on the wire.
package naming
