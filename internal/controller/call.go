package controller

import (
	"cmp"
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
	// again reports whether a reply asks for another attempt; nil: none does.
	again func() bool

	// uncertain: an attempt failed and may have taken effect all the same.
	uncertain bool
	// doubted: so did one before the last.
	doubted bool
	// unreached: at the last attempt no controller could be connected to.
	unreached bool
	// answered: at the last attempt a controller said something.
	answered bool
	begun    time.Time // the last attempt
	on       *channel  // likewise
	// shown is the token of the last attempt, and refusals how many were refused.
	shown    string
	refusals int
	located  string // of the controllers, for messages
	// trouble, if not nil, gets the reason for another attempt.
	trouble func(error)
}

// do asks until there is an answer, an error that stays one, or ctx ends. If
// ctx has no deadline, RetryLimit is one.
func (c *Controller) do(ctx context.Context, r *request, in, out proto.Message) error {
	limited, cancel := c.limit(ctx)
	defer cancel()
	defer c.life.AfterEnd(cancel)()

	begun := time.Now()
	r.located = c.located
	fault.Trouble(ctx, fault.New(fault.Unreachable, r.op, r.subject, "%s: no answer yet", c.located))
	var last *fault.Error
	for attempt := 0; ; attempt++ {
		// The end of life reaches limited a moment late.
		if !retry.Soon.Wait(limited, attempt) || c.life.Over() {
			return c.giveUp(ctx, r, attempt, last, begun)
		}
		err := c.attempt(limited, c.channel(), r, in, out)
		if r.answered && status.Code(err) != codes.Unavailable {
			c.outages.Answered(c.located)
		}
		if err == nil && (r.again == nil || !r.again()) {
			fault.Trouble(ctx, nil)
			return nil
		}
		if status.Code(err) == codes.DeadlineExceeded && endsWithin(limited, moment) {
			// The server, which is told the deadline, was a moment ahead of it.
			<-limited.Done()
		}
		if limited.Err() != nil {
			// What the source of tokens said before tells more than that it says nothing.
			if failure := c.unauthorized(r, err); failure != nil && (last == nil || !errors.As(last.Err, new(*fault.Error))) {
				last = failure
			}
			if silence := c.silence(r); silence != nil && limited.Err() == context.DeadlineExceeded {
				last, begun = silence, r.begun
				c.outages.Failed(c.located, r.begun, silence)
			}
			return c.giveUp(ctx, r, attempt+1, last, begun)
		}
		failure, again := fault.New(fault.ServerError, r.op, r.subject, "%s: it asks to be asked again", c.located), true
		if err != nil {
			failure, again = c.judge(r, err)
		}
		if !again {
			failure.Stored = r.changes && r.uncertain
			return failure
		}
		if r.unreached || c.silence(r) != nil {
			c.outages.Failed(c.located, r.begun, failure)
		}
		last = failure
		if r.trouble != nil {
			r.trouble(failure)
		}
		fault.Trouble(ctx, failure)
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

// silence is the error of an attempt that got no answer for so long that the controllers
// must be away; nil if it was answered, or was short.
func (c *Controller) silence(r *request) *fault.Error {
	if r.answered || time.Since(r.begun) < silent {
		return nil
	}
	return fault.New(fault.Unreachable, r.op, r.subject, "%s: %s", c.located, cmp.Or(r.on.peers.obstacles(), noAnswer))
}

const noAnswer = "no answer"

const (
	moment = 20 * time.Millisecond
	silent = time.Second
)

func endsWithin(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < d
}

// attempt asks once.
func (c *Controller) attempt(ctx context.Context, on *channel, r *request, in, out proto.Message) error {
	r.doubted, r.answered, r.on = r.uncertain, false, on
	ctx, shown, err := c.authorize(ctx)
	r.shown, r.begun = shown, time.Now()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.CallTimeout)
	defer cancel()
	var way way
	err = on.conn.Invoke(context.WithValue(ctx, wayKey{}, &way), service+r.method, in, out)
	if err != nil && way.sent.Load() && passing(status.Code(err)) {
		r.uncertain = true
	}
	r.answered = way.answered.Load()
	return err
}

// judge makes the error of an attempt one of ours, and tells whether another
// attempt may do better.
func (c *Controller) judge(r *request, err error) (failure *fault.Error, again bool) {
	if failure := c.unauthorized(r, err); failure != nil {
		return failure, failure.Code == fault.Unauthenticated
	}
	s, isStatus := status.FromError(err)
	if !isStatus {
		return fault.Wrap(fault.Unauthenticated, r.op, r.subject, err), false
	}
	r.unreached = s.Code() == codes.Unavailable
	if r.unreached {
		if verdict := r.on.peers.verdict(); verdict != nil {
			return fault.Wrap(verdict.Code, r.op, r.subject, verdict), c.seed != nil && r.on != c.seed // which stands in for those of the list
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
	again = passing(s.Code())
	if oversized.MatchString(s.Message()) {
		code, again = fault.Unauthenticated, false
	}
	failure = fault.New(code, r.op, r.subject, "%s", c.words(r, s, code))
	failure.Err = fault.Hide(err)
	if code == fault.Unauthenticated && c.bearer != nil {
		again = c.refused(r)
		if r.refusals > 1 {
			failure.Detail += fmt.Sprintf("; %d tokens in a row were refused", r.refusals)
		}
	}
	return failure, again
}

// unauthorized makes the error of an attempt for which there was no token one of ours;
// nil if there was.
func (c *Controller) unauthorized(r *request, err error) *fault.Error {
	var failure *fault.Error
	if !errors.As(err, &failure) {
		return nil
	}
	r.unreached = false
	own := *failure
	if own.Code == fault.TimedOut || own.Code == fault.Cancelled { // of the attempt, not of the caller
		own.Code, own.Err = fault.Unauthenticated, nil
	}
	if own.Trouble != nil { // which says more
		return fault.Wrap(own.Code, r.op, r.subject, own.Trouble)
	}
	return fault.Wrap(own.Code, r.op, r.subject, &own)
}

// words say why an attempt failed: a server's own words, if they are fit for users, or
// what is known of the way to it.
func (c *Controller) words(r *request, s *status.Status, code fault.Code) string {
	if proxy := noController.FindString(s.Message()); proxy != "" {
		return c.located + ": what answers there is no controller: " + proxy
	}
	if limit := oversized.FindStringSubmatch(s.Message()); limit != nil {
		return fmt.Sprintf("the token has %d bytes, and the controller takes %s in all headers of a call", len(r.shown), limit[1])
	}
	if r.answered {
		words := fault.Quote(s.Message())
		if words == "" && s.Message() != "" {
			c.config.Logger.Debug("controller's own words", "op", r.op, "subject", r.subject, "words", s.Message())
		}
		switch {
		case s.Code() == codes.Unavailable:
			words = c.located + ": " + cmp.Or(words, "it says that it is not available")
		case s.Code() == codes.Unimplemented:
			words = c.located + ": " + cmp.Or(words, "it does not know this request: is it an older version of Pravega?")
		case code == fault.ServerError:
			words = strings.TrimSuffix(c.located+": "+words, ": ")
		}
		return words
	}
	words := r.on.peers.obstacles()
	switch {
	case s.Code() == codes.ResourceExhausted:
		words = "the answer is larger than 64 MiB"
	case words != "":
	case s.Code() == codes.DeadlineExceeded:
		words = noAnswer
	default:
		words = "the connection was lost"
	}
	if hint := r.on.peers.hint(); hint != "" {
		words += " (" + hint + ")"
	}
	_, only, _ := strings.Cut(c.located, "://")
	return c.located + ": " + strings.TrimPrefix(words, only+": ")
}

// noController are gRPC's words for what answers in HTTP, but not as gRPC does.
var noController = regexp.MustCompile(`HTTP status code received from server: \d+|unexpected content-type "[^"]*"`)

// oversized are gRPC's words for a call whose headers are longer than a server takes, as
// it says when it is connected to.
var oversized = regexp.MustCompile(`header list size to send violates the maximum size \((\d+) bytes\)`)

// sealedState is in the words of a controller that cannot do something because
// the stream is sealed, under a status that else would be worth another attempt.
const sealedState = "State: SEALED"

// leaseRefused are the words of a controller that finds the lease of a
// transaction outside of its limits, under a status that it has for everything
// unforeseen.
var leaseRefused = regexp.MustCompile(`lease (value too large|should be greater).*`)

// giveUp is the error of a call whose time is over. What stood in the way last did so
// since begun.
func (c *Controller) giveUp(ctx context.Context, r *request, attempts int, last *fault.Error, begun time.Time) error {
	var e *fault.Error
	switch {
	case c.life.Over():
		e = fault.New(fault.Closed, r.op, r.subject, "the client was closed")
	case ctx.Err() == nil && last != nil:
		own := *last
		e = &own
	case ctx.Err() == nil:
		e = fault.New(fault.Unreachable, r.op, r.subject, "%s does not answer", c.located)
	case attempts == 0:
		e = fault.Context(ctx, r.op, r.subject).Because(fault.Untried, nil)
	case last == nil:
		e = fault.Context(ctx, r.op, r.subject).Because(c.located+" has not answered yet", nil)
	default:
		e = fault.Context(ctx, r.op, r.subject).Because("", fault.Lasting(last, time.Since(begun)))
		if r.unreached && e.Code == fault.TimedOut {
			e.Code = fault.Unreachable
		}
	}
	if attempts > 1 && e.Code != fault.Closed && e.Trouble == nil {
		e.Detail += fmt.Sprintf("; given up after %d attempts", attempts)
	}
	e.Stored = r.changes && r.uncertain
	return e
}

// passing reports whether a status may be another one at the next attempt.
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

// wayWatch notes how far an attempt comes. A request that was not handed to a connection
// cannot have taken effect.
type wayWatch struct{}

// way is how far an attempt has come.
type way struct{ sent, answered atomic.Bool }

type wayKey struct{}

func (wayWatch) HandleRPC(ctx context.Context, event stats.RPCStats) {
	way, ok := ctx.Value(wayKey{}).(*way)
	if !ok {
		return
	}
	switch event.(type) {
	case *stats.OutPayload:
		way.sent.Store(true)
	case *stats.InHeader, *stats.InTrailer:
		way.answered.Store(true)
	}
}

func (wayWatch) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (wayWatch) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (wayWatch) HandleConn(context.Context, stats.ConnStats) {}
