// Package cluster is one Pravega as the engines see it: its controllers, its segment
// stores, and the questions about streams that take both.
package cluster

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
)

// Cluster is what the engines of one client share. Safe for concurrent use. Close it.
type Cluster struct {
	URI        string // of the controllers, as it was configured
	Controller *controller.Controller
	Stores     *segmentstore.Stores
	Life       *background.Life // ends with Close; the engines' lives are its children
	Log        *slog.Logger     // never nil

	RequestTimeout time.Duration // of a request whose caller sets no deadline
}

// Config says where the cluster is and how to talk to it.
type Config struct {
	ControllerURI        string
	Connect              func(ctx context.Context, network, address string) (net.Conn, error) // nil: by TCP
	TLS                  *tls.Config                                                          // instead of CAFile and SkipHostVerification
	CAFile               string                                                               // PEM; empty for the system's certificates
	SkipHostVerification bool                                                                 // of the name in the server's certificate
	Credentials          controller.Credentials
	ConnectTimeout       time.Duration
	RequestTimeout       time.Duration
	KeepAliveTimeout     time.Duration
	ConnectionsPerStore  int
	Logger               *slog.Logger // nil: nothing is logged
}

// New opens no connection: the first request that needs one does.
func New(config Config) (*Cluster, error) {
	uri, err := controller.ParseURI(config.ControllerURI)
	if err != nil {
		return nil, err
	}
	secure, err := tlsConfig(config, uri.TLS)
	if err != nil {
		return nil, err
	}
	c := &Cluster{URI: config.ControllerURI, Log: config.Logger, RequestTimeout: config.RequestTimeout}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Controller, err = controller.New(controller.Config{
		Endpoints:        uri.Endpoints,
		Discovery:        uri.Discovery,
		TLS:              secure,
		Connect:          config.Connect,
		Credentials:      config.Credentials,
		ConnectTimeout:   config.ConnectTimeout,
		RetryLimit:       config.RequestTimeout,
		KeepAliveTimeout: config.KeepAliveTimeout,
		Logger:           config.Logger,
	})
	if err != nil {
		return nil, err
	}
	c.Life = background.New(background.Config{Patience: config.RequestTimeout, Logger: c.Log}, config.ControllerURI)
	dialer := segmentstore.Dialer{TLS: secure, ConnectTimeout: config.ConnectTimeout, Silence: config.KeepAliveTimeout, Logger: c.Log, Connect: config.Connect}
	c.Stores = segmentstore.NewStores(dialer, c.locate, authorizer{c.Controller}, config.ConnectionsPerStore)
	return c, nil
}

// Close ends all background work and closes the connections.
func (c *Cluster) Close() {
	c.Life.End()
	c.Stores.Close()
	c.Controller.Close()
}

// Limit gives a context without a deadline the one of RequestTimeout.
func (c *Cluster) Limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.RequestTimeout)
}
