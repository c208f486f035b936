// Package segmentstore carries commands to segment stores and their replies
// back: it dials, agrees on the protocol, shares connections, notices dead
// peers, and finds the store that serves a segment.
package segmentstore

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/outage"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Dialer opens connections to segment stores.
type Dialer struct {
	TLS            *tls.Config   // nil: plain TCP. ServerName is set for each dial
	ConnectTimeout time.Duration // limit of TCP, TLS and Hello together
	Silence        time.Duration // a peer that is silent for longer is checked, and given up
	Logger         *slog.Logger
	Connect        func(ctx context.Context, network, address string) (net.Conn, error) // nil: by TCP

	outages *outage.Log // told what becomes of connections; nil: nobody is
}

// Dial connects to host:port and exchanges Hello. It waits until ctx ends or
// ConnectTimeout is over. The caller closes the connection.
func (d *Dialer) Dial(ctx context.Context, endpoint string) (*Conn, error) {
	socket, err := d.greet(ctx, endpoint)
	if err != nil {
		return nil, err
	}
	c := newConn(d, endpoint, socket)
	go c.sendLoop()
	go c.receiveLoop()
	return c, nil
}

// greet opens a socket on which both sides have said Hello.
func (d *Dialer) greet(ctx context.Context, endpoint string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.ConnectTimeout)
	defer cancel()
	connect := d.Connect
	if connect == nil {
		connect = new(net.Dialer).DialContext
	}
	socket, err := connect(ctx, "tcp", endpoint)
	if err != nil {
		return nil, unreachable(ctx, connecting, endpoint, err)
	}
	if d.TLS != nil {
		if socket, err = d.secure(ctx, socket, endpoint); broken(err) { // so a store that is just starting or ending looks
			return nil, unreachable(ctx, connecting, endpoint, err)
		} else if err != nil {
			return nil, fault.Wrap(fault.TLS, connecting, endpoint, err)
		}
	}
	stop := context.AfterFunc(ctx, func() { _ = socket.SetDeadline(time.Unix(1, 0)) })
	err = hello(socket, endpoint)
	if !stop() && err == nil {
		err = os.ErrDeadlineExceeded
	}
	if err != nil {
		hangUp(socket)
		if fault.CodeOf(err) == fault.Protocol {
			return nil, err
		}
		return nil, unreachable(ctx, greetStore, endpoint, err)
	}
	return socket, nil
}

// connecting is what fails for most users whose store advertises an address that only
// it can reach, so it says where the address is from.
const connecting = "connect to segment store at its advertised address"

// unreachable is the error of a store that cannot be talked to; ctx limits the attempt.
func unreachable(ctx context.Context, op, endpoint string, cause error) error {
	if ctx.Err() == nil {
		return fault.Wrap(fault.Unreachable, op, endpoint, cause)
	}
	return &fault.Error{Code: fault.Unreachable, Op: op, Subject: endpoint, Detail: "no answer", Err: fault.Hide(cause)}
}

func (d *Dialer) secure(ctx context.Context, socket net.Conn, endpoint string) (net.Conn, error) {
	config := d.TLS.Clone()
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(endpoint)
	}
	secured := tls.Client(socket, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		socket.Close()
		return nil, err
	}
	return secured, nil
}

// broken reports whether a handshake ended because the connection did, or for lack
// of time.
func broken(err error) bool {
	var socket *net.OpError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		errors.As(err, &socket) && (socket.Op == "read" || socket.Op == "write")
}

const greetStore = "greet segment store"

// hello tells our versions and checks the peer's.
func hello(socket net.Conn, endpoint string) error {
	if _, err := socket.Write(wire.Hello{HighVersion: wire.Version, LowVersion: wire.OldestVersion}.Append(nil)); err != nil {
		return err
	}
	var header [wire.HeaderSize]byte
	if _, err := io.ReadFull(socket, header[:]); err != nil {
		return err
	}
	const longest = 1 << 10 // a Hello has 8 bytes; leave room for what later versions add
	kind, length, err := wire.ParseHeader(header[:])
	if err != nil || kind != wire.TypeHello || length > longest {
		return fault.New(fault.Protocol, greetStore, endpoint, "what answers there begins with %q: is it the port of another service, or does the store want TLS?", header[:])
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(socket, payload); err != nil {
		return err
	}
	command, err := wire.Decode(kind, payload)
	if err != nil {
		return fault.Wrap(fault.Protocol, greetStore, endpoint, err)
	}
	peer := command.(wire.Hello)
	if peer.LowVersion > wire.Version || peer.HighVersion < wire.OldestVersion {
		return fault.New(fault.Protocol, greetStore, endpoint, "it speaks versions %d to %d, this client %d to %d",
			peer.LowVersion, peer.HighVersion, wire.OldestVersion, wire.Version)
	}
	return nil
}
