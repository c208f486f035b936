package controller

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
)

// service is the full name of the controllers' service.
const service = "/io.pravega.controller.stream.api.grpc.v1.ControllerService/"

// request is what is asked of the controllers, for as many attempts as it
// takes.
type request struct {
	method  string
	op      string // in the words of errors, as is subject
	subject string
	absent  fault.Code // what "not found" means; 0: nothing that is expected
	changes bool       // not only a question
	// again tells whether a reply asks for another attempt; nil: none does.
	again func() bool

	// uncertain: an attempt failed and may have taken effect all the same.
	uncertain bool
	// doubted: so did one before the last.
	doubted bool
	// unreached: at the last attempt no controller could be connected to.
	unreached bool
}

// do asks until there is an answer, an error that stays one, or ctx ends. If
// ctx has no deadline, RetryLimit is one.
func (c *Controller) do(ctx context.Context, r *request, in, out proto.Message) error {
	limited, cancel := c.limit(ctx)
	defer cancel()
	defer context.AfterFunc(c.life, cancel)()

	var last *fault.Error
	for attempt := 0; ; attempt++ {
		// The end of life reaches limited a moment late.
		if retry.Soon.Wait(limited, attempt) != nil || c.life.Err() != nil {
			return c.giveUp(ctx, r, attempt, last)
		}
		err := c.attempt(limited, c.main, r, in, out)
		if err == nil && (r.again == nil || !r.again()) {
			return nil
		}
		if status.Code(err) == codes.DeadlineExceeded && endsWithin(limited, moment) {
			// The server, which is told the deadline, was a moment ahead of it.
			<-limited.Done()
		}
		if limited.Err() != nil {
			return c.giveUp(ctx, r, attempt+1, last)
		}
		failure, again := fault.New(fault.ServerError, r.op, r.subject, "the controller asks to be asked again"), true
		if err != nil {
			failure, again = c.judge(r, c.main, err)
		}
		if !again {
			failure.Stored = r.changes && r.uncertain
			return failure
		}
		last = failure
		c.config.Logger.Debug("controller call is tried again", "op", r.op, "subject", r.subject, "attempt", attempt+1, "err", failure)
	}
}

// limit gives a context a deadline if it has none.
func (c *Controller) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.config.RetryLimit)
}

const moment = 20 * time.Millisecond

func endsWithin(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < d
}

// attempt asks once.
func (c *Controller) attempt(ctx context.Context, on *channel, r *request, in, out proto.Message) error {
	ctx, cancel := context.WithTimeout(ctx, c.config.CallTimeout)
	defer cancel()
	ctx, err := c.config.Credentials.authorize(ctx)
	if err != nil {
		return err
	}
	var sent atomic.Bool
	r.doubted = r.uncertain
	err = on.conn.Invoke(context.WithValue(ctx, sentKey{}, &sent), service+r.method, in, out)
	if err != nil && sent.Load() && passing(status.Code(err)) {
		r.uncertain = true
	}
	return err
}

// judge makes the error of an attempt one of ours, and tells whether another
// attempt may do better.
func (c *Controller) judge(r *request, on *channel, err error) (failure *fault.Error, again bool) {
	if errors.As(err, &failure) { // of the credentials
		own := *failure
		return &own, fault.Retriable(&own)
	}
	s, isStatus := status.FromError(err)
	if !isStatus {
		return fault.Wrap(fault.Unauthenticated, r.op, r.subject, err), false
	}
	r.unreached = s.Code() == codes.Unavailable
	if r.unreached {
		if verdict := on.peers.verdict(); verdict != nil {
			own := *verdict
			return &own, false
		}
	}
	if s.Code() == codes.Internal && strings.Contains(s.Message(), sealedState) {
		r.uncertain = r.doubted
		return fault.New(fault.StreamSealed, r.op, r.subject, ""), false
	}
	if s.Code() == codes.Unknown && leaseRefused.MatchString(s.Message()) {
		r.uncertain = r.doubted
		return fault.New(fault.InvalidArgument, r.op, r.subject, "the servers refuse the lease: %s", leaseRefused.FindString(s.Message())), false
	}
	code := meaning(s.Code())
	if s.Code() == codes.NotFound && r.absent != 0 {
		code = r.absent
	}
	detail := s.Message()
	if code == fault.Unreachable {
		detail = c.located + ": " + detail
		if hint := on.peers.hint(); hint != "" {
			detail += " (" + hint + ")"
		}
	}
	return fault.New(code, r.op, r.subject, "%s", detail), passing(s.Code())
}

// sealedState is in the words of a controller that cannot do something because
// the stream is sealed, under a status that else would be worth another attempt.
const sealedState = "State: SEALED"

// leaseRefused are the words of a controller that finds the lease of a
// transaction outside of its limits, under a status that it has for everything
// unforeseen.
var leaseRefused = regexp.MustCompile(`lease (value too large|should be greater).*`)

// giveUp is the error of a call whose time is over.
func (c *Controller) giveUp(ctx context.Context, r *request, attempts int, last *fault.Error) error {
	var e *fault.Error
	switch {
	case c.life.Err() != nil:
		e = fault.New(fault.Closed, r.op, r.subject, "")
	case ctx.Err() == nil && last != nil:
		e = last
	case ctx.Err() == nil:
		e = fault.New(fault.Unreachable, r.op, r.subject, "%s does not answer", c.located)
	default:
		e = fault.Context(ctx, r.op, r.subject)
		if last != nil {
			e.Detail = last.Detail
			if r.unreached && e.Code == fault.TimedOut {
				e.Code = fault.Unreachable
			}
		}
	}
	if attempts > 1 && e.Code != fault.Closed {
		e.Detail += fmt.Sprintf("; given up after %d attempts", attempts)
	}
	e.Stored = r.changes && r.uncertain
	return e
}

// passing tells whether a status may be another one at the next attempt.
func passing(code codes.Code) bool {
	switch code {
	case codes.OK, codes.AlreadyExists, codes.InvalidArgument, codes.NotFound, codes.OutOfRange,
		codes.PermissionDenied, codes.Unauthenticated, codes.Unimplemented:
		return false
	}
	return true
}

// meaning of a status among our errors.
func meaning(code codes.Code) fault.Code {
	switch code {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled:
		return fault.Unreachable
	case codes.Unauthenticated:
		return fault.Unauthenticated
	case codes.PermissionDenied:
		return fault.PermissionDenied
	case codes.InvalidArgument, codes.OutOfRange:
		return fault.InvalidArgument
	case codes.AlreadyExists:
		return fault.AlreadyExists
	case codes.FailedPrecondition, codes.Aborted:
		return fault.Conflict
	case codes.Unimplemented:
		return fault.Protocol
	}
	return fault.ServerError
}

// sendWatch notes when a request is handed to a connection: one that was not
// cannot have taken effect.
type sendWatch struct{}

type sentKey struct{}

func (sendWatch) HandleRPC(ctx context.Context, event stats.RPCStats) {
	if _, out := event.(*stats.OutPayload); out {
		if sent, ok := ctx.Value(sentKey{}).(*atomic.Bool); ok {
			sent.Store(true)
		}
	}
}

func (sendWatch) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (sendWatch) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (sendWatch) HandleConn(context.Context, stats.ConnStats) {}
