package main

/*
#include "shim.h"
*/
import "C"

import (
	"context"
	"unsafe"

	"github.com/mattn/go-pointer"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/write"
)

// writer is an open writer; its C half is told of its progress by news.
type writer struct {
	*client.Writer
	engine *write.Writer // takes the inbox
	ctx    context.Context
	cancel context.CancelFunc
	news   news
}

func (w *writer) life() context.Context { return w.ctx }

//export goWriterOpen
func goWriterOpen(of unsafe.Pointer, scope, stream C.shim_text, settings unsafe.Pointer, ms C.int, core unsafe.Pointer, durable *C.int64_t, out *C.struct_shim_outcome) (opened unsafe.Pointer) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		given, err := c.with(settings, client.ObjectWriter)
		if err != nil {
			return err
		}
		w, err := c.OpenWriter(ctx, text(scope), text(stream), given.Writer)
		if err != nil {
			return err
		}
		o := &writer{Writer: w, engine: write.EngineOf(w)}
		o.ctx, o.cancel = context.WithCancel(c.ctx)
		o.engine.NotifyRoom(func(acked int64, err error) {
			o.news.tell(func() { C.shim_acked(core, C.int64_t(acked), C.int(client.CodeOf(err))) })
		}, func() {
			o.news.tell(func() { C.shim_room(core) })
		})
		o.engine.UseInbox(inbox{core}, C.SHIM_INBOX)
		*durable = C.int64_t(w.Durable())
		opened = pointer.Save(o)
		return nil
	})
	return opened
}

// inbox is the one in the C half of a writer.
type inbox struct{ core unsafe.Pointer }

func (i inbox) Open(last int64) { C.shim_open(i.core, C.int64_t(last)) }

func (i inbox) Take(shut bool) (events []byte, count int) {
	var s C.int
	set(&s, shut)
	left := C.shim_take(i.core, s)
	return unsafe.Slice((*byte)(unsafe.Pointer(left.events)), left.bytes), int(left.count)
}

//export goWriterTake
func goWriterTake(of unsafe.Pointer) (status C.int) {
	defer func() {
		if r := recover(); r != nil {
			status = C.int(client.CodeOf(panicked(r)))
		}
	}()
	pointer.Restore(of).(*writer).engine.TakeInbox()
	return 0
}

// The event and its key stay in the memory of the C caller while they are
// copied into a block: nothing is kept of them after the return.

//export goWriterTry
func goWriterTry(of unsafe.Pointer, key C.shim_bytes, keyLen C.size_t, event C.shim_bytes, size C.size_t) (number C.int64_t) {
	defer func() {
		if r := recover(); r != nil {
			number = C.int64_t(client.CodeOf(panicked(r)))
		}
	}()
	point("write")
	w := pointer.Restore(of).(*writer)
	n, err := w.engine.TryWrite(bytesOf(key, keyLen), bytesOf(event, size))
	if err != nil {
		return C.int64_t(client.CodeOf(err))
	}
	return C.int64_t(n)
}

// bytesOf are bytes of the caller; nil for none, which differs from empty ones.
func bytesOf(p C.shim_bytes, size C.size_t) []byte {
	if p == nil {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(p)), size)
}

// batchOf are events that lie back to back.
func batchOf(events C.shim_bytes, size C.size_t, lens C.shim_lens, count C.size_t) [][]byte {
	packed := unsafe.Slice((*byte)(unsafe.Pointer(events)), size)
	batch := make([][]byte, count)
	for i, n := range unsafe.Slice((*uint32)(unsafe.Pointer(lens)), count) {
		batch[i], packed = packed[:n:n], packed[n:]
	}
	return batch
}

//export goWriterTryBatch
func goWriterTryBatch(of unsafe.Pointer, key C.shim_bytes, keyLen C.size_t, events C.shim_bytes, size C.size_t, lens C.shim_lens, count C.size_t) (number C.int64_t) {
	defer func() {
		if r := recover(); r != nil {
			number = C.int64_t(client.CodeOf(panicked(r)))
		}
	}()
	w := pointer.Restore(of).(*writer)
	batch := batchOf(events, size, lens, count)
	n, err := w.engine.TryWriteBatch(bytesOf(key, keyLen), batch)
	if err != nil {
		return C.int64_t(client.CodeOf(err))
	}
	return C.int64_t(n)
}

//export goWriterTryMany
func goWriterTryMany(of unsafe.Pointer, keys C.shim_bytes, keysSize C.size_t, keyLens C.shim_lens, events C.shim_bytes, eventsSize C.size_t, lens C.shim_lens, count C.size_t, accepted *C.struct_shim_accepted) (status C.int) {
	defer func() {
		if r := recover(); r != nil {
			status = C.int(client.CodeOf(panicked(r)))
		}
	}()
	w := pointer.Restore(of).(*writer)
	var keyed []uint32
	if keyLens != nil {
		keyed = unsafe.Slice((*uint32)(unsafe.Pointer(keyLens)), count)
	}
	n, last, err := w.engine.TryWriteMany(
		unsafe.Slice((*byte)(unsafe.Pointer(keys)), keysSize), keyed,
		unsafe.Slice((*byte)(unsafe.Pointer(events)), eventsSize), unsafe.Slice((*uint32)(unsafe.Pointer(lens)), count))
	accepted.count, accepted.last = C.size_t(n), C.int64_t(last)
	return C.int(client.CodeOf(err))
}

//export goWriterError
func goWriterError(of unsafe.Pointer, out *C.struct_shim_outcome) {
	defer guard(out)
	_, err := pointer.Restore(of).(*writer).Acked()
	settle(out, err)
}

//export goWriterTrouble
func goWriterTrouble(of unsafe.Pointer, out *C.struct_shim_outcome) {
	defer guard(out)
	w := pointer.Restore(of).(*writer)
	w.engine.TakeInbox() // what is there has not been sent
	explain(out, w.Trouble(), w.Waiting())
}

//export goWriterFlush
func goWriterFlush(of unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, w *writer) error { return w.Flush(ctx) })
}

//export goWriterNoteTime
func goWriterNoteTime(of unsafe.Pointer, timestamp C.int64_t, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, w *writer) error { return w.NoteTime(ctx, int64(timestamp)) })
}

//export goWriterClose
func goWriterClose(of unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) (acked C.int64_t) {
	call(of, ms, out, func(ctx context.Context, w *writer) error {
		err := w.Close(ctx)
		w.cancel()
		w.news.end()
		n, _ := w.Acked()
		acked = C.int64_t(n)
		return err
	})
	return acked
}
