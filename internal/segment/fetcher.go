package segment

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
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

// Sink takes what a fetcher fetches. Its methods are called one at a time, by the
// fetcher's goroutine and the connection's, and must not block.
type Sink interface {
	// Fetched hands over the next chunk.
	Fetched(f *Fetcher, c Chunk)
	// Ended is the last call: nothing follows what was fetched, because the
	// segment is sealed (err nil), is gone (fault.NoSuchSegment) or cannot be read.
	Ended(f *Fetcher, err error)
}

// Fetcher reads a segment ahead of its reader; reads are asked for only when their
// memory is within the budget. Its state belongs to the goroutine that has the turn: while all
// goes well that is the goroutine of the connection, since to wake another one for
// each reply takes longer than to handle it, and for what may block, such as to
// connect and to get a token, the fetcher's own.
type Fetcher struct {
	Name   string
	stores *segmentstore.Stores
	sink   Sink
	budget func() int // bytes that this segment may take; may change

	life *background.Life
	done chan struct{}

	connected atomic.Int64 // since when, in nanoseconds; 0 while it is not

	mu       sync.Mutex
	turn     bool // somebody has it
	mail     []letter
	released int           // bytes of chunks that came back since the last look
	handOver chan struct{} // gives the turn to the fetcher's goroutine

	empty    []letter // memory for mail
	line     *line    // nil while there is no connection
	permit   permit   // to read
	limit    int64    // where to stop, at an event's header
	next     int64    // offset of the first byte that no reply has brought
	partial  []byte   // the event that next lies in, from its start
	skipped  int64
	flight   []*ask // in the order of their offsets
	tail     int64  // the segment reaches at least so far
	sealed   bool   // the segment reaches no further
	sounding bool   // the tail is being asked for
	used     int    // bytes asked for, or handed over and not released
	held     bool   // by the budget, with little under way: waits for chunks to come back, and not for replies
	over     bool   // Ended was called
	lost     string // endpoint of a store that could not be reached, or closed the connection
	tries    int    // failures since something worked
	failing  bool   // there was one that was judged
	watch    watch
}

// line is the fetcher's part in one connection, until it leaves it.
type line struct {
	f       *Fetcher
	conn    *segmentstore.Conn
	request int64
}

// letter is a reply, the loss of the connection, or the refusal of somebody's read.
type letter struct {
	from    *line
	reply   wire.Reply
	lost    error
	refused bool
	offset  int64 // of the read that was refused
}

// StartFetcher reads a segment from the header of an event on, until Stop, the end of
// its life or of the segment, or the limit, which is an offset behind which no event is
// read, not even one that starts before it, or math.MaxInt64. Budget says how many
// bytes may be asked for and be out; it is asked again and again.
func StartFetcher(life *background.Life, stores *segmentstore.Stores, name string, from, limit int64, budget func() int, sink Sink) *Fetcher {
	f := &Fetcher{
		Name:     name,
		stores:   stores,
		sink:     sink,
		budget:   budget,
		life:     life,
		done:     make(chan struct{}),
		turn:     true,
		handOver: make(chan struct{}, 1),
		next:     from,
		limit:    limit,
	}
	go f.run()
	return f
}

// Stop ends the fetcher and waits until its goroutine has ended. The sink must
// not hold a lock that its methods take.
func (f *Fetcher) Stop() {
	f.life.End()
	<-f.done
}

// Released tells that the memory of a chunk is free again. It does not call the sink.
func (f *Fetcher) Released(size int) {
	f.mu.Lock()
	f.released += size
	call := !f.turn && f.held && f.claim()
	f.mu.Unlock()
	if call {
		f.handOver <- struct{}{} // there is room: only who has the turn sends
	}
}

// Receive puts a reply into the mailbox.
func (l *line) Receive(reply wire.Reply) { l.f.post(letter{from: l, reply: reply}) }

// ReadRefused puts the refusal of a read into the mailbox.
func (l *line) ReadRefused(offset int64) { l.f.post(letter{from: l, refused: true, offset: offset}) }

// Lost puts the end of the connection into the mailbox.
func (l *line) Lost(err error) { l.f.post(letter{from: l, lost: err}) }

func (f *Fetcher) post(l letter) {
	f.mu.Lock()
	f.mail = append(f.mail, l)
	free := f.claim()
	f.mu.Unlock()
	if free {
		f.work()
	}
}

func (f *Fetcher) run() {
	defer close(f.done)
	defer f.leave()
	looks := time.NewTicker(f.stores.Silence())
	defer looks.Stop()
	for look := false; f.ready(); {
		if look {
			f.look()
		}
		f.fill()
		f.work()
		var ok bool
		if look, ok = f.wait(looks.C); !ok {
			return
		}
	}
}

