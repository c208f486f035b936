// Package logtest is a log in memory, for tests of what is kept in one.
package logtest

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
)

// Log is a log whose n-th record is at offset n. Not safe for concurrent use.
type Log struct {
	Records []string
	Start   int64 // what lies before was truncated away
	Marked  int64 // or synchronizer.NoMark
	// Lossy is how many appends and moves of the mark take effect, but report an
	// error.
	Lossy int
	// Before is called before every call, if it is set, and may do something first,
	// as another member would.
	Before func()
}

// New makes an empty log.
func New() *Log { return &Log{Marked: synchronizer.NoMark} }

func (l *Log) before() {
	if l.Before != nil {
		l.Before()
	}
}

func (l *Log) lost(op string) error {
	if l.Lossy == 0 {
		return nil
	}
	l.Lossy--
	return fault.New(fault.TimedOut, op, "log", "")
}

// Bounds are Start and the number of records.
func (l *Log) Bounds(context.Context) (start, end int64, err error) {
	l.before()
	return l.Start, int64(len(l.Records)), nil
}

// Mark is the mark.
func (l *Log) Mark(context.Context) (offset int64, ok bool, err error) {
	l.before()
	return l.Marked, l.Marked >= 0, nil
}

// MoveMark moves the mark if it is where it is expected.
func (l *Log) MoveMark(_ context.Context, from, to int64) (moved bool, err error) {
	l.before()
	if l.Marked != from {
		return false, nil
	}
	l.Marked = to
	err = l.lost("move mark")
	return err == nil, err
}

// Truncate drops what lies before an offset.
func (l *Log) Truncate(_ context.Context, offset int64) error {
	l.before()
	l.Start = max(l.Start, offset)
	return nil
}

// Read visits the records of which the first is still there.
func (l *Log) Read(_ context.Context, from, to int64, visit func(record []byte, next int64) error) error {
	l.before()
	for n := from; n < to; n++ {
		if n < l.Start {
			return fault.New(fault.SegmentTruncated, "read", "log", "")
		}
		if err := visit([]byte(l.Records[n]), n+1); err != nil {
			return err
		}
	}
	return nil
}

// Name is the same for all.
func (l *Log) Name() string { return "log" }

// AppendAt adds a record if the log ends at the offset.
func (l *Log) AppendAt(_ context.Context, offset int64, record []byte) (end int64, added bool, err error) {
	l.before()
	if offset != int64(len(l.Records)) {
		return 0, false, nil
	}
	l.Records = append(l.Records, string(record))
	if err := l.lost("append"); err != nil {
		return 0, false, err
	}
	return offset + 1, true, nil
}
