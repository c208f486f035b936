package write

import (
	"encoding/binary"
	"time"

	"github.com/pravega/pravega-client-go/internal/routing"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Inbox is memory outside Go where events can be left for a writer without a call into Go; it is for the
// bindings. The writer opens it when events come faster than acknowledgements, and shuts it when they do
// not, or when an event comes that must not be left there. Its methods are called with the writer's lock
// held, must not block, and must not call the writer.
type Inbox interface {
	// Open lets events in. The first one gets the number after last.
	Open(last int64)
	// Take returns the events that were left since the last call, and how many,
	// and shuts the inbox if told so. They lie back to back, each behind the
	// length of its key (NoKey: none), its own length and its key; the lengths
	// are of 32 bits in the byte order of the machine, the keys are ASCII. They
	// are valid until the next Take.
	Take(shut bool) (events []byte, count int)
}

// inbox is an Inbox and its writer's part in it. While it is open there is room in
// the window for all that it can hold.
type inbox struct {
	Inbox
	bytes int // what one Take returns at most
	open  bool
	alone int // events that came with a call of their own since the last acknowledgement
	timer *time.Timer
	timed bool // it runs
}

// UseInbox gives the writer an inbox, of which one Take returns so many bytes at
// most. Set it once, before the first write. When Close has returned, the inbox is
// not used any more.
func (w *Writer) UseInbox(i Inbox, bytes int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.inbox.Inbox, w.inbox.bytes = i, bytes
	}
}

// TakeInbox accepts what is in the inbox at once, for a caller that waits for it.
func (w *Writer) TakeInbox() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.emptyInboxLocked(false)
}

const (
	// crowd is how many events without an acknowledgement are worth an inbox.
	crowd = 8
	// inboxTime is how long an event may lie there when nothing else happens.
	inboxTime = time.Millisecond
)

// openInboxLocked is called when an event came with a call of its own.
func (w *Writer) openInboxLocked() {
	i := &w.inbox
	if i.Inbox == nil || i.open {
		return
	}
	if i.alone++; i.alone < crowd || w.closing || !w.spaciousLocked() {
		return
	}
	i.open = true
	i.Open(w.last)
	w.timeInboxLocked()
}

// spaciousLocked reports whether the window admits all that the inbox can hold: what one
// Take returns, and what is left meanwhile, and the numbers reach that far.
func (w *Writer) spaciousLocked() bool {
	room, segments := 2*w.inbox.bytes, len(w.routes.members)
	if w.window.full || w.window.used+room > w.window.limit || w.last+int64(room) > segment.MaxNumber {
		return false
	}
	most := w.window.most(segments) - room
	if w.window.used <= most {
		return true
	}
	for _, m := range w.routes.members {
		if m.Bytes() > most {
			return false
		}
	}
	return true
}

// emptyInboxLocked accepts what is in the inbox, and shuts it if told so or if few
// events come.
func (w *Writer) emptyInboxLocked(shut bool) {
	for i := &w.inbox; i.open; {
		events, count := i.Take(shut)
		i.open = !shut
		for len(events) > 0 {
			events = w.putFirstLocked(events)
		}
		if count >= crowd && w.spaciousLocked() {
			return
		}
		shut = true
	}
}

// putFirstLocked accepts the first of the events in an inbox and returns the others.
func (w *Writer) putFirstLocked(events []byte) (rest []byte) {
	keyLen, length := binary.NativeEndian.Uint32(events), binary.NativeEndian.Uint32(events[4:])
	events = events[8:]
	position := anywhere
	if keyLen != NoKey {
		position, _ = routing.PositionBytes(events[:keyLen]) // ASCII is UTF-8
		events = events[keyLen:]
	}
	position = w.positionLocked(position)
	if stored, _ := w.repeatsLocked(position, 1); !stored { // one event is not stored in part
		m := w.routes.find(position)
		w.numberLocked(m, wire.EventHeader+int(length), 1)
		m.Add(w.last, position, events[:length])
	}
	return events[length:]
}

// closeInboxLocked drops the inbox, which is shut, as the writer has failed.
func (w *Writer) closeInboxLocked() {
	if w.inbox.timer != nil {
		w.inbox.timer.Stop()
	}
	w.inbox = inbox{}
}

// timeInboxLocked sees to it that nothing stays in the open inbox for long.
func (w *Writer) timeInboxLocked() {
	i := &w.inbox
	switch {
	case i.timed:
		return
	case i.timer == nil:
		i.timer = time.AfterFunc(inboxTime, w.inboxTimedOut)
	default:
		i.timer.Reset(inboxTime)
	}
	i.timed = true
}

func (w *Writer) inboxTimedOut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inbox.timed = false
	w.emptyInboxLocked(false)
	if w.inbox.open {
		w.timeInboxLocked()
	}
}
