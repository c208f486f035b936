package fault_test

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
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/fault/faulttest"
)

// The table's texts are fit for users.
func TestTextsOfAllKinds(t *testing.T) {
	for _, d := range fault.Table {
		faulttest.Check(t, fault.New(d.Code, "create stream", "a/b", "").Error(), "create stream a/b", d.Text)
	}
}

// socket is what the net package makes of a failure of the operating system.
func socket(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5}, Addr: &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 6}, Err: err}
}

// Causes are told in plain words, and errors.Is finds them nevertheless.
func TestCausesInPlainWords(t *testing.T) {
	expired, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	_, timedOut := new(net.Dialer).DialContext(expired, "tcp", "127.0.0.1:1")
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_, cancelled := new(net.Dialer).DialContext(gone, "tcp", "127.0.0.1:1")
	_, noFile := os.ReadFile("/no/such/file")
	_, noNumber := strconv.Atoi("x")
	_, largeNumber := strconv.Atoi("99999999999999999999")
	here, there := net.Pipe()
	here.Close()
	_, closed := here.Write([]byte("x"))
	there.Close()
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"refused":        {socket("dial", os.NewSyscallError("connect", syscall.ECONNREFUSED)), "connection refused"},
		"reset":          {socket("read", os.NewSyscallError("read", syscall.ECONNRESET)), "the server reset the connection"},
		"pipe":           {socket("write", os.NewSyscallError("write", syscall.EPIPE)), "the server closed the connection"},
		"no route":       {socket("dial", os.NewSyscallError("connect", syscall.EHOSTUNREACH)), "there is no route to the host"},
		"no network":     {socket("dial", os.NewSyscallError("connect", syscall.ENETUNREACH)), "the network is unreachable"},
		"no answer":      {socket("dial", os.NewSyscallError("connect", syscall.ETIMEDOUT)), "no answer"},
		"no memory":      {socket("dial", os.NewSyscallError("socket", syscall.ENOBUFS)), "no buffer space available"},
		"odd":            {socket("dial", errors.New("something else")), "something else"},
		"closed":         {socket("read", net.ErrClosed), "the connection was closed here"},
		"closed pipe":    {closed, "io: read/write on closed pipe"},
		"end":            {io.EOF, "the server closed the connection"},
		"end in between": {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), "the server closed the connection in the middle of a message"},
		"dial, late":     {timedOut, "no answer in time"},
		"dial, given up": {cancelled, "it was given up"},
		"read, late":     {socket("read", os.ErrDeadlineExceeded), "no answer in time"},
		"unknown name":   {socket("dial", &net.DNSError{Err: "no such host", Name: "a.b", IsNotFound: true}), "the name a.b is not known"},
		"late name":      {&net.DNSError{Err: "i/o timeout", Name: "a.b", IsTimeout: true}, "the name server did not answer when asked for a.b"},
		"odd name":       {&net.DNSError{Err: "server misbehaving", Name: "a.b"}, "the name a.b could not be looked up"},
		"no address":     {socket("dial", &net.AddrError{Err: "missing port in address", Addr: "a"}), `"a" is no address`},
		"authority":      {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, "the server's certificate is not signed by an authority that is trusted here"},
		"name":           {x509.HostnameError{Host: "a.b", Certificate: &x509.Certificate{}}, "the server's certificate is not for a.b"},
		"expired":        {x509.CertificateInvalidError{Reason: x509.Expired}, "the server's certificate has expired or is not valid yet"},
		"invalid":        {x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign}, "the server's certificate is not valid"},
		"no TLS":         {tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "the server does not speak TLS"},
		"alert":          {socket("remote error", tls.AlertError(40)), "the server refused the handshake: handshake failure"},
		"no file":        {noFile, "there is no such file"},
		"no number":      {noNumber, "not a number"},
		"large number":   {largeNumber, "the number is out of range"},
		"own":            {fmt.Errorf("demo: %w", fault.New(fault.Closed, "use client", "c", "")), "demo: use client c: the object was closed"},
		"foreign":        {errors.New("the ticket office is closed"), "the ticket office is closed"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fault.Plain(tc.err); got != tc.want {
				t.Errorf("%v: %q, want %q", tc.err, got, tc.want)
			}
			err := fault.Wrap(fault.Unreachable, "connect to segment store", "a:1", tc.err)
			if name != "own" && name != "closed pipe" {
				faulttest.Check(t, err.Error(), "a:1", tc.want)
			}
			if !errors.Is(err, tc.err) {
				t.Error("the cause is not found")
			}
		})
	}
}

