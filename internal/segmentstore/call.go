package segmentstore

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Refusals is how many tokens in a row a store may call expired: where it refuses
// the token of a read, everybody who shares the connection is told so. After that
// the newest one will not do either, for example because the clocks of the servers
// differ.
const Refusals = 8

// Call sends a request about a segment and waits for its reply, over a shared
// connection. Lost connections and moved segments are tried again until ctx ends,
// tokens that have expired are fetched anew up to Refusals times, so the request
// must be one that may be repeated. Error replies come back as errors, as Failure
// describes.
func (s *Stores) Call(ctx context.Context, op, segment string, access Access, build Build) (wire.Reply, error) {
	refusals := 0
	for attempt := 0; ; attempt++ {
		if retry.Soon.Wait(ctx, attempt) != nil {
			return nil, fault.Context(ctx, op, segment)
		}
		reply, guessed, err := s.callOnce(ctx, segment, access, build)
		if err == nil {
			if err = Failure(op, segment, reply); err == nil {
				return reply, nil
			}
		}
		s.Lost(segment)
		if missing, ok := reply.(wire.NoSuchSegment); ok && guessed && missing.Segment == segment {
			continue // it is not there
		}
		switch code := fault.CodeOf(err); code {
		case fault.Unreachable, fault.WrongHost, fault.ServerError:
			s.dialer.Logger.Debug("request is tried again", "op", op, "segment", segment, "attempt", attempt, "err", err)
		case fault.Unauthenticated:
			if refusals++; refusals > Refusals {
				return nil, err
			}
			s.tokens.Refused(segment, access)
		default:
			return nil, err
		}
	}
}

func (s *Stores) callOnce(ctx context.Context, segment string, access Access, build Build) (reply wire.Reply, guessed bool, err error) {
	token, _, err := s.tokens.Token(ctx, segment, access)
	if err != nil {
		return nil, false, err
	}
	endpoint, guessed, err := s.Find(ctx, segment)
	if err != nil {
		return nil, false, err
	}
	conn, err := s.ConnectTo(ctx, endpoint, Requests)
	if err != nil {
		return nil, guessed, err
	}
	request := s.Request()
	frame, err := wire.Encode(nil, build(request, token))
	if err != nil {
		return nil, guessed, err
	}
	// A reply that was lost on a connection that lives must not be waited for
	// for ever; nothing tells what else is wrong with it.
	try, cancel := context.WithTimeout(ctx, s.SetupTimeout())
	defer cancel()
	reply, err = conn.Exchange(try, request, frame)
	switch {
	case err == nil:
		s.Found(segment, endpoint) // an error reply has it forgotten again
	case try.Err() != nil && ctx.Err() == nil:
		err = fault.New(fault.Unreachable, "wait for segment store", conn.Endpoint(), "no reply after %v", s.SetupTimeout())
		conn.Close(err)
	}
	return reply, guessed, err
}

// Exchange sends one frame and waits for the reply to its request id.
func (c *Conn) Exchange(ctx context.Context, request int64, frame []byte) (wire.Reply, error) {
	waiting := make(exchange, 1)
	if err := c.Register(request, waiting); err != nil {
		return nil, err
	}
	defer c.Unregister(request)
	c.Send(frame)
	select {
	case got := <-waiting:
		return got.reply, got.err
	case <-ctx.Done():
		return nil, fault.Context(ctx, "wait for segment store", c.endpoint)
	}
}

// exchange is the receiver of one reply.
type exchange chan answer

type answer struct {
	reply wire.Reply
	err   error
}

func (e exchange) Receive(reply wire.Reply) { e.put(answer{reply: reply}) }
func (e exchange) Lost(err error)           { e.put(answer{err: err}) }

// put keeps the first answer; a second one to the same request is dropped.
func (e exchange) put(a answer) {
	select {
	case e <- a:
	default:
	}
}

// Failure turns an error reply into an error: NoSuchSegment, SegmentSealed,
// SegmentTruncated, WrongHost, Unauthenticated (a new token may do),
// PermissionDenied, Protocol for what the server does not know, and ServerError
// for the rest. It returns nil for any other reply.
func Failure(op, segment string, reply wire.Reply) error {
	switch r := reply.(type) {
	case wire.WrongHost:
		return fault.New(fault.WrongHost, op, segment, "%s", r.CorrectHost)
	case wire.SegmentIsSealed:
		return fault.New(fault.SegmentSealed, op, segment, "")
	case wire.NoSuchSegment:
		return fault.New(fault.NoSuchSegment, op, segment, "")
	case wire.SegmentAlreadyExists:
		return fault.New(fault.AlreadyExists, op, segment, "")
	case wire.SegmentIsTruncated:
		return fault.New(fault.SegmentTruncated, op, segment, "it starts at offset %d", r.StartOffset)
	case wire.OperationUnsupported:
		return fault.New(fault.Protocol, op, segment, "the server does not support %s", r.OperationName)
	case wire.AuthTokenCheckFailed:
		if r.ErrorCode == wire.TokenCheckFailed {
			return fault.New(fault.PermissionDenied, op, segment, "the token was refused")
		}
		return fault.New(fault.Unauthenticated, op, segment, "the token has expired")
	case wire.InvalidEventNumber:
		return fault.New(fault.ServerError, op, segment, "event number %d was refused", r.EventNumber)
	case wire.ErrorMessage:
		return fault.New(fault.ServerError, op, segment, "%s", r.Message)
	}
	return nil
}
