package clustertest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// TokensLive makes the controller's tokens live so long from now on; at first it
// is ten minutes.
func (c *Cluster) TokensLive(life time.Duration) {
	c.mu.Lock()
	c.life = life
	c.mu.Unlock()
}

// Void makes the tokens that were made so far worthless, whatever they say of their end:
// to the store that CheckTokens made check them they have expired, as when its clock is
// ahead.
func (c *Cluster) Void() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.void.Store(int64(c.tokens))
}

// Voided reports whether a token is worthless by Void. The store's lock may be held.
func (c *Cluster) Voided(token string) bool {
	n, err := strconv.ParseInt(claimsOf(token).Number, 10, 64)
	return err == nil && n <= c.void.Load()
}

// claims of a token.
type claims struct {
	Expires float64 `json:"exp"`
	Number  string  `json:"jti"`
}

// claimsOf reads the claims of a token, none of what is no token.
func claimsOf(token string) (c claims) {
	if parts := strings.Split(token, "."); len(parts) == 3 {
		if payload, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil {
			_ = json.Unmarshal(payload, &c)
		}
	}
	return c
}

// token makes a token as the real controllers do, but signed by nobody, with
// parts of seconds, and each another one. The lock is held.
func (c *Cluster) token() string {
	now := time.Now()
	c.tokens++
	claims := fmt.Sprintf(`{"iat":%.3f,"exp":%.3f,"jti":"%d"}`, float64(now.UnixMilli())/1000, float64(now.Add(c.life).UnixMilli())/1000, c.tokens)
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".none"
}

// CheckTokens makes the store close connections when tokens end, as the real
// one does.
func (c *Cluster) CheckTokens() {
	c.Server.CheckTokens(func(token string) time.Time {
		if c.Voided(token) {
			return time.Time{}
		}
		return time.UnixMilli(int64(claimsOf(token).Expires * 1000)) // what is no token has ended long ago
	})
}
