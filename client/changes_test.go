package client

import (
	"bytes"
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// change is a public call that changes something at the servers.
type change struct {
	// ready makes what the call needs.
	ready func(w *world)
	call  func(ctx context.Context, w *world) error
	// happened reports whether anything of what the call asks for was stored or recorded.
	happened func(w *world) bool
	// kept reports whether a success is true; nil means that it is if happened is.
	kept func(w *world) bool
	// fails is the error without faults, if there is one.
	fails Code
	// closes closes the object of the call; nil: there is none but the client.
	closes func(ctx context.Context, w *world)
}

// world is what a trial has.
type world struct {
	*testCluster
	*trial
	client, other *Client // that of the call, and one that looks on
	writer        *Writer
	earlier       *Writer // of the same id
	txns          *TransactionalWriter
	txn           *Transaction
	group         *ReaderGroup
	reader        *Reader
	slice         *Slice
	before        int // records of the group's state
}

func (w *world) must(err error) {
	if err != nil {
		w.trial.t.Errorf("%s: cannot be tried: %v", w.name, err)
		runtime.Goexit()
	}
}

func (w *world) connect() *Client {
	config := Config{}
	config.ControllerURI, config.ConnectTimeout = w.URI, 300*time.Millisecond
	c, err := New(config)
	w.must(err)
	return c
}

func (w *world) close() {
	_ = w.client.Close() // tells what could not be ended, or nothing
	w.must(w.other.Close())
	w.Close()
}

// settle lets everything that is under way come to its end. What a writer says at last is
// true.
func (w *world) settle() {
	w.arm(false)
	w.CutAll()
	w.CutCalls()
	if w.writer == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_ = w.writer.Close(ctx) // what it says is looked at by trials of its own
	stored := int64(len(w.Events(w.Name(0))))
	switch acked, err := w.writer.Acked(); {
	case stored < acked:
		w.trial.t.Errorf("%s: acknowledged through %d of %d that are stored", w.name, acked, stored)
	case stored > acked && !MayBeStored(err):
		w.trial.t.Errorf("%s: %d are stored, acknowledged is %d, and that is said to be all: %v", w.name, stored, acked, err)
	}
}

// stored reports whether an event is in the stream.
func (w *world) has(event string) bool {
	return slices.ContainsFunc(w.Events(w.Name(0)), func(e []byte) bool { return string(e) == event })
}

// inTransaction reports whether an event is in the transaction, or in the stream by it.
func (w *world) inTransaction(event string) bool {
	part := w.Part(w.txn.ID(), 0)
	return w.has(event) || w.Has(part) && bytes.Contains(bytes.Join(w.Events(part), nil), []byte(event))
}

func (w *world) committed() bool {
	return w.Transactions(pb.TransactionState_COMMITTING)+w.Transactions(pb.TransactionState_COMMITTED) > 0
}

// log is the segment of the group's state.
func (w *world) log() string {
	return naming.SegmentName(naming.ReaderGroupStream(w.Stream.Scope, "group"), 0)
}

// recorded reports whether anything was added to the group's state.
func (w *world) recorded() bool { return len(w.Events(w.log())) > w.before }

// look is what another process sees of the group.
func (w *world) look() (*ReaderGroup, *readergroup.State) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	g, err := w.other.OpenReaderGroup(ctx, w.Stream.Scope, "group")
	w.must(err)
	state, _, err := g.engine.Read(ctx)
	w.must(err)
	return g, state
}

func (w *world) member(id string) bool {
	_, state := w.look()
	return state.Online(id)
}

func soonOver() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 30*time.Second)
}

// What trials need before the call.

func nothing(*world) {}

func (w *world) openWriter(c *Client, change func(*WriterConfig)) *Writer {
	config := WriterConfig{}
	if change != nil {
		change(&config)
	}
	opened, err := c.OpenWriter(context.Background(), w.Stream.Scope, w.Stream.Name, config)
	w.must(err)
	return opened
}

func aWriter(change func(*WriterConfig)) func(*world) {
	return func(w *world) { w.writer = w.openWriter(w.client, change) }
}

