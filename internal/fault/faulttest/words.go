// Package faulttest checks that errors are told in words that help their readers.
package faulttest

import (
	"regexp"
	"strings"
	"testing"
)

// foreign are phrases of Go, of gRPC, of TLS and of the servers' insides, which say
// nothing to users.
var foreign = []string{
	"context deadline exceeded", "context canceled", "deadline exceeded", "operation was canceled",
	"strconv", "parsing", "invalid syntax", "value out of range", "time: ",
	"EOF", "use of closed network connection", "i/o timeout", "broken pipe", "connection reset by peer",
	"dial tcp", "read tcp", "write tcp", "lookup ", "no such host", "connect: ",
	"rpc error", "code = ", "desc = ", "transport:", "transport is closing", "produced zero addresses", "name resolver",
	"last connection error", "latest balancer error", "RST_STREAM", "grpc:",
	"tls:", "x509:", "open /",
	"_system", "_tables", "/_RG", "/_MARK", "io.pravega", "java.", "Exception",
	"%!", "(nil)", "<nil>", "goroutine", "panic", "wire.", "fault.", "*", "{", "}", "\n",
}

// port is one of a connection of this machine.
var port = regexp.MustCompile(`\S+:\d+->`)

// Check reports phrases in an error's text that say nothing to users, and what it does
// not name.
func Check(t testing.TB, text string, names ...string) {
	t.Helper()
	for _, phrase := range foreign {
		if strings.Contains(text, phrase) {
			t.Errorf("an error shows %q: %s", phrase, text)
		}
	}
	if port.MatchString(text) || strings.Contains(text, ": :") || strings.HasSuffix(text, ": ") || strings.HasSuffix(text, ":") {
		t.Errorf("an error shows a port of this machine, or nothing behind a colon: %s", text)
	}
	for _, name := range names {
		if !strings.Contains(text, name) {
			t.Errorf("an error does not name %q: %s", name, text)
		}
	}
}
