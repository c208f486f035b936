package fault

import (
	"strconv"
	"time"
)

// lasting is an error that has stood in the way for some time.
type lasting struct {
	error
	span time.Duration
}

// Lasting returns an error that also says for how long it has stood in the way; nil for
// nil. Of several spans it says the longest.
func Lasting(err error, span time.Duration) error {
	if err == nil || span < shortest {
		return err
	}
	within, err := spanless(err)
	return lasting{err, max(span, within)}
}

// spanless is the longest of the spans that an error and its parts say, and the error
// without them.
func spanless(err error) (longest time.Duration, bare error) {
	switch e := err.(type) {
	case lasting:
		within, bare := spanless(e.error)
		return max(e.span, within), bare
	case *Error:
		first, cause := spanless(e.Err)
		second, trouble := spanless(e.Trouble)
		if first == 0 && second == 0 {
			return 0, e
		}
		own := *e
		own.Err, own.Trouble = cause, trouble
		return max(first, second), &own
	}
	return 0, err
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