func transactions(w *world) { transactionsThat(w, CloseAborts) }

func transactionsThat(w *world, end CloseKind) {
	config := TransactionalWriterConfig{}
	config.Lease, config.Close = time.Minute, end
	var err error
	w.txns, err = w.client.OpenTransactionalWriter(context.Background(), w.Stream.Scope, w.Stream.Name, config)
	w.must(err)
}

func aTransaction(w *world) {
	transactions(w)
	w.begin()
}

// kept is a transaction that its Close keeps.
func kept(w *world) {
	transactionsThat(w, CloseKeeps)
	w.begin()
}

func (w *world) begin() {
	var err error
	w.txn, err = w.txns.Begin(context.Background())
	w.must(err)
	_, err = w.txn.TryWrite(Event{Data: []byte("before")})
	w.must(err)
}

func aGroup(change func(*ReaderGroupConfig)) func(*world) {
	return func(w *world) {
		w.Put(w.Name(0), []byte("one"), []byte("two"))
		config := ReaderGroupConfig{Streams: []GroupStream{{Scope: w.Stream.Scope, Stream: w.Stream.Name}}}
		if change != nil {
			change(&config)
		}
		_, err := w.other.CreateReaderGroup(context.Background(), w.Stream.Scope, "group", config)
		w.must(err)
		w.group, err = w.client.OpenReaderGroup(context.Background(), w.Stream.Scope, "group")
		w.must(err)
		w.before = len(w.Events(w.log()))
	}
}

// aMember is a reader that does nothing.
func aMember(w *world) {
	aGroup(nil)(w)
	w.record(func(s *readergroup.State) ([]readergroup.Update, error) { return s.Join("silent") })
}

// aCheckpoint is one that nobody passes.
func aCheckpoint(w *world) {
	aMember(w)
	w.record(func(s *readergroup.State) ([]readergroup.Update, error) { return s.StartCheckpoint("checkpoint") })
}

// record adds to the group's state.
func (w *world) record(propose func(*readergroup.State) ([]readergroup.Update, error)) {
	g, state := w.look()
	_, log := g.engine.Replica(nil)
	w.must(g.engine.Write(context.Background(), log, func() ([]readergroup.Update, error) { return propose(state) }))
	w.before = len(w.Events(w.log()))
}

func aReader(w *world) {
	aGroup(nil)(w)
	var err error
	w.reader, err = w.group.OpenReader(context.Background(), "reader", ReaderConfig{})
	w.must(err)
	ctx, cancel := soonOver()
	defer cancel()
	w.slice, err = w.reader.Next(ctx)
	w.must(err)
}

// aMarkedReader is a reader of a stream that has a time mark.
func aMarkedReader(w *world) {
	aReader(w)
	marks := naming.MarkStream(w.Stream)
	w.AddStream(marks)
	w.Create(naming.SegmentName(marks, 0))
	w.Put(naming.SegmentName(marks, 0), []byte("mark"))
	for known := false; !known; time.Sleep(time.Millisecond) {
		_, known = w.reader.engine.Reader.GroupPositions(w.Stream)
	}
}

// What trials are made of.

// ofClient is a change that the controller is asked for.
func ofClient(ready func(*world), call func(context.Context, *world) error, happened func(*world) bool) change {
	return change{ready: ready, call: call, happened: happened}
}

// ofGroup is a change of a reader group's state.
func ofGroup(ready func(*world), call func(context.Context, *ReaderGroup) error) change {
	return change{
		ready:    ready,
		call:     func(ctx context.Context, w *world) error { return call(ctx, w.group) },
		happened: (*world).recorded,
	}
}

// resets is a reset of a reader group: it is what every member finds, or will find.
func resets(call func(context.Context, *ReaderGroup) error) change {
	c := ofGroup(aGroup(nil), call)
	c.happened = func(w *world) bool { return w.Group("scope", "group").GetGeneration() > 0 }
	c.kept = func(w *world) bool { _, state := w.look(); return state.Config().Generation == 1 }
	return c
}

