// Package controller talks to Pravega's controllers: the servers that know
// which scopes, streams, segments, transactions and reader groups there are,
// and which segment store serves a segment.
//
// A [Controller] holds connections to any number of controllers, which are
// equal: calls go to them in turn. A call that meets a dead or struggling
// controller is tried again, on the next one, until its context or the
// configured limit ends; every attempt has a deadline of its own. All errors
// are *fault.Error. One that reports a change with Stored set does not know
// whether the change took effect.
//
// The methods are safe for concurrent use, and all of them may block for as
// long as their context allows.
package controller
