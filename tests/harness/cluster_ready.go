package harness

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"
)

// readySegments are so many that hardly a container has none of them.
const readySegments = 16

// Ready returns when all members that run work together again: each controller
// finds segments on every segment store and on no other, and takes a stream
// through its life, which needs all containers, and writes to the controllers' own
// streams. It is an error if a member has ended by itself.
func (c *Cluster) Ready(ctx context.Context) error {
	for _, port := range c.runningPorts(controllerMain) {
		if err := c.controllerReady(ctx, port); err != nil {
			return fmt.Errorf("controller at port %d: %w", port, err)
		}
	}
	return nil
}

// controllerReady is Ready for one controller.
func (c *Cluster) controllerReady(ctx context.Context, port int) error {
	server := &Server{uri: controllerURI([]int{port})}
	conn, err := server.dial()
	if err != nil {
		return err
	}
	defer conn.Close()

	name := "ready-" + strings.ToLower(rand.Text())
	scope := appendField(nil, 1, name)
	stream := appendField(appendField(nil, 1, name), 2, name)
	scaling := appendNumber(nil, 4, readySegments)
	config := appendField(appendField(nil, 1, stream), 2, scaling)
	for _, s := range []struct {
		name string
		try  func() error
	}{
		{"createScope", step(ctx, conn, "createScope", scope, 2)},
		{"getURI", func() error { return c.spread(ctx, conn, stream) }},
		{"createStream", step(ctx, conn, "createStream", config, 2)},
		{"sealStream", step(ctx, conn, "sealStream", stream, 4)},
		{"deleteStream", step(ctx, conn, "deleteStream", stream, 2)},
		{"deleteScope", step(ctx, conn, "deleteScope", scope, 2)},
	} {
		for err := s.try(); err != nil; err = s.try() {
			running := c.running()
			if failure := running.startFailure(); failure != nil {
				return failure
			}
			if errors.Is(err, errPortTaken) {
				return err
			}
			if pause(ctx, 100*time.Millisecond) != nil {
				return fmt.Errorf("the cluster is not ready: %s: %w\n%s", s.name, err, running.logTails())
			}
		}
	}
	return nil
}

// step returns a call that fails if its status is neither 0 nor the one that
// says that an earlier try did it, although it got no answer.
func step(ctx context.Context, conn *grpc.ClientConn, method string, request []byte, already uint64) func() error {
	return func() error {
		status, err := call(ctx, conn, method, request, 1)
		if err == nil && status != 0 && status != already {
			err = fmt.Errorf("status %d", status)
		}
		return err
	}
}

// spread fails unless the segments of a stream, which need not exist, lie on all
// segment stores that run and on no other.
func (c *Cluster) spread(ctx context.Context, conn *grpc.ClientConn, stream []byte) error {
	all, running := c.ports(segmentStoreMain), c.runningPorts(segmentStoreMain)
	found := make(map[int]bool)
	for i := range uint64(readySegments) {
		port, err := call(ctx, conn, "getURI", appendNumber(appendField(nil, 1, stream), 2, i), 2)
		if err != nil {
			return err
		}
		if port != 0 && !slices.Contains(all, int(port)) {
			return fmt.Errorf("%w: a segment store at %d is not ours", errPortTaken, port) // nor is the controller
		}
		found[int(port)] = true
	}
	for _, port := range running {
		if !found[port] {
			return fmt.Errorf("the store at port %d has no segments", port)
		}
		delete(found, port)
	}
	if len(found) > 0 {
		return fmt.Errorf("segments lie on stores that do not run: %v", found)
	}
	return nil
}

// ports of all members of a kind.
func (c *Cluster) ports(main string) []int {
	return c.portsIf(main, func(*member) bool { return true })
}

// runningPorts are those of the members of a kind that run.
func (c *Cluster) runningPorts(main string) []int {
	return c.portsIf(main, func(m *member) bool { return m.process != nil })
}

func (c *Cluster) portsIf(main string, wanted func(*member) bool) []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ports []int
	for _, m := range c.members {
		if m.main == main && wanted(m) {
			ports = append(ports, m.port)
		}
	}
	return ports
}

// awaitPort returns when a member listens.
func (c *Cluster) awaitPort(ctx context.Context, m *member) error {
	for {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", m.port))
		if err == nil {
			return conn.Close()
		}
		running := c.running()
		if failure := running.startFailure(); failure != nil {
			return failure
		}
		if pause(ctx, 50*time.Millisecond) != nil {
			return fmt.Errorf("%s does not listen: %w\n%s", m.name, err, running.logTails())
		}
	}
}

// appendNumber appends a field that holds a number.
func appendNumber(b []byte, field protowire.Number, n uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), n)
}
