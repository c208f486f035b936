package client

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// A bad setting is an error that names the option.
func TestBadSettingsNameTheOption(t *testing.T) {
	s := NewSettings()
	if err := s.Set("writer.windows", "1"); !errors.Is(err, ErrUnknownOption) || !strings.Contains(err.Error(), "writer.window.bytes") {
		t.Fatal(err)
	}
	if _, err := s.Get("nonsense"); !errors.Is(err, ErrUnknownOption) {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"writer.window.bytes": "lots", "connect.timeout": "5", "tls.verify.host": "perhaps", "stream.scaling": "elastic",
		"stream.segments": "0", "reader.buffer.bytes": "99GiB", "stream.retention.min": "-1",
	} {
		if err := s.Set(name, value); !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), name) {
			t.Fatal(name, err)
		}
	}
	for _, o := range Options() {
		if o.Doc == "" || o.Range == "" {
			t.Errorf("option %s is not documented", o.Name)
		}
		value, err := s.Get(o.Name)
		if err != nil || s.Set(o.Name, value) != nil {
			t.Errorf("option %s does not take its own value %q back", o.Name, value)
		}
	}
}

// A file that is no certificate shows only when it is read.
func TestFileOfCertificatesThatIsNone(t *testing.T) {
	config := Config{}
	config.ControllerURI, config.CAFile = "tls://localhost:9090", "/nonexistent"
	if _, err := New(config); !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), "tls.ca.file") {
		t.Fatal(err)
	}
}

// A group that cannot be is refused before any server is asked, by a word of what is wrong.
func TestBadGroupConfigsAreRefused(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	one := GroupStream{Scope: "scope", Stream: "stream"}
	for why, config := range map[string]func(*ReaderGroupConfig){
		"no streams": func(c *ReaderGroupConfig) { c.Streams = nil },
		"scope/stream twice": func(c *ReaderGroupConfig) {
			c.Streams = []GroupStream{one, {Scope: "scope", Stream: "stream", FromTail: true}}
		},
		"tail and a cut": func(c *ReaderGroupConfig) {
			c.Streams[0].FromTail, c.Streams[0].From = true, cutOf("scope", "stream", 1)
		},
		"stream other/stream is not in the scope of the group": func(c *ReaderGroupConfig) {
			c.Retention = GroupRetentionManual
			c.Streams = append(c.Streams, GroupStream{Scope: "other", Stream: "stream"})
		},
		"is given for scope/stream": func(c *ReaderGroupConfig) { c.Streams[0].To = cutOf("scope", "other", 1) },
	} {
		wanted := ReaderGroupConfig{Streams: []GroupStream{one}}
		config(&wanted)
		if _, err := g.client.CreateReaderGroup(waittest.Limit(t), "scope", "new", wanted); !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), why) {
			t.Errorf("create, %s: %v", why, err)
		}
		if err := g.Reset(waittest.Limit(t), wanted); !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), why) {
			t.Errorf("reset, %s: %v", why, err)
		}
	}
	if err := g.ResetTo(waittest.Limit(t), cutOf("scope", "stream", 1), cutOf("scope", "stream", 2)); !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), "twice") {
		t.Errorf("reset to two cuts of a stream: %v", err)
	}
}

// What cannot be said in a group's state is refused, and leaves the group as it was.
func TestTextsThatAGroupCannotHold(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	r, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{strings.Repeat("x", 1<<16), "\xff", "a\xffb"} {
		if _, err := g.InitiateCheckpoint(waittest.Limit(t), text); !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("checkpoint %.10q: %v", text, err)
		}
		if _, err := g.OpenReader(waittest.Limit(t), text, ReaderConfig{}); !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("reader %.10q: %v", text, err)
		}
		if err := g.ReaderOffline(waittest.Limit(t), text); err != nil { // there is no such reader
			t.Errorf("offline %.10q: %v", text, err)
		}
	}
	if _, err := g.InitiateCheckpoint(waittest.Limit(t), strings.Repeat("x", 1<<16-1)); err != nil {
		t.Error(err)
	}
	for _, p := range []EventPointer{{}, {streamcut.Pointer{Segment: readergroup.Segment{Stream: c.Stream}, Offset: -1, Length: 8}},
		{streamcut.Pointer{Segment: readergroup.Segment{Stream: c.Stream}, Length: math.MaxInt32}}} {
		if e, err := g.client.FetchEvent(waittest.Limit(t), p); !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("event at %q: %q, %v", p, e, err)
		}
	}
	if err := g.ResetTo(waittest.Limit(t), StreamCut{}); !errors.Is(err, ErrInvalidArgument) {
		t.Error(err)
	}
	if err := g.ResetTo(waittest.Limit(t)); !errors.Is(err, ErrInvalidArgument) {
		t.Error(err)
	}
	if err := r.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
}

