package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
)

// Client is a connection to one Pravega cluster: what writers, reader groups and
// the management of streams share. Safe for concurrent use. Close it.
type Client struct {
	config     Config
	log        *slog.Logger
	controller *controller.Controller
	stores     *segmentstore.Stores
	life       *background.Life // ends with Close
	clock      func() moment

	attemptLimit time.Duration // of group work

	mu       sync.Mutex
	children map[child]struct{} // what must be closed first
	closed   bool
}

// child is a writer, a reader or one that is being opened, or a watch of a group.
type child interface{ Close(context.Context) error }

// New checks the configuration and makes a client. It opens no connection: the
// first call that needs one does. Errors: InvalidArgument, which names the
// option.
func New(config Config) (*Client, error) {
	c := &Client{config: config, log: config.Logger, clock: thisMoment, attemptLimit: attemptLimit, children: make(map[child]struct{})}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if err := config.check(); err != nil {
		return nil, err
	}
	uri, err := controller.ParseURI(config.ControllerURI)
	if err != nil {
		return nil, err
	}
	secure, err := tlsConfig(config, uri.TLS)
	if err != nil {
		return nil, err
	}
	credentials, err := credentials(config)
	if err != nil {
		return nil, err
	}
	c.controller, err = controller.New(controller.Config{
		Endpoints:        uri.Endpoints,
		Discovery:        uri.Discovery,
		TLS:              secure,
		Credentials:      credentials,
		ConnectTimeout:   config.ConnectTimeout,
		RetryLimit:       config.RequestTimeout,
		KeepAliveTimeout: config.KeepAliveTimeout,
		Logger:           config.Logger,
	})
	if err != nil {
		return nil, err
	}
	c.life = background.New(background.Config{Patience: config.RequestTimeout, Logger: c.log}, config.ControllerURI)
	dialer := segmentstore.Dialer{TLS: secure, ConnectTimeout: config.ConnectTimeout, Silence: config.KeepAliveTimeout, Logger: c.log}
	c.stores = segmentstore.NewStores(dialer, c.locate, authorizer{c.controller}, config.ConnectionsPerStore)
	return c, nil
}

// Close closes what is still open: readers, also those that are being opened, leave
// their groups, functions that watch groups return, and transactional writers abort or
// keep their transactions, for which it waits up to connect.timeout; for what writers
// have not had acknowledged it does not wait, so that may be stored or not. Then it
// closes the connections. An error tells of one that did not end well: a reader that
// stays in its group, or a transaction that is open until its lease ends. The client is
// closed all the same. A second Close does nothing.
func (c *Client) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	var open []child
	for each := range c.children {
		open = append(open, each)
	}
	c.mu.Unlock()
	var closing sync.WaitGroup
	failures := make(chan error, len(open))
	for _, each := range open {
		closing.Go(func() {
			limit := time.Duration(0)
			switch each.(type) {
			case *Reader, opening, *TransactionalWriter, *GroupWatch:
				limit = c.config.ConnectTimeout
			}
			l := c.life.Child(fmt.Sprintf("%T", each))
			defer l.End()
			if _, err := l.Last(background.CloseChild, limit, each.Close); err != nil && limit > 0 {
				failures <- fault.Uncertain(err) // the others may have ended well
			}
		})
	}
	closing.Wait()
	c.life.End()
	c.stores.Close()
	c.controller.Close()
	close(failures)
	return <-failures
}

// adopt notes a reader or writer that Close has to close.
func (c *Client) adopt(each child) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return fault.New(fault.Closed, "use client", c.config.ControllerURI, "the client was closed")
	}
	c.children[each] = struct{}{}
	return nil
}

func (c *Client) forget(each child) {
	c.mu.Lock()
	delete(c.children, each)
	c.mu.Unlock()
}

// limit gives a context without a deadline the one of RequestTimeout.
func (c *Client) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.config.RequestTimeout)
}

// locate asks the controller which store serves a segment.
func (c *Client) locate(ctx context.Context, name string) (string, error) {
	stream, id, err := naming.ParseSegmentName(naming.ParentSegmentName(name))
	if err != nil {
		return "", err
	}
	endpoint, err := c.controller.SegmentStore(ctx, stream, id)
	return endpoint.String(), err
}

// authorizer gets the tokens for segments from the controller.
type authorizer struct{ controller *controller.Controller }

var accesses = map[segmentstore.Access]controller.Access{
	segmentstore.Read:      controller.Read,
	segmentstore.Write:     controller.Write,
	segmentstore.ReadWrite: controller.ReadWrite,
}

// Token for a segment is the token for its stream.
func (a authorizer) Token(ctx context.Context, name string, access segmentstore.Access) (value string, expiry time.Time, err error) {
	stream, _, err := naming.ParseSegmentName(naming.ParentSegmentName(name))
	if err != nil {
		return "", time.Time{}, err
	}
	t, err := a.controller.Token(ctx, stream, accesses[access])
	return t.Value, t.Expiry, err
}

// Refused makes the next Token a new one.
func (a authorizer) Refused(name string, access segmentstore.Access, value string) {
	if stream, _, err := naming.ParseSegmentName(naming.ParentSegmentName(name)); err == nil {
		a.controller.Refused(stream, accesses[access], value)
	}
}

func tlsConfig(config Config, secure bool) (*tls.Config, error) {
	if !secure {
		return nil, nil
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if config.CAFile != "" {
		pem, err := os.ReadFile(config.CAFile)
		if err != nil {
			return nil, &fault.Error{Code: fault.InvalidArgument, Op: "set option", Subject: "tls.ca.file", Detail: config.CAFile, Err: err}
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fault.New(fault.InvalidArgument, "set option", "tls.ca.file", "%s holds no PEM certificate", config.CAFile)
		}
	}
	if !config.VerifyHost {
		t.InsecureSkipVerify = true // VerifyConnection checks all but the name
		t.VerifyConnection = func(s tls.ConnectionState) error {
			chain := x509.VerifyOptions{Roots: t.RootCAs, Intermediates: x509.NewCertPool()}
			for _, c := range s.PeerCertificates[1:] {
				chain.Intermediates.AddCert(c)
			}
			_, err := s.PeerCertificates[0].Verify(chain)
			return err
		}
	}
	return t, nil
}
