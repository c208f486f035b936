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
)

// groupConfig is the configuration of a group over streams in their text form.
func (c *connection) groupConfig(settings unsafe.Pointer, streams C.shim_texts, count C.size_t) (client.ReaderGroupConfig, error) {
	config := c.with(settings).Group
	var err error
	config.Streams, err = parseAll(streams, count, client.ParseGroupStream)
	return config, err
}

//export goGroupCreate
func goGroupCreate(of unsafe.Pointer, scope, name C.shim_text, streams C.shim_texts, count C.size_t, settings unsafe.Pointer, created *C.int, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		config, err := c.groupConfig(settings, streams, count)
		if err != nil {
			return err
		}
		ok, err := c.CreateReaderGroup(ctx, text(scope), text(name), config)
		set(created, ok)
		return err
	})
}

//export goGroupDelete
func goGroupDelete(of unsafe.Pointer, scope, name C.shim_text, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		return c.DeleteReaderGroup(ctx, text(scope), text(name))
	})
}

// group is an open reader group and the client that it came from.
type group struct {
	*client.ReaderGroup
	from   *connection
	ctx    context.Context
	cancel context.CancelFunc
}

func (g *group) life() context.Context { return g.ctx }

//export goGroupOpen
func goGroupOpen(of unsafe.Pointer, scope, name C.shim_text, ms C.int, out *C.struct_shim_outcome) (opened unsafe.Pointer) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		g, err := c.OpenReaderGroup(ctx, text(scope), text(name))
		if err != nil {
			return err
		}
		o := &group{ReaderGroup: g, from: c}
		o.ctx, o.cancel = context.WithCancel(c.ctx)
		opened = pointer.Save(o)
		return nil
	})
	return opened
}

//export goGroupReaders
func goGroupReaders(of unsafe.Pointer, ids *C.struct_shim_strings, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, g *group) error {
		all, err := g.Readers(ctx)
		if err == nil {
			give(ids, all)
		}
		return err
	})
}

//export goGroupReaderOffline
func goGroupReaderOffline(of unsafe.Pointer, id C.shim_text, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, g *group) error { return g.ReaderOffline(ctx, text(id)) })
}

//export goGroupInfo
func goGroupInfo(of unsafe.Pointer, list *C.struct_shim_strings, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, g *group) error {
		config, err := g.Config(ctx)
		if err != nil {
			return err
		}
		var pairs []string
		for _, s := range config.Streams {
			pairs = append(pairs, "stream", s.String())
		}
		options, err := optionsOf("group.", client.Settings{Group: config})
		if err == nil {
			give(list, append(pairs, options...))
		}
		return err
	})
}

//export goGroupCheckpoint
func goGroupCheckpoint(of unsafe.Pointer, name C.shim_text, cuts *C.struct_shim_strings, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, g *group) error {
		checkpoint, err := g.InitiateCheckpoint(ctx, text(name))
		if err == nil {
			give(cuts, cutTexts(checkpoint.Cuts()))
		}
		return err
	})
}

//export goGroupCancelCheckpoints
func goGroupCancelCheckpoints(of unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, g *group) error { return g.CancelCheckpoints(ctx) })
}

//export goGroupCuts
func goGroupCuts(of unsafe.Pointer, cuts *C.struct_shim_strings, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, g *group) error {
		all, err := g.GenerateStreamCuts(ctx)
		if err == nil {
			give(cuts, cutTexts(all))
		}
		return err
	})
}

//export goGroupReset
func goGroupReset(of unsafe.Pointer, streams C.shim_texts, count C.size_t, settings unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, g *group) error {
		config, err := g.from.groupConfig(settings, streams, count)
		if err != nil {
			return err
		}
		return g.Reset(ctx, config)
	})
}

//export goGroupResetTo
func goGroupResetTo(of unsafe.Pointer, cuts C.shim_texts, count C.size_t, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, g *group) error {
		all, err := parseAll(cuts, count, client.ParseStreamCut)
		if err != nil {
			return err
		}
		return g.ResetTo(ctx, all...)
	})
}

//export goGroupResetToLastCheckpoint
func goGroupResetToLastCheckpoint(of unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, g *group) error { return g.ResetToLastCheckpoint(ctx) })
}

//export goGroupUpdateRetentionCut
func goGroupUpdateRetentionCut(of unsafe.Pointer, cuts C.shim_texts, count C.size_t, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, g *group) error {
		all, err := parseAll(cuts, count, client.ParseStreamCut)
		if err != nil {
			return err
		}
		return g.UpdateRetentionStreamCut(ctx, all...)
	})
}

//export goGroupUnreadBytes
func goGroupUnreadBytes(of unsafe.Pointer, bytes *C.int64_t, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, g *group) error {
		unread, err := g.UnreadBytes(ctx)
		*bytes = C.int64_t(unread)
		return err
	})
}

//export goGroupClose
func goGroupClose(of unsafe.Pointer, out *C.struct_shim_outcome) {
	defer guard(out)
	pointer.Restore(of).(*group).cancel() // in Go a group holds nothing else
}