// writes is a call that takes an event, or refuses it.
func writes(call func(context.Context, *Writer) (int64, error)) change {
	return change{
		ready:    aWriter(nil),
		call:     func(ctx context.Context, w *world) error { return enginetest.Second(call(ctx, w.writer)) },
		happened: func(w *world) bool { return w.has("event") },
		kept: func(w *world) bool {
			acked, err := w.writer.Acked()
			return w.has("event") || acked == 0 && CodeOf(err) != ErrClosed
		},
		closes: func(ctx context.Context, w *world) { _ = w.writer.Close(ctx) },
	}
}

// awaits is a call that waits for an event to be stored.
func awaits(ready func(*world), call func(context.Context, *Writer) error) change {
	return change{
		ready: ready,
		call: func(ctx context.Context, w *world) error {
			if _, err := w.writer.TryWrite(Event{Data: []byte("event")}); err != nil {
				return err
			}
			return call(ctx, w.writer)
		},
		happened: func(w *world) bool { return w.has("event") },
		closes:   func(ctx context.Context, w *world) { _ = w.writer.Close(ctx) },
	}
}

// writesIn is a call that takes an event of a transaction, or refuses it.
func writesIn(call func(context.Context, *Transaction) (int64, error)) change {
	return change{
		ready:    aTransaction,
		call:     func(ctx context.Context, w *world) error { return enginetest.Second(call(ctx, w.txn)) },
		happened: func(w *world) bool { return w.inTransaction("event") },
		kept:     func(*world) bool { return true }, // it is stored by Flush
		closes:   func(ctx context.Context, w *world) { _ = w.txn.Close(ctx) },
	}
}

// releases is a call that gives a slice back.
func releases(call func(*Slice) error) change {
	return change{
		ready: aReader,
		call:  func(_ context.Context, w *world) error { return call(w.slice) },
		happened: func(w *world) bool {
			ctx, cancel := soonOver()
			defer cancel()
			_ = w.reader.Close(ctx)
			return w.following() > 0
		},
		closes: func(ctx context.Context, w *world) { _ = w.reader.Close(ctx) },
	}
}

// following is where the next reader of the group starts.
func (w *world) following() int64 {
	w.Put(w.Name(0), []byte("three"))
	ctx, cancel := soonOver()
	defer cancel()
	g, _ := w.look()
	w.must(g.ReaderOffline(ctx, "reader"))
	r, err := g.OpenReader(ctx, "next", ReaderConfig{})
	w.must(err)
	s, err := r.Next(ctx)
	w.must(err)
	w.must(r.Close(ctx))
	return s.StartOffset()
}

// ends is a call that ends a transaction. What is stored by it are the events: an abort
// stores nothing.
func ends(ready func(*world), call func(context.Context, *world) error, kept func(*world) bool) change {
	return change{
		ready:    ready,
		call:     call,
		happened: (*world).committed,
		kept:     kept,
		closes:   func(ctx context.Context, w *world) { _ = w.txn.Close(ctx) },
	}
}

// again makes a call twice; the second one tells.
func again(call func(context.Context, *world) error) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_ = call(ctx, w)
		return call(ctx, w)
	}
}

func aborted(w *world) bool { return w.Transactions(pb.TransactionState_ABORTED) > 0 }

// cut is behind the first event of the stream.
func (w *world) cut() StreamCut { return cutOf(w.Stream.Scope, w.Stream.Name, 11) }

func manual(c *ReaderGroupConfig) { c.Retention = GroupRetentionManual }

var event = []byte("event")

