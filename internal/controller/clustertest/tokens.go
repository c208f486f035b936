package clustertest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
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
		var claims struct {
			Expires float64 `json:"exp"`
		}
		if parts := strings.Split(token, "."); len(parts) == 3 {
			if payload, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil {
				_ = json.Unmarshal(payload, &claims) // a token that is none has ended long ago
			}
		}
		return time.UnixMilli(int64(claims.Expires * 1000))
	})
}
