package controller

import (
	"context"
	"strings"

	"github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
)

// Controller is a client of the controllers of one cluster. Safe for concurrent
// use.
type Controller struct {
	config  Config
	main    *channel
	seed    *channel // asked for the list of controllers; nil without discovery
	life    context.Context
	end     context.CancelFunc
	tokens  *tokens
	located string // the configured endpoints, for messages
}

// New checks the config. It opens no connection: the first call does. The
// caller closes the Controller. The error is fault.InvalidArgument.
func New(config Config) (*Controller, error) {
	config, err := config.normal()
	if err != nil {
		return nil, err
	}
	c := &Controller{config: config, located: URI{config.Endpoints, config.TLS != nil, config.Discovery}.String()}
	c.life, c.end = context.WithCancel(context.Background())
	c.tokens = newTokens(c)
	find := func(context.Context) ([]Endpoint, error) { return c.config.Endpoints, nil }
	if config.Discovery {
		if c.seed, err = open(&c.config, find); err != nil {
			return nil, err
		}
		find = c.discover
	}
	if c.main, err = open(&c.config, find); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Close ends the connections. Calls that are under way return fault.Closed.
// Closing twice is allowed.
func (c *Controller) Close() {
	c.end()
	for _, channel := range []*channel{c.main, c.seed} {
		if channel != nil {
			channel.conn.Close()
		}
	}
}

// discover asks a controller for the list of all of them.
func (c *Controller) discover(ctx context.Context) ([]Endpoint, error) {
	list := new(controllerpb.Controllers)
	r := &request{method: "getControllerServerList", op: "list controllers", subject: c.located}
	if err := c.attempt(ctx, c.seed, r, new(controllerpb.Empty), list); err != nil {
		failure, _ := c.judge(r, c.seed, err)
		return nil, failure
	}
	var endpoints []Endpoint
	for _, node := range list.GetNodes() {
		if host := strings.Trim(node.GetHost(), "[]"); host != "" && node.GetPort() > 0 && node.GetPort() <= 65535 {
			endpoints = append(endpoints, Endpoint{host, uint16(node.GetPort())})
		}
	}
	if len(endpoints) == 0 {
		return nil, fault.New(fault.ServerError, r.op, r.subject, "the list is empty")
	}
	return endpoints, nil
}
