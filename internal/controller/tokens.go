package controller

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"time"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
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
	r := &request{method: "getDelegationToken", op: "get a token for stream", subject: stream.String(), absent: fault.NoSuchStream}
	if err := stream.CheckInternal(r.op); err != nil {
		return "", err
	}
	out := new(pb.Token)
	err := c.do(ctx, r, encodeStream(stream, pb.Stream_Access(access)), out)
	return out.GetToken(), err
}

// Token is the delegation token of one stream and access, fetched when it is
// asked for and renewed when less than half of its life is left. All callers
// that ask for the same stream and access get the same Token.
func (c *Controller) Token(stream naming.Stream, access Access) *Token {
	return c.tokens.of(stream, access)
}

// maxTokens bounds the tokens that a Controller remembers. One that is
// forgotten works on for those who hold it.
const maxTokens = 4096

// tokens are a Controller's, by stream and access.
type tokens struct {
	controller *Controller
	mu         sync.Mutex
	all        map[tokenKey]*Token
}

type tokenKey struct {
	stream naming.Stream
	access Access
}

func newTokens(c *Controller) *tokens {
	return &tokens{controller: c, all: make(map[tokenKey]*Token)}
}

func (t *tokens) of(stream naming.Stream, access Access) *Token {
	key := tokenKey{stream, access}
	t.mu.Lock()
	defer t.mu.Unlock()
	if token := t.all[key]; token != nil {
		return token
	}
	if len(t.all) >= maxTokens {
		clear(t.all)
	}
	token := &Token{
		key:   key,
		busy:  make(chan struct{}, 1),
		now:   time.Now,
		fetch: func(ctx context.Context) (string, error) { return t.controller.DelegationToken(ctx, stream, access) },
	}
	if t.controller.config.Credentials == nil {
		// Who does not say who he is gets no token.
		token.fetch = func(context.Context) (string, error) { return "", nil }
	}
	t.all[key] = token
	return token
}

// Token is a delegation token that renews itself. Safe for concurrent use.
type Token struct {
	key   tokenKey
	fetch func(context.Context) (string, error)
	now   func() time.Time
	busy  chan struct{} // held by whoever fetches

	mu      sync.Mutex
	fetched bool
	value   string
	renewal time.Time // when half of its life is over; zero: never
	expiry  time.Time // zero: never
}

// Get returns the token and when it expires, by this machine's clock; the zero
// time means never. It is empty if the servers want none. Get waits for the
// controller when there is none or less than half of its life is left; if it
// cannot be renewed, it is returned as long as it is valid.
func (t *Token) Get(ctx context.Context) (value string, expiry time.Time, err error) {
	if value, expiry, state := t.known(); state == fresh {
		return value, expiry, nil
	}
	select {
	case t.busy <- struct{}{}:
		defer func() { <-t.busy }()
	case <-ctx.Done():
		return "", time.Time{}, fault.Context(ctx, "get a token for stream", t.key.stream.String())
	}
	value, expiry, state := t.known() // another caller may have renewed it
	if state == fresh {
		return value, expiry, nil
	}
	begun := t.now()
	renewed, err := t.fetch(ctx)
	if err != nil {
		if state == valid {
			return value, expiry, nil
		}
		return "", time.Time{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fetched, t.value = true, renewed
	t.renewal, t.expiry = schedule(renewed, begun)
	return t.value, t.expiry, nil
}

// Invalidate makes the next Get fetch a token, because a server refused this
// one.
func (t *Token) Invalidate() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fetched = false
}

type freshness int

const (
	stale freshness = iota
	valid           // but due for renewal
	fresh
)

func (t *Token) known() (string, time.Time, freshness) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	switch {
	case !t.fetched || !t.expiry.IsZero() && !now.Before(t.expiry):
		return "", time.Time{}, stale
	case !t.renewal.IsZero() && !now.Before(t.renewal):
		return t.value, t.expiry, valid
	}
	return t.value, t.expiry, fresh
}

// schedule reads from a JWT how long it lives, and counts that from the moment
// when it was asked for: the servers' clock may be another one. What is no JWT,
// or has no end, lives for ever.
func schedule(token string, begun time.Time) (renewal, expiry time.Time) {
	var claims struct {
		Issued  float64 `json:"iat"`
		Expires float64 `json:"exp"`
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return renewal, expiry
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.Expires == 0 {
		return renewal, expiry
	}
	if claims.Issued == 0 {
		claims.Issued = float64(begun.UnixNano()) / 1e9
	}
	const longest = 100 * 365 * 24 * 3600 // in seconds; a Duration holds some 292 years
	life := time.Duration(min(max(claims.Expires-claims.Issued, 0), longest) * float64(time.Second))
	return begun.Add(life / 2), begun.Add(life)
}