// A controller that is not there is told within the caller's limit.
func TestUnreachableController(t *testing.T) {
	t.Parallel()
	config := Config{}
	config.ControllerURI = "tcp://127.0.0.1:1"
	config.RequestTimeout = 3 * time.Second
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.CreateScope(context.Background(), "scope"); !errors.Is(err, ErrUnreachable) || !IsRetriable(err) || !strings.Contains(err.Error(), config.ControllerURI) {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.OpenWriter(short, "scope", "stream", WriterConfig{}); err == nil {
		t.Fatal("a writer was opened")
	}
}

func TestInvalidNamesAreRefused(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	for _, name := range []string{"", "with space", "_internal", "a/b", strings.Repeat("x", 251), "ümlaut"} {
		if _, err := w.client.CreateScope(waittest.Limit(t), name); !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("scope %q: %v", name, err)
		}
		if _, err := w.client.CreateStream(waittest.Limit(t), "scope", name, StreamConfig{}); !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("stream %q: %v", name, err)
		}
		if _, err := w.client.OpenWriter(waittest.Limit(t), "scope", name, WriterConfig{}); !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("writer on %q: %v", name, err)
		}
		if _, err := w.client.OpenReaderGroup(waittest.Limit(t), "scope", name); !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("group %q: %v", name, err)
		}
	}
}

// An event that is refused takes no number.
func TestEventsThatAreRefusedAndThoseThatAreNot(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(func(_ *Config, limits *WriterConfig) { limits.LargeEventBytes = MaxEventSize })
	ctx := waittest.Limit(t)
	if _, err := w.Write(ctx, Event{Data: make([]byte, MaxEventSize+1)}); !errors.Is(err, ErrEventTooLarge) {
		t.Fatal(err)
	}
	if _, err := w.Write(ctx, Event{Key: []byte("\xff"), Data: []byte("x")}); !errors.Is(err, ErrInvalidArgument) {
		t.Fatal(err)
	}
	for _, lens := range [][]uint32{{6}, {1, 5}, {1 << 31}} {
		if _, _, err := w.engine.TryWriteMany(nil, []uint32{9}, []byte("event"), lens); !errors.Is(err, ErrInvalidArgument) {
			t.Fatal(lens, err)
		}
	}
	if n, err := w.Write(ctx, Event{Data: nil}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := w.Write(ctx, Event{Key: []byte(""), Data: []byte("the empty key")}); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	largest := bytes.Repeat([]byte{7}, MaxEventSize)
	if n, err := w.Write(ctx, Event{Data: largest}); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	flush(t, w, 3)
	events := c.Events(c.Name(0))
	if len(events) != 3 || len(events[0]) != 0 || string(events[1]) != "the empty key" || !bytes.Equal(events[2], largest) {
		t.Fatalf("%d events are stored", len(events))
	}
}

// A full window refuses, or waits as long as the caller allows; what was taken
// is not lost.
func TestFullWindow(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(func(_ *Config, limits *WriterConfig) { limits.WindowBytes = 64 << 10 })
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.SetupAppend); ok {
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	var last int64
	for {
		n, err := w.TryWrite(Event{Data: make([]byte, 1000)})
		if errors.Is(err, ErrWindowFull) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		last = n
	}
	if last != 66 { // the last one goes beyond
		t.Fatalf("a window of 64 KiB took %d events of 1008 bytes", last)
	}
	short, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := w.Write(short, Event{Data: make([]byte, 1000)}); !errors.Is(err, ErrTimedOut) {
		t.Fatal(err)
	}
	if accepted, _, err := w.engine.TryWriteMany(nil, nil, make([]byte, 2000), []uint32{1000, 1000}); accepted != 0 || !errors.Is(err, ErrWindowFull) {
		t.Fatal(accepted, err)
	}
	c.Set(nil)
	if n, err := w.Write(waittest.Limit(t), Event{Data: make([]byte, 1000)}); n != last+1 || err != nil {
		t.Fatal(n, err)
	}
	flush(t, w, last+1)
	if stored := len(c.Events(c.Name(0))); stored != int(last+1) {
		t.Fatalf("%d of %d events are stored", stored, last+1)
	}
}

// Hazard 14: a segment that is down does not hold up the others, and takes no more than
// half the window.
func TestHazard14SegmentThatIsDownLeavesRoomForOthers(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(func(_ *Config, limits *WriterConfig) { limits.WindowBytes = 64 << 10 })
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if setup, ok := command.(wire.SetupAppend); ok && setup.Segment == c.Name(0) {
			return storetest.NoReply
		}
		return storetest.Serve
	})
	low, high := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
	taken := 0
	for {
		if _, err := w.TryWrite(Event{Key: []byte(low), Data: make([]byte, 1000)}); err != nil {
			break
		}
		taken++
	}
	if taken > 33 {
		t.Fatalf("the segment that is down took %d kB of 64", taken)
	}
	for range 500 {
		if _, err := w.Write(waittest.Limit(t), Event{Key: []byte(high), Data: make([]byte, 1000)}); err != nil {
			t.Fatal(err)
		}
	}
	waittest.Until(t, "the other segment has its events", func() bool { return len(c.Events(c.Name(1))) == 500 })
	if acked, _ := w.Acked(); acked != 0 {
		t.Fatalf("acknowledged through %d, but event 1 is not stored", acked)
	}
}

