package controller

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// jwt makes a token of claims.
func jwt(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"HS512"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
}

// mint is a controller's side of tokens: it numbers them.
type mint struct {
	mu     sync.Mutex
	life   time.Duration // 0: no end
	skew   time.Duration // of the server's clock
	broken bool
	minted int
}

func (m *mint) answer(_ context.Context, in func(proto.Message)) (proto.Message, error) {
	request := new(pb.Stream)
	in(request)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken {
		return nil, status.Error(codes.PermissionDenied, "no more")
	}
	m.minted++
	issued := time.Now().Add(m.skew).Unix()
	claims := fmt.Sprintf(`{"sub":"%d","iat":%d,"%s/%s":"%v"`, m.minted, issued, request.Scope, request.Name, request.Access)
	if m.life > 0 {
		claims += fmt.Sprintf(`,"exp":%d`, issued+int64(m.life.Seconds()))
	}
	return &pb.Token{Token: jwt(claims + "}")}, nil
}

func (m *mint) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.minted
}

// minting makes a Controller that gets its tokens from a mint.
func minting(t *testing.T, m *mint) *Controller {
	f := startFake(t, nil, "", map[string]answer{"getDelegationToken": m.answer})
	return dial(t, func(c *Config) { c.Credentials = Basic("u", "p") }, f)
}

// How long a token lives counts from when it was asked for, whatever the servers' clock
// shows, and there is one of each stream and access.
func TestTokensAreKept(t *testing.T) {
	for _, skew := range []time.Duration{0, 5 * time.Hour, -5 * time.Hour} {
		m := &mint{life: time.Hour, skew: skew}
		c := minting(t, m)
		get := func(access Access) string {
			t.Helper()
			begun := time.Now()
			got, err := c.Token(waittest.Within(t, 10*time.Second), stream, access)
			if life := got.Expiry.Sub(begun); err != nil || life < time.Hour-time.Minute || life > time.Hour+time.Minute {
				t.Fatalf("skew %v: it lives for %v: %v", skew, life, err)
			}
			return got.Value
		}
		if write, read := get(Write), get(Read); write == read || get(Write) != write || get(Read) != read || m.count() != 2 {
			t.Errorf("skew %v: %d tokens for two accesses", skew, m.count())
		}
	}
}

func TestRefusedTokensAreFetchedAnew(t *testing.T) {
	m := &mint{}
	c := minting(t, m)
	get := func() string {
		t.Helper()
		got, err := c.Token(waittest.Within(t, 10*time.Second), stream, ReadWrite)
		if err != nil || !got.Expiry.IsZero() {
			t.Fatal(got.Expiry, err)
		}
		return got.Value
	}
	first := get()
	c.Refused(stream, Read, first) // another access's
	c.Refused(stream, ReadWrite, "what was never given out")
	if get() != first {
		t.Error("a token was dropped for another one")
	}
	c.Refused(stream, ReadWrite, first)
	second := get()
	c.Refused(stream, ReadWrite, first) // by somebody who is late
	if second == first || get() != second || m.count() != 2 {
		t.Errorf("%d tokens after one was refused twice", m.count())
	}
	m.mu.Lock()
	m.broken = true
	m.mu.Unlock()
	c.Refused(stream, ReadWrite, second)
	if _, err := c.Token(waittest.Within(t, 10*time.Second), stream, ReadWrite); !errors.Is(err, fault.PermissionDenied) || !strings.Contains(err.Error(), "no more") {
		t.Errorf("when there are none any more: %v", err)
	}
}

func TestNoCredentialsNoToken(t *testing.T) {
	f := startFake(t, nil, "", nil)
	c := dial(t, nil, f)
	c.Refused(stream, Write, "")
	got, err := c.Token(waittest.Within(t, 10*time.Second), stream, Write)
	if got.Value != "" || !got.Expiry.IsZero() || err != nil || f.count("getDelegationToken") != 0 {
		t.Errorf("%v, %v after %d calls", got, err, f.count("getDelegationToken"))
	}
}

// A caller whose time is over leaves, with the reason why it takes so long; the others
// get what was asked for once.
func TestCallersLeaveAFetchThatGoesOn(t *testing.T) {
	hold := make(chan struct{})
	f := startFake(t, nil, "", map[string]answer{"getDelegationToken": inTurn(
		refuse(codes.Unavailable, "the store of tokens is away"),
		func(context.Context, func(proto.Message)) (proto.Message, error) {
			<-hold
			return &pb.Token{Token: "one"}, nil
		})})
	c := dial(t, func(c *Config) { c.Credentials = Basic("u", "p") }, f)
	first, leave := context.WithCancel(context.Background())
	left := make(chan error)
	go func() {
		_, err := c.Token(first, stream, Read)
		left <- err
	}()
	for f.count("getDelegationToken") < 2 {
		time.Sleep(time.Millisecond)
	}
	if _, err := c.Token(waittest.Within(t, 20*time.Millisecond), stream, Read); !errors.Is(err, fault.Unreachable) || !strings.Contains(err.Error(), "of tokens is away") {
		t.Errorf("a caller with little time: %v", err)
	}
	leave()
	if err := <-left; !errors.Is(err, fault.Cancelled) {
		t.Errorf("the one that began: %v", err)
	}
	close(hold)
	if got, err := c.Token(waittest.Within(t, 10*time.Second), stream, Read); got.Value != "one" || err != nil || f.count("getDelegationToken") != 2 {
		t.Errorf("%q, %v after %d calls", got.Value, err, f.count("getDelegationToken"))
	}
}

func TestLifetimes(t *testing.T) {
	begun := time.Unix(1000, 0)
	const never = -1
	for value, want := range map[string]time.Duration{
		"":                                     never,
		"opaque":                               never,
		jwt(`{"iat":5}`):                       never,
		jwt(`{"iat":500,"exp":560}`):           time.Minute,
		jwt(`{"exp":1060}`):                    time.Minute,
		jwt(`{"exp":1060.5}`):                  60500 * time.Millisecond,
		jwt(`{"iat":500,"exp":400}`):           0, // over at once
		jwt(`{"iat":500,"exp":560}`) + ".five": never,
	} {
		expiry := lifetime(value, begun)
		if want == never && !expiry.IsZero() || want != never && !expiry.Equal(begun.Add(want)) {
			t.Errorf("%q ends at %v", value, expiry)
		}
	}
}

func FuzzLifetime(f *testing.F) {
	f.Add(jwt(`{"iat":500,"exp":560}`))
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, value string) {
		begun := time.Unix(1000, 0)
		if expiry := lifetime(value, begun); !expiry.IsZero() && expiry.Before(begun) {
			t.Fatalf("it ends at %v", expiry)
		}
	})
}
