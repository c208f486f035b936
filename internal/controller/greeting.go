package controller

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"syscall"

	"google.golang.org/grpc/credentials"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// greeting watches how connections begin, and tells peers what it finds. It
// wraps gRPC's way to secure a connection.
type greeting struct {
	credentials.TransportCredentials
	peers *peers
	plain bool
}

// Clone is part of gRPC's interface.
func (g greeting) Clone() credentials.TransportCredentials {
	g.TransportCredentials = g.TransportCredentials.Clone()
	return g
}

// ClientHandshake secures a connection. Name is the host:port that was asked
// for.
func (g greeting) ClientHandshake(ctx context.Context, name string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	address := conn.RemoteAddr()
	secured, info, err := g.TransportCredentials.ClientHandshake(ctx, name, conn)
	if err != nil {
		if lost(err) {
			g.peers.missed(address.String(), err)
		} else {
			g.peers.blame(address, fault.Wrap(fault.TLS, "connect to controller", name, err))
		}
		return nil, nil, err
	}
	return &listener{Conn: secured, heard: func(first []byte) { g.hear(name, address, first) }}, info, nil
}

// lost reports whether an error is that of a broken connection or of a time
// limit. Any other error of a handshake will come again.
func lost(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// hear judges a server by the first bytes it sends; none if it hung up.
func (g greeting) hear(name string, address net.Addr, first []byte) {
	wrong := func(code fault.Code, what string) {
		g.peers.blame(address, fault.New(code, "connect to controller", name, "%s", what))
	}
	const settings, goAway = 4, 7 // the HTTP/2 frames that a server may begin with
	switch {
	case len(first) == 0:
		g.peers.note(address.String(), "it closed the connection without a word")
		if g.plain {
			g.peers.suspect("either " + name + " wants TLS (tls:// or pravegas://), or no controller listens there")
		}
	case g.plain && bytes.HasPrefix(first, []byte{0x15, 3}): // an alert of TLS
		wrong(fault.TLS, "the server wants TLS: the URI must begin with tls:// or pravegas://")
	case bytes.HasPrefix(first, []byte("HTTP/")):
		wrong(fault.Protocol, "an HTTP/1 server answers there: is it the controller's REST port?")
	case len(first) >= 4 && first[3] != settings && first[3] != goAway:
		wrong(fault.Protocol, "what answers there is no gRPC server")
	default:
		g.peers.absolve(address)
		g.peers.suspect("")
	}
}

// listener hands on the first bytes that are read from a connection.
type listener struct {
	net.Conn
	heard func(first []byte)
}

func (l *listener) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	if l.heard != nil {
		if n > 0 || !errors.Is(err, net.ErrClosed) {
			l.heard(b[:n])
		}
		l.heard = nil
	}
	return n, err
}
