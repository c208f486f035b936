package client

import (
	"encoding/binary"
	"testing"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// user is a program that writes to a stream, small events and large ones, and reads it in
// a group that others join and leave.
type user struct {
	*testCluster
	w    *Writer
	g    *ReaderGroup
	r    *Reader
	n    int64
	seen enginetest.Tally
}

func (c *testCluster) user() *user {
	c.T.Helper()
	u := &user{testCluster: c, w: c.writer(asUser), g: c.groupOf(loggedIn()), seen: make(enginetest.Tally)}
	u.join("first")
	return u
}

func (u *user) join(name string) {
	u.T.Helper()
	var err error
	if u.r, err = u.g.OpenReader(waittest.Limit(u.T), name, ReaderConfig{}); err != nil {
		u.T.Fatal(err)
	}
}

// work writes and reads some events, and has another reader take over.
func (u *user) work(heir string) {
	u.T.Helper()
	writeNumbered(u.T, u.w, "k", u.n+1, u.n+5)
	large := make([]byte, MaxEventSize+1)
	binary.BigEndian.PutUint64(large, uint64(u.n+6))
	if _, err := u.w.Write(waittest.Limit(u.T), Event{Key: []byte("k"), Data: large}); err != nil {
		u.T.Fatal(err)
	}
	u.n += 6
	flush(u.T, u.w, u.n)
	for len(u.seen) < int(u.n) {
		u.seen.Take(u.T, next(u.T, u.r))
	}
	if err := u.r.Close(waittest.Limit(u.T)); err != nil {
		u.T.Fatal(err)
	}
	u.join(heir)
}

// done checks that each event was read once.
func (u *user) done() {
	u.T.Helper()
	u.seen.Once(u.T, uint64(u.n))
	u.Expect(1, u.n, 0)
	if err := u.r.Close(waittest.Limit(u.T)); err != nil {
		u.T.Fatal(err)
	}
}

// A store closes a connection without a word when the token of a set-up has expired by
// its clock. What is shown next is another token: one refusal costs one connection.
func TestTokensThatHaveExpiredByTheStoresClock(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.CheckTokens()
	u := c.user()
	u.work("second")
	for _, name := range []string{"third", "fourth"} {
		c.Void()
		c.CutAll()
		ended, asked := c.Expirations(), c.Calls("getDelegationToken")
		u.work(name)
		// A writer's set-up, the one of a large event, and one of the group's log.
		if closed := c.Expirations() - ended; closed == 0 || closed > 3 {
			t.Errorf("%d connections were closed for an expired token", closed)
		}
		if fetched := c.Calls("getDelegationToken") - asked; fetched > 4 {
			t.Errorf("%d tokens were asked for", fetched)
		}
	}
	u.done()
}

// When the servers' signing key has changed, the stores call all older tokens not good,
// though they have not expired. Programs that run go on, and those that start are not
// shown the old ones.
func TestTokensOfAnOldSigningKey(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if c.Voided(tokenOf(command)) {
			return storetest.Refused
		}
		return storetest.Serve
	})
	u := c.user()
	u.work("second")
	for _, name := range []string{"third", "fourth"} {
		c.Void()
		c.CutAll()
		asked := c.Calls("getDelegationToken")
		u.work(name)
		if fetched := c.Calls("getDelegationToken") - asked; fetched > 4 {
			t.Errorf("%d tokens were asked for", fetched)
		}
	}
	u.done()
}
