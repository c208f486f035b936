package main

import (
	"bufio"
	"fmt"
	"io"
	"net"

	"github.com/pravega/pravega-client-go/internal/wire"
)

// socket is a connection to a segment store.
type socket struct {
	net.Conn
	in      *bufio.Reader
	payload []byte // of the newest reply
}

func dial(store string) (*socket, error) {
	conn, err := net.Dial("tcp", store)
	if err != nil {
		return nil, err
	}
	s := &socket{Conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}
	if _, err := s.exchange(wire.Hello{HighVersion: wire.Version, LowVersion: wire.OldestVersion}); err != nil {
		conn.Close()
		return nil, err
	}
	return s, nil
}

// exchange sends a command and waits for its reply.
func (s *socket) exchange(c wire.Command) (wire.Command, error) {
	if _, err := s.Write(c.Append(nil)); err != nil {
		return nil, err
	}
	return s.receive()
}

// receive waits for a reply. Its bytes are valid until the next one.
func (s *socket) receive() (wire.Command, error) {
	header, err := s.in.Peek(wire.HeaderSize)
	if err != nil {
		return nil, err
	}
	kind, length, err := wire.ParseHeader(header)
	if err != nil {
		return nil, err
	}
	s.in.Discard(wire.HeaderSize) // was peeked
	if cap(s.payload) < length {
		s.payload = make([]byte, length)
	}
	s.payload = s.payload[:length]
	if _, err := io.ReadFull(s.in, s.payload); err != nil {
		return nil, err
	}
	return wire.Decode(kind, s.payload)
}

func unexpected(reply wire.Command) error { return fmt.Errorf("unexpected reply %+v", reply) }
