// Package background runs the calls that no caller waits for: those of the
// goroutines of writers, transactions, readers and connections. It is the one place
// that decides what a failure of such a call means.
package background

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
)

// Config of a Life and its children.
type Config struct {
	// Patience is how long failures that no outage explains are tried again: garbage,
	// refused credentials, failed TLS handshakes. They are final once they have lasted
	// that long and came at least Tries times in a row.
	Patience time.Duration
	// Logger; nil logs nothing.
	Logger *slog.Logger
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Tries is how often a failure that lasts is seen before it may be final.
const Tries = 8

// A Life is the time for which an object works in the background. It stands in for
// the object's context, which only the calls of Do and Until get, so that every
// background call names its work and has its failure judged. Safe for concurrent use.
type Life struct {
	config  Config
	subject string // for logs
	ctx     context.Context
	cancel  context.CancelFunc

	note fault.Note // of work that is under way without a call

	mu       sync.Mutex
	streaks  map[Work]*streak // of work that failed since it succeeded last
	attempts []*attempt       // under way
}

// attempt is one that is under way.
type attempt struct {
	work Work
	note fault.Note
}

// streak is the failures of one work in a row.
type streak struct {
	failures int
	last     error
	warned   bool                // in the log
	since    time.Time           // of the first one
	rests    time.Time           // until then
	lasting  map[fault.Code]runs // by kind, those that are final if they last
}

// runs of one kind of failure in a row.
type runs struct {
	times int
	since time.Time
}

// New begins a life.
func New(config Config, subject string) *Life {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	return begin(context.Background(), config, subject)
}

// Child begins a life that ends with this one at the latest. Its failures are counted
// by themselves.
func (l *Life) Child(subject string) *Life { return begin(l.ctx, l.config, subject) }

func begin(parent context.Context, config Config, subject string) *Life {
	l := &Life{config: config, subject: subject}
	l.ctx, l.cancel = context.WithCancel(parent)
	return l
}

// End ends the life and cancels the calls under way. It does not wait for them.
func (l *Life) End() { l.cancel() }

// Ended is closed when the life has ended.
func (l *Life) Ended() <-chan struct{} { return l.ctx.Done() }

// Over reports whether the life has ended.
func (l *Life) Over() bool { return l.ctx.Err() != nil }

// AfterEnd calls f in a goroutine of its own when the life has ended; stop prevents
// that and reports whether it did.
func (l *Life) AfterEnd(f func()) (stop func() bool) { return context.AfterFunc(l.ctx, f) }

// Last makes one attempt at a work that the life's end must not keep from being done,
// within a limit of its own.
func (l *Life) Last(work Work, limit time.Duration, call func(ctx context.Context) error) (Verdict, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), limit)
	defer cancel()
	err := call(ctx)
	return l.Judge(work, err), err
}

// Attempt makes an attempt at a work; the caller hands the result to Judge later.
func (l *Life) Attempt(work Work, call func(ctx context.Context) error) error {
	if l.Over() {
		return fault.Context(l.ctx, work.String(), l.subject)
	}
	a := l.enter(work)
	defer l.leave(a)
	return call(a.note.In(l.ctx))
}

// Meet notes what stands in the way of essential work that is under way without a call,
// such as a question that is not answered; nil that nothing does any more. So does Judge.
func (l *Life) Meet(trouble error) { fault.Trouble(l.note.In(l.ctx), trouble) }

// Sleep waits; false if the life ends first.
func (l *Life) Sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.ctx.Done():
		return false
	}
}

// Do makes one attempt at a work. Work that rests after a failure is not attempted: the
// verdict and the error are those of the failure. The error is nil for Done.
func (l *Life) Do(work Work, call func(ctx context.Context) error) (Verdict, error) {
	if l.Over() {
		return Over, fault.Context(l.ctx, work.String(), l.subject)
	}
	if err := l.resting(work); err != nil {
		if work.Optional() {
			return Ignored, err
		}
		return Retry, err
	}
	a := l.enter(work)
	err := call(a.note.In(l.ctx))
	verdict := l.Judge(work, err)
	l.leave(a)
	return verdict, err
}

func (l *Life) enter(work Work) *attempt {
	a := &attempt{work: work}
	l.mu.Lock()
	l.attempts = append(l.attempts, a)
	l.mu.Unlock()
	return a
}

func (l *Life) leave(a *attempt) {
	l.mu.Lock()
	at := slices.Index(l.attempts, a)
	l.attempts = slices.Delete(l.attempts, at, at+1)
	l.mu.Unlock()
}

// Until tries a work until it succeeds, its failure is final, or the life ends. It
// backs off between the attempts. Tried, if not nil, is called with each failure after
// which it tries again. Optional work is tried once.
func (l *Life) Until(work Work, tried func(error), call func(ctx context.Context) error) (Verdict, error) {
	for {
		verdict, err := l.Do(work, call)
		if verdict != Retry {
			return verdict, err
		}
		if tried != nil {
			tried(err)
		}
		if !l.Sleep(l.Backoff(work)) {
			return Over, fault.Context(l.ctx, work.String(), l.subject)
		}
	}
}

// Backoff is how long to wait before the next attempt at a work.
func (l *Life) Backoff(work Work) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.streaks[work]; s != nil {
		return retry.Soon.Delay(s.failures)
	}
	return 0
}

// Failures is how often a work has failed since it succeeded last.
func (l *Life) Failures(work Work) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.streaks[work]; s != nil {
		return s.failures
	}
	return 0
}

// Trouble is what keeps the life's work from succeeding now, and for how long; nil if
// nothing is known to. Optional work is left out. What an attempt under way has met is
// newer than how the last one failed.
func (l *Life) Trouble() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	failed, met := earliest{}, earliest{}
	for work, s := range l.streaks {
		failed.of(work, s.since, s.last)
	}
	for _, a := range l.attempts {
		since, err := a.note.Last()
		met.of(a.work, since, err)
	}
	if since, err := l.note.Last(); met.err == nil {
		met = earliest{since, err}
	}
	switch {
	case met.err == nil:
		met = failed
	case failed.err != nil && failed.since.Before(met.since):
		met.since = failed.since
	}
	return fault.Lasting(met.err, l.config.Now().Sub(met.since))
}

// earliest is the trouble that has lasted longest.
type earliest struct {
	since time.Time
	err   error
}

func (e *earliest) of(work Work, since time.Time, err error) {
	if err != nil && !work.Optional() && (e.err == nil || since.Before(e.since)) {
		*e = earliest{since, err}
	}
}
