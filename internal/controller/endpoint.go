package controller

import (
	"net"
	"strconv"
)

// Endpoint is where a server listens. Host is a name or an IP address without
// brackets.
type Endpoint struct {
	Host string
	Port uint16
}

// String is "host:port", with an IPv6 address in brackets.
func (e Endpoint) String() string {
	return net.JoinHostPort(e.Host, strconv.Itoa(int(e.Port)))
}
