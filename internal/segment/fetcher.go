package segment

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Chunk is a run of whole events as they lie in the segment.
type Chunk struct {
	Buffer  *segmentstore.Buffer // the receiver's to release
	Offset  int64                // of the first event's header
	Skipped int64                // bytes before it that truncation took away
}

// Sink takes what a fetcher fetches. Its methods are called by the fetcher's
// goroutine and must not block.
type Sink interface {
	// Fetched hands over the next chunk.
	Fetched(f *Fetcher, c Chunk)
	// Ended is the last call: nothing follows what was fetched, because the
	// segment is sealed (err nil), is gone (fault.NoSuchSegment) or cannot be read.
	Ended(f *Fetcher, err error)
}

// Fetcher reads a segment ahead of its reader. Its goroutine owns all state but
// the mailbox; reads are asked for only when their memory is within the budget.
type Fetcher struct {
	Name   string
	stores *segmentstore.Stores
	sink   Sink
	budget func() int // bytes that this segment may take; may change

	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}

	mu       sync.Mutex
	mail     []letter
	released int           // bytes of chunks that came back since the last look
	wake     chan struct{} // one token: look at the above

	line     *line  // nil while there is no connection
	limit    int64  // where to stop, at an event's header
	next     int64  // offset of the first byte that no reply has brought
	partial  []byte // the event that next lies in, from its start
	skipped  int64
	flight   []*ask   // in the order of their offsets
	tail     int64    // the segment reaches at least so far
	sounding bool     // the tail is being asked for
	used     int      // bytes asked for, or handed over and not released
	failures int      // since the last data
	disorder disorder // likewise
	refusal  time.Time
}

// line is the fetcher's part in one connection, until it leaves it.
type line struct {
	f       *Fetcher
	conn    *segmentstore.Conn
	request int64
}

// letter is a reply, or the loss of the connection.
type letter struct {
	from  *line
	reply wire.Reply
	lost  error
}

// ask is a read that is under way.
type ask struct {
	offset, length int64
	read           *segmentstore.Data // its reply, if it came early
}

// StartFetcher reads a segment from the header of an event on, until Stop, the
// end of ctx or of the segment, or the limit, which is an offset behind which no
// event is read, not even one that starts before it, or math.MaxInt64. Budget says how many bytes may be asked for and
// be out; it is asked again and again.
func StartFetcher(ctx context.Context, stores *segmentstore.Stores, name string, from, limit int64, budget func() int, sink Sink) *Fetcher {
	f := &Fetcher{
		Name:   name,
		stores: stores,
		sink:   sink,
		budget: budget,
		done:   make(chan struct{}),
		wake:   make(chan struct{}, 1),
		next:   from,
		limit:  limit,
	}
	f.ctx, f.cancel = context.WithCancel(ctx)
	go f.run()
	return f
}

// Stop ends the fetcher and waits until its goroutine has ended. The sink must
// not hold a lock that its methods take.
func (f *Fetcher) Stop() {
	f.cancel()
	<-f.done
}

// Released tells that the memory of a chunk is free again.
func (f *Fetcher) Released(size int) {
	f.mu.Lock()
	f.released += size
	f.mu.Unlock()
	f.signal()
}

func (f *Fetcher) signal() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Receive puts a reply into the mailbox.
func (l *line) Receive(reply wire.Reply) { l.f.post(letter{from: l, reply: reply}) }

// Lost puts the end of the connection into the mailbox.
func (l *line) Lost(err error) { l.f.post(letter{from: l, lost: err}) }

func (f *Fetcher) post(l letter) {
	f.mu.Lock()
	f.mail = append(f.mail, l)
	f.mu.Unlock()
	f.signal()
}

func (f *Fetcher) run() {
	defer close(f.done)
	defer f.leave()
	var mail []letter
	for {
		if f.next >= f.limit { // at the start, or after a truncation
			f.sink.Ended(f, nil)
			return
		}
		if f.line == nil && !f.connect() {
			return
		}
		f.fill()
		if f.line == nil {
			continue // no token could be had, and nobody else would wake us
		}
		select {
		case <-f.wake:
		case <-f.ctx.Done():
			return
		}
		f.mu.Lock()
		mail, f.mail = f.mail, mail[:0]
		f.used -= f.released
		f.released = 0
		f.mu.Unlock()
		for i, l := range mail {
			mail[i] = letter{}
			if l.from != f.line {
				l.drop()
			} else if f.take(l) {
				for _, rest := range mail[i+1:] {
					rest.drop()
				}
				return
			}
		}
	}
}

