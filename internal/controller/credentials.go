package controller

import (
	"context"
	"encoding/base64"

	"google.golang.org/grpc/metadata"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Credentials tells who is calling: the method ("Basic", "Bearer") and the
// token of the authorization header. It is asked on every attempt of every
// call, because tokens change, so it should answer from memory when it can; it
// must be safe for concurrent use. An error that fault.Retriable accepts is
// tried again like that of a controller; any other one ends the call.
type Credentials func(ctx context.Context) (method, token string, err error)

// Basic makes the credentials of a user with a password.
func Basic(user, password string) Credentials {
	token := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	return func(context.Context) (string, string, error) { return "Basic", token, nil }
}

// Bearer makes credentials of a token that does not change.
func Bearer(token string) Credentials {
	return func(context.Context) (string, string, error) { return "Bearer", token, nil }
}

// authorize adds the authorization header to a call.
func (c Credentials) authorize(ctx context.Context) (context.Context, error) {
	if c == nil {
		return ctx, nil
	}
	method, token, err := c(ctx)
	if err != nil {
		return nil, err
	}
	header := method + " " + token
	for i := 0; i < len(header); i++ {
		if header[i] < ' ' || header[i] > '~' {
			return nil, fault.New(fault.InvalidArgument, "authorize", "", "the credentials hold characters that are not printable ASCII")
		}
	}
	return metadata.AppendToOutgoingContext(ctx, "authorization", header), nil
}
