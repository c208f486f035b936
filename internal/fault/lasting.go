package fault

import (
	"errors"
	"strconv"
	"time"
)

// lasting is an error that has stood in the way for some time.
type lasting struct {
	error
	span time.Duration
}

// Lasting returns an error that also says for how long it has stood in the way; nil for
// nil.
func Lasting(err error, span time.Duration) error {
	if err == nil || span < shortest || lasts(err) {
		return err
	}
	return lasting{err, span}
}

// lasts reports whether an error says for how long already.
func lasts(err error) bool {
	var e *Error
	return errors.As(err, new(lasting)) || errors.As(err, &e) && (lasts(e.Err) || lasts(e.Trouble))
}

// shortest is what is worth telling.
const shortest = 100 * time.Millisecond

func (l lasting) Error() string { return Plain(l.error) + l.suffix() }

func (l lasting) suffix() string { return ", for " + Span(l.span) }

func (l lasting) Unwrap() error { return l.error }

// Span is how long something has lasted, in words.
func Span(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < 10*time.Minute:
		return strconv.Itoa(int(d.Seconds())) + " s"
	}
	return strconv.Itoa(int(d.Minutes())) + " min"
}
