package main

/*
#include "shim.h"
*/
import "C"

import (
	"context"
	"sync"
	"unsafe"

	"github.com/mattn/go-pointer"

	"github.com/pravega/pravega-client-go/client"
)

// groupConfig is the configuration of a group over streams in their text form.
func (c *connection) groupConfig(settings unsafe.Pointer, streams C.shim_texts, count C.size_t) (client.ReaderGroupConfig, error) {
	given, err := c.with(settings, client.ObjectReaderGroup)
	if err != nil {
		return client.ReaderGroupConfig{}, err
	}
	given.Group.Streams, err = parseAll(streams, count, client.ParseGroupStream)
	return given.Group, err
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

//export goGroupList
func goGroupList(of unsafe.Pointer, scope C.shim_text, names *C.struct_shim_strings, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		return collect(names, c.ReaderGroups(ctx, text(scope)))
	})
}

// group is an open reader group and the client that it came from.
type group struct {
	*client.ReaderGroup
	from   *connection
	ctx    context.Context
	cancel context.CancelFunc

	mu    sync.Mutex
	watch *watch // the newest; nil until somebody waits for a change
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

//export goGroupReaderOfflineAt
func goGroupReaderOfflineAt(of unsafe.Pointer, id, position C.shim_text, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, g *group) error {
		at, err := client.ParsePosition(text(position))
		if err != nil {
			return err
		}
		return g.ReaderOfflineAt(ctx, text(id), at)
	})
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
		options, err := optionsOf(client.ObjectReaderGroup, client.Settings{Group: config})
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

// watched is the group's watch: a new one, if there is none or it failed.
func (g *group) watched() *watch {
	g.mu.Lock()
	defer g.mu.Unlock()
	var failure error
	if g.watch != nil {
		failure = g.watch.failure()
	}
	if g.watch == nil || failure != nil {
		g.watch = &watch{group: g.ReaderGroup, name: g.ReaderGroup.String(), before: failure, changed: make(chan struct{})}
		go g.watch.run(g.ctx)
	}
	return g.watch
}

//export goGroupWaitChange
func goGroupWaitChange(of unsafe.Pointer, status *C.pravega_group_status_t, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, g *group) error {
		known := client.GroupStatus{Segments: int(status.segments), Readers: int(status.readers), EndOfData: status.end_of_data != 0}
		now, err := g.watched().unlike(ctx, known)
		if err == nil {
			*status = C.pravega_group_status_t{segments: C.int64_t(now.Segments), readers: C.int64_t(now.Readers)}
			if now.EndOfData {
				status.end_of_data = 1
			}
		}
		return err
	})
}

//export goGroupClose
func goGroupClose(of unsafe.Pointer, out *C.struct_shim_outcome) {
	defer guard(out)
	pointer.Restore(of).(*group).cancel() // in Go a group holds nothing but its watch, which ends with this
}
