package main

/*
#include "shim.h"
*/
import "C"

import (
	"context"
	"errors"
	"runtime"
	"unsafe"

	"github.com/mattn/go-pointer"

	"github.com/pravega/pravega-client-go/client"
)

// reader is an open reader; its C half is told by news when to look again.
type reader struct {
	*client.Reader
	ctx    context.Context
	cancel context.CancelFunc
	news   news
}

func (r *reader) life() context.Context { return r.ctx }

//export goReaderOpen
func goReaderOpen(of unsafe.Pointer, id C.shim_text, settings unsafe.Pointer, ms C.int, core unsafe.Pointer, out *C.struct_shim_outcome) (opened unsafe.Pointer) {
	call(of, ms, out, func(ctx context.Context, g *group) error {
		given, err := g.from.with(settings, client.ObjectReader)
		if err != nil {
			return err
		}
		r, err := g.OpenReader(ctx, text(id), given.Reader)
		if err != nil {
			return err
		}
		o := &reader{Reader: r}
		o.ctx, o.cancel = context.WithCancel(g.from.ctx)
		r.Notify(func() { o.news.tell(func() { C.shim_ready(core) }) })
		opened = pointer.Save(o)
		return nil
	})
	return opened
}

// slice is a slice that C looks into: its buffer is pinned until it comes back.
type slice struct {
	*client.Slice
	from *reader
	pin  runtime.Pinner
}

//export goReaderTry
func goReaderTry(of unsafe.Pointer, to *C.struct_shim_slice, out *C.struct_shim_outcome) {
	defer guard(out)
	point("next")
	r := pointer.Restore(of).(*reader)
	taken, err := r.TryNext()
	if err != nil {
		settle(out, err)
		return
	}
	s := &slice{Slice: taken, from: r}
	if data := taken.Bytes(); len(data) > 0 {
		s.pin.Pin(&data[0])
		to.data = C.uintptr_t(uintptr(unsafe.Pointer(&data[0])))
		to.len = C.size_t(len(data))
	}
	to.start_offset = C.int64_t(taken.StartOffset())
	to.end_offset = C.int64_t(taken.EndOffset())
	to.skipped = C.int64_t(taken.Skipped())
	give(&to.names, []string{taken.Scope(), taken.Stream(), taken.Segment()})
	to.object = pointer.Save(s)
}

//export goSliceRelease
func goSliceRelease(of unsafe.Pointer, next C.int64_t, out *C.struct_shim_outcome) {
	defer guard(out)
	s := pointer.Restore(of).(*slice)
	defer s.pin.Unpin()
	at := int64(next)
	if next == C.PRAVEGA_SLICE_END {
		at = s.EndOffset()
	}
	err := s.ReleaseAt(at)
	if errors.Is(err, client.ErrInvalidArgument) {
		_ = s.ReleaseAt(s.StartOffset()) // the handle ends in any case: back as unread
	}
	settle(out, err)
}

// stands hands a position to C, unless the reader was closed.
func (r *reader) stands(position client.Position, to *C.struct_shim_strings, out *C.struct_shim_outcome) {
	if r.ctx.Err() != nil {
		settle(out, &client.Error{Code: client.ErrClosed, Op: "get position of reader", Detail: "it was closed"})
		return
	}
	give(to, []string{position.String()})
}

//export goReaderPosition
func goReaderPosition(of unsafe.Pointer, position *C.struct_shim_strings, out *C.struct_shim_outcome) {
	defer guard(out)
	r := pointer.Restore(of).(*reader)
	r.stands(r.Position(), position, out)
}

//export goSlicePosition
func goSlicePosition(of unsafe.Pointer, next C.int64_t, position *C.struct_shim_strings, out *C.struct_shim_outcome) {
	defer guard(out)
	s := pointer.Restore(of).(*slice)
	s.from.stands(s.Position(int64(next)), position, out)
}

//export goReaderTrouble
func goReaderTrouble(of unsafe.Pointer, out *C.struct_shim_outcome) {
	defer guard(out)
	r := pointer.Restore(of).(*reader)
	explain(out, r.Trouble(), r.Waiting())
}

//export goReaderTimeWindow
func goReaderTimeWindow(of unsafe.Pointer, scope, stream C.shim_text, lower, upper *C.int64_t, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, r *reader) error {
		w, err := r.TimeWindow(ctx, text(scope), text(stream))
		*lower, *upper = C.int64_t(w.Lower), C.int64_t(w.Upper)
		return err
	})
}

// end is for a reader that was closed in Go.
func (r *reader) end() {
	r.cancel()
	r.news.end()
}

//export goReaderClose
func goReaderClose(of unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, r *reader) error {
		err := r.Close(ctx)
		r.end()
		return err
	})
}

//export goReaderCloseAt
func goReaderCloseAt(of unsafe.Pointer, position C.shim_text, ms C.int, out *C.struct_shim_outcome) (closed C.bool) {
	call(of, ms, out, func(ctx context.Context, r *reader) error {
		at, err := client.ParsePosition(text(position))
		if err != nil {
			return err
		}
		if err = r.CloseAt(ctx, at); !errors.Is(err, client.ErrInvalidArgument) {
			r.end()
			closed = true
		}
		return err
	})
	return closed
}
