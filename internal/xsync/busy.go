package xsync

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Busy is the error of a call that waited for another call of its object until ctx ended.
func Busy(ctx context.Context, op, subject string) error {
	return fault.Context(ctx, op, subject).Because("another call is under way", nil)
}
