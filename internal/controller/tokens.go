package controller

import (
	"context"
	"sync"
	"time"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/token"
)

// Access is what a delegation token allows.
type Access int

// The kinds of access, numbered as on the wire.
const (
	Read      Access = 3
	Write     Access = 4
	ReadWrite Access = 5
)

// DelegationToken asks for a new token that segment stores accept for one
// stream; empty if the servers want none. A caller without the right is
// fault.PermissionDenied. See Token for one that is kept and renewed.
func (c *Controller) DelegationToken(ctx context.Context, stream naming.Stream, access Access) (string, error) {
	return c.delegate(ctx, stream, access, nil)
}

// tokenOp is what getting a delegation token is called in errors.
const tokenOp = "get a token for stream"

func (c *Controller) delegate(ctx context.Context, stream naming.Stream, access Access, trouble func(error)) (string, error) {
	r := &request{method: "getDelegationToken", op: tokenOp, subject: stream.String(), absent: fault.NoSuchStream, trouble: trouble}
	if err := stream.CheckInternal(r.op); err != nil {
		return "", err
	}
	out := new(pb.Token)
	err := c.do(ctx, r, encodeStream(stream, pb.Stream_Access(access)), out)
	return out.GetToken(), err
}

// Token is the delegation token of a stream and an access, kept and renewed as a
// token.Cache does. It is empty if the servers want none, or there are no credentials:
// callers who do not say who they are get no token.
func (c *Controller) Token(ctx context.Context, stream naming.Stream, access Access) (token.Token, error) {
	if c.config.Credentials.Method == "" {
		return token.Token{}, nil
	}
	return c.tokens.of(c, tokenKey{stream, access}).Get(ctx)
}

// Refused tells that a segment store refused a delegation token, or closed a connection
// on which it was shown: the next Token is another one.
func (c *Controller) Refused(stream naming.Stream, access Access, value string) {
	if c.config.Credentials.Method != "" {
		c.tokens.of(c, tokenKey{stream, access}).Refused(value)
	}
}

// maxTokens bounds the tokens that a Controller remembers.
const maxTokens = 4096

// tokens are a Controller's, by stream and access.
type tokens struct {
	mu  sync.Mutex
	all map[tokenKey]*token.Cache
}

type tokenKey struct {
	stream naming.Stream
	access Access
}

func (t *tokens) of(c *Controller, key tokenKey) *token.Cache {
	t.mu.Lock()
	defer t.mu.Unlock()
	if kept := t.all[key]; kept != nil {
		return kept
	}
	if t.all == nil || len(t.all) >= maxTokens {
		t.all = make(map[tokenKey]*token.Cache)
	}
	kept := token.New(token.Config{
		Life: c.life,
		Fetch: func(ctx context.Context, trouble func(error)) (token.Token, error) {
			begun := time.Now()
			value, err := c.delegate(ctx, key.stream, key.access, trouble)
			return token.Token{Value: value, Expiry: lifetime(value, begun)}, err
		},
		Wait:    renewalWait,
		Pace:    retry.Backoff{First: 5 * time.Millisecond, Last: 100 * time.Millisecond}, // those who ask back off, too
		Op:      tokenOp,
		Subject: key.stream.String(),
		Missing: fault.Unreachable,
	})
	t.all[key] = kept
	return kept
}

// renewalWait is how long the renewal of a delegation token is waited for while it still
// works. A connection that is set up with an old token does not live long.
const renewalWait = time.Second

// lifetime is when a delegation token ends by this machine's clock; zero is never. How
// long it lives counts from when it was asked for, since the servers' clock may differ.
func lifetime(value string, begun time.Time) time.Time {
	issued, expires := token.JWT(value)
	if expires.IsZero() {
		return time.Time{}
	}
	if issued.IsZero() {
		issued = begun
	}
	return begun.Add(max(0, expires.Sub(issued)))
}
