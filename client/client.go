package client

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/clock"
	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/fault"
)

// Client is a connection to one Pravega cluster: what writers, reader groups and
// the management of streams share. Safe for concurrent use. Close it.
type Client struct {
	config  Config
	cluster *cluster.Cluster
	clock   func() clock.Moment

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
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	if config.TLS != nil && (config.CAFile != "" || config.SkipHostVerification) {
		return nil, fault.New(fault.InvalidArgument, "make client", "", "a TLS configuration is given, and tls.ca.file or tls.verify.host too")
	}
	credentials, err := credentials(config)
	if err != nil {
		return nil, err
	}
	pravega, err := cluster.New(cluster.Config{
		ControllerURI:        config.ControllerURI,
		Connect:              config.Dial,
		TLS:                  config.TLS,
		CAFile:               config.CAFile,
		SkipHostVerification: config.SkipHostVerification,
		Credentials:          credentials,
		ConnectTimeout:       config.ConnectTimeout,
		RequestTimeout:       config.RequestTimeout,
		KeepAliveTimeout:     config.KeepAliveTimeout,
		ConnectionsPerStore:  config.ConnectionsPerStore,
		Logger:               config.Logger,
	})
	if err != nil {
		return nil, err
	}
	return &Client{config: config, cluster: pravega, clock: clock.Now, children: make(map[child]struct{})}, nil
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
			l := c.cluster.Life.Child(fmt.Sprintf("%T", each))
			defer l.End()
			if _, err := l.Last(background.CloseChild, limit, each.Close); err != nil && limit > 0 {
				failures <- fault.Uncertain(err) // the others may have ended well
			}
		})
	}
	closing.Wait()
	c.cluster.Close()
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
