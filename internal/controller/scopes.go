package controller

import (
	"context"
	"iter"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
)

// CreateScope creates a scope. created is false if it exists already; after a
// lost reply that may be this call's own doing.
func (c *Controller) CreateScope(ctx context.Context, scope string) (created bool, err error) {
	r := &request{method: "createScope", op: "create scope", subject: scope, changes: true}
	if err := naming.Check(r.op, "scope", scope); err != nil {
		return false, err
	}
	out := new(pb.CreateScopeReply)
	if err := c.do(ctx, r, &pb.Scope{Name: scope}, out); err != nil {
		return false, err
	}
	if out.Status == pb.CreateScopeReply_EXISTS {
		return false, nil
	}
	err = outcomes{
		int32(pb.CreateScopeReply_FAILED):       failed,
		int32(pb.CreateScopeReply_INVALID_NAME): {fault.InvalidArgument, "the controller refuses the name"},
	}.of(r, int32(out.Status))
	return err == nil, err
}

// DeleteScope deletes an empty scope. deleted is false if it does not exist. A
// scope with streams, reader groups or key-value tables in it is fault.NotEmpty, but
// look before: a controller that refuses has deleted parts of what it knows of the
// scope, so that tags are lost and nothing works in it any more.
//
// The controllers' own recursive deletion is not used: when it fails half way, the
// scope can neither be used nor be deleted any more, and asking again reports success.
func (c *Controller) DeleteScope(ctx context.Context, scope string) (deleted bool, err error) {
	r := &request{method: "deleteScope", op: "delete scope", subject: scope, changes: true}
	if err := naming.Check(r.op, "scope", scope); err != nil {
		return false, err
	}
	out := new(pb.DeleteScopeReply)
	if err := c.do(ctx, r, &pb.Scope{Name: scope}, out); err != nil {
		return false, err
	}
	if out.Status == pb.DeleteScopeReply_NO_SCOPE {
		// Gone by an attempt of ours whose reply was lost, most likely.
		return r.uncertain, nil
	}
	err = outcomes{
		int32(pb.DeleteScopeReply_FAILED):    failed,
		int32(pb.DeleteScopeReply_NOT_EMPTY): {fault.NotEmpty, ""},
	}.of(r, int32(out.Status))
	return err == nil, err
}

// ScopeExists reports whether a scope exists.
func (c *Controller) ScopeExists(ctx context.Context, scope string) (bool, error) {
	r := &request{method: "checkScopeExists", op: "look for scope", subject: scope}
	if err := naming.CheckInternal(r.op, "scope", scope); err != nil {
		return false, err
	}
	out := new(pb.Exists)
	err := c.do(ctx, r, &pb.Scope{Name: scope}, out)
	return out.GetExists(), err
}

// Scopes lists all scopes that the caller may see, "_system" among them, in no
// order. It asks the controller for one page at a time, as the sequence is
// consumed; an error is the last element.
func (c *Controller) Scopes(ctx context.Context) iter.Seq2[string, error] {
	return pages(func(page *pb.Page) ([]string, *pb.Page, error) {
		out := new(pb.ListScopesReply)
		err := c.do(ctx, &request{method: "listScopes", op: "list scopes"}, &pb.ListScopesRequest{Page: page}, out)
		return out.GetScopes(), out.GetNext(), err
	})
}
