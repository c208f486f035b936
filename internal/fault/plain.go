package fault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Plain says in plain words what an error of the network, the operating system or a
// parser means: what a person without knowledge of Go can act on, and neither Go's
// phrases nor the ports of this machine. It is empty for an error that has nothing to
// add, such as the end of a context, whose kind says it. An Error says itself; what is
// not known here is told in its own words.
func Plain(err error) string {
	var own *Error
	switch e := err.(type) {
	case nil, hidden:
		return ""
	case caused:
		if e.cause == context.DeadlineExceeded || e.cause == context.Canceled {
			return ""
		}
		return e.cause.Error() // the caller's own words
	}
	switch {
	case err == context.DeadlineExceeded || err == context.Canceled:
		return ""
	case errors.As(err, &own):
		return err.Error()
	}
	for _, words := range []func(error) string{plainName, plainTLS, plainSystem, plainSilence, plainNumber} {
		if s := words(err); s != "" {
			return s
		}
	}
	var socket *net.OpError
	if errors.As(err, &socket) {
		return Plain(socket.Err) // without the addresses
	}
	return err.Error()
}

// plainName is for names and addresses that lead nowhere.
func plainName(err error) string {
	var dns *net.DNSError
	var address *net.AddrError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Sprintf("the name %s is not known", dns.Name)
	case errors.As(err, &dns) && dns.IsTimeout:
		return fmt.Sprintf("the name server did not answer when asked for %s", dns.Name)
	case errors.As(err, &dns):
		return fmt.Sprintf("the name %s could not be looked up", dns.Name)
	case errors.As(err, &address):
		return fmt.Sprintf("%q is no address", address.Addr)
	}
	return ""
}

// plainTLS is for handshakes and certificates.
func plainTLS(err error) string {
	var stranger x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.As(err, &stranger):
		return "the server's certificate is not signed by an authority that is trusted here"
	case errors.As(err, &name):
		return fmt.Sprintf("the server's certificate is not for %s", name.Host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the server's certificate has expired or is not valid yet"
	case errors.As(err, &invalid):
		return "the server's certificate is not valid"
	case errors.As(err, &record):
		return "the server does not speak TLS"
	case errors.As(err, &alert):
		return fmt.Sprintf("the server refused the handshake: %s", strings.TrimPrefix(alert.Error(), "tls: "))
	}
	return ""
}

// conditions are those of the operating system that need other words than its own.
var conditions = []struct {
	is    error
	plain string
}{
	{syscall.ECONNREFUSED, "connection refused"},
	{syscall.ECONNRESET, "the server reset the connection"},
	{syscall.ECONNABORTED, "the connection was aborted"},
	{syscall.EPIPE, "the server closed the connection"},
	{syscall.EHOSTUNREACH, "there is no route to the host"},
	{syscall.ENETUNREACH, "the network is unreachable"},
	{syscall.ETIMEDOUT, "no answer"},
	{syscall.EMFILE, "the process has no file descriptor left"},
	{syscall.ENFILE, "the machine has no file descriptor left"},
	{syscall.EADDRNOTAVAIL, "this machine has no port left for a connection"},
	{os.ErrNotExist, "there is no such file"},
	{os.ErrPermission, "this machine does not permit it"},
	{io.ErrUnexpectedEOF, "the server closed the connection in the middle of a message"},
	{io.EOF, "the server closed the connection"},
	{net.ErrClosed, "the connection was closed here"},
}

// plainSystem is for sockets and files.
func plainSystem(err error) string {
	for _, c := range conditions {
		if errors.Is(err, c.is) {
			return c.plain
		}
	}
	var number syscall.Errno
	if errors.As(err, &number) && !number.Timeout() {
		return number.Error()
	}
	return ""
}

// plainSilence is for time limits of the network.
func plainSilence(err error) string {
	var limit net.Error
	var socket *net.OpError
	if errors.As(err, &socket) && errors.Is(err, context.Canceled) {
		return "it was given up"
	}
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &limit) && limit.Timeout() {
		return "no answer in time"
	}
	return ""
}

// plainNumber is for texts that are no numbers.
func plainNumber(err error) string {
	var number *strconv.NumError
	switch {
	case errors.As(err, &number) && errors.Is(err, strconv.ErrRange):
		return "the number is out of range"
	case errors.As(err, &number):
		return "not a number"
	}
	return ""
}

// hidden is a cause that errors.Is and errors.As find and no message shows.
type hidden struct{ error }

func (h hidden) Unwrap() error { return h.error }

// Hide returns a cause for Error.Err whose words are not for users, such as those of a
// library or a server's internals: Error.Detail says what it means.
func Hide(cause error) error {
	if cause == nil {
		return nil
	}
	return hidden{cause}
}
