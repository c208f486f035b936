package write

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/resume"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// tray is an Inbox of the size that the writer is told.
type tray struct {
	mu     sync.Mutex
	open   bool
	last   int64
	events []byte
	count  int
	opened int // how often
	lent   []byte
}

const traySize = 4 << 10

func (y *tray) Open(last int64) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.open, y.last = true, last
	y.opened++
}

func (y *tray) Take(shut bool) (events []byte, count int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	events, count = y.events, y.count
	y.events, y.count = y.lent[:0], 0
	y.lent = events
	y.open = y.open && !shut
	return events, count
}

// put leaves an event there; 0: it must go another way.
func (y *tray) put(key, event string) int64 {
	y.mu.Lock()
	defer y.mu.Unlock()
	if !y.open || len(y.events)+8+len(key)+len(event) > traySize {
		return 0
	}
	keyLen := uint32(len(key))
	if key == "" {
		keyLen = NoKey
	}
	y.events = binary.NativeEndian.AppendUint32(y.events, keyLen)
	y.events = binary.NativeEndian.AppendUint32(y.events, uint32(len(event)))
	y.events = append(append(y.events, key...), event...)
	y.count++
	y.last++
	return y.last
}

func (y *tray) isOpen() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.open
}

// writeBy writes an event as a binding does. It returns 0 when the window is full.
func writeBy(t *testing.T, w *Writer, y *tray, key string, n int64) (number int64, left bool) {
	t.Helper()
	event := binary.BigEndian.AppendUint64(nil, uint64(n))
	if number := y.put(key, string(event)); number > 0 {
		return number, true
	}
	var err error
	if key == "" {
		number, err = w.TryWrite(nil, event)
	} else {
		number, err = w.TryWrite([]byte(key), event)
	}
	if err != nil && !errors.Is(err, fault.WindowFull) {
		t.Fatal(err)
	}
	return number, false
}

// Events that are left in an inbox have the numbers that were promised, and are
// stored once and in order, however they mix with those that come by a call.
func TestInboxKeepsOrderAndNumbers(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(nil)
	defer w.Close(waittest.Limit(t))
	y := &tray{}
	w.UseInbox(y, traySize)
	keys := []string{enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)}
	lefts := 0
	const events = 50_000
	for n := int64(1); n <= events; {
		if n%5000 == 0 { // one that the inbox does not take
			number, err := w.Write(waittest.Limit(t), []byte(keys[n%2]), binary.BigEndian.AppendUint64(nil, uint64(n)))
			if number != n || err != nil {
				t.Fatalf("event %d got number %d: %v", n, number, err)
			}
			n++
			continue
		}
		number, left := writeBy(t, w, y, keys[n%2], n)
		if number == 0 {
			flush(t, w, n-1)
			continue
		}
		if number != n {
			t.Fatalf("event %d got number %d", n, number)
		}
		if left {
			lefts++
		}
		n++
	}
	flush(t, w, events)
	if lefts == 0 {
		t.Error("no event came through the inbox")
	}
	ids := []naming.SegmentID{0, 1}
	for i, id := range ids {
		stored := c.Stored(id)
		var want []int64
		for n := int64(1); n <= events; n++ {
			if n%2 == int64(i) {
				want = append(want, n)
			}
		}
		if !slices.Equal(stored, want) {
			t.Errorf("segment %d holds %d events, want %d in order", i, len(stored), len(want))
		}
	}
}

// fillInbox writes until some events lie in the inbox, and returns the last number.
func fillInbox(t *testing.T, w *Writer, y *tray, from int64) int64 {
	t.Helper()
	for n := from; ; n++ {
		number, left := writeBy(t, w, y, "", n)
		if number != n {
			t.Fatalf("event %d got number %d", n, number)
		}
		if left {
			return n
		}
	}
}

