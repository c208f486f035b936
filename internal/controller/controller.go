package controller

import (
	"context"
	"sync"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/outage"
	"github.com/pravega/pravega-client-go/internal/token"
)

// Controller is a client of the controllers of one cluster. Safe for concurrent
// use.
type Controller struct {
	config  Config
	main    *channel
	seed    *channel         // asked for the list of controllers; nil without discovery
	life    *background.Life // ends with Close
	closing sync.Once
	bearer  *token.Cache // nil if the credentials never change
	tokens  tokens
	located string // the configured endpoints, for messages
	outages *outage.Log
}

// New checks the config. It opens no connection: the first call does. The
// caller closes the Controller. The error is fault.InvalidArgument.
func New(config Config) (*Controller, error) {
	config, err := config.normal()
	if err != nil {
		return nil, err
	}
	c := &Controller{config: config, located: URI{config.Endpoints, config.TLS != nil, config.Discovery}.String()}
	c.life = background.New(background.Config{Patience: config.RetryLimit, Logger: config.Logger}, c.located)
	c.outages = outage.New("controller", config.Logger)
	if source := config.Credentials.Source; source != nil {
		c.bearer = token.Bearer(c.life, *source, config.RetryLimit, config.Logger)
	}
	find := func(context.Context) ([]Endpoint, error) { return c.config.Endpoints, nil }
	if config.Discovery {
		if c.seed, err = open(&c.config, find); err != nil {
			return nil, err
		}
		find = (&discovery{controller: c, known: config.Endpoints}).find
	}
	if c.main, err = open(&c.config, find); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Close ends the connections. Calls that are under way return fault.Closed. Close waits
// until the source of the credentials has returned, up to RetryLimit. Closing twice is
// allowed.
func (c *Controller) Close() {
	// Two goroutines that close one gRPC connection can leave its directory
	// running for ever.
	c.closing.Do(func() {
		c.life.End()
		for _, channel := range []*channel{c.main, c.seed} {
			if channel != nil {
				channel.conn.Close()
			}
		}
		c.outages.Close()
		if c.bearer != nil {
			c.bearer.Drain(c.config.RetryLimit)
		}
	})
}