// changes are all public calls that change something at the servers, by their names, of
// which what follows a space is the circumstances.
var changes = map[string]change{
	"Client.CreateScope": ofClient(nothing,
		func(ctx context.Context, w *world) error { return enginetest.Second(w.client.CreateScope(ctx, "new")) },
		func(w *world) bool { return w.HasScope("new") }),
	"Client.DeleteScope": ofClient(
		func(w *world) { w.must(enginetest.Second(w.other.CreateScope(context.Background(), "old"))) },
		func(ctx context.Context, w *world) error { return enginetest.Second(w.client.DeleteScope(ctx, "old")) },
		func(w *world) bool { return !w.HasScope("old") }),
	"Client.DeleteScopeRecursive": ofClient(nothing,
		func(ctx context.Context, w *world) error {
			return enginetest.Second(w.client.DeleteScopeRecursive(ctx, "scope"))
		},
		func(w *world) bool {
			s, there := w.StreamOf(w.Stream)
			return !there || s.Sealed || !w.HasScope("scope")
		}),
	"Client.CreateStream": ofClient(nothing,
		func(ctx context.Context, w *world) error {
			return enginetest.Second(w.client.CreateStream(ctx, "scope", "new", StreamConfig{}))
		},
		func(w *world) bool { _, there := w.StreamOf(naming.Stream{Scope: "scope", Name: "new"}); return there }),
	"Client.UpdateStream": ofClient(nothing,
		func(ctx context.Context, w *world) error {
			config := StreamConfig{}
			config.Tags = []string{"tag"}
			return w.client.UpdateStream(ctx, "scope", "stream", config)
		},
		func(w *world) bool { s, _ := w.StreamOf(w.Stream); return len(s.Config.GetTags().GetTags()) > 0 }),
	"Client.SealStream": ofClient(nothing,
		func(ctx context.Context, w *world) error { return w.client.SealStream(ctx, "scope", "stream") },
		func(w *world) bool { s, _ := w.StreamOf(w.Stream); return s.Sealed }),
	"Client.DeleteStream": ofClient(
		func(w *world) { w.must(w.other.SealStream(context.Background(), "scope", "stream")) },
		func(ctx context.Context, w *world) error {
			return enginetest.Second(w.client.DeleteStream(ctx, "scope", "stream"))
		},
		func(w *world) bool { _, there := w.StreamOf(w.Stream); return !there }),
	"Client.TruncateStream": ofClient(nothing,
		func(ctx context.Context, w *world) error {
			return w.client.TruncateStream(ctx, "scope", "stream", w.cut())
		},
		func(w *world) bool { s, _ := w.StreamOf(w.Stream); return s.Head != nil }),
	"Client.ScaleStream": ofClient(nothing,
		func(ctx context.Context, w *world) error {
			return w.client.ScaleStream(ctx, "scope", "stream", []int64{0}, []KeyRange{{0, 0.5}, {0.5, 1}})
		},
		func(w *world) bool { return len(w.Segments()) > 1 }),
	"Client.CreateReaderGroup": {
		ready: nothing,
		call: func(ctx context.Context, w *world) error {
			return enginetest.Second(w.client.CreateReaderGroup(ctx, "scope", "group", ReaderGroupConfig{Streams: []GroupStream{{Scope: "scope", Stream: "stream"}}}))
		},
		happened: func(w *world) bool { return w.Group("scope", "group") != nil || w.Has(w.log()) },
		kept: func(w *world) bool {
			return w.Group("scope", "group") != nil && w.Has(w.log()) && len(w.Events(w.log())) == 1
		},
	},
	"Client.DeleteReaderGroup": ofClient(aGroup(nil),
		func(ctx context.Context, w *world) error { return w.client.DeleteReaderGroup(ctx, "scope", "group") },
		func(w *world) bool { return w.Group("scope", "group") == nil }),
	"Client.OpenWriter with an id": {
		ready: func(w *world) { w.earlier = w.openWriter(w.other, func(c *WriterConfig) { c.ID = "id" }) },
		call: func(ctx context.Context, w *world) error {
			config := WriterConfig{}
			config.ID = "id"
			return enginetest.Second(w.client.OpenWriter(ctx, "scope", "stream", config))
		},
		happened: func(w *world) bool {
			ctx, cancel := soonOver()
			defer cancel()
			return CodeOf(w.earlier.NoteTime(ctx, 1)) == ErrFenced
		},
	},
	"Client.Close": {
		ready:    func(w *world) { aReader(w); aTransaction(w) },
		call:     func(_ context.Context, w *world) error { return w.client.Close() },
		happened: func(w *world) bool { return !w.member("reader") || aborted(w) },
		kept:     func(w *world) bool { return !w.member("reader") && aborted(w) },
	},

	"Writer.Write": writes(func(ctx context.Context, w *Writer) (int64, error) { return w.Write(ctx, Event{Data: event}) }),
	"Writer.Write keyed": writes(func(ctx context.Context, w *Writer) (int64, error) {
		return w.Write(ctx, Event{Key: []byte("key"), Data: event})
	}),
	"Writer.TryWrite": writes(func(_ context.Context, w *Writer) (int64, error) { return w.TryWrite(Event{Data: event}) }),
	"Writer.TryWrite keyed": writes(func(_ context.Context, w *Writer) (int64, error) {
		return w.TryWrite(Event{Key: []byte("key"), Data: event})
	}),
	"Writer.TryWrite packed": writes(func(_ context.Context, w *Writer) (int64, error) {
		_, last, err := w.engine.TryWriteMany(nil, nil, event, []uint32{uint32(len(event))})
		return last, err
	}),
	"Writer.WriteBatch": writes(func(ctx context.Context, w *Writer) (int64, error) {
		return w.WriteBatch(ctx, []byte("key"), [][]byte{event}...)
	}),
	"Writer.TryWriteBatch": writes(func(_ context.Context, w *Writer) (int64, error) {
		return w.TryWriteBatch([]byte("key"), [][]byte{event}...)
	}),
	"Writer.WriteBatch anywhere": writes(func(ctx context.Context, w *Writer) (int64, error) {
		return w.WriteBatch(ctx, nil, [][]byte{event}...)
	}),
	"Writer.TryWriteBatch anywhere": writes(func(_ context.Context, w *Writer) (int64, error) {
		return w.TryWriteBatch(nil, [][]byte{event}...)
	}),
	"Writer.Write into a full window": {
		ready: aWriter(func(c *WriterConfig) { c.WindowBytes = 64 << 10 }),
		call: func(ctx context.Context, w *world) error {
			for {
				if _, err := w.writer.TryWrite(Event{Data: make([]byte, 30<<10)}); err != nil {
					return enginetest.Second(w.writer.Write(ctx, Event{Data: event}))
				}
			}
		},
		happened: func(w *world) bool { return w.has("event") },
		kept:     func(*world) bool { return true }, // settle looks at what is acknowledged
		closes:   func(ctx context.Context, w *world) { _ = w.writer.Close(ctx) },
	},
	"Writer.Wait":  awaits(aWriter(nil), func(ctx context.Context, w *Writer) error { return w.Wait(ctx, 1) }),
	"Writer.Flush": awaits(aWriter(nil), func(ctx context.Context, w *Writer) error { return w.Flush(ctx) }),
	"Writer.Close": awaits(aWriter(nil), func(ctx context.Context, w *Writer) error { return w.Close(ctx) }),
	"Writer.Close again": awaits(aWriter(nil), func(ctx context.Context, w *Writer) error {
		_ = w.Close(ctx)
		return w.Close(ctx)
	}),
	"Writer.NoteTime": {
		ready:    aWriter(nil),
		call:     func(ctx context.Context, w *world) error { return w.writer.NoteTime(ctx, 5) },
		happened: func(w *world) bool { return len(w.Marks()) > 0 },
		kept:     func(w *world) bool { return true }, // settle has closed it, and a closed writer has no time
		closes:   func(ctx context.Context, w *world) { _ = w.writer.Close(ctx) },
	},

	"TransactionalWriter.Begin": {
		ready: transactions,
		call:  func(ctx context.Context, w *world) error { return enginetest.Second(w.txns.Begin(ctx)) },
		happened: func(w *world) bool {
			return w.Transactions(pb.TransactionState_OPEN)+w.Transactions(pb.TransactionState_ABORTED) > 0
		},
		closes: func(ctx context.Context, w *world) { _ = w.txns.Close(ctx) },
	},
	"TransactionalWriter.Attach": {
		ready:    aTransaction,
		call:     func(ctx context.Context, w *world) error { return enginetest.Second(w.txns.Attach(ctx, w.txn.ID())) },
		happened: (*world).committed,
		kept:     func(*world) bool { return true },
		closes:   func(ctx context.Context, w *world) { _ = w.txns.Close(ctx) },
	},
	"TransactionalWriter.Close": ends(aTransaction, func(ctx context.Context, w *world) error { return w.txns.Close(ctx) }, aborted),

	"Transaction.Write": writesIn(func(ctx context.Context, t *Transaction) (int64, error) { return t.Write(ctx, Event{Data: event}) }),
	"Transaction.Write keyed": writesIn(func(ctx context.Context, t *Transaction) (int64, error) {
		return t.Write(ctx, Event{Key: []byte("key"), Data: event})
	}),
	"Transaction.TryWrite": writesIn(func(_ context.Context, t *Transaction) (int64, error) { return t.TryWrite(Event{Data: event}) }),
	"Transaction.TryWrite keyed": writesIn(func(_ context.Context, t *Transaction) (int64, error) {
		return t.TryWrite(Event{Key: []byte("key"), Data: event})
	}),
	"Transaction.TryWrite packed": writesIn(func(_ context.Context, t *Transaction) (int64, error) {
		_, last, err := t.engine.Events.TryWriteMany(nil, nil, event, []uint32{uint32(len(event))})
		return last, err
	}),
	"Transaction.WriteBatch": writesIn(func(ctx context.Context, t *Transaction) (int64, error) {
		return t.WriteBatch(ctx, []byte("key"), [][]byte{event}...)
	}),
	"Transaction.TryWriteBatch": writesIn(func(_ context.Context, t *Transaction) (int64, error) {
		return t.TryWriteBatch([]byte("key"), [][]byte{event}...)
	}),
	"Transaction.WriteBatch anywhere": writesIn(func(ctx context.Context, t *Transaction) (int64, error) {
		return t.WriteBatch(ctx, nil, [][]byte{event}...)
	}),
	"Transaction.TryWriteBatch anywhere": writesIn(func(_ context.Context, t *Transaction) (int64, error) {
		return t.TryWriteBatch(nil, [][]byte{event}...)
	}),
	"Transaction.Flush": {
		ready: aTransaction,
		call: func(ctx context.Context, w *world) error {
			if _, err := w.txn.TryWrite(Event{Data: event}); err != nil {
				return err
			}
			return w.txn.Flush(ctx)
		},
		happened: func(w *world) bool { return w.inTransaction("event") },
		closes:   func(ctx context.Context, w *world) { _ = w.txn.Close(ctx) },
	},
	"Transaction.Commit":        ends(aTransaction, func(ctx context.Context, w *world) error { return w.txn.Commit(ctx) }, (*world).committed),
	"Transaction.CommitAt":      ends(aTransaction, func(ctx context.Context, w *world) error { return w.txn.CommitAt(ctx, 5) }, (*world).committed),
	"Transaction.CommitAndWait": ends(aTransaction, func(ctx context.Context, w *world) error { return w.txn.CommitAndWait(ctx) }, (*world).committed),
	"Transaction.Abort":         ends(aTransaction, func(ctx context.Context, w *world) error { return w.txn.Abort(ctx) }, aborted),
	"Transaction.Abort beside a commit": ends(aTransaction, func(ctx context.Context, w *world) error {
		committing := make(chan error, 1)
		go func() { committing <- w.txn.Commit(ctx) }()
		err := w.txn.Abort(ctx)
		<-committing
		return err
	}, aborted),
	"Transaction.Close":               ends(aTransaction, func(ctx context.Context, w *world) error { return w.txn.Close(ctx) }, aborted),
	"Transaction.Close again":         ends(aTransaction, again(func(ctx context.Context, w *world) error { return w.txn.Close(ctx) }), aborted),
	"TransactionalWriter.Close again": ends(aTransaction, again(func(ctx context.Context, w *world) error { return w.txns.Close(ctx) }), aborted),
	"Transaction.Close that keeps it": {
		ready: kept,
		call: func(ctx context.Context, w *world) error {
			if _, err := w.txn.TryWrite(Event{Data: event}); err != nil {
				return err
			}
			return w.txn.Close(ctx)
		},
		happened: func(w *world) bool { return w.inTransaction("event") },
		closes:   func(ctx context.Context, w *world) { _ = w.txns.Close(ctx) },
	},

	"ReaderGroup.OpenReader": {
		ready: aGroup(nil),
		call: func(ctx context.Context, w *world) error {
			return enginetest.Second(w.group.OpenReader(ctx, "new", ReaderConfig{}))
		},
		happened: func(w *world) bool { return w.member("new") },
	},
	"ReaderGroup.ReaderOffline": ofGroup(aMember, func(ctx context.Context, g *ReaderGroup) error { return g.ReaderOffline(ctx, "silent") }),
	"ReaderGroup.ReaderOfflineAt": ofGroup(aMember, func(ctx context.Context, g *ReaderGroup) error {
		return g.ReaderOfflineAt(ctx, "silent", Position{})
	}),
	"ReaderGroup.InitiateCheckpoint": ofGroup(aGroup(nil), func(ctx context.Context, g *ReaderGroup) error {
		return enginetest.Second(g.InitiateCheckpoint(ctx, "checkpoint"))
	}),
	"ReaderGroup.InitiateCheckpoint that nobody passes": {
		ready: aMember,
		call: func(ctx context.Context, w *world) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			go func() {
				for ctx.Err() == nil && !w.recorded() {
					time.Sleep(time.Millisecond)
				}
				cancel()
			}()
			return enginetest.Second(w.group.InitiateCheckpoint(ctx, "checkpoint"))
		},
		happened: (*world).recorded,
		fails:    ErrCancelled,
	},
	"ReaderGroup.GenerateStreamCuts": ofGroup(aGroup(nil), func(ctx context.Context, g *ReaderGroup) error {
		return enginetest.Second(g.GenerateStreamCuts(ctx))
	}),
	"ReaderGroup.CancelCheckpoints": ofGroup(aCheckpoint, func(ctx context.Context, g *ReaderGroup) error { return g.CancelCheckpoints(ctx) }),
	"ReaderGroup.Reset": resets(func(ctx context.Context, g *ReaderGroup) error {
		return g.Reset(ctx, ReaderGroupConfig{Streams: []GroupStream{{Scope: "scope", Stream: "stream"}}})
	}),
	"ReaderGroup.ResetTo": resets(func(ctx context.Context, g *ReaderGroup) error {
		return g.ResetTo(ctx, cutOf("scope", "stream", 11))
	}),
	"ReaderGroup.ResetToLastCheckpoint": resets(func(ctx context.Context, g *ReaderGroup) error {
		return g.ResetToLastCheckpoint(ctx)
	}),
	"ReaderGroup.UpdateRetentionStreamCut": ofClient(aGroup(manual),
		func(ctx context.Context, w *world) error {
			return w.group.UpdateRetentionStreamCut(ctx, w.cut(), w.cut())
		},
		func(w *world) bool { return w.Released("scope", "group") != nil }),

	"Reader.Close": {
		ready:    aReader,
		call:     func(ctx context.Context, w *world) error { return w.reader.Close(ctx) },
		happened: func(w *world) bool { return !w.member("reader") },
		closes:   func(ctx context.Context, w *world) { _ = w.reader.Close(ctx) },
	},
	"Reader.Close again": {
		ready:    aReader,
		call:     again(func(ctx context.Context, w *world) error { return w.reader.Close(ctx) }),
		happened: func(w *world) bool { return !w.member("reader") },
		closes:   func(ctx context.Context, w *world) { _ = w.reader.Close(ctx) },
	},
	"Reader.CloseAt": {
		ready:    aReader,
		call:     func(ctx context.Context, w *world) error { return w.reader.CloseAt(ctx, w.slice.Position(11)) },
		happened: func(w *world) bool { return !w.member("reader") },
		kept:     func(w *world) bool { return w.following() == 11 },
		closes:   func(ctx context.Context, w *world) { _ = w.reader.Close(ctx) },
	},
	"Slice.Release":   releases(func(s *Slice) error { return s.Release() }),
	"Slice.ReleaseAt": releases(func(s *Slice) error { return s.ReleaseAt(11) }),
}

