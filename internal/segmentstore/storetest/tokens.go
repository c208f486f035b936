package storetest

import (
	"context"
	"time"

	"github.com/pravega/pravega-client-go/internal/segmentstore"
)

// NoTokens is the Authorizer of servers that want none.
type NoTokens struct{}

// Token is empty, and never ends.
func (NoTokens) Token(context.Context, string, segmentstore.Access) (string, time.Time, error) {
	return "", time.Time{}, nil
}

// Refused does nothing.
func (NoTokens) Refused(string, segmentstore.Access, string) {}
