package main

/*
#include "shim.h"
*/
import "C"

import (
	"context"
	"iter"
	"maps"
	"sync"
	"unsafe"

	"github.com/mattn/go-pointer"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/fault"
)

// config is a configuration that C sets by name, from any thread.
type config struct {
	mu       sync.Mutex
	settings client.Settings
	given    map[string]struct{} // names of the options that were set
	provider provider
}

func (c *config) copy() *config {
	c.mu.Lock()
	defer c.mu.Unlock()
	// Set replaces slices and never changes one in place.
	return &config{settings: c.settings, given: maps.Clone(c.given), provider: c.provider}
}

// only checks that every option that was given is one of a kind of object, or is
// what the client has.
func (c *config) only(object string, of client.Settings, its provider) error {
	if c.provider != (provider{}) && c.provider != its {
		return fault.New(fault.InvalidArgument, "use configuration", "", "a token provider belongs to a client, and was given to a %s", object)
	}
	for _, o := range client.Options() {
		if _, given := c.given[o.Name]; !given || o.Object == object {
			continue
		}
		mine, err := c.settings.Get(o.Name)
		if err != nil {
			return err
		}
		clients, err := of.Get(o.Name)
		if err != nil {
			return err
		}
		if mine != clients {
			return fault.New(fault.InvalidArgument, "use option", o.Name, "it belongs to a %s, and was given to a %s", o.Object, object)
		}
	}
	return nil
}

//export goConfigNew
func goConfigNew(out *C.struct_shim_outcome) unsafe.Pointer {
	defer guard(out)
	return pointer.Save(&config{settings: *client.NewSettings(), given: make(map[string]struct{})})
}

//export goConfigDup
func goConfigDup(of unsafe.Pointer, out *C.struct_shim_outcome) unsafe.Pointer {
	defer guard(out)
	return pointer.Save(pointer.Restore(of).(*config).copy())
}

//export goConfigSet
func goConfigSet(of unsafe.Pointer, name, value C.shim_text, out *C.struct_shim_outcome) {
	defer guard(out)
	c := pointer.Restore(of).(*config)
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.settings.Set(text(name), text(value))
	if err == nil {
		c.given[text(name)] = struct{}{}
	}
	settle(out, err)
}

//export goConfigGet
func goConfigGet(of unsafe.Pointer, name C.shim_text, value *C.struct_shim_strings, out *C.struct_shim_outcome) {
	defer guard(out)
	v, err := pointer.Restore(of).(*config).copy().settings.Get(text(name))
	if err == nil {
		give(value, []string{v})
	}
	settle(out, err)
}

//export goConfigDescribe
func goConfigDescribe(list *C.struct_shim_strings, out *C.struct_shim_outcome) {
	defer guard(out)
	var rows []string
	for _, o := range client.Options() {
		rows = append(rows, o.Name, o.Default, o.Range, o.Doc, o.Object)
	}
	give(list, rows)
}

// connection is an open client with the settings that it was made with.
type connection struct {
	*client.Client
	settings client.Settings
	provider provider
	ctx      context.Context // ends with the client
	cancel   context.CancelFunc
}

func (c *connection) life() context.Context { return c.ctx }

// with returns the settings that C gave to a kind of object, or those of the client.
func (c *connection) with(given unsafe.Pointer, object string) (client.Settings, error) {
	if given == nil {
		return c.settings, nil
	}
	config := pointer.Restore(given).(*config).copy()
	return config.settings, config.only(object, c.settings, c.provider)
}

//export goClientOpen
func goClientOpen(settings unsafe.Pointer, out *C.struct_shim_outcome) unsafe.Pointer {
	defer guard(out)
	given := pointer.Restore(settings).(*config).copy()
	c := &connection{settings: given.settings, provider: given.provider}
	c.settings.Client.Logger = logger
	opened, err := client.New(c.settings.Client)
	if err != nil {
		settle(out, err)
		return nil
	}
	c.Client = opened
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return pointer.Save(c)
}

//export goClientClose
func goClientClose(of unsafe.Pointer, out *C.struct_shim_outcome) {
	defer guard(out)
	c := pointer.Restore(of).(*connection)
	c.cancel() // calls that wait return first
	settle(out, c.Close())
}

//export goScopeCreate
func goScopeCreate(of unsafe.Pointer, scope C.shim_text, created *C.int, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		ok, err := c.CreateScope(ctx, text(scope))
		set(created, ok)
		return err
	})
}

//export goScopeDelete
func goScopeDelete(of unsafe.Pointer, scope C.shim_text, deleted *C.int, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		ok, err := c.DeleteScope(ctx, text(scope))
		set(deleted, ok)
		return err
	})
}

//export goScopeDeleteRecursive
func goScopeDeleteRecursive(of unsafe.Pointer, scope C.shim_text, deleted *C.int, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		ok, err := c.DeleteScopeRecursive(ctx, text(scope))
		set(deleted, ok)
		return err
	})
}

