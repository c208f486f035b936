package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Error is a failure: what kind, while doing what, on which stream.
type Error struct {
	Code    Code
	Op      string // what was being done, for example "create stream"
	Subject string // the scope, stream, segment, group, option or address it was done to
	Detail  string // what is particular to this failure, for example the server's words
	Err     error  // the cause, or nil
	Stored  bool   // what was asked may have taken effect, or may do so later
	// Trouble is what stood in the way last, of a wait that ended with TimedOut or
	// Cancelled: which server, at which address, and what it did; nil if nothing did. It is
	// no cause of the error: errors.Is and errors.As do not look into it.
	Trouble error
}

// New makes an Error of a kind with a detail in the manner of fmt.Sprintf.
func New(code Code, op, subject, format string, args ...any) *Error {
	return &Error{Code: code, Op: op, Subject: subject, Detail: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error of a kind around its cause.
func Wrap(code Code, op, subject string, cause error) *Error {
	return &Error{Code: code, Op: op, Subject: subject, Err: cause}
}

// ErrTokenRefused is the cause in an error of a request whose token was not good for it,
// though it has not expired. A server says so to a caller without the right, and also
// when the token was signed before the signing key was changed: a new one may be good.
var ErrTokenRefused = errors.New("the token was refused")

// Within limits a context for the client's own sake. That the caller's time is over is
// another matter: Context makes Unreachable of the end of this limit, with the op and
// subject of what did not answer, so the caller may try again.
func Within(ctx context.Context, limit time.Duration, op, subject string) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, limit, ownLimit{New(Unreachable, op, subject, "no answer within %v", limit)})
}

// ownLimit is the cause of the end of a context of Within.
type ownLimit struct{ err *Error }

func (o ownLimit) Error() string { return o.err.Error() }

// Context turns the end of a context into TimedOut or Cancelled; see also Within.
// errors.Is finds the context's own error in it, context.DeadlineExceeded or
// context.Canceled, and the cause that the context was ended with.
func Context(ctx context.Context, op, subject string) *Error {
	if own, ok := context.Cause(ctx).(ownLimit); ok {
		return Wrap(Unreachable, op, subject, own.err)
	}
	code := Cancelled
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		code = TimedOut
	}
	err, cause := ctx.Err(), context.Cause(ctx)
	if !errors.Is(cause, err) {
		cause = caused{err, cause}
	}
	return Wrap(code, op, subject, cause)
}

// Untried is what there is to say of the end of a wait before its first attempt.
const Untried = "it was over before anything was tried"

// Tried is what a wait that ended waited for, or Untried if there was no attempt.
func Tried(attempts int, waiting string) string {
	if attempts == 0 {
		return Untried
	}
	return waiting
}

// Because adds to the end of a wait what stood in the way, or what it waited for if
// nothing did. It returns e.
func (e *Error) Because(waiting string, trouble error) *Error {
	if e.Trouble = trouble; trouble == nil {
		e.Detail = waiting
	}
	return e
}

// caused is the end of a context for a cause that does not say that it ended.
type caused struct{ err, cause error }

func (c caused) Error() string { return c.cause.Error() }

func (c caused) Unwrap() []error { return []error{c.err, c.cause} }

// During makes the error of a step that of the call whose step it was: it says what was
// being called, with the step if that was about something else. nil stays nil.
func During(op, subject string, err error) error {
	step, ok := err.(*Error)
	switch {
	case err == nil, ok && step.Op == op && step.Subject == subject:
		return err
	case !ok:
		return Wrap(CodeOf(err), op, subject, err)
	case step.Subject == subject || step.Trouble != nil:
		whole := *step
		whole.Op, whole.Subject = op, subject
		var trouble *Error
		if said := errors.As(step.Trouble, &trouble) && trouble.Op == step.Op; step.Subject != subject && !said {
			whole.Detail = strings.TrimSpace(step.Op + " " + step.Subject)
		}
		return &whole
	}
	return &Error{Code: step.Code, Op: op, Subject: subject, Err: step, Stored: step.Stored}
}

// Uncertain makes err that of a change which may have taken effect: MayBeStored holds
// for the result.
func Uncertain(err error) error { return Marked(err, true) }

// Marked makes err that of a change which may have taken effect, or has not; nil stays.
func Marked(err error, stored bool) error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &e):
		e = &Error{Code: CodeOf(err), Op: "change", Err: err}
	}
	marked := *e
	marked.Stored = stored
	return &marked
}

// Error says what was done to what, what failed, and what the user can do.
func (e *Error) Error() string {
	if e.Subject == "" {
		return known(e.Op + ": " + e.what())
	}
	return known(e.Op + " " + e.Subject + ": " + e.what())
}

// what failed, and what the user can do.
func (e *Error) what() string {
	why, trouble := e.within(e.Err), e.within(e.Trouble)
	parts := make([]string, 0, 4)
	if !(why != "" && e.same(e.Err)) && !(trouble != "" && e.same(e.Trouble)) { // else these say it
		parts = append(parts, e.Code.Error())
	}
	for _, more := range []string{e.Detail, why, trouble} {
		if more != "" {
			parts = append(parts, more)
		}
	}
	text := strings.Join(parts, ": ")
	if e.Stored {
		text = strings.ReplaceAll(text, doubt, "") + doubt
	}
	return text
}

const doubt = " (it may have taken effect)"

// same reports whether an error is one of ours and of the same kind.
func (e *Error) same(err error) bool {
	var other *Error
	return errors.As(err, &other) && other.Code == e.Code
}

// within is the text of an error as a part of e's, which does not repeat what was done.
func (e *Error) within(err error) string {
	switch part := err.(type) {
	case *Error:
		if part.Op == e.Op && part.Subject == e.Subject {
			return part.what()
		}
	case lasting:
		return e.within(part.error) + part.suffix()
	}
	return Plain(err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, fault.StreamSealed) true for an Error of that kind.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// CodeOf finds the kind of any error: that of the outermost Error in its
// chain, TimedOut or Cancelled for the end of a context, else ServerError.
func CodeOf(err error) Code {
	var e *Error
	var c Code
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.Code
	case errors.As(err, &c):
		return c
	case errors.Is(err, context.DeadlineExceeded):
		return TimedOut
	case errors.Is(err, context.Canceled):
		return Cancelled
	}
	return ServerError
}

// Retriable reports whether the same call may succeed later by itself.
func Retriable(err error) bool {
	d, _ := Describe(CodeOf(err))
	return err != nil && d.Retriable
}

// Final reports whether the object that reported err is finished.
func Final(err error) bool {
	d, _ := Describe(CodeOf(err))
	return err != nil && d.Final
}

// MayBeStored reports whether what was asked for may have taken effect, or may do so
// later, although an error was reported.
func MayBeStored(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Stored
}
