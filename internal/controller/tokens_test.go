package controller

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
)

// jwt makes a token that lives from one time to another, in seconds.
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

func (m *mint) answer(ctx context.Context, in func(proto.Message)) (proto.Message, error) {
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

func (m *mint) set(change func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change()
}

// hourly makes a Controller whose tokens live an hour by a clock of the test.
func hourly(t *testing.T, m *mint) (c *Controller, advance func(time.Duration)) {
	f := startFake(t, nil, "", map[string]answer{"getDelegationToken": m.answer})
	c = dial(t, func(c *Config) { c.Credentials = Basic("u", "p") }, f)
	var mu sync.Mutex
	now := time.Now()
	c.Token(stream, ReadWrite).now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	return c, func(d time.Duration) { mu.Lock(); defer mu.Unlock(); now = now.Add(d) }
}

func TestTokensAreKeptAndRenewed(t *testing.T) {
	for _, skew := range []time.Duration{0, 5 * time.Hour, -5 * time.Hour} {
		m := &mint{life: time.Hour, skew: skew}
		c, advance := hourly(t, m)
		get := func() string {
			t.Helper()
			value, expiry, err := c.Token(stream, ReadWrite).Get(within(t, 10*time.Second))
			if err != nil || expiry.IsZero() {
				t.Fatal(value, expiry, err)
			}
			return value
		}
		first := get()
		advance(25 * time.Minute)
		if get() != first || m.minted != 1 {
			t.Errorf("skew %v: %d tokens in 25 of 60 minutes", skew, m.minted)
		}
		advance(10 * time.Minute)
		second := get()
		if second == first || m.minted != 2 {
			t.Errorf("skew %v: %d tokens in 35 of 60 minutes", skew, m.minted)
		}
		// What cannot be renewed is used up.
		m.set(func() { m.broken = true })
		advance(50 * time.Minute)
		if get() != second {
			t.Error("a valid token was dropped")
		}
		advance(15 * time.Minute)
		if _, _, err := c.Token(stream, ReadWrite).Get(within(t, 10*time.Second)); !errors.Is(err, fault.PermissionDenied) {
			t.Errorf("after its end: %v", err)
		}
	}
}

func TestRefusedTokensAreFetchedAnew(t *testing.T) {
	m := &mint{}
	c, advance := hourly(t, m)
	token := c.Token(stream, ReadWrite)
	first, expiry, err := token.Get(within(t, 10*time.Second))
	if err != nil || !expiry.IsZero() {
		t.Fatal(expiry, err)
	}
	advance(1000 * time.Hour)
	if again, _, err := token.Get(within(t, 10*time.Second)); again != first || err != nil {
		t.Errorf("a token without an end was renewed: %v", err)
	}
	token.Invalidate()
	if second, _, err := token.Get(within(t, 10*time.Second)); second == first || err != nil {
		t.Errorf("a refused token was kept: %v", err)
	}
}

func TestTokensAreFetchedOnceForAll(t *testing.T) {
	m := &mint{life: time.Hour}
	c, _ := hourly(t, m)
	ctx := within(t, 10*time.Second)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, _, err := c.Token(stream, ReadWrite).Get(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if _, _, err := c.Token(stream, Read).Get(ctx); err != nil {
		t.Error(err)
	}
	if m.minted != 2 {
		t.Errorf("%d tokens for two accesses", m.minted)
	}
}

func TestNoCredentialsNoToken(t *testing.T) {
	f := startFake(t, nil, "", nil)
	value, expiry, err := dial(t, nil, f).Token(stream, Write).Get(within(t, 10*time.Second))
	if value != "" || !expiry.IsZero() || err != nil || f.count("getDelegationToken") != 0 {
		t.Errorf("%q, %v, %v after %d calls", value, expiry, err, f.count("getDelegationToken"))
	}
}

func TestWaitingForATokenEnds(t *testing.T) {
	hold := make(chan struct{})
	f := startFake(t, nil, "", map[string]answer{"getDelegationToken": func(context.Context, func(proto.Message)) (proto.Message, error) {
		<-hold
		return &pb.Token{}, nil
	}})
	c := dial(t, func(c *Config) { c.Credentials = Basic("u", "p") }, f)
	first := make(chan error)
	go func() {
		_, _, err := c.Token(stream, Read).Get(context.Background())
		first <- err
	}()
	for f.count("getDelegationToken") == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, _, err := c.Token(stream, Read).Get(within(t, 20*time.Millisecond)); !errors.Is(err, fault.TimedOut) {
		t.Errorf("behind another fetch: %v", err)
	}
	close(hold)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestLivesOfTokens(t *testing.T) {
	begun := time.Unix(1000, 0)
	for token, want := range map[string]time.Duration{
		"":                                     0,
		"not.a.jwt":                            0,
		"opaque":                               0,
		jwt(`{"exp":"soon"}`):                  0,
		jwt(`{"iat":5}`):                       0,
		jwt(`{"iat":500,"exp":560}`):           time.Minute,
		jwt(`{"exp":1060}`):                    time.Minute,
		jwt(`{"exp":1060.5}`):                  60500 * time.Millisecond,
		jwt(`{"iat":1e300,"exp":1e308}`):       100 * 365 * 24 * time.Hour,
		jwt(`{"iat":500,"exp":400}`):           time.Nanosecond, // over at once
		jwt(`{"iat":500,"exp":560}`) + ".five": 0,
	} {
		renewal, expiry := schedule(token, begun)
		switch {
		case want == 0 && (!renewal.IsZero() || !expiry.IsZero()):
			t.Errorf("%q ends at %v", token, expiry)
		case want == time.Nanosecond && !expiry.Equal(begun):
			t.Errorf("%q ends at %v", token, expiry)
		case want > time.Nanosecond && (!expiry.Equal(begun.Add(want)) || !renewal.Equal(begun.Add(want/2))):
			t.Errorf("%q is renewed at %v and ends at %v", token, renewal, expiry)
		}
	}
}

func FuzzSchedule(f *testing.F) {
	f.Add(jwt(`{"iat":500,"exp":560}`))
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, token string) {
		begun := time.Unix(1000, 0)
		renewal, expiry := schedule(token, begun)
		if renewal.IsZero() != expiry.IsZero() || !expiry.IsZero() && (expiry.Before(renewal) || renewal.Before(begun)) {
			t.Fatalf("renewed at %v, ends at %v", renewal, expiry)
		}
	})
}
