package segment

import (
	"slices"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// take handles a letter.
func (f *Fetcher) take(l letter) {
	switch {
	case l.lost != nil:
		endpoint := f.line.conn.Endpoint()
		f.failed(l.lost)
		f.lost = endpoint
		return
	case l.refused:
		f.suspect(l.offset)
		return
	}
	switch r := l.reply.(type) {
	case segmentstore.Data:
		f.data(r)
	case wire.StreamSegmentInfo:
		f.told(r)
	case wire.SegmentIsSealed:
		if !f.before(r.Offset) { // else it answers a read beyond the end; earlier ones are to come
			f.end(f.torn())
		}
	case wire.NoSuchSegment:
		f.end(f.gone())
	case wire.SegmentIsTruncated:
		f.truncated(r.StartOffset)
	default:
		err := segmentstore.Failure("read segment", f.Name, f.line.conn.Endpoint(), l.reply)
		if err == nil {
			err = unexpected("read segment", f.Name, l.reply)
		}
		f.failed(err)
	}
}

// suspect handles the refusal of a read that may be one of this segment's. If it is, the
// question for the segment's state, which shows the same token, is refused too.
func (f *Fetcher) suspect(offset int64) {
	if a := f.asked(offset); a != nil && a.read == nil {
		f.sound()
	}
}

// failed starts over, unless there is no hope.
func (f *Fetcher) failed(err error) {
	f.lost = ""
	if segmentstore.TokenRefused(err) {
		f.stores.Authorizer().Refused(f.Name, segmentstore.Read, f.permit.token)
		f.permit = permit{}
	}
	if f.fatal(err) {
		f.end(err)
	} else {
		f.broken(err)
	}
}

// gone is the error of a segment that was truncated away or deleted with its
// stream before it was read to its end.
func (f *Fetcher) gone() error {
	return fault.New(fault.NoSuchSegment, "read segment", f.Name, "what it held from offset %d on was not read", f.next-int64(len(f.partial)))
}

// torn is the error of a segment that ends within an event; nil if it does not.
func (f *Fetcher) torn() error {
	if len(f.partial) == 0 || f.next >= f.limit {
		return nil
	}
	return fault.New(fault.Protocol, "read segment", f.Name, "it is sealed, and ends at offset %d within an event that starts at %d", f.next, f.next-int64(len(f.partial)))
}

// before reports whether a read with a lower offset is still to be answered, and
// forgets the one with this offset.
func (f *Fetcher) before(offset int64) bool {
	if len(f.flight) == 0 || f.flight[0].offset >= offset {
		return false
	}
	for i, a := range f.flight {
		if a.offset == offset {
			f.used -= int(a.length)
			f.flight = append(f.flight[:i], f.flight[i+1:]...)
			f.tail = min(f.tail, offset)
			return true
		}
	}
	return true
}

// truncated goes to the segment's new head. An event of which a part was read is
// skipped as a whole.
func (f *Fetcher) truncated(start int64) {
	f.leave()
	at := f.next - int64(len(f.partial))
	if start > at {
		f.skipped += start - at
		f.next = start
		f.partial = nil
	} else { // nothing that it asked for is gone: the store is in disorder
		f.tries++
	}
	f.tail = max(f.tail, f.next)
}

// data takes the reply to a read, and the replies after it that came early.
func (f *Fetcher) data(r segmentstore.Data) {
	a := f.asked(r.Offset)
	if a == nil || a.read != nil {
		r.Buffer.Release()
		return
	}
	a.read = &r
	for len(f.flight) > 0 && f.flight[0].read != nil {
		a := f.flight[0]
		f.flight = f.flight[1:]
		f.used -= int(a.length)
		got := int64(len(a.read.Data))
		if got > a.length {
			f.failed(fault.New(fault.Protocol, "read segment", f.Name, "%d bytes came, %d were asked for", got, a.length))
			a.read.Buffer.Release()
			return
		}
		end, empty := a.read.EndOfSegment || f.next+got >= f.limit, got == 0
		if err := f.deliver(a.read.Buffer, got); err != nil {
			f.end(err)
			return
		}
		if end {
			f.end(f.torn())
			return
		}
		if empty { // the store gives the segment up: ask where it went
			f.failed(fault.New(fault.WrongHost, "read segment", f.Name, "an empty reply"))
			return
		}
		f.recovered()
		if got < a.length && len(f.flight) > 0 {
			f.ask(0, a.offset+got, a.length-got)
		} else if got == a.length && f.next >= f.tail {
			f.sound()
		}
	}
}

func (f *Fetcher) asked(offset int64) *ask {
	for _, a := range f.flight {
		if a.offset == offset {
			return a
		}
	}
	return nil
}

// deliver hands over the whole events of a reply and keeps the start of the one
// that it cuts off.
func (f *Fetcher) deliver(b *segmentstore.Buffer, got int64) error {
	f.next += got
	f.tail = max(f.tail, f.next)
	f.join(b)
	start := f.next - int64(len(b.Bytes()))
	whole, err := wholeEvents(b.Bytes(), f.limit-start)
	if err != nil {
		b.Release()
		return fault.Wrap(fault.Protocol, "read segment", f.Name, err)
	}
	f.keep(b.Bytes()[whole:])
	if whole == 0 {
		b.Release()
		return nil
	}
	b.Cut(whole)
	f.hand(b, start)
	return nil
}

// join completes the event that the replies before cut off: in the room in front
// of this one if the start fits there, else in memory of its own, as a chunk by
// itself, since all of this one would have to be moved to make room.
func (f *Fetcher) join(b *segmentstore.Buffer) {
	if len(f.partial) == 0 {
		return
	}
	size, _ := wire.EventSize(f.partial) // wholeEvents has looked at it
	missing := size - len(f.partial)
	if len(f.partial) <= b.Room() && missing <= len(b.Bytes()) {
		b.Prepend(f.partial)
		f.partial = f.partial[:0]
		return
	}
	n := min(missing, len(b.Bytes()))
	f.partial = append(slices.Grow(f.partial, missing), b.Bytes()[:n]...)
	b.Skip(n)
	if n == missing {
		if end := f.next - int64(len(b.Bytes())); end <= f.limit {
			f.hand(segmentstore.NewBuffer(f.partial), end-int64(size))
		}
		f.partial = nil
	}
}

// keep keeps the start of an event that a reply cuts off. If that is too long to be
// put in front of the next reply, it gets memory for the whole event.
func (f *Fetcher) keep(start []byte) {
	if len(start) > segmentstore.Headroom {
		size, _ := wire.EventSize(start) // likewise
		f.partial = segmentstore.Allocate(size)[:0]
	}
	f.partial = append(f.partial, start...)
}

func (f *Fetcher) hand(b *segmentstore.Buffer, offset int64) {
	f.used += b.Size()
	f.sink.Fetched(f, Chunk{Buffer: b, Offset: offset, Skipped: f.skipped})
	f.skipped = 0
}

// wholeEvents is how many bytes from the start, and before a limit, are whole
// events.
func wholeEvents(data []byte, limit int64) (int, error) {
	at := 0
	for {
		_, size, err := wire.NextEvent(data[at:])
		if err != nil || size == 0 || int64(at+size) > limit {
			return at, err
		}
		at += size
	}
}
