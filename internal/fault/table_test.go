package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// The table is what every language is generated from or checked against: codes
// fall, names and texts are there and differ.
func TestTable(t *testing.T) {
	names, texts := make(map[string]bool), make(map[string]bool)
	before := Code(0)
	for _, d := range Table {
		if d.Code >= before {
			t.Errorf("%s: code %d does not follow %d", d.Name, d.Code, before)
		}
		before = d.Code
		if d.Name == "" || names[d.Name] || d.Text == "" || texts[d.Text] {
			t.Errorf("code %d: name %q or text %q is empty or taken", d.Code, d.Name, d.Text)
		}
		names[d.Name], texts[d.Text] = true, true
		if d.Code.String() != d.Name || d.Code.Error() != d.Text {
			t.Errorf("code %d does not tell its name or text", d.Code)
		}
		if d.Retriable && d.Final {
			t.Errorf("%s is retriable and final", d.Name)
		}
	}
	if _, ok := Describe(-1000); ok {
		t.Error("code -1000 is in the table")
	}
}

func TestErrorsTellTheirKindThroughWrapping(t *testing.T) {
	cause := errors.New("connection refused")
	err := fmt.Errorf("demo: %w", Wrap(Unreachable, "connect to segment store", "host:1", cause))
	if !errors.Is(err, Unreachable) || errors.Is(err, Closed) || !errors.Is(err, cause) || CodeOf(err) != Unreachable || !Retriable(err) || Final(err) || MayBeStored(err) {
		t.Fatal(err)
	}
	stored := New(TimedOut, "create stream", "a/b", "%d ms", 5)
	stored.Stored = true
	if want := "create stream a/b: the caller's time limit ended first: 5 ms (it may have taken effect)"; stored.Error() != want || !MayBeStored(stored) {
		t.Fatal(stored)
	}
	nested := Wrap(InvalidArgument, "set option", "controller.uri", New(InvalidArgument, "read", "http://x", "no such scheme"))
	if want := "set option controller.uri: read http://x: " + InvalidArgument.Error() + ": no such scheme"; nested.Error() != want {
		t.Fatal(nested)
	}
	if CodeOf(nil) != 0 || Retriable(nil) || Final(nil) {
		t.Fatal("nil is no failure")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if CodeOf(Context(ctx, "wait", "")) != Cancelled || CodeOf(ctx.Err()) != Cancelled || CodeOf(context.DeadlineExceeded) != TimedOut {
		t.Fatal("contexts")
	}
}

// Whoever ended a context finds its error and its cause in ours.
func TestEndedContexts(t *testing.T) {
	why := errors.New("the process stops")
	stopped := New(StreamSealed, "write", "a/b", "")
	stopped.Stored = true
	for name, tc := range map[string]struct {
		end   func(context.Context) (context.Context, context.CancelFunc)
		code  Code
		finds []error
	}{
		"cancelled": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		}, Cancelled, []error{context.Canceled}},
		"cancelled for a cause": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			cancel(why)
			return ctx, func() {}
		}, Cancelled, []error{context.Canceled, why}},
		"cancelled for an error of ours": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			cancel(stopped)
			return ctx, func() {}
		}, Cancelled, []error{context.Canceled, stopped, StreamSealed}},
		"cancelled as if its deadline had passed": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			cancel(context.DeadlineExceeded)
			return ctx, func() {}
		}, Cancelled, []error{context.Canceled, context.DeadlineExceeded}},
		"deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 0)
		}, TimedOut, []error{context.DeadlineExceeded}},
		"deadline with a cause": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeoutCause(ctx, 0, why)
		}, TimedOut, []error{context.DeadlineExceeded, why}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := tc.end(context.Background())
			defer cancel()
			below, cancelBelow := context.WithTimeout(ctx, time.Hour) // as in calls that limit themselves
			defer cancelBelow()
			for _, ctx := range []context.Context{ctx, below} {
				<-ctx.Done()
				err := Context(ctx, "read", "a/b")
				if CodeOf(err) != tc.code || !errors.Is(err, tc.code) || MayBeStored(err) || Final(err) {
					t.Errorf("%v, %v", CodeOf(err), err)
				}
				for _, want := range tc.finds {
					if !errors.Is(err, want) || !errors.Is(fmt.Errorf("demo: %w", err), want) {
						t.Errorf("%v is no %v", err, want)
					}
				}
				// The caller's own cause is shown, and Go's words for the end of a context are not.
				cause := context.Cause(ctx)
				own := cause != context.Canceled && cause != context.DeadlineExceeded
				if strings.Contains(err.Error(), cause.Error()) != own {
					t.Errorf("%v, whose cause is %v", err, cause)
				}
			}
		})
	}
}

// A limit of the client's own says what did not answer, and is no end of the caller's;
// the caller's own end within it is.
func TestLimitsOfOnesOwn(t *testing.T) {
	own, cancel := Within(context.Background(), 0, "ask store", "a:1")
	defer cancel()
	below, cancelBelow := context.WithTimeout(own, time.Hour)
	defer cancelBelow()
	for _, ctx := range []context.Context{own, below} {
		<-ctx.Done()
		err := Context(ctx, "read", "a/b")
		if err.Code != Unreachable || errors.Is(err, context.DeadlineExceeded) || !Retriable(err) {
			t.Errorf("%v, %v", err.Code, err)
		}
		for _, want := range []string{"read a/b", "ask store a:1", "0s"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not say %q", err, want)
			}
		}
	}
	caller, cancelCaller := context.WithTimeout(context.Background(), 0)
	defer cancelCaller()
	ctx, cancel := Within(caller, time.Hour, "ask store", "a:1")
	defer cancel()
	<-ctx.Done()
	if err := Context(ctx, "read", "a/b"); err.Code != TimedOut || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestUncertainMarksACopy(t *testing.T) {
	shared := New(Unreachable, "write", "a/b", "gone")
	for _, err := range []error{shared, fmt.Errorf("demo: %w", shared), context.Canceled} {
		marked := Uncertain(err)
		if !MayBeStored(marked) || CodeOf(marked) != CodeOf(err) || MayBeStored(err) || !strings.Contains(marked.Error(), CodeOf(err).Error()) {
			t.Error(marked, err)
		}
	}
}