//export goScopeExists
func goScopeExists(of unsafe.Pointer, scope C.shim_text, exists *C.int, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		point("scope exists")
		ok, err := c.ScopeExists(ctx, text(scope))
		set(exists, ok)
		return err
	})
}

// collect hands all names of a listing to C.
func collect(to *C.struct_shim_strings, names iter.Seq2[string, error]) error {
	var all []string
	for name, err := range names {
		if err != nil {
			return err
		}
		all = append(all, name)
	}
	give(to, all)
	return nil
}

//export goScopeList
func goScopeList(of unsafe.Pointer, names *C.struct_shim_strings, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		return collect(names, c.Scopes(ctx))
	})
}

//export goStreamCreate
func goStreamCreate(of unsafe.Pointer, scope, stream C.shim_text, settings unsafe.Pointer, created *C.int, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		given, err := c.with(settings, client.ObjectStream)
		if err != nil {
			return err
		}
		ok, err := c.CreateStream(ctx, text(scope), text(stream), given.Stream)
		set(created, ok)
		return err
	})
}

//export goStreamUpdate
func goStreamUpdate(of unsafe.Pointer, scope, stream C.shim_text, settings unsafe.Pointer, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		given, err := c.with(settings, client.ObjectStream)
		if err != nil {
			return err
		}
		return c.UpdateStream(ctx, text(scope), text(stream), given.Stream)
	})
}

//export goStreamSeal
func goStreamSeal(of unsafe.Pointer, scope, stream C.shim_text, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		return c.SealStream(ctx, text(scope), text(stream))
	})
}

//export goStreamDelete
func goStreamDelete(of unsafe.Pointer, scope, stream C.shim_text, deleted *C.int, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		ok, err := c.DeleteStream(ctx, text(scope), text(stream))
		set(deleted, ok)
		return err
	})
}

//export goStreamExists
func goStreamExists(of unsafe.Pointer, scope, stream C.shim_text, exists *C.int, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		ok, err := c.StreamExists(ctx, text(scope), text(stream))
		set(exists, ok)
		return err
	})
}

//export goStreamList
func goStreamList(of unsafe.Pointer, scope, tag C.shim_text, names *C.struct_shim_strings, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		if tag != nil {
			return collect(names, c.StreamsWithTag(ctx, text(scope), text(tag)))
		}
		return collect(names, c.Streams(ctx, text(scope)))
	})
}

//export goStreamTruncate
func goStreamTruncate(of unsafe.Pointer, scope, stream, cut C.shim_text, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		at, err := client.ParseStreamCut(text(cut))
		if err != nil {
			return err
		}
		return c.TruncateStream(ctx, text(scope), text(stream), at)
	})
}

//export goStreamInfo
func goStreamInfo(of unsafe.Pointer, scope, stream C.shim_text, list *C.struct_shim_strings, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		info, err := c.StreamInfo(ctx, text(scope), text(stream))
		if err != nil {
			return err
		}
		sealed := "false"
		if info.Sealed {
			sealed = "true"
		}
		options, err := optionsOf(client.ObjectStream, client.Settings{Stream: info.Config})
		if err == nil {
			give(list, append([]string{"sealed", sealed, "head", info.Head.String(), "tail", info.Tail.String()}, options...))
		}
		return err
	})
}

// optionsOf are the names and values of the options of a kind of object.
func optionsOf(object string, settings client.Settings) (pairs []string, err error) {
	for _, o := range client.Options() {
		if o.Object != object {
			continue
		}
		value, err := settings.Get(o.Name)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, o.Name, value)
	}
	return pairs, nil
}

//export goStreamSegments
func goStreamSegments(of unsafe.Pointer, scope, stream C.shim_text, segments *C.pravega_segment_t, max C.size_t, count *C.size_t, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		all, err := c.Segments(ctx, text(scope), text(stream))
		if err != nil {
			return err
		}
		*count = C.size_t(len(all))
		to := unsafe.Slice(segments, max)
		for i := range min(len(to), len(all)) {
			to[i].id = C.int64_t(all[i].ID)
			to[i].keys.low = C.double(all[i].Low)
			to[i].keys.high = C.double(all[i].High)
		}
		return nil
	})
}

//export goStreamScale
func goStreamScale(of unsafe.Pointer, scope, stream C.shim_text, seal C.shim_ids, seals C.size_t, into C.shim_ranges, intos C.size_t, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		ids := make([]int64, seals)
		copy(ids, unsafe.Slice((*int64)(unsafe.Pointer(seal)), seals))
		ranges := make([]client.KeyRange, intos)
		for i, r := range unsafe.Slice((*C.pravega_key_range_t)(unsafe.Pointer(into)), intos) {
			ranges[i] = client.KeyRange{Low: float64(r.low), High: float64(r.high)}
		}
		return c.ScaleStream(ctx, text(scope), text(stream), ids, ranges)
	})
}