// The end of a wait says what stood in the way, without having it as its cause.
func TestWaitsSayWhatStoodInTheWay(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	refused := fault.Wrap(fault.Unreachable, "connect to segment store", "a:1", syscall.ECONNREFUSED)
	own := fault.Wrap(fault.Unreachable, "flush stream", "a/b", syscall.ECONNREFUSED)
	silent := fault.Context(ctx, "wait for segment store", "a:1").Because("no reply", nil)
	const late, away = "flush stream a/b: the caller's time limit ended first", ": the server cannot be reached or does not answer; check its address and that it runs: connection refused"
	for _, tc := range []struct {
		trouble   error
		otherwise string
		want      string
	}{
		{nil, "", late},
		{nil, "nothing is there", late + ": nothing is there"},
		{refused, "nothing is there", late + ": connect to segment store a:1" + away},
		{fault.Lasting(refused, time.Millisecond), "", late + ": connect to segment store a:1" + away},
		{fault.Lasting(refused, 1500*time.Millisecond), "", late + ": connect to segment store a:1" + away + ", for 1.5 s"},
		{fault.Lasting(own, 90*time.Second), "", late + away + ", for 90 s"},
		{fault.Lasting(own, time.Hour), "", late + away + ", for 60 min"},
		{fault.Lasting(fault.Lasting(refused, 2*time.Second), time.Second), "", late + ": connect to segment store a:1" + away + ", for 2.0 s"},
		{fault.Lasting(fault.Context(ctx, "flush stream", "a/b").Because("", fault.Lasting(refused, time.Second)), time.Minute), "",
			late + ": connect to segment store a:1" + away + ", for 60 s"},
		{silent, "", "flush stream a/b: wait for segment store a:1: the caller's time limit ended first: no reply"},
		{context.DeadlineExceeded, "", late},
	} {
		err := fault.Context(ctx, "flush stream", "a/b").Because(tc.otherwise, tc.trouble)
		if err.Error() != tc.want {
			t.Errorf("%s\nwant\n%s", err, tc.want)
		}
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, fault.TimedOut) || errors.Is(err, fault.Unreachable) || errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%v is not what it is", err)
		}
		if fault.CodeOf(err.Trouble) != fault.CodeOf(tc.trouble) {
			t.Errorf("the trouble is %v", err.Trouble)
		}
		faulttest.Check(t, err.Error(), "a/b")
	}
}

func TestServersWordsAreQuotedUnlessTheyAreInternal(t *testing.T) {
	for words, want := range map[string]string{
		"":                          "",
		"scope is being\n deleted":  "scope is being deleted",
		"bad \xff byte":             "bad ? byte",
		strings.Repeat("long ", 99): strings.Repeat("long ", 60) + " …",
		"get entry: key: nosuch table: _system/_tables/scopes":      "",
		"io.pravega.controller.store.stream.StoreException: oh":     "",
		"java.util.concurrent.CompletionException: oh":              "",
		"lease value too large, max value is 600000 ms, not 900000": "lease value too large, max value is 600000 ms, not 900000",
	} {
		if got := fault.Quote(words); got != want {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
}

func TestWhatPravegaKeepsForItselfIsCalledByWhatUsersKnow(t *testing.T) {
	for subject, want := range map[string]string{
		"a/_RGg.h/0.#epoch.0": "append to log a/g.h (state of the reader group): the segment is sealed",
		"a/_RGg":              "append to log a/g (state of the reader group): the segment is sealed",
		"a/_MARKs/1.#epoch.2": "append to log a/s (time marks of the stream): the segment is sealed",
		"a/b/0.#epoch.0":      "append to log a/b/0.#epoch.0: the segment is sealed",
	} {
		err := fault.New(fault.SegmentSealed, "append to log", subject, "")
		if err.Error() != want {
			t.Errorf("%s, want %s", err, want)
		}
		if outer := fault.Wrap(fault.ServerError, "read", "x", err).Error(); !strings.HasSuffix(outer, want) {
			t.Error(outer)
		}
	}
}

// A cause that is hidden is found and not shown.
func TestHiddenCauses(t *testing.T) {
	cause := errors.New("rpc error: code = Unavailable")
	err := &fault.Error{Code: fault.Unreachable, Op: "ask", Subject: "a", Detail: "no answer", Err: fault.Hide(cause)}
	if !errors.Is(err, cause) || err.Error() != "ask a: the server cannot be reached or does not answer; check its address and that it runs: no answer" {
		t.Error(err)
	}
	if fault.Hide(nil) != nil {
		t.Error("nothing is hidden")
	}
}

// The error of a step names the call whose step it was, and what the step was about.
func TestStepsAreToldAsPartsOfTheirCall(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	refused := fault.Wrap(fault.Unreachable, "connect to segment store", "a:1", syscall.ECONNREFUSED)
	const late, away = ": the caller's time limit ended first: ", "connect to segment store a:1: the server cannot be reached or does not answer; check its address and that it runs: connection refused"
	for _, tc := range []struct {
		step error
		want string
	}{
		{fault.New(fault.NoSuchStream, "list segments", "a/b", ""), "open writer a/b: the stream does not exist"},
		{fault.New(fault.NoSuchStream, "find the head of stream", "a/c", ""), "open writer a/b: find the head of stream a/c: the stream does not exist"},
		{fault.Context(ctx, "list segments", "a/b").Because("", refused), "open writer a/b" + late + away},
		{fault.Context(ctx, "read log", "a/b/0").Because("", refused), "open writer a/b" + late + "read log a/b/0: " + away},
		{fault.Context(ctx, "read log", "a/b/0").Because("", fault.Lasting(fault.New(fault.Unreachable, "read log", "a/b/0", "gone"), time.Second)),
			"open writer a/b" + late + "read log a/b/0: the server cannot be reached or does not answer; check its address and that it runs: gone, for 1.0 s"},
		{fault.Uncertain(refused), "open writer a/b: " + away + " (it may have taken effect)"},
		{syscall.ECONNREFUSED, "open writer a/b: the server reported a failure: connection refused"},
	} {
		err := fault.During("open writer", "a/b", tc.step)
		if err.Error() != tc.want {
			t.Errorf("%s\nwant\n%s", err, tc.want)
		}
		var whole, step *fault.Error
		errors.As(err, &whole)
		if fault.CodeOf(err) != fault.CodeOf(tc.step) || fault.MayBeStored(err) != fault.MayBeStored(tc.step) ||
			errors.As(tc.step, &step) && whole.Trouble != step.Trouble {
			t.Errorf("%v is not what its step is", err)
		}
	}
	if fault.During("open writer", "a/b", nil) != nil {
		t.Error("a success is no error")
	}
}
