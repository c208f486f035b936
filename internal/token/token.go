// Package token keeps tokens that end: a [Cache] fetches one when somebody asks for it,
// renews it before it ends, and drops it when a server refuses it. Bearer tokens and
// delegation tokens have the same life.
package token

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// Token is what a client shows to a server.
type Token struct {
	Value  string
	Expiry time.Time // by this machine's clock; zero: it has none, or nobody knows
}

// JWT reads from a JSON web token when it was issued and when it expires, by the clock
// of the machine that issued it. A time is zero if the token does not tell it.
func JWT(value string) (issued, expires time.Time) {
	parts := strings.Split(value, ".")
	if len(parts) != 3 {
		return issued, expires
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var claims struct {
		Issued  float64 `json:"iat"`
		Expires float64 `json:"exp"`
	}
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return issued, expires
	}
	return at(claims.Issued), at(claims.Expires)
}

// at is a time in seconds since 1970, as a JWT has it.
func at(seconds float64) time.Time {
	const latest = 253402300799 // the end of the year 9999
	if !(seconds > 0) {
		return time.Time{}
	}
	seconds = min(seconds, latest)
	whole := int64(seconds)
	return time.Unix(whole, int64((seconds-float64(whole))*1e9))
}
