package clustertest

import (
	"encoding/base64"
	"fmt"
	"time"
)

// TokensLive makes the controller's tokens live so long from now on; at first it
// is ten minutes.
func (c *Cluster) TokensLive(life time.Duration) {
	c.mu.Lock()
	c.life = life
	c.mu.Unlock()
}

// token makes a token as the real controllers do, but signed by nobody. They
// count in whole seconds.
func token(life time.Duration) string {
	now := time.Now()
	claims := fmt.Sprintf(`{"iat":%.3f,"exp":%.3f}`, float64(now.UnixMilli())/1000, float64(now.Add(life).UnixMilli())/1000)
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".none"
}
