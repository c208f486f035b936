package main

/*
#include "shim.h"
#include <string.h>
*/
import "C"

import (
	"context"
	"unsafe"

	"github.com/mattn/go-pointer"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/write"
)

// txnWriter is an open transactional writer.
type txnWriter struct {
	*client.TransactionalWriter
	ctx    context.Context
	cancel context.CancelFunc
}

func (w *txnWriter) life() context.Context { return w.ctx }

// txn is an open handle of a transaction. Calls that wait end with the client; a
// writer that is closed ends its transactions itself.
type txn struct {
	*client.Transaction
	events *write.Writer // to its segments
	ctx    context.Context
	cancel context.CancelFunc
}

func (t *txn) life() context.Context { return t.ctx }

//export goTxnWriterOpen
func goTxnWriterOpen(of unsafe.Pointer, scope, stream C.shim_text, settings unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) (opened unsafe.Pointer) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		given, err := c.with(settings, client.ObjectTransactionalWriter)
		if err != nil {
			return err
		}
		w, err := c.OpenTransactionalWriter(ctx, text(scope), text(stream), given.Txn)
		if err != nil {
			return err
		}
		o := &txnWriter{TransactionalWriter: w}
		o.ctx, o.cancel = context.WithCancel(c.ctx)
		opened = pointer.Save(o)
		return nil
	})
	return opened
}

//export goTxnWriterClose
func goTxnWriterClose(of unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, w *txnWriter) error {
		err := w.Close(ctx)
		w.cancel()
		return err
	})
}

//export goTxnList
func goTxnList(of unsafe.Pointer, ids *C.struct_shim_strings, out *C.struct_shim_outcome) {
	defer guard(out)
	var names []string
	for _, t := range pointer.Restore(of).(*txnWriter).Transactions() {
		names = append(names, t.ID())
	}
	give(ids, names)
}

//export goTxnEnter
func goTxnEnter(of unsafe.Pointer, id C.shim_text, named *C.char, ms C.int, out *C.struct_shim_outcome) (entered unsafe.Pointer) {
	call(of, ms, out, func(ctx context.Context, w *txnWriter) error {
		var t *client.Transaction
		var err error
		if id == nil {
			t, err = w.Begin(ctx)
		} else {
			t, err = w.Attach(ctx, text(id))
		}
		if err != nil {
			return err
		}
		copy(unsafe.Slice((*byte)(unsafe.Pointer(named)), C.PRAVEGA_TXN_ID_SIZE-1), t.ID())
		o := &txn{Transaction: t, events: write.EngineOf(t)}
		o.ctx, o.cancel = context.WithCancel(w.ctx)
		entered = pointer.Save(o)
		return nil
	})
	return entered
}

// offered is offered once; if there is no room, the caller waits unless his limit is 0.
func offered(ms C.int, try, wait func() (int64, error)) (n int64, err error) {
	if n, err = try(); ms == 0 || client.CodeOf(err) != client.ErrWindowFull {
		return n, err
	}
	return wait()
}

func (t *txn) write(ctx context.Context, ms C.int, key, event []byte) (int64, error) {
	return offered(ms, func() (int64, error) { return t.events.TryWrite(key, event) }, func() (int64, error) { return t.events.Write(ctx, key, event) })
}

//export goTxnWrite
func goTxnWrite(of unsafe.Pointer, key C.shim_bytes, keyLen C.size_t, event C.shim_bytes, size C.size_t, ms C.int, out *C.struct_shim_outcome) (number C.int64_t) {
	call(of, ms, out, func(ctx context.Context, t *txn) error {
		n, err := t.write(ctx, ms, bytesOf(key, keyLen), bytesOf(event, size))
		number = C.int64_t(n)
		return err
	})
	return number
}

