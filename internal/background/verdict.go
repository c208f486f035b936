package background

import (
	"log/slog"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Verdict is what came of an attempt at background work.
type Verdict int

// The verdicts.
const (
	Done    Verdict = iota
	Retry           // it failed and may succeed later: back off and try again
	Ignored         // it failed, and its object works on without it
	Fatal           // it failed for good, and its object with it
	Over            // the life has ended, so the failure means nothing
)

var verdicts = [...]string{"done", "retry", "ignored", "fatal", "over"}

func (v Verdict) String() string { return verdicts[v] }

// Judge notes what came of an attempt at a work and says what it means. It is the one
// function that does; Do calls it.
func (l *Life) Judge(work Work, err error) Verdict {
	if l.Over() && err != nil {
		return Over
	}
	if !work.Optional() {
		l.Meet(nil) // what came of it is newer
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.streaks[work]
	if err == nil {
		if s != nil {
			delete(l.streaks, work)
			l.log(slog.LevelDebug, "background work succeeds again", work, "failures", s.failures)
		}
		return Done
	}
	now := l.config.Now()
	if s == nil {
		if l.streaks == nil {
			l.streaks = make(map[Work]*streak)
		}
		s = &streak{since: now}
		l.streaks[work] = s
	}
	s.failures++
	s.last = err
	verdict := l.verdict(work, s, err, now)
	if rest := descriptions[work].rest; rest != none && verdict != Fatal {
		s.rests = now.Add(rest.Delay(s.failures))
	}
	level := slog.LevelDebug
	if verdict == Ignored && !s.warned && !descriptions[work].logged && enduranceOf(err) != forever {
		level, s.warned = slog.LevelWarn, true // outages are logged as such
	}
	l.log(level, "background work failed", work, "failures", s.failures, "then", verdict.String(), "err", err)
	return verdict
}

// verdict of a failure that was just counted.
func (l *Life) verdict(work Work, s *streak, err error, now time.Time) Verdict {
	if work.Optional() {
		return Ignored
	}
	switch enduranceOf(err) {
	case never:
		return Fatal
	case forever:
		s.lasting = nil // what lasted was interrupted
		return Retry
	}
	code := fault.CodeOf(err)
	run := s.lasting[code]
	if run.times++; run.times == 1 {
		run.since = now
	}
	if s.lasting == nil {
		s.lasting = make(map[fault.Code]runs)
	}
	s.lasting[code] = run
	if run.times >= Tries && now.Sub(run.since) >= l.config.Patience {
		return Fatal
	}
	return Retry
}

// resting is the last failure of a work that rests after it; else nil.
func (l *Life) resting(work Work) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.streaks[work]; s != nil && l.config.Now().Before(s.rests) {
		return s.last
	}
	return nil
}

func (l *Life) log(level slog.Level, message string, work Work, more ...any) {
	l.config.Logger.Log(l.ctx, level, message, append([]any{"work", work.String(), "of", l.subject}, more...)...)
}
