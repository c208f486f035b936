package controller

import (
	"context"
	"strings"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
)

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
		failure, _ := c.judge(r, c.seed, err)
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
