package client

import (
	"context"
	"errors"
	"iter"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
)

// DeleteScope deletes an empty scope; false if there is none. Errors: NotEmpty, which
// says what is in it.
func (c *Client) DeleteScope(ctx context.Context, scope string) (deleted bool, err error) {
	const op = "delete scope"
	if err := naming.Check(op, "scope", scope); err != nil {
		return false, err
	}
	// A controller that refuses has spoilt the scope already: ask it only for what it
	// will do.
	left, err := c.contents(ctx, scope)
	if errors.Is(err, fault.NoSuchScope) {
		return false, nil
	}
	if err == nil && !left.empty() {
		err = fault.New(fault.NotEmpty, op, scope, "%s", left)
	}
	if err != nil {
		return false, err
	}
	return c.deleteEmptied(ctx, scope, false)
}

// DeleteScopeRecursive deletes a scope with everything in it: reader groups, streams,
// which are sealed first, and key-value tables; false if there is none. It is not one
// step: when it fails, or ctx ends, what was deleted so far is gone, and calling it
// again goes on. Each call to a server has the limit of RequestTimeout if ctx has no
// deadline. Errors: NotEmpty if something came in meanwhile, or cannot be deleted
// because the controllers do not list it.
func (c *Client) DeleteScopeRecursive(ctx context.Context, scope string) (deleted bool, err error) {
	const op = "delete scope"
	if err := naming.Check(op, "scope", scope); err != nil {
		return false, err
	}
	stuck := "" // on what was listed and not there
	for begun := false; ; begun = true {
		left, err := c.contents(ctx, scope)
		switch {
		case errors.Is(err, fault.NoSuchScope):
			return begun, nil
		case err == nil && left.empty():
			return c.deleteEmptied(ctx, scope, begun)
		case err == nil && left.String() == stuck:
			err = fault.New(fault.NotEmpty, op, scope, "%s, which cannot be deleted", left)
		case err == nil:
			stuck, err = c.discardAll(ctx, op, scope, left)
		}
		if err != nil && begun {
			err = fault.Uncertain(err)
		}
		if err != nil {
			return false, err
		}
	}
}

// deleteEmptied deletes a scope in which nothing is listed any more.
func (c *Client) deleteEmptied(ctx context.Context, scope string, begun bool) (deleted bool, err error) {
	deleted, err = c.cluster.Controller.DeleteScope(ctx, scope)
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Code == fault.NotEmpty {
		refused.Detail = "something came in meanwhile, or a reader group is left whose creation failed before it could be listed: delete that by its name, then the scope"
	}
	if err != nil && begun {
		err = fault.Uncertain(err)
	}
	return deleted || err == nil && begun, err
}

// ReaderGroups lists the reader groups of a scope as Streams lists its streams, those
// too whose creation was not finished. Errors: NoSuchScope.
func (c *Client) ReaderGroups(ctx context.Context, scope string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for name, err := range c.cluster.Controller.Streams(ctx, scope) {
			if err != nil {
				yield("", err)
				return
			}
			if group, ok := naming.ReaderGroupOf(name); ok && !yield(group, nil) {
				return
			}
		}
	}
}
