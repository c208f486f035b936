// Command capi is the shared library libpravega: package client behind the C
// functions of include/pravega.h. The C half (shim*.c) holds what a C program
// sees: handles, the fork guard, waiting, callbacks. The Go half (exports*.go)
// holds the objects; each export is one call of package client.
//
// A Go object is known to C by its go-pointer, which the C half keeps in the
// object's entry of the table of handles. Only that entry uses it, so it is
// valid whenever it arrives here.
package main

/*
#cgo CFLAGS: -I${SRCDIR}/../include -std=gnu11 -fvisibility=hidden -Wall -Wextra
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"
	"unsafe"

	"github.com/mattn/go-pointer"

	"github.com/pravega/pravega-client-go/client"
)

func main() {}

// settle tells C how a call ended.
func settle(out *C.struct_shim_outcome, err error) {
	at, atCheckpoint := err.(*client.AtCheckpoint)
	switch {
	case err == nil:
	case errors.Is(err, client.ErrEnd):
		out.status = C.PRAVEGA_END
	case atCheckpoint:
		out.status = C.PRAVEGA_CHECKPOINT
		out.message = C.CString(at.Name)
	default:
		out.status = C.int(client.CodeOf(err))
		if client.MayBeStored(err) {
			out.may_be_stored = 1
		}
		out.message = C.CString(err.Error())
	}
}

// explain tells C what stands in the way of something, or what it waits for, if anything.
func explain(out *C.struct_shim_outcome, trouble error, waiting string) {
	switch {
	case trouble != nil:
		settle(out, trouble)
	case waiting != "":
		out.status = C.PRAVEGA_E_TIMED_OUT
		out.message = C.CString(waiting)
	}
}

// guard stops a panic at the boundary: deferred by every export.
func guard(out *C.struct_shim_outcome) {
	if r := recover(); r != nil {
		settle(out, panicked(r))
	}
}

func panicked(r any) error {
	logger.Error("panic caught at the boundary of the library", slog.Any("panic", r), slog.String("stack", string(debug.Stack())))
	return &client.Error{Code: client.Code(C.PRAVEGA_E_PANIC), Op: "call", Detail: fmt.Sprint(r)}
}

// limited gives a call the caller's time limit; -1 is none.
func limited(parent context.Context, ms C.int) (context.Context, context.CancelFunc) {
	if ms < 0 {
		return context.WithCancel(parent)
	}
	return context.WithTimeout(parent, time.Duration(ms)*time.Millisecond)
}

// object is what a handle stands for, with the time that it is open.
type object interface{ life() context.Context }

// call runs an operation on an object: with the caller's time limit, ended when
// the object is closed, its panics caught.
func call[T object](of unsafe.Pointer, ms C.int, out *C.struct_shim_outcome, do func(ctx context.Context, of T) error) {
	defer guard(out)
	o := pointer.Restore(of).(T)
	ctx, cancel := limited(o.life(), ms)
	defer cancel()
	settle(out, cutOff(o.life(), do(ctx, o)))
}

// cutOff is the error of a call, which tells if it was ended because its object was
// closed.
func cutOff(life context.Context, err error) error {
	if life.Err() == nil || client.CodeOf(err) != client.ErrCancelled {
		return err
	}
	return &client.Error{Code: client.ErrClosed, Op: "call", Detail: "closed while it waited", Err: err, Stored: client.MayBeStored(err)}
}

func text(s C.shim_text) string { return C.GoString((*C.char)(s)) }

func set(to *C.int, value bool) {
	if to != nil && value {
		*to = 1
	}
}

// give hands strings to C.
func give(to *C.struct_shim_strings, items []string) {
	var b strings.Builder
	for _, s := range items {
		b.WriteString(s)
		b.WriteByte(0)
	}
	to.count = C.size_t(len(items))
	to.text = C.CString(b.String())
}

//export goForget
func goForget(o unsafe.Pointer) { pointer.Unref(o) }