func TestClosing(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	writeNumbered(t, w, "k", 1, 10)
	if err := w.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	c.Expect(1, 10, 0)
	if err := w.Close(waittest.Limit(t)); err != nil {
		t.Fatal("closing twice", err)
	}
	if _, err := w.Write(waittest.Limit(t), Event{Data: nil}); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	if _, err := w.TryWrite(Event{Data: nil}); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	if acked, err := w.Acked(); acked != 10 || !errors.Is(err, ErrClosed) {
		t.Fatal(acked, err)
	}
	if err := w.client.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.client.Close(); err != nil {
		t.Fatal("closing twice", err)
	}
	if _, err := w.client.CreateScope(waittest.Limit(t), "scope"); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

// Close and the client's Close end what waits in other goroutines.
func TestCloseWhileOthersWait(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if enginetest.IsAppend(command) {
			return storetest.Ignore
		}
		return storetest.Serve
	})
	writeNumbered(t, w, "k", 1, 5)
	waiting := make(chan error)
	go func() { waiting <- w.Wait(context.Background(), 5) }()
	short, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if err := w.Close(short); !errors.Is(err, ErrTimedOut) {
		t.Fatal(err)
	}
	if err := <-waiting; !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	if acked, err := w.Acked(); acked != 0 || !errors.Is(err, ErrClosed) {
		t.Fatal(acked, err)
	}
}

// Who closes a writer whose client was closed before is told that not everything
// is stored; and nothing if it is.
func TestCloseAfterTheClientTellsWhatIsMissing(t *testing.T) {
	c := startCluster(t, keyspace...)
	w, done := c.writer(nil), c.writer(nil)
	writeNumbered(t, done, "k", 1, 5)
	flush(t, done, 5)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if enginetest.IsAppend(command) {
			return storetest.Ignore
		}
		return storetest.Serve
	})
	writeNumbered(t, w, "k", 1, 5)
	for _, each := range []*Writer{w, done} {
		if err := each.client.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(waittest.Limit(t)); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if err := done.Close(waittest.Limit(t)); err != nil {
		t.Error(err)
	}
}

// A store that answers garbage for a while costs nothing; one that is none at
// all ends the writer with a clear error.
func TestStoresThatAnswerGarbage(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(func(config *Config, _ *WriterConfig) { config.RequestTimeout = 5 * time.Second })
	c.Greet([]byte("HTTP/1.1 502 Bad Gateway\r\n\r\n"))
	writeNumbered(t, w, "k", 1, 100)
	waittest.Until(t, "the writer tries again", func() bool { return c.Dialled() > 2 })
	c.Greet(nil)
	flush(t, w, 100)
	c.Expect(1, 100, 0)

	c.Greet(wire.Hello{HighVersion: 99, LowVersion: 98}.Append(nil))
	c.CutAll()
	if _, err := w.Write(waittest.Limit(t), Event{Data: []byte("12345678")}); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(waittest.Limit(t)); !errors.Is(err, ErrProtocol) || !strings.Contains(err.Error(), "versions 98 to 99") {
		t.Fatal(err)
	}
	if acked, err := w.Acked(); acked != 100 || err == nil {
		t.Fatal(acked, err)
	}
}

// The hook is called with rising numbers, one call at a time, and last with the
// final error.
func TestNotify(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	told := make(chan int64, 1000)
	var last int64
	w.Notify(func(acked int64, err error) {
		if acked < last {
			t.Errorf("acknowledged through %d after %d", acked, last)
		}
		last = acked
		if err != nil {
			close(told)
			return
		}
		told <- acked
	})
	for n := int64(1); n <= 100; n++ {
		writeNumbered(t, w, "k", n, n)
		flush(t, w, n)
	}
	for at := int64(0); at < 100; {
		at = <-told
	}
	if err := w.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	for range told {
	}
	if last != 100 {
		t.Fatal(last)
	}
}

// The client's Close ends a Close that waits for acknowledgements without limit.
func TestClientClosesWhileAWriterIsBeingClosed(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if enginetest.IsAppend(command) {
			return storetest.Ignore
		}
		return storetest.Serve
	})
	writeNumbered(t, w, "k", 1, 5)
	closed := make(chan error)
	go func() { closed <- w.Close(context.Background()) }()
	waittest.Until(t, "the writer is being closed", func() bool { _, err := w.TryWrite(Event{Data: nil}); return errors.Is(err, ErrClosed) })
	if err := w.client.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-closed; !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

// A hook that is set too late is told the end.
func TestNotifyOfAWriterThatHasEnded(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	if err := w.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 1)
	w.Notify(func(_ int64, err error) { told <- err })
	if err := <-told; !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}