// connect waits for a connection; false if the fetcher is to end.
func (f *Fetcher) connect() bool {
	for ; ; f.failures++ {
		if retry.Soon.Wait(f.ctx, f.failures) != nil {
			return false
		}
		err := f.connectOnce()
		if err == nil {
			return true
		}
		switch fault.CodeOf(err) {
		case fault.NoSuchSegment, fault.NoSuchStream, fault.NoSuchScope:
			f.sink.Ended(f, f.gone())
			return false
		}
		if f.disorder.hopeless(err) {
			f.sink.Ended(f, err)
			return false
		}
	}
}

func (f *Fetcher) connectOnce() error {
	if _, err := f.token(); err != nil {
		return err
	}
	conn, err := f.stores.Connect(f.ctx, f.Name, segmentstore.Reads)
	if err != nil {
		return err
	}
	l := &line{f: f, conn: conn, request: f.stores.Request()}
	if err := conn.Register(l.request, l); err != nil {
		return err
	}
	f.line = l
	return nil
}

func (f *Fetcher) token() (string, error) {
	token, _, err := f.stores.Authorizer().Token(f.ctx, f.Name, segmentstore.Read)
	return token, err
}

// leave lets the connection go, with what is under way on it.
func (f *Fetcher) leave() {
	if f.line != nil {
		f.line.conn.Unregister(f.line.request)
		f.line = nil
	}
	for _, a := range f.flight {
		f.used -= int(a.length)
		if a.read != nil {
			a.read.Buffer.Release()
		}
	}
	f.flight = nil
	f.sounding = false
}

// drop gives back the memory of a reply that nobody wants any more.
func (l letter) drop() {
	if read, ok := l.reply.(segmentstore.Data); ok {
		read.Buffer.Release()
	}
}

// broken starts over on a new connection, from the first byte that is missing.
func (f *Fetcher) broken(err error) {
	f.stores.Logger().Debug("reading goes on over another connection", "segment", f.Name, "err", err)
	f.leave()
	f.failures++
}

// smallest bytes of a read, however little the budget is.
const smallestRead = 16 << 10

// fill asks for what fits the budget: one read after another while they lie
// before the known tail, and a single one that waits at the tail.
func (f *Fetcher) fill() {
	budget := f.budget()
	length := int64(min(max(budget/4, smallestRead), segmentstore.ReadLength))
	for f.line != nil {
		from := f.next
		if n := len(f.flight); n > 0 {
			from = f.flight[n-1].offset + f.flight[n-1].length
			if from >= f.tail {
				return // the newest read is at the tail already
			}
		}
		if f.used > 0 && f.used+int(length) > budget {
			return
		}
		if from < f.tail {
			length = min(length, max(f.tail-from, smallestRead))
		}
		f.ask(len(f.flight), from, length)
	}
}

// ask sends a read and notes it at a place in the order of offsets.
func (f *Fetcher) ask(at int, offset, length int64) {
	token, err := f.token()
	if err != nil {
		f.broken(err)
		return
	}
	f.flight = append(f.flight, nil)
	copy(f.flight[at+1:], f.flight[at:])
	f.flight[at] = &ask{offset: offset, length: length}
	f.used += int(length)
	f.line.conn.Send(wire.ReadSegment{
		Segment: f.Name, Offset: offset, SuggestedLength: int32(length), Token: token, RequestID: f.line.request}.Append(nil))
}

