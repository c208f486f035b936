package background

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
)

const patience = time.Minute

// life of a test, with a clock that advance moves.
func life(t *testing.T) (l *Life, advance func(time.Duration)) {
	now := time.Now()
	l = New(Config{Patience: patience, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }}, "test")
	t.Cleanup(l.End)
	return l, func(d time.Duration) { now = now.Add(d) }
}

// Every work, with every kind of failure, that comes once, for less than the patience,
// and for ever.
func TestVerdicts(t *testing.T) {
	type spell struct{ once, while, ever Verdict }
	kinds := map[string]struct {
		err       error
		essential spell
	}{
		"unreachable":           {fault.New(fault.Unreachable, "", "", ""), spell{Retry, Retry, Retry}},
		"closed without a word": {fault.Wrap(fault.Unreachable, "", "", errors.New("EOF")), spell{Retry, Retry, Retry}},
		"timed out":             {context.DeadlineExceeded, spell{Retry, Retry, Retry}},
		"moved":                 {fault.New(fault.WrongHost, "", "", ""), spell{Retry, Retry, Retry}},
		"server's failure":      {fault.New(fault.ServerError, "", "", ""), spell{Retry, Retry, Retry}},
		"conflict":              {fault.New(fault.Conflict, "", "", ""), spell{Retry, Retry, Retry}},
		"unknown":               {errors.New("what"), spell{Retry, Retry, Retry}},
		"garbage":               {fault.New(fault.Protocol, "", "", ""), spell{Retry, Retry, Fatal}},
		"unauthenticated":       {fault.New(fault.Unauthenticated, "", "", ""), spell{Retry, Retry, Fatal}},
		"handshake":             {fault.New(fault.TLS, "", "", ""), spell{Retry, Retry, Fatal}},
		"refused":               {fault.New(fault.PermissionDenied, "", "", ""), spell{Fatal, Fatal, Fatal}},
		"token refused":         {fault.Wrap(fault.PermissionDenied, "", "", fault.ErrTokenRefused), spell{Retry, Retry, Fatal}},
		"no stream":             {fault.New(fault.NoSuchStream, "", "", ""), spell{Fatal, Fatal, Fatal}},
		"no scope":              {fault.New(fault.NoSuchScope, "", "", ""), spell{Fatal, Fatal, Fatal}},
		"no segment":            {fault.New(fault.NoSuchSegment, "", "", ""), spell{Fatal, Fatal, Fatal}},
		"no group":              {fault.New(fault.NoSuchReaderGroup, "", "", ""), spell{Fatal, Fatal, Fatal}},
		"fenced":                {fault.New(fault.Fenced, "", "", ""), spell{Fatal, Fatal, Fatal}},
		"closed":                {fault.New(fault.Closed, "", "", ""), spell{Fatal, Fatal, Fatal}},
	}
	for work := range works {
		for name, kind := range kinds {
			t.Run(fmt.Sprintf("%v/%s", work, name), func(t *testing.T) {
				want := kind.essential
				if work.Optional() {
					want = spell{Ignored, Ignored, Ignored}
				}
				l, advance := life(t)
				fail := func(times int, apart time.Duration) (last Verdict) {
					for range times {
						last, _ = l.Do(work, func(context.Context) error { return kind.err })
						advance(apart)
					}
					return last
				}
				if got := fail(1, time.Second); got != want.once {
					t.Errorf("once: %v, not %v", got, want.once)
				}
				if got := fail(Tries+1, patience/2/(Tries+1)); got != want.while {
					t.Errorf("often within half the patience: %v, not %v", got, want.while)
				}
				if got := fail(2, patience); got != want.ever {
					t.Errorf("for longer than the patience: %v, not %v", got, want.ever)
				}
				// After a success, all begins anew.
				advance(time.Hour)
				if got, err := l.Do(work, func(context.Context) error { return nil }); got != Done || err != nil || l.Failures(work) != 0 {
					t.Errorf("success: %v, %v", got, err)
				}
				if got := fail(1, 0); got != want.once {
					t.Errorf("once after a success: %v, not %v", got, want.once)
				}
			})
		}
	}
}

// Kinds are counted apart: an outage that garbage interrupts is no lasting garbage, nor
// is garbage now and then during an outage.
func TestKindsOfFailuresAreCountedApart(t *testing.T) {
	l, advance := life(t)
	outage, garbage := fault.New(fault.Unreachable, "", "", ""), fault.New(fault.Protocol, "", "", "")
	for range 20 * Tries {
		for _, err := range []error{outage, garbage} {
			if got := l.Judge(ReadGroupState, err); got != Retry {
				t.Fatalf("%v: %v", err, got)
			}
			advance(patience)
		}
	}
	for i := range Tries + 1 {
		got, want := l.Judge(ReadGroupState, garbage), Retry
		if i >= Tries-2 { // one came before
			want = Fatal
		}
		if i < Tries-2 && got != want || i == Tries && got != Fatal {
			t.Errorf("garbage %d times: %v, not %v", i+2, got, want)
		}
		advance(patience)
	}
	if l.Failures(CompactGroupState) != 0 || l.Failures(ReadGroupState) == 0 {
		t.Error("failures of one work count for another")
	}
}

// Nor does one kind that would be final if it lasted shorten the patience for another.
func TestKindsThatMayBeFinalAreCountedApart(t *testing.T) {
	l, advance := life(t)
	kinds := []error{fault.New(fault.Protocol, "", "", ""), fault.New(fault.TLS, "", "", ""), fault.New(fault.Unauthenticated, "", "", "")}
	for times := 1; times <= Tries; times++ {
		want := Retry
		if times == Tries {
			want = Fatal
		}
		for _, err := range kinds {
			if got := l.Judge(ReadSegment, err); got != want {
				t.Errorf("%v, time %d: %v, not %v", err, times, got, want)
			}
		}
		advance(patience)
	}
}

