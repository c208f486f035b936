package cluster

import (
	"context"
	"errors"
	"strings"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Absent is the error of a call that asked for something in a scope: NoSuchScope if
// there is none, instead of NoSuchStream and NoSuchReaderGroup. The servers tell these
// apart for some methods only, so they are asked once.
func (c *Cluster) Absent(ctx context.Context, err error) error {
	var e *fault.Error
	switch fault.CodeOf(err) {
	case fault.NoSuchStream, fault.NoSuchReaderGroup:
		errors.As(err, &e)
	default:
		return err
	}
	scope, _, _ := strings.Cut(e.Subject, "/")
	if exists, asked := c.Controller.ScopeExists(ctx, scope); asked != nil || exists {
		return err // without the right to ask, too
	}
	missing := *e
	missing.Code = fault.NoSuchScope
	return &missing
}
