package xsync

// Broadcast wakes all that wait for a change of what a lock guards. The zero value is
// ready. It is guarded by the same lock: take the channel of Next while what is waited
// for is not so, unlock, wait for the channel, and look again.
type Broadcast struct{ next chan struct{} }

// Next is a channel that the next Notify closes. The lock is held.
func (b *Broadcast) Next() <-chan struct{} {
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

// Notify wakes all that wait. It costs nothing while nobody does. The lock is held.
func (b *Broadcast) Notify() {
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}

// Awaited reports whether somebody has asked for the channel since the last Notify. The
// lock is held.
func (b *Broadcast) Awaited() bool { return b.next != nil }
