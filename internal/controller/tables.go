package controller

import (
	"context"
	"iter"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
)

// Tables lists the key-value tables of a scope as Streams lists its streams.
func (c *Controller) Tables(ctx context.Context, scope string) iter.Seq2[string, error] {
	return pages(func(page *pb.Page) ([]string, *pb.Page, error) {
		r := &request{method: "listKeyValueTablesInScope", op: "list key-value tables", subject: scope, absent: fault.NoSuchScope}
		if err := naming.CheckInternal(r.op, "scope", scope); err != nil {
			return nil, nil, err
		}
		out := new(pb.ListTablesReply)
		if err := c.do(ctx, r, &pb.ListTablesRequest{Scope: &pb.Scope{Name: scope}, Page: page}, out); err != nil {
			return nil, nil, err
		}
		err := outcomes{
			int32(pb.ListTablesReply_FAILED):   failed,
			int32(pb.ListTablesReply_NO_SCOPE): {fault.NoSuchScope, ""},
		}.of(r, int32(out.Status))
		names := make([]string, len(out.Tables))
		for i, table := range out.Tables {
			names[i] = table.GetName()
		}
		return names, out.Next, err
	})
}

// DeleteTable deletes a key-value table. deleted is false if it does not exist.
func (c *Controller) DeleteTable(ctx context.Context, scope, name string) (deleted bool, err error) {
	r := &request{method: "deleteKeyValueTable", op: "delete key-value table", subject: scope + "/" + name, changes: true}
	for _, part := range []string{scope, name} {
		if err := naming.CheckInternal(r.op, "key-value table", part); err != nil {
			return false, err
		}
	}
	out := new(pb.DeleteTableReply)
	if err := c.do(ctx, r, &pb.Table{Scope: scope, Name: name}, out); err != nil {
		return false, err
	}
	if out.Status == pb.DeleteTableReply_NO_TABLE {
		// Gone by an attempt of ours whose reply was lost, most likely.
		return r.uncertain, nil
	}
	err = outcomes{int32(pb.DeleteTableReply_FAILED): failed}.of(r, int32(out.Status))
	return err == nil, err
}
