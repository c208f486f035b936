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

// Ready returns when all members that run work together: what Balanced says, and
// each controller takes a stream through its life, which needs all containers
// and the controllers' own streams. After the end of a segment store that may
// take a minute: controllers write to their streams with the Java client, which
// is slow to find the store that took over. It is an error if a member has ended
// by itself.
func (c *Cluster) Ready(ctx context.Context) error {
	return c.askControllers(ctx, func(conn *grpc.ClientConn) []question {
		name := "ready-" + strings.ToLower(rand.Text())
		scope := appendField(nil, 1, name)
		stream := appendField(appendField(nil, 1, name), 2, name)
		config := appendField(appendField(nil, 1, stream), 2, appendNumber(nil, 4, readySegments))
		step := func(method string, request []byte, already uint64) question {
			return question{method, func(ctx context.Context) error { return done(ctx, conn, method, request, already) }}
		}
		return []question{
			step("createScope", scope, 2),
			{"getURI", func(ctx context.Context) error { return c.spread(ctx, conn) }},
			step("createStream", config, 2),
			step("sealStream", stream, 4),
			step("deleteStream", stream, 2),
			step("deleteScope", scope, 2),
		}
	})
}

// Balanced returns when each controller that runs says that the segments lie on
// all segment stores that run, and on no other. The stores need not have
// taken them over yet. It is an error if a member has ended by itself.
func (c *Cluster) Balanced(ctx context.Context) error {
	return c.askControllers(ctx, func(conn *grpc.ClientConn) []question {
		return []question{{"getURI", func(ctx context.Context) error { return c.spread(ctx, conn) }}}
	})
}

// question is asked again until ask returns no error.
type question struct {
	name string
	ask  func(ctx context.Context) error
}

// askControllers asks each controller that runs, one question after the other.
func (c *Cluster) askControllers(ctx context.Context, questions func(*grpc.ClientConn) []question) error {
	for _, port := range c.runningPorts(controllerMain) {
		server := &Server{uri: controllerURI([]int{port})}
		conn, err := server.dial()
		if err != nil {
			return err
		}
		for _, q := range questions(conn) {
			if err := c.insist(ctx, q); err != nil {
				conn.Close()
				return fmt.Errorf("controller at port %d: %w", port, err)
			}
		}
		conn.Close()
	}
	return nil
}

// insist asks a question until the answer is good or can never be.
func (c *Cluster) insist(ctx context.Context, q question) error {
	for err := q.ask(ctx); err != nil; err = q.ask(ctx) {
		running := c.running()
		if failure := running.startFailure(); failure != nil {
			return failure
		}
		if errors.Is(err, errPortTaken) {
			return err
		}
		if pause(ctx, 100*time.Millisecond) != nil {
			return fmt.Errorf("the cluster is not ready: %s: %w\n%s", q.name, err, running.logTails())
		}
	}
	return nil
}

// done makes a call. Its status must be 0 or the one that says that an earlier
// try did it, although it got no answer.
func done(ctx context.Context, conn *grpc.ClientConn, method string, request []byte, already uint64) error {
	status, err := call(ctx, conn, method, request, 1)
	if err == nil && status != 0 && status != already {
		err = fmt.Errorf("status %d", status)
	}
	return err
}

// spread fails unless the segments of a stream lie on all segment stores that
// run and on no other. The stream need not exist: names decide.
func (c *Cluster) spread(ctx context.Context, conn *grpc.ClientConn) error {
	stream := appendField(appendField(nil, 1, "any"), 2, "any")
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
			ports = append(ports, m.published())
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