// take handles a letter; true means that the fetcher has come to its end.
func (f *Fetcher) take(l letter) (ended bool) {
	if l.lost != nil {
		f.broken(l.lost)
		return false
	}
	switch r := l.reply.(type) {
	case segmentstore.Data:
		return f.data(r)
	case wire.StreamSegmentInfo:
		f.sounding = false
		f.tail = max(f.tail, r.WriteOffset)
		return false
	case wire.SegmentIsSealed:
		if f.before(r.Offset) {
			return false // it answers a read beyond the end; earlier ones are to come
		}
		f.sink.Ended(f, f.torn())
		return true
	case wire.NoSuchSegment:
		f.sink.Ended(f, f.gone())
		return true
	case wire.SegmentIsTruncated:
		f.truncated(r.StartOffset)
		return false
	}
	err := segmentstore.Failure("read segment", f.Name, l.reply)
	if fault.CodeOf(err) == fault.Unauthenticated {
		f.refused()
	}
	if f.disorder.hopeless(err) {
		f.sink.Ended(f, err)
		return true
	}
	f.broken(err)
	return false
}

// refused notes that the token has expired. Refusals long ago do not count: in a
// segment that nobody writes to, no data comes between them.
func (f *Fetcher) refused() {
	f.stores.Authorizer().Refused(f.Name, segmentstore.Read)
	now := time.Now()
	if now.Sub(f.refusal) > time.Minute {
		f.disorder = 0
	}
	f.refusal = now
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

// before tells whether a read with a lower offset is still to be answered, and
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
		f.failures++
	}
	f.tail = max(f.tail, f.next)
}

// data takes the reply to a read, and the replies after it that came early.
func (f *Fetcher) data(r segmentstore.Data) (ended bool) {
	a := f.asked(r.Offset)
	if a == nil || a.read != nil {
		r.Buffer.Release()
		return false
	}
	a.read = &r
	for len(f.flight) > 0 && f.flight[0].read != nil {
		a := f.flight[0]
		f.flight = f.flight[1:]
		f.used -= int(a.length)
		got := int64(len(a.read.Data))
		if got > a.length {
			f.broken(fault.New(fault.Protocol, "read segment", f.Name, "%d bytes came, %d were asked for", got, a.length))
			a.read.Buffer.Release()
			return false
		}
		end, empty := a.read.EndOfSegment || f.next+got >= f.limit, got == 0
		if err := f.deliver(a.read.Buffer, got); err != nil {
			f.sink.Ended(f, err)
			return true
		}
		if end {
			f.sink.Ended(f, f.torn())
			return true
		}
		if empty { // the store gives the segment up: ask where it went
			f.broken(fault.New(fault.WrongHost, "read segment", f.Name, "an empty reply"))
			return false
		}
		f.failures, f.disorder = 0, 0
		if got < a.length && len(f.flight) > 0 {
			f.ask(0, a.offset+got, a.length-got)
		} else if got == a.length && f.next >= f.tail {
			f.sound()
		}
	}
	return false
}

func (f *Fetcher) asked(offset int64) *ask {
	for _, a := range f.flight {
		if a.offset == offset {
			return a
		}
	}
	return nil
}

// sound asks how far the segment reaches, while there seems to be more.
func (f *Fetcher) sound() {
	if f.sounding {
		return
	}
	token, err := f.token()
	if err != nil {
		return
	}
	f.sounding = true
	f.line.conn.Send(wire.GetStreamSegmentInfo{RequestID: f.line.request, Segment: f.Name, Token: token}.Append(nil))
}

// deliver hands over the whole events of a reply and keeps the start of the one
// that it cuts off.
func (f *Fetcher) deliver(b *segmentstore.Buffer, got int64) error {
	f.next += got
	f.tail = max(f.tail, f.next)
	if err := f.join(b); err != nil {
		b.Release()
		return fault.Wrap(fault.Protocol, "read segment", f.Name, err)
	}
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
func (f *Fetcher) join(b *segmentstore.Buffer) error {
	if len(f.partial) == 0 {
		return nil
	}
	size, err := wire.EventSize(f.partial)
	if err != nil {
		return err
	}
	missing := size - len(f.partial)
	if len(f.partial) <= b.Room() && missing <= len(b.Bytes()) {
		b.Prepend(f.partial)
		f.partial = f.partial[:0]
		return nil
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
	return nil
}

// keep keeps the start of an event that a reply cuts off. If that is too long to be
// put in front of the next reply, it gets memory for the whole event.
func (f *Fetcher) keep(start []byte) {
	if len(start) > segmentstore.Headroom {
		size, _ := wire.EventSize(start)
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
