// Package options says what kinds of values the options of a client have: which
// are accepted, and how they are written as text.
package options

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Values are those that an option may have. The errors of Parse and Check say in a
// few words what is wrong with a value.
type Values[T any] struct {
	Accepted string // which values these are, in words
	Parse    func(string) (T, error)
	Check    func(T) error
	Text     func(T) string // what Parse reads
}

var errOutOfRange = errors.New("out of range")

// Texts are those that a check accepts.
func Texts(accepted string, check func(string) error) Values[string] {
	same := func(s string) string { return s }
	return Values[string]{accepted, func(s string) (string, error) { return s, nil }, check, same}
}

// AnyText is accepted, whatever it is.
func AnyText(accepted string) Values[string] {
	return Texts(accepted, func(string) error { return nil })
}

// Choices are a few words.
func Choices[T ~string](of ...T) Values[T] {
	words := make([]string, len(of))
	for i, word := range of {
		words[i] = string(word)
	}
	check := func(choice T) error {
		if !slices.Contains(of, choice) {
			return errors.New("not one of the choices")
		}
		return nil
	}
	return Values[T]{strings.Join(words, "|"), func(s string) (T, error) { return T(s), nil }, check, func(choice T) string { return string(choice) }}
}

// Flags are true and false.
func Flags() Values[bool] {
	parse := func(s string) (bool, error) {
		b, err := strconv.ParseBool(s)
		if err != nil {
			return false, errors.New("neither true nor false")
		}
		return b, nil
	}
	return Values[bool]{"true|false", parse, func(bool) error { return nil }, strconv.FormatBool}
}

// Not has the opposite of what the text says, for an option that is true unless it is set.
func Not(v Values[bool]) Values[bool] {
	parse := v.Parse
	v.Parse = func(s string) (bool, error) {
		b, err := parse(s)
		return !b, err
	}
	v.Text = func(b bool) string { return strconv.FormatBool(!b) }
	return v
}

// Unlimited is the longest duration.
const Unlimited = time.Duration(math.MaxInt64)

// Durations are those from low to high.
func Durations(low, high time.Duration) Values[time.Duration] {
	accepted := fmt.Sprintf("%v to %v", low, high)
	if high == Unlimited {
		accepted = fmt.Sprintf("%v or more", low)
	}
	parse := func(s string) (time.Duration, error) {
		d, err := time.ParseDuration(s)
		if err != nil {
			return 0, errors.New("not a duration with a unit")
		}
		return d, nil
	}
	check := func(d time.Duration) error {
		if d < low || d > high {
			return errOutOfRange
		}
		return nil
	}
	return Values[time.Duration]{accepted + ", as 250ms or 10s", parse, check, time.Duration.String}
}

// OrZero also accepts 0, by which something is switched off.
func OrZero(v Values[time.Duration]) Values[time.Duration] {
	check := v.Check
	v.Accepted = "0s, or " + v.Accepted
	v.Check = func(d time.Duration) error {
		if d == 0 {
			return nil
		}
		return check(d)
	}
	return v
}

// OrNever also accepts 0s, by which something that has a default is switched off. Its value is
// -1, since 0 stands for the default.
func OrNever(v Values[time.Duration]) Values[time.Duration] {
	parse, check, text := v.Parse, v.Check, v.Text
	v.Accepted = "0s, or " + v.Accepted
	v.Parse = func(s string) (time.Duration, error) {
		d, err := parse(s)
		if err == nil && d == 0 {
			d = -1
		}
		return d, err
	}
	v.Check = func(d time.Duration) error {
		if d == -1 {
			return nil
		}
		return check(d)
	}
	v.Text = func(d time.Duration) string {
		if d == -1 {
			d = 0
		}
		return text(d)
	}
	return v
}

// Numbers are those from low to high.
func Numbers[T int | int64](low, high T) Values[T] {
	parse := func(s string) (T, error) {
		n, err := strconv.ParseInt(s, 10, 64)
		switch {
		case errors.Is(err, strconv.ErrRange), err == nil && int64(T(n)) != n:
			return 0, errOutOfRange
		case err != nil:
			return 0, errors.New("not a whole number")
		}
		return T(n), nil
	}
	check := func(n T) error {
		if n < low || n > high {
			return errOutOfRange
		}
		return nil
	}
	return Values[T]{fmt.Sprintf("%d to %d", low, high), parse, check, func(n T) string { return strconv.FormatInt(int64(n), 10) }}
}

// Sizes are numbers of bytes; as text also with KiB, MiB or GiB behind them.
func Sizes(low, high int) Values[int] {
	v := Numbers(low, high)
	plain := v.Parse
	v.Accepted = fmt.Sprintf("%d to %d bytes, also as 64KiB or 16MiB", low, high)
	v.Parse = func(s string) (int, error) {
		for suffix, shift := range map[string]int{"KiB": 10, "MiB": 20, "GiB": 30} {
			if digits, ok := strings.CutSuffix(s, suffix); ok {
				n, err := plain(digits)
				if err == nil && (n < 0 || n > high>>shift) {
					err = errOutOfRange
				}
				return n << shift, err
			}
		}
		return plain(s)
	}
	return v
}

// Lists are strings that a check accepts, separated by commas as text.
func Lists(accepted string, check func([]string) error) Values[[]string] {
	parse := func(s string) ([]string, error) {
		if s == "" {
			return nil, nil
		}
		return strings.Split(s, ","), nil
	}
	return Values[[]string]{accepted, parse, check, func(list []string) string { return strings.Join(list, ",") }}
}
