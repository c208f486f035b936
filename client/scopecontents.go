package client

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// contents are what is in a scope. Groups are deleted before the streams that they read.
type contents struct{ groups, others []content }

// content is a thing in a scope. discard reports whether it was there.
type content struct {
	what    string
	discard func(context.Context) (bool, error)
}

func (all contents) empty() bool { return len(all.groups)+len(all.others) == 0 }

// String names some of them.
func (all contents) String() string {
	const most = 3
	each := slices.Concat(all.groups, all.others)
	var named []string
	for _, one := range each[:min(len(each), most)] {
		named = append(named, one.what)
	}
	text := "it holds " + strings.Join(named, ", ")
	if more := len(each) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// contents lists what is in a scope. The streams that servers keep beside those of
// users, and delete with them, are listed if there is nothing else.
func (c *Client) contents(ctx context.Context, scope string) (contents, error) {
	var all contents
	var kept []content
	for name, err := range c.cluster.Controller.Streams(ctx, scope) {
		if err != nil {
			return contents{}, err
		}
		called, isGroup := naming.ReaderGroupOf(name)
		stream := content{"stream " + name, func(ctx context.Context) (bool, error) {
			return c.cluster.Discard(ctx, naming.Stream{Scope: scope, Name: name})
		}}
		switch {
		case isGroup:
			all.groups = append(all.groups, content{"reader group " + called, func(ctx context.Context) (bool, error) { return group.Delete(ctx, c.cluster, scope, called) }})
		case naming.Check("", "", name) == nil:
			all.others = append(all.others, stream)
		default:
			kept = append(kept, stream)
		}
	}
	for name, err := range c.cluster.Controller.Tables(ctx, scope) {
		if err != nil {
			return contents{}, err
		}
		all.others = append(all.others, content{"key-value table " + name, func(ctx context.Context) (bool, error) { return c.cluster.Controller.DeleteTable(ctx, scope, name) }})
	}
	if all.empty() {
		all.others = kept
	}
	return all, nil
}

// discardAll deletes things of a scope. If none of them was there, stuck is what they
// are. Groups go one by one: of two that subscribe to one stream and are deleted at the
// same time, a controller may never finish one.
func (c *Client) discardAll(ctx context.Context, op, scope string, all contents) (stuck string, err error) {
	var touched atomic.Bool
	discard := func(ctx context.Context, one content) error {
		deleted, err := one.discard(ctx)
		if deleted || fault.MayBeStored(err) {
			touched.Store(true)
		}
		return err
	}
	for i := 0; i < len(all.groups) && err == nil; i++ {
		err = discard(ctx, all.groups[i])
	}
	if err == nil {
		err = xsync.Together(ctx, op, scope, len(all.others), func(ctx context.Context, i int) error { return discard(ctx, all.others[i]) })
	}
	if err == nil {
		if !touched.Load() {
			stuck = all.String()
		}
		return stuck, nil
	}
	if touched.Load() {
		err = fault.Uncertain(err)
	}
	return "", err
}