// What lies in the inbox is sent although nobody calls and no acknowledgement
// comes, and the inbox of a writer that has nothing to do is shut.
func TestInboxIsNotForgotten(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	defer w.Close(waittest.Limit(t))
	y := &tray{}
	w.UseInbox(y, traySize)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.AppendBlockEnd); ok {
			return storetest.NoReply
		}
		return storetest.Serve
	})
	last := fillInbox(t, w, y, 1)
	waittest.Until(t, "the inbox is empty", func() bool { return w.newestTaken() == last })
	waittest.Until(t, "the inbox is shut", func() bool { return !y.isOpen() })
	c.Set(nil)
	c.CutAll()
	flush(t, w, last)
}

// newestTaken is the newest number without those in the inbox.
func (w *Writer) newestTaken() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// Flush and Close cover what lies in the inbox.
func TestFlushAndCloseCoverTheInbox(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	y := &tray{}
	w.UseInbox(y, traySize)
	last := fillInbox(t, w, y, 1)
	flush(t, w, last)
	last = fillInbox(t, w, y, last+1)
	if err := w.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	c.Expect(1, last, 0)
	if y.isOpen() || y.put("", "late") != 0 {
		t.Error("the inbox of a closed writer is open")
	}
}

// A writer that fails shuts its inbox: what lies there is not acknowledged.
func TestInboxOfAFailedWriter(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	y := &tray{}
	w.UseInbox(y, traySize)
	c.Set(func(_ int, command wire.Command) storetest.Verdict { // or it may be acknowledged before
		if _, ok := command.(wire.AppendBlockEnd); ok {
			return storetest.NoReply
		}
		return storetest.Serve
	})
	last := fillInbox(t, w, y, 1)
	w.End(fault.New(fault.StreamSealed, "write", "", ""))
	if y.isOpen() {
		t.Error("the inbox is open")
	}
	if err := w.Wait(waittest.Limit(t), last); !errors.Is(err, fault.StreamSealed) {
		t.Errorf("Wait: %v", err)
	}
	if _, err := w.TryWrite(nil, nil); !errors.Is(err, fault.StreamSealed) {
		t.Errorf("TryWrite: %v", err)
	}
	w.Close(waittest.Limit(t))
}

// What lies in the inbox of a writer that fails counts as accepted: Flush and Close
// do not take it for stored although all the rest is.
func TestFlushAndCloseOfAFailedWriterKnowTheInbox(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	y := &tray{}
	w.UseInbox(y, traySize)
	write(t, w, "k", 1, 5)
	flush(t, w, 5)
	w.mu.Lock()
	w.inbox.alone = crowd
	w.openInboxLocked()
	if number := y.put("", "an event"); number != 6 {
		t.Errorf("its number is %d", number)
	}
	w.failLocked(resume.Fenced(w.stream))
	w.mu.Unlock()
	if err := w.Flush(waittest.Limit(t)); !errors.Is(err, fault.Fenced) {
		t.Errorf("Flush: %v", err)
	}
	if err := w.Close(waittest.Limit(t)); !errors.Is(err, fault.Fenced) {
		t.Errorf("Close: %v", err)
	}
	if acked, _ := w.Acked(); acked != 5 {
		t.Errorf("acknowledged through %d", acked)
	}
}

// The inbox is open only while the window has room for all that fits into it.
func TestInboxKeepsToTheWindow(t *testing.T) {
	w := desk(t)
	y := &tray{}
	w.config.WindowBytes = 64 << 10
	w.window.limit = 64 << 10
	w.UseInbox(y, traySize)
	lefts := 0
	for n := int64(1); ; n++ {
		number, left := writeBy(t, w, y, "", n)
		if number == 0 {
			break
		}
		if left {
			lefts++
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if lefts == 0 || w.window.used < w.window.limit || w.window.used >= w.window.limit+wire.EventHeader+8 {
		t.Errorf("%d events in the inbox; the window of %d holds %d", lefts, w.window.limit, w.window.used)
	}
}
