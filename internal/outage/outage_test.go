package outage

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// record keeps what is logged.
type record struct {
	mu    sync.Mutex
	lines []string
	lock  *sync.Mutex // that the handler needs, or nil
}

func (r *record) Enabled(context.Context, slog.Level) bool { return true }
func (r *record) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *record) WithGroup(string) slog.Handler            { return r }

func (r *record) Handle(_ context.Context, of slog.Record) error {
	if r.lock != nil {
		r.lock.Lock()
		defer r.lock.Unlock()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	text := fmt.Sprint(of.Level, " ", of.Message)
	of.Attrs(func(a slog.Attr) bool { text += fmt.Sprint(" ", a); return true })
	r.lines = append(r.lines, text)
	return nil
}

// told returns the lines since the last call.
func (r *record) told() []string {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := r.lines
	r.lines = nil
	return lines
}

// inTime runs a test on a clock of its own.
func inTime(t *testing.T, test func(*testing.T, *Log, *record)) {
	synctest.Test(t, func(t *testing.T) {
		r := new(record)
		l := New("segment store", slog.New(r))
		defer l.Close()
		test(t, l, r)
	})
}

func (r *record) expect(t *testing.T, want ...string) {
	t.Helper()
	if got := r.told(); !slices.Equal(got, want) {
		t.Errorf("logged are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// long tells of a failure after as long as an outage takes to begin.
func (l *Log) long(address string) { l.Failed(address, time.Now().Add(-grace), refused) }

var refused = fault.New(fault.Unreachable, "connect to segment store", "a:1", "connection refused")

const away = "WARN segment store is away address=a:1 err=connect to segment store a:1: the server cannot be reached or does not answer; check its address and that it runs: connection refused"

func still(span string) string {
	return strings.Replace(strings.Replace(away, "away", "still away", 1), "err=", "for="+span+" err=", 1)
}

func TestAnOutageIsLoggedWhenItBeginsAtGrowingIntervalsAndWhenItEnds(t *testing.T) {
	inTime(t, func(t *testing.T, l *Log, r *record) {
		l.Answered("a:1")
		r.expect(t)
		for second := range 3600 {
			for range 1000 { // segments
				l.Failed("a:1", time.Now(), refused)
			}
			want := map[int][]string{1: {away}, 10: {still("10 s")}, 30: {still("30 s")}, 70: {still("70 s")}, 150: {still("150 s")},
				310: {still("310 s")}, 630: {still("10 min")}, 1230: {still("20 min")}, 1830: {still("30 min")}, 2430: {still("40 min")}, 3030: {still("50 min")}}
			r.expect(t, want[second]...)
			time.Sleep(time.Second)
		}
		l.Answered("a:1")
		l.Answered("a:1")
		r.expect(t, "INFO segment store is back address=a:1 after=60 min")
		time.Sleep(time.Hour)
		r.expect(t)
	})
}

func TestEveryServerHasItsOwnOutage(t *testing.T) {
	inTime(t, func(t *testing.T, l *Log, r *record) {
		l.long("a:1")
		l.long("b:1")
		l.Answered("a:1")
		if got := r.told(); len(got) != 3 || !strings.HasPrefix(got[2], "INFO segment store is back address=a:1") {
			t.Error(got)
		}
		time.Sleep(5 * time.Second)
		if l.Trouble("a:1") != nil || fault.CodeOf(l.Trouble("b:1")) != fault.Unreachable || !strings.HasSuffix(l.Trouble("b:1").Error(), "connection refused, for 6.0 s") {
			t.Error(l.Trouble("a:1"), l.Trouble("b:1"))
		}
	})
}

// A store whose segments have moved is not asked any more: it is forgotten.
func TestAServerThatIsNotNeededAnyMoreIsForgotten(t *testing.T) {
	inTime(t, func(t *testing.T, l *Log, r *record) {
		l.long("a:1")
		time.Sleep(12 * time.Second)
		l.long("a:1")
		r.expect(t, away)
		time.Sleep(20 * time.Second)
		r.expect(t, still("30 s"))
		time.Sleep(time.Hour)
		r.expect(t, "INFO segment store is not needed any more address=a:1 after=73 s")
		if len(l.away) != 0 || l.Trouble("a:1") != nil {
			t.Error(l.away)
		}
	})
}

// A handler may need a lock that is held by who tells of a failure.
func TestTheHandlerMayNeedALockOfTheCaller(t *testing.T) {
	inTime(t, func(t *testing.T, l *Log, r *record) {
		r.lock = new(sync.Mutex)
		r.lock.Lock()
		l.long("a:1")
		l.Answered("a:1")
		r.lock.Unlock()
		r.expect(t, away, "INFO segment store is back address=a:1 after=1.0 s")
	})
}

func TestCloseLogsWhatWasSaidAndNothingAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := new(record)
		l := New("segment store", slog.New(r))
		l.long("a:1")
		l.Close()
		if len(r.lines) != 1 {
			t.Error(r.lines)
		}
		l.long("b:1")
		l.Answered("a:1")
		time.Sleep(time.Hour)
		r.expect(t, away)
	})
}

// What is back within a moment was not away, however often that happens, and is forgotten.
func TestAMomentIsNoOutage(t *testing.T) {
	inTime(t, func(t *testing.T, l *Log, r *record) {
		for range 100 {
			for range 9 {
				l.Failed("a:1", time.Now(), refused)
				time.Sleep(grace / 10)
			}
			l.Answered("a:1")
		}
		l.Failed("b:1", time.Now(), refused)
		time.Sleep(idle)
		l.Failed("c:1", time.Now(), refused)
		if len(l.doubts) != 1 {
			t.Error(l.doubts)
		}
		r.expect(t)
	})
}