//export goTxnWriteMany
func goTxnWriteMany(of unsafe.Pointer, keys C.shim_bytes, keysSize C.size_t, keyLens C.shim_lens, events C.shim_bytes, eventsSize C.size_t, lens C.shim_lens, count C.size_t, ms C.int, out *C.struct_shim_outcome) (accepted C.size_t) {
	call(of, ms, out, func(ctx context.Context, t *txn) error {
		names := unsafe.Slice((*byte)(unsafe.Pointer(keys)), keysSize)
		data := unsafe.Slice((*byte)(unsafe.Pointer(events)), eventsSize)
		sizes := unsafe.Slice((*uint32)(unsafe.Pointer(lens)), count)
		var nameSizes []uint32
		if keyLens != nil {
			nameSizes = unsafe.Slice((*uint32)(unsafe.Pointer(keyLens)), count)
		}
		// step leaves the first n out.
		step := func(n int) {
			for i := range n {
				data = data[sizes[i]:]
				if nameSizes != nil && nameSizes[i] != write.NoKey {
					names = names[nameSizes[i]:]
				}
			}
			sizes = sizes[n:]
			if nameSizes != nil {
				nameSizes = nameSizes[n:]
			}
			accepted += C.size_t(n)
		}
		for len(sizes) > 0 {
			n, _, err := t.events.TryWriteMany(names, nameSizes, data, sizes)
			step(n)
			if err == nil || ms == 0 || client.CodeOf(err) != client.ErrWindowFull {
				return err
			}
			// The next one waits for room, and the others with it.
			var name []byte
			if nameSizes != nil && nameSizes[0] != write.NoKey {
				name = append([]byte{}, names[:nameSizes[0]]...) // the empty key is not nil
			}
			if _, err := t.write(ctx, ms, name, data[:sizes[0]]); err != nil {
				return err
			}
			step(1)
		}
		return nil
	})
	return accepted
}

//export goTxnWriteBatch
func goTxnWriteBatch(of unsafe.Pointer, key C.shim_bytes, keyLen C.size_t, events C.shim_bytes, size C.size_t, lens C.shim_lens, count C.size_t, ms C.int, out *C.struct_shim_outcome) (number C.int64_t) {
	call(of, ms, out, func(ctx context.Context, t *txn) error {
		batch := batchOf(events, size, lens, count)
		name := bytesOf(key, keyLen)
		try := func() (int64, error) { return t.events.TryWriteBatch(name, batch) }
		wait := func() (int64, error) { return t.events.WriteBatch(ctx, name, batch) }
		n, err := offered(ms, try, wait)
		number = C.int64_t(n)
		return err
	})
	return number
}

//export goTxnAcked
func goTxnAcked(of unsafe.Pointer, out *C.struct_shim_outcome) (acked C.int64_t) {
	defer guard(out)
	n, _ := pointer.Restore(of).(*txn).Acked()
	return C.int64_t(n)
}

//export goTxnFlush
func goTxnFlush(of unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, t *txn) error { return t.Flush(ctx) })
}

//export goTxnStatus
func goTxnStatus(of unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) (status C.int) {
	call(of, ms, out, func(ctx context.Context, t *txn) error {
		s, err := t.Status(ctx)
		switch s {
		case client.TransactionOpen:
			status = C.PRAVEGA_TXN_OPEN
		case client.TransactionCommitting:
			status = C.PRAVEGA_TXN_COMMITTING
		case client.TransactionCommitted:
			status = C.PRAVEGA_TXN_COMMITTED
		case client.TransactionAborting:
			status = C.PRAVEGA_TXN_ABORTING
		case client.TransactionAborted:
			status = C.PRAVEGA_TXN_ABORTED
		}
		return err
	})
	return status
}

//export goTxnCommit
func goTxnCommit(of unsafe.Pointer, timed C.bool, timestamp C.int64_t, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, t *txn) error {
		if timed {
			return t.CommitAt(ctx, int64(timestamp))
		}
		return t.Commit(ctx)
	})
}

//export goTxnCommitAndWait
func goTxnCommitAndWait(of unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, t *txn) error { return t.CommitAndWait(ctx) })
}

//export goTxnWaitReadable
func goTxnWaitReadable(of unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, t *txn) error { return t.WaitReadable(ctx) })
}

//export goTxnAbort
func goTxnAbort(of unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, t *txn) error { return t.Abort(ctx) })
}

//export goTxnClose
func goTxnClose(of unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, t *txn) error {
		err := t.Close(ctx)
		t.cancel()
		return err
	})
}
