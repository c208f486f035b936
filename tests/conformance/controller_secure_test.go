package conformance

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// A server with TLS and passwords: who may, can; everybody else is told why not
// within seconds. Only the server that hangs up without a word, because it wants
// TLS, is asked until the limit.
func TestControllerSecurity(t *testing.T) {
	server, err := harness.Secure(waittest.Within(t, 3*time.Minute), harness.Options{Accounts: []harness.Account{
		{User: "reader", Password: "reader_pw", Permissions: "prn::/scope:sec,READ;prn::/scope:sec/stream:s,READ"},
		{User: "nobody", Password: "nobody_pw"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	harness.StopAfter(t, server)
	pem, err := os.ReadFile(server.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(pem) {
		t.Fatal("the authority's file holds no certificate")
	}
	as := func(credentials controller.Credentials) func(*controller.Config) {
		return func(c *controller.Config) {
			c.TLS = &tls.Config{RootCAs: trusted}
			c.Credentials = credentials
			c.RetryLimit = 20 * time.Second
		}
	}
	uri := server.ControllerURI()
	admin := dial(t, uri, as(controller.Basic(server.Credentials())))
	reader := dial(t, uri, as(controller.Basic("reader", "reader_pw")))
	ctx := waittest.Within(t, 2*time.Minute)
	stream := naming.Stream{Scope: "sec", Name: "s"}
	if _, err := admin.CreateScope(ctx, stream.Scope); err != nil {
		t.Fatal(err)
	}
	if created, err := admin.CreateStream(ctx, stream, fixed(1)); !created || err != nil {
		t.Fatal(created, err)
	}

	// Tokens, which this server makes for 600 s.
	for _, access := range []controller.Access{controller.Read, controller.Write, controller.ReadWrite} {
		token, err := admin.Token(ctx, stream, access)
		if life := time.Until(token.Expiry); strings.Count(token.Value, ".") != 2 || life > 600*time.Second || life < 500*time.Second || err != nil {
			t.Errorf("token for access %d: %d characters, for %v, %v", access, len(token.Value), life, err)
		}
	}
	if segments, err := reader.CurrentSegments(ctx, stream); len(segments) != 1 || err != nil {
		t.Errorf("a reader's segments: %v, %v", segments, err)
	}
	if token, err := reader.Token(ctx, stream, controller.Read); token.Value == "" || err != nil {
		t.Errorf("a reader's token: %q, %v", token, err)
	}
	_, err = reader.Token(ctx, stream, controller.Write)
	wants(t, "a reader that wants to write", err, fault.PermissionDenied)
	wants(t, "a reader that seals", reader.SealStream(ctx, stream), fault.PermissionDenied)

	// By address, and by discovery.
	for _, uri := range []string{strings.Replace(uri, "localhost", "127.0.0.1", 1), strings.Replace(uri, "tls://", "pravegas://", 1)} {
		c := dial(t, uri, as(controller.Basic(server.Credentials())))
		if exists, err := c.StreamExists(ctx, stream); !exists || err != nil {
			t.Errorf("%s: %v, %v", uri, exists, err)
		}
	}

	for _, tc := range []struct {
		name, uri string
		change    func(*controller.Config)
		want      fault.Code
		hint      string
	}{
		{"a user without rights", uri, as(controller.Basic("nobody", "nobody_pw")), fault.PermissionDenied, ""},
		{"a wrong password", uri, as(controller.Basic("reader", "guess")), fault.Unauthenticated, ""},
		{"an unknown user", uri, as(controller.Basic("stranger", "guess")), fault.Unauthenticated, ""},
		{"no credentials", uri, as(controller.Credentials{}), fault.Unauthenticated, ""},
		{"an unknown authority", uri, func(c *controller.Config) { as(controller.Credentials{})(c); c.TLS = new(tls.Config) }, fault.TLS, "certificate"},
		{"no TLS", strings.Replace(uri, "tls://", "tcp://", 1), func(c *controller.Config) { c.RetryLimit = 3 * time.Second }, fault.Unreachable, "tls://"},
	} {
		c := dial(t, tc.uri, tc.change)
		begun := time.Now()
		_, err := c.StreamConfiguration(context.Background(), stream)
		wants(t, tc.name, err, tc.want)
		if err != nil && !strings.Contains(err.Error(), tc.hint) {
			t.Errorf("%s: %v does not say %q", tc.name, err, tc.hint)
		}
		t.Logf("%s: %v, after %v", tc.name, err, time.Since(begun))
	}
}
