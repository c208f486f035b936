package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// Every connection is made by the application's function, if it gives one: here to servers whose
// names nobody else knows.
func TestDialMakesEveryConnection(t *testing.T) {
	c := startCluster(t, keyspace...)
	store := c.Endpoint()
	c.Advertise("store.invalid:12345")
	var mu sync.Mutex
	dialled := make(map[string]int)
	client, err := New(Config{
		ControllerURI: "tcp://controller.invalid:9090",
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			mu.Lock()
			dialled[network+" "+address]++
			mu.Unlock()
			behind := map[string]string{"controller.invalid:9090": strings.TrimPrefix(c.URI, "tcp://"), "store.invalid:12345": store}
			return new(net.Dialer).DialContext(ctx, network, behind[address])
		},
	})
	enginetest.Must(t, err)
	defer client.Close()
	w, err := client.OpenWriter(waittest.Limit(t), c.Stream.Scope, c.Stream.Name, WriterConfig{})
	enginetest.Must(t, err)
	writeNumbered(t, w, "k", 1, 10)
	enginetest.Must(t, w.Close(waittest.Limit(t)))
	c.Expect(1, 10, 0)
	mu.Lock()
	defer mu.Unlock()
	if len(dialled) != 2 || dialled["tcp controller.invalid:9090"] == 0 || dialled["tcp store.invalid:12345"] == 0 {
		t.Errorf("dialled were %v", dialled)
	}
}

// A TLS configuration is one, not two.
func TestTLSConfigurationIsGivenOnce(t *testing.T) {
	for name, config := range map[string]Config{
		"a file too":         {TLS: new(tls.Config), CAFile: "ca.pem"},
		"no host's name too": {TLS: new(tls.Config), SkipHostVerification: true},
	} {
		config.ControllerURI = "tls://localhost:9090"
		if _, err := New(config); !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), "TLS configuration") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
