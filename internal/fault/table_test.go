package fault

import (
	"context"
	"errors"
	"fmt"
	"testing"
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
