package segment

import "time"

// permit is a token that a store accepts, and when to ask for the next one. The zero
// permit is none.
type permit struct {
	token   string
	granted bool
	renewal time.Time // zero: never
}

func newPermit(token string, expiry time.Time) permit {
	p := permit{token: token, granted: true}
	if !expiry.IsZero() {
		now := time.Now()
		p.renewal = now.Add(expiry.Sub(now) / 2)
	}
	return p
}

func (p *permit) valid() bool {
	return p.granted && (p.renewal.IsZero() || time.Now().Before(p.renewal))
}
