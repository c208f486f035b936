package client

import (
	"context"
	"strings"
	"time"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/token"
)

// Token is a bearer token, as a TokenProvider returns it.
type Token struct {
	// Value is the token: 1 to 65536 characters of printable ASCII.
	Value string
	// Expiry is when the token ends. The zero time means that the provider does not
	// know: then it is what the token says itself if it is a JSON web token with the
	// claim "exp"; else the token is used until a server refuses it.
	Expiry time.Time
}

// TokenProvider gets a bearer token, for example from an identity provider. The client
// calls it when it first needs a token, when about half of the token's life is over, and
// after a server has refused the token.
//
// It is called in a goroutine of the client's own, one call at a time, with no lock held.
// It may take up to Config.RequestTimeout, when ctx ends, and must return soon after; ctx
// also ends when the client is closed, and Close waits for it. While a call lasts too long
// no other one is made, but nobody waits for it beyond the limits of their own calls.
//
// An error is logged and ends nothing; so are a panic and a Value that is not valid. A token
// that has not ended is used on, and the provider is asked again, with increasing pauses of
// up to 2 s, as long as a call needs a token. The text of the last error is in that of the
// calls that fail for it, ErrTimedOut or ErrUnauthenticated.
//
// It must not use the client that it gets tokens for: calls that it makes with ctx, or a
// context made from it, fail with ErrFromCallback, others would wait for the provider.
type TokenProvider func(ctx context.Context) (Token, error)

// credentials are how a configuration has the client identify itself.
func credentials(config Config) (controller.Credentials, error) {
	bearer, err := bearer(config)
	if err != nil {
		return bearer, err
	}
	switch {
	case config.AuthMethod == AuthBasic && bearer.Method == "":
		return controller.Basic(config.AuthUser, config.AuthPassword), nil
	case config.AuthMethod == AuthBasic:
		return bearer, fault.New(fault.InvalidArgument, "make client", "", "auth.method is basic, but a source of bearer tokens is set")
	case config.AuthMethod == AuthBearer && bearer.Method == "":
		return bearer, fault.New(fault.InvalidArgument, "make client", "", "auth.method is bearer, but none of %s is set", strings.Join(bearerSources, ", "))
	}
	return bearer, nil
}

// bearerSources are what users call the sources of bearer tokens.
var bearerSources = []string{"auth.token", "auth.token.file", "auth.token.env", "the token provider"}

// bearer are the credentials of the one source of bearer tokens that is set, if any.
func bearer(config Config) (found controller.Credentials, err error) {
	var set []string
	for i, source := range []struct {
		set  bool
		make func() controller.Credentials
	}{
		{config.AuthToken != "", func() controller.Credentials { return controller.Bearer(config.AuthToken) }},
		{config.AuthTokenFile != "", func() controller.Credentials { return controller.Renewed(token.File(config.AuthTokenFile)) }},
		{config.AuthTokenEnv != "", func() controller.Credentials { return controller.Renewed(token.Variable(config.AuthTokenEnv)) }},
		{config.TokenProvider != nil, func() controller.Credentials { return controller.Renewed(config.TokenProvider.source()) }},
	} {
		if source.set {
			set = append(set, bearerSources[i])
			found = source.make()
		}
	}
	if len(set) > 1 {
		return found, fault.New(fault.InvalidArgument, "make client", "", "only one source of bearer tokens may be set, not %s", strings.Join(set, " and "))
	}
	return found, nil
}

func (p TokenProvider) source() token.Source {
	return token.Source{
		Name: "the token provider",
		Ask: func(ctx context.Context) (token.Token, error) {
			t, err := p(ctx)
			return token.Token{Value: t.Value, Expiry: t.Expiry}, err
		},
	}
}