// questions are the calls that change nothing at the servers, with what they do instead,
// if not just ask them.
var questions = map[string]string{
	"Client.FetchEvent": "", "Client.ReaderGroups": "", "Client.ScopeExists": "", "Client.Scopes": "", "Client.Segments": "", "Client.StreamExists": "",
	"Client.StreamInfo": "", "Client.Streams": "", "Client.StreamsWithTag": "",
	"Client.OpenReaderGroup":         "looks for the group",
	"Client.OpenTransactionalWriter": "looks for the stream",

	"ReaderGroup.Config": "", "ReaderGroup.Readers": "", "ReaderGroup.UnreadBytes": "",
	"ReaderGroup.String": "tells what it holds",
	"ReaderGroup.Watch":  "calls a function",
	"GroupWatch.Close":   "ends that",

	"Reader.Next": "hands out what the reader has", "Reader.TryNext": "likewise", "Reader.Events": "likewise", "Reader.Slices": "likewise",
	"Reader.Notify": "calls a function", "Reader.Position": "tells what the reader holds", "Reader.TimeWindow": "", "Reader.Trouble": "", "Reader.Waiting": "",

	"Slice.Bytes": "", "Slice.EndOffset": "", "Slice.Events": "", "Slice.Pointer": "", "Slice.Position": "", "Slice.Scope": "",
	"Slice.Segment": "", "Slice.Skipped": "", "Slice.StartOffset": "", "Slice.Stream": "",

	"Transaction.Acked": "", "Transaction.ID": "", "Transaction.Status": "", "Transaction.WaitReadable": "",
	"TransactionalWriter.Transactions": "",

	"Writer.Acked": "", "Writer.Durable": "", "Writer.Trouble": "", "Writer.Waiting": "",
	"Writer.Notify": "calls a function",

	"AtCheckpoint.Error": "is a text", "Settings.Get": "is about a value", "Settings.Set": "likewise",
	"Checkpoint.UnmarshalBinary": "makes a value", "EventPointer.UnmarshalBinary": "likewise", "Position.UnmarshalBinary": "likewise",
	"StreamCut.UnmarshalBinary": "likewise",
}

