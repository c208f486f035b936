package controller

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// The limits that apply where a [Config] says 0.
const (
	DefaultConnectTimeout   = 5 * time.Second
	DefaultCallTimeout      = 30 * time.Second
	DefaultRetryLimit       = 60 * time.Second
	DefaultKeepAliveTimeout = 10 * time.Second
)

// Config says where the controllers are and how to talk to them.
type Config struct {
	// Endpoints of controllers; at least one. All addresses of a host name are
	// used.
	Endpoints []Endpoint
	// Discovery: ask the endpoints for the list of all controllers, again and
	// again, and use those.
	Discovery bool
	// TLS to every controller, also for discovery; nil is plain TCP. New copies
	// it. ServerName, if empty, is the host of each endpoint.
	TLS     *tls.Config
	Connect func(ctx context.Context, network, address string) (net.Conn, error) // nil: by TCP, with its keep-alive
	// Credentials; the zero value sends none.
	Credentials Credentials

	// ConnectTimeout limits TCP, TLS and HTTP/2 of one connection together.
	ConnectTimeout time.Duration
	// CallTimeout limits each attempt of a call.
	CallTimeout time.Duration
	// RetryLimit limits a call with all its attempts if its context has no
	// deadline.
	RetryLimit time.Duration
	// KeepAliveTimeout is how long what was sent may go without a sign of life
	// before a connection is given up.
	KeepAliveTimeout time.Duration

	// Logger; nil logs nothing.
	Logger *slog.Logger
}

// normal checks a config and fills in what is 0.
func (c Config) normal() (Config, error) {
	if len(c.Endpoints) == 0 {
		return c, fault.New(fault.InvalidArgument, "configure controller", "", "there are no endpoints")
	}
	for _, e := range c.Endpoints {
		if e.Host == "" || e.Port == 0 {
			return c, fault.New(fault.InvalidArgument, "configure controller", e.String(), "the endpoint has no host or no port")
		}
	}
	for _, limit := range []struct {
		name     string
		value    *time.Duration
		standard time.Duration
	}{
		{"ConnectTimeout", &c.ConnectTimeout, DefaultConnectTimeout},
		{"CallTimeout", &c.CallTimeout, DefaultCallTimeout},
		{"RetryLimit", &c.RetryLimit, DefaultRetryLimit},
		{"KeepAliveTimeout", &c.KeepAliveTimeout, DefaultKeepAliveTimeout},
	} {
		if *limit.value < 0 {
			return c, fault.New(fault.InvalidArgument, "configure controller", limit.name, "%v is negative", *limit.value)
		}
		if *limit.value == 0 {
			*limit.value = limit.standard
		}
	}
	if err := checkCredentials(c.Credentials); err != nil {
		return c, err
	}
	if c.TLS != nil {
		c.TLS = c.TLS.Clone()
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}
