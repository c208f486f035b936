package main

/*
#include "shim.h"
*/
import "C"

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
)

// logger is that of every client: it hands messages to the C caller's function,
// if there is one, and nothing to anybody else.
var logger = slog.New(&handler{})

// logLevel is the level up to which C wants messages.
var logLevel atomic.Int32

//export goLogLevel
func goLogLevel(level C.int) { logLevel.Store(int32(level)) }

// handler is a slog.Handler that writes "message name=value name=value".
type handler struct {
	attrs string // those of With, formatted
	group string // prefix of names
}

func cLevel(l slog.Level) int32 {
	switch {
	case l >= slog.LevelError:
		return C.PRAVEGA_LOG_ERROR
	case l >= slog.LevelWarn:
		return C.PRAVEGA_LOG_WARN
	case l >= slog.LevelInfo:
		return C.PRAVEGA_LOG_INFO
	}
	return C.PRAVEGA_LOG_DEBUG
}

func (h *handler) Enabled(_ context.Context, l slog.Level) bool { return cLevel(l) <= logLevel.Load() }

func (h *handler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Message)
	b.WriteString(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		report(&b, h.group, a)
		return true
	})
	C.shim_log(C.int(cLevel(r.Level)), C.CString(strings.ReplaceAll(b.String(), "\n", " | ")))
	return nil
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var b strings.Builder
	b.WriteString(h.attrs)
	for _, a := range attrs {
		report(&b, h.group, a)
	}
	return &handler{attrs: b.String(), group: h.group}
}

func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{attrs: h.attrs, group: h.group + name + "."}
}

func report(b *strings.Builder, group string, a slog.Attr) {
	b.WriteByte(' ')
	b.WriteString(group)
	b.WriteString(a.Key)
	b.WriteByte('=')
	b.WriteString(a.Value.Resolve().String())
}