// Every call is either in the table of changes or among the questions: those of objects,
// and those that take a context.
func TestEveryCallIsTriedOrAQuestion(t *testing.T) {
	tried := make(map[string]bool)
	for name := range changes {
		name, _, _ := strings.Cut(name, " ")
		tried[name] = true
	}
	there := make(map[string]bool)
	for name := range exportedCalls(t) {
		there[name] = true
		switch _, asks := questions[name]; {
		case asks && tried[name]:
			t.Errorf("%s is in the table of changes and among the questions", name)
		case !asks && !tried[name]:
			t.Errorf("%s belongs into the table of changes if it changes something at the servers, else among the questions", name)
		}
	}
	for _, names := range []iter.Seq[string]{maps.Keys(tried), maps.Keys(questions)} {
		for name := range names {
			if !there[name] {
				t.Errorf("there is no %s", name)
			}
		}
	}
}

// exportedCalls are the functions and methods of this package that may change something:
// not those of values, unless they take a context. The value reports whether they do.
func exportedCalls(t *testing.T) map[string]bool {
	calls := make(map[string]bool)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() {
				continue
			}
			object, name := "", f.Name.Name
			if f.Recv != nil {
				of := f.Recv.List[0].Type
				if star, ok := of.(*ast.StarExpr); ok {
					of, object = star.X, "object"
				}
				if !of.(*ast.Ident).IsExported() {
					continue
				}
				name = of.(*ast.Ident).Name + "." + name
			}
			if object != "" || takesContext(f.Type) {
				calls[name] = takesContext(f.Type)
			}
		}
	}
	return calls
}

func takesContext(f *ast.FuncType) bool {
	return slices.ContainsFunc(f.Params.List, func(p *ast.Field) bool {
		s, ok := p.Type.(*ast.SelectorExpr)
		return ok && s.Sel.Name == "Context"
	})
}
