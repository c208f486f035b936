package controller

import (
	"context"
	"strings"

	"google.golang.org/grpc/connectivity"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
)

// channel is what calls go over: the controllers of the list, or those that are
// configured while none of the list can be reached. The list holds the addresses that
// the controllers know each other by, which may lead nowhere from here.
func (c *Controller) channel() *channel {
	if c.seed != nil && c.main.conn.GetState() == connectivity.TransientFailure {
		return c.seed
	}
	return c.main
}

// discovery finds controllers by asking those that are configured. While they
// give no list, it stays with the last one; the first one is themselves. (A
// standalone server never gives one.)
type discovery struct {
	controller *Controller
	known      []Endpoint
}

func (d *discovery) find(ctx context.Context) ([]Endpoint, error) {
	c := d.controller
	r := &request{method: "getControllerServerList", op: "list controllers", subject: c.located}
	list := new(pb.Controllers)
	if err := c.attempt(ctx, c.seed, r, new(pb.Empty), list); err != nil {
		failure, _ := c.judge(r, err)
		return d.known, failure
	}
	var found []Endpoint
	for _, node := range list.GetNodes() {
		if host := strings.Trim(node.GetHost(), "[]"); host != "" && node.GetPort() > 0 && node.GetPort() <= 65535 {
			found = append(found, Endpoint{host, uint16(node.GetPort())})
		}
	}
	if len(found) == 0 {
		return d.known, fault.New(fault.ServerError, r.op, r.subject, "the list is empty")
	}
	d.known = found
	return found, nil
}