// wait waits until the fetcher's goroutine is needed, which then has the turn, or it is
// time to look after the reads; ok is false if the fetcher is to end.
func (f *Fetcher) wait(looks <-chan time.Time) (look, ok bool) {
	for {
		select {
		case <-f.handOver:
			return false, true
		case <-looks:
			if f.claimFree() {
				return true, true
			}
		case <-f.life.Ended():
			if !f.claimFree() {
				<-f.handOver // the goroutine that has the turn sees that the life has ended
			}
			return false, false
		}
	}
}

func (f *Fetcher) claimFree() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.claim()
}

// claim takes the turn if nobody has it. The caller holds the lock.
func (f *Fetcher) claim() bool {
	free := !f.turn
	f.turn = true
	return free
}

// work handles what has come until there is no more, and lets the turn go then: to
// the fetcher's goroutine if it is needed.
func (f *Fetcher) work() {
	for {
		f.mu.Lock()
		mail := f.mail
		if f.stuck() || len(mail) == 0 && (f.released == 0 || !f.held) {
			break
		}
		f.mail, f.empty = f.empty[:0], nil
		f.used -= f.released
		f.released = 0
		f.mu.Unlock()
		for i, l := range mail {
			if mail[i] = (letter{}); l.from != f.line || f.over {
				l.drop()
			} else {
				f.take(l)
			}
		}
		f.empty = mail
		f.fill()
	}
	stuck := f.stuck()
	f.turn = stuck
	f.mu.Unlock()
	if stuck {
		f.handOver <- struct{}{}
	}
}

// stuck reports whether only the fetcher's own goroutine can go on.
func (f *Fetcher) stuck() bool {
	return f.over || f.line == nil || !f.permit.valid() || f.life.Over()
}

// ready waits until reads can be asked for; false if the fetcher has come to its end.
func (f *Fetcher) ready() bool {
	for !f.over && !f.life.Over() {
		switch {
		case f.next >= f.limit: // at the start, or after a truncation
			f.end(nil)
		case f.line == nil:
			if !f.connect() {
				return false
			}
		case !f.permit.valid():
			if err := f.life.Attempt(background.ReadSegment, f.renew); err != nil {
				f.failed(err)
			}
		default:
			return true
		}
	}
	return false
}

// connect waits for a connection; false if the fetcher is to end.
func (f *Fetcher) connect() bool {
	for ; ; f.tries++ {
		if !f.life.Sleep(retry.Soon.Delay(f.tries)) {
			return false
		}
		err := f.life.Attempt(background.ReadSegment, f.connectOnce)
		if err == nil {
			return true
		}
		switch fault.CodeOf(err) {
		case fault.NoSuchSegment, fault.NoSuchStream, fault.NoSuchScope:
			f.end(f.gone())
			return false
		}
		if f.fatal(err) {
			f.end(err)
			return false
		}
	}
}

// fatal notes a failure and reports whether it is for good.
func (f *Fetcher) fatal(err error) bool {
	f.failing = true
	return f.life.Judge(background.ReadSegment, err) == background.Fatal
}

// recovered tells that the store serves the segment.
func (f *Fetcher) recovered() {
	f.tries, f.watch.given = 0, 0
	if f.failing {
		f.failing = false
		f.life.Judge(background.ReadSegment, nil)
	}
}

func (f *Fetcher) connectOnce(ctx context.Context) error {
	if err := f.renew(ctx); err != nil {
		return err
	}
	endpoint, err := f.stores.Locate(ctx, f.Name, f.lost)
	if err != nil {
		return err
	}
	conn, err := f.stores.ConnectTo(ctx, endpoint, segmentstore.Reads)
	if err != nil {
		f.lost = endpoint
		return err
	}
	l := &line{f: f, conn: conn, request: f.stores.Request()}
	if err := conn.Register(l.request, l); err != nil {
		return err
	}
	f.line = l
	f.connected.Store(time.Now().UnixNano())
	return nil
}

// renew gets a token.
func (f *Fetcher) renew(ctx context.Context) error {
	token, expiry, err := f.stores.Authorizer().Token(ctx, f.Name, segmentstore.Read)
	if err == nil {
		f.permit = newPermit(token, expiry)
	}
	return err
}

// end tells that nothing follows.
func (f *Fetcher) end(err error) {
	f.over = true
	f.sink.Ended(f, err)
}

// leave lets the connection go, with what is under way on it.
func (f *Fetcher) leave() {
	if f.line != nil {
		f.line.conn.Unregister(f.line.request)
		f.line = nil
		f.connected.Store(0)
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

// broken starts over, from the first byte that is missing.
func (f *Fetcher) broken(err error) {
	f.stores.Logger().Debug("reading goes on over another connection", "segment", f.Name, "err", err)
	f.leave()
	f.tries++
}
