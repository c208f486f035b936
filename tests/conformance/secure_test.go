package conformance

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// Events go in and out over TLS with a name and a password; whoever lacks the
// right, the password or the certificate is told so at once.
func TestEventsOverTLSWithPasswords(t *testing.T) {
	ctx := waittest.Within(t, 5*time.Minute)
	server, err := harness.Secure(ctx, harness.Options{Accounts: []harness.Account{
		{User: "reader", Password: "reader_pw", Permissions: "prn::/scope:sec,READ_UPDATE;prn::/scope:sec/stream:s,READ;prn::/scope:sec/reader-group:*,READ_UPDATE"},
		{User: "nobody", Password: "nobody_pw"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	harness.StopAfter(t, server)
	as := func(user, password string, change func(*client.Config)) *client.Client {
		t.Helper()
		config := client.Config{}
		config.ControllerURI, config.CAFile = server.ControllerURI(), server.CAFile()
		config.AuthMethod, config.AuthUser, config.AuthPassword = "basic", user, password
		if change != nil {
			change(&config)
		}
		c, err := client.New(config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	user, password := server.Credentials()
	admin := as(user, password, nil)
	must := func(_ bool, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(admin.CreateScope(ctx, "sec"))
	must(admin.CreateStream(ctx, "sec", "s", client.StreamConfig{}))
	writeEvents(ctx, t, admin, "sec", "s", 1, 500)
	if err := admin.SealStream(ctx, "sec", "s"); err != nil {
		t.Fatal(err)
	}

	reader := as("reader", "reader_pw", nil)
	o := newOracle(t)
	o.read(ctx, reader, "sec", "s", 1)
	o.check(500)
	pem, err := os.ReadFile(server.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	own := as("reader", "reader_pw", func(c *client.Config) { c.CAFile, c.TLS = "", &tls.Config{RootCAs: roots} })
	if info, err := own.StreamInfo(ctx, "sec", "s"); err != nil || !info.Sealed { // asks the store too
		t.Fatal(info, err)
	}
	must(admin.CreateStream(ctx, "sec", "t", client.StreamConfig{}))
	if w, err := reader.OpenWriter(ctx, "sec", "t", client.WriterConfig{}); err == nil {
		if _, err = w.Write(ctx, client.Event{Data: []byte("not allowed")}); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(ctx); !errors.Is(err, client.ErrPermissionDenied) {
			t.Fatal(err)
		}
	} else if !errors.Is(err, client.ErrPermissionDenied) {
		t.Fatal(err)
	}

	for name, refused := range map[string]struct {
		client *client.Client
		want   client.Code
	}{
		"no rights":      {as("nobody", "nobody_pw", nil), client.ErrPermissionDenied},
		"wrong password": {as("admin", "wrong", nil), client.ErrUnauthenticated},
		"no credentials": {as("", "", func(c *client.Config) { c.AuthMethod = "" }), client.ErrUnauthenticated},
		"unknown CA":     {as("admin", "wrong", func(c *client.Config) { c.CAFile = "" }), client.ErrTLS},
	} {
		start := time.Now()
		if _, err := refused.client.CreateStream(ctx, "sec", "u", client.StreamConfig{}); !errors.Is(err, refused.want) {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%s: told only after %v", name, took)
		}
	}
}