// A few tries in a long time are not enough either: nothing was tried in between.
func TestSeldomFailuresAreBorneTriesTimes(t *testing.T) {
	l, advance := life(t)
	for i := 1; i <= Tries; i++ {
		want := Retry
		if i == Tries {
			want = Fatal
		}
		if got := l.Judge(SetUpAppend, fault.New(fault.TLS, "", "", "")); got != want {
			t.Errorf("time %d: %v, not %v", i, got, want)
		}
		advance(time.Hour)
	}
}

func TestOptionalWorkRestsAfterAFailure(t *testing.T) {
	l, advance := life(t)
	calls := 0
	refuse := func(context.Context) error { calls++; return fault.New(fault.PermissionDenied, "", "", "") }
	for range 1000 {
		if verdict, err := l.Do(PublishCheckpoint, refuse); verdict != Ignored || fault.CodeOf(err) != fault.PermissionDenied {
			t.Fatal(verdict, err)
		}
		advance(time.Second)
	}
	if most := 1000/30 + 12; calls < 10 || calls > most {
		t.Errorf("%d calls in 1000 s", calls)
	}
}

func TestUntilBacksOffAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := New(Config{Patience: patience, Logger: slog.New(slog.DiscardHandler)}, "parent")
		l := parent.Child("child")
		calls, told := 0, 0
		verdict, err := l.Until(FindSuccessors, func(error) { told++ }, func(context.Context) error {
			if calls++; calls < 30 {
				return fault.New(fault.Unreachable, "", "", "")
			}
			return nil
		})
		if verdict != Done || err != nil || told != 29 {
			t.Error(verdict, err, told)
		}
		begun := time.Now()
		time.AfterFunc(time.Hour, parent.End)
		calls = 0
		verdict, err = l.Until(FindSuccessors, nil, func(context.Context) error { calls++; return fault.New(fault.Unreachable, "", "", "") })
		if verdict != Over || fault.CodeOf(err) != fault.Cancelled || time.Since(begun) != time.Hour {
			t.Error(verdict, err, time.Since(begun))
		}
		if calls > 2*3600+20 {
			t.Errorf("%d calls in an hour", calls)
		}
		if verdict, _ := l.Do(FindSuccessors, func(context.Context) error { t.Error("called"); return nil }); verdict != Over || !l.Over() {
			t.Error(verdict)
		}
	})
}

// One line tells of optional work that fails, unless an outage explains it.
func TestOptionalWorkThatFailsIsLoggedOnce(t *testing.T) {
	refused, away := fault.New(fault.PermissionDenied, "", "", ""), fault.New(fault.Unreachable, "", "", "")
	for name, test := range map[string]struct {
		failures []error
		warnings int
	}{
		"refused":              {[]error{refused, refused, refused}, 1},
		"an outage":            {[]error{away, away, away}, 0},
		"refused in an outage": {[]error{away, refused, away, refused}, 1},
		"refused twice":        {[]error{refused, nil, refused}, 2},
	} {
		var text strings.Builder
		l := New(Config{Logger: slog.New(slog.NewTextHandler(&text, nil))}, "test")
		for _, err := range test.failures {
			l.Judge(CompactGroupState, err)
		}
		if got := strings.Count(text.String(), "level=WARN"); got != test.warnings {
			t.Errorf("%s: %d warnings: %s", name, got, text.String())
		}
		l.End()
	}
}

// What keeps work from succeeding is told while it is tried, as far as the calls below
// tell it, and between the attempts; not when it has succeeded, and not of optional work.
func TestTroubleIsToldWhileWorkIsTriedAgain(t *testing.T) {
	l, advance := life(t)
	refused, late := fault.New(fault.Unreachable, "connect", "a:1", "connection refused"), fault.New(fault.Unreachable, "ask", "b:1", "no answer")
	expect := func(want error) {
		t.Helper()
		if got := l.Trouble(); !errors.Is(got, want) || (got == nil) != (want == nil) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	expect(nil)
	l.Do(ReadSegment, func(ctx context.Context) error {
		expect(nil)
		fault.Trouble(ctx, refused)
		expect(refused)
		fault.Trouble(ctx, nil)
		expect(nil)
		fault.Trouble(ctx, late)
		return nil
	})
	expect(nil)
	l.Do(ReadSegment, func(context.Context) error { return refused })
	advance(12 * time.Second)
	l.Do(FindSuccessors, func(context.Context) error { return late })
	l.Do(ReadSegment, func(ctx context.Context) error { expect(refused); return refused }) // it has lasted longest
	if got := l.Trouble().Error(); got != refused.Error()+", for 12 s" {
		t.Error(got)
	}
	l.Judge(ReadSegment, nil)
	expect(late)
	l.Judge(FindSuccessors, nil)
	expect(nil)
	l.Do(PublishCheckpoint, func(ctx context.Context) error {
		fault.Trouble(ctx, refused)
		expect(nil)
		return refused
	})
	expect(nil)
	_ = l.Attempt(SetUpAppend, func(ctx context.Context) error { // which is judged elsewhere
		fault.Trouble(ctx, late)
		expect(late)
		fault.Trouble(ctx, nil)
		expect(nil)
		return nil
	})
	l.Attempt(SetUpAppend, func(ctx context.Context) error {
		fault.Trouble(ctx, late)
		expect(late)
		return nil
	})
	expect(nil)
	l.Meet(late) // without a call
	expect(late)
	l.Judge(SetUpAppend, nil)
	expect(nil)
	if child := l.Child("child"); l.Trouble() != nil || child.Trouble() != nil {
		t.Error("a child has trouble")
	}
}
