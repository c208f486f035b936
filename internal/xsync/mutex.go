// Package xsync has the ways of waiting that this client needs and package sync lacks.
package xsync

import "context"

// Mutex is a lock that may be held over I/O: who waits for it gives up when a context
// ends. NewMutex makes one.
type Mutex struct{ held chan struct{} }

// NewMutex makes a mutex that nobody holds.
func NewMutex() Mutex { return Mutex{make(chan struct{}, 1)} }

// Lock waits until nobody else holds the mutex. It fails with ctx.Err() if ctx ends
// first; a mutex that is free may be locked with a context that is over.
func (m Mutex) Lock(ctx context.Context) error {
	select {
	case m.held <- struct{}{}:
		return nil
	default:
	}
	select {
	case m.held <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Unlock gives the mutex up. It panics if nobody holds it.
func (m Mutex) Unlock() {
	select {
	case <-m.held:
	default:
		panic("xsync: unlock of a mutex that nobody holds")
	}
}
