package controller

import (
	"context"
	"encoding/base64"

	"google.golang.org/grpc/metadata"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/token"
)

// Credentials say who is calling: they make the authorization header of every attempt of
// every call. The zero value sends none.
type Credentials struct {
	// Method is the header's first word.
	Method string
	// Token is the header's second word if it never changes.
	Token string
	// Source of a token that does change, instead of Token.
	Source *token.Source
}

// Basic makes the credentials of a user with a password.
func Basic(user, password string) Credentials {
	return Credentials{Method: "Basic", Token: base64.StdEncoding.EncodeToString([]byte(user + ":" + password))}
}

// Bearer makes the credentials of a token that never changes.
func Bearer(token string) Credentials { return Credentials{Method: "Bearer", Token: token} }

// Renewed makes the credentials of a token that changes.
func Renewed(source token.Source) Credentials { return Credentials{Method: "Bearer", Source: &source} }

// authorize adds the authorization header to a call, and returns the token in it.
func (c *Controller) authorize(ctx context.Context) (authorized context.Context, shown string, err error) {
	if c.config.Credentials.Method == "" {
		return ctx, "", nil
	}
	shown = c.config.Credentials.Token
	if c.bearer != nil {
		t, err := c.bearer.Get(ctx)
		if err != nil {
			return nil, "", err
		}
		shown = t.Value
	}
	return metadata.AppendToOutgoingContext(ctx, "authorization", c.config.Credentials.Method+" "+shown), shown, nil
}

// refusals is how many bearer tokens in a row the controllers may refuse before a call
// fails.
const refusals = 4

// refused drops the token that a controller refused, and reports whether to try again
// with another one.
func (c *Controller) refused(r *request) bool {
	if c.bearer == nil {
		return false
	}
	c.bearer.Refused(r.shown)
	r.refusals++
	return r.refusals < refusals
}

// checkCredentials reports what is wrong with credentials.
func checkCredentials(c Credentials) error {
	if c.Method == "" || c.Source != nil {
		return nil
	}
	if err := token.Check(c.Token); err != nil {
		return fault.Wrap(fault.InvalidArgument, "configure controller", "credentials", err)
	}
	return nil
}
