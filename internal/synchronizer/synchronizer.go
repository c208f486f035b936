// Package synchronizer keeps replicas of a state equal: every change is a record
// at the end of a log, written only if its writer had seen all records before.
package synchronizer

import (
	"context"
	"errors"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
)

// Log is the segment that holds the records. See segment.Log.
type Log interface {
	Name() string // in errors
	Bounds(ctx context.Context) (start, end int64, err error)
	Mark(ctx context.Context) (offset int64, ok bool, err error)
	Read(ctx context.Context, from, to int64, visit func(record []byte, next int64) error) error
	AppendAt(ctx context.Context, offset int64, record []byte) (end int64, added bool, err error)
	MoveMark(ctx context.Context, from, to int64) (moved bool, err error)
	Truncate(ctx context.Context, offset int64) error
}

// NoMark is the place from which MoveMark sets the first mark.
const NoMark = -1

// Replica is the state that the records add up to.
type Replica interface {
	// Restart forgets everything: the records start anew, with one that holds
	// the whole state, or with records that do not matter before such a one.
	Restart()
	// Apply takes in the next record.
	Apply(record []byte) error
}

// Synchronizer reads the log into a replica and proposes records. One goroutine
// may use it at a time.
type Synchronizer struct {
	log     Log
	replica Replica
	offset  int64 // of the first record that the replica does not have
	mark    int64 // the newest that is known
	started bool
}

// New makes a synchronizer that has read nothing.
func New(log Log, replica Replica) *Synchronizer {
	return &Synchronizer{log: log, replica: replica}
}

// Fetch brings the replica up to date with the log. When records that it needs
// were truncated away it starts again from the newest whole state.
func (s *Synchronizer) Fetch(ctx context.Context) error {
	for attempt := 0; ; attempt++ {
		if !retry.Soon.Wait(ctx, attempt) {
			return fault.Context(ctx, "read log", s.log.Name()).Because(fault.Tried(attempt, "its start was truncated while it was read"), nil)
		}
		if !s.started {
			if err := s.restart(ctx); err != nil {
				return err
			}
		}
		start, end, err := s.log.Bounds(ctx)
		if err != nil {
			return err
		}
		if s.offset == NoMark {
			s.offset, s.mark = start, start
		}
		if s.offset < start {
			s.started = false
			continue
		}
		err = s.log.Read(ctx, s.offset, end, s.take)
		if err == nil {
			return nil
		}
		if !errors.Is(err, fault.SegmentTruncated) {
			return err
		}
		s.started = false
	}
}

// restart goes to the mark, where a record of the whole state starts, or to the start of a
// log without a mark. The mark is asked for before the bounds: a state that is
// added after them may be marked already, and would lie behind the end.
func (s *Synchronizer) restart(ctx context.Context) error {
	mark, ok, err := s.log.Mark(ctx)
	if err != nil {
		return err
	}
	if !ok {
		mark = NoMark
	}
	s.offset, s.mark = mark, mark
	s.replica.Restart()
	s.started = true
	return nil
}

func (s *Synchronizer) take(record []byte, next int64) error {
	if err := s.replica.Apply(record); err != nil {
		return err
	}
	s.offset = next
	return nil
}

// Offset is where the first record starts that the replica has not taken in;
// while it takes one in, where that one starts.
func (s *Synchronizer) Offset() int64 { return s.offset }

// Write adds the record that propose makes of the replica's state, and applies
// it. When somebody else was faster, the replica is brought up to date and
// propose is asked again; it returns nil to write nothing.
func (s *Synchronizer) Write(ctx context.Context, propose func() ([]byte, error)) error {
	if !s.started {
		if err := s.Fetch(ctx); err != nil {
			return err
		}
	}
	for lost := 0; ; {
		record, err := propose()
		if err != nil || record == nil {
			return err
		}
		end, added, err := s.log.AppendAt(ctx, s.offset, record)
		if err != nil {
			// Whether it was added shows when the log is read again.
			return err
		}
		if added {
			return s.take(record, end)
		}
		before := s.offset
		if err := s.Fetch(ctx); err != nil {
			return err
		}
		if lost++; s.offset != before {
			lost = 0 // to somebody: it goes on at once
		}
		if !retry.Soon.Wait(ctx, lost) {
			return fault.Context(ctx, "write to log", s.log.Name()).Because("others came first every time", nil)
		}
	}
}

// Compact lets those that come later read less: when more than a number of bytes
// lie behind the mark, it adds the record with the whole state that whole makes,
// moves the mark there, and truncates what lies before the previous mark. Those
// who have read no further find the new mark. When another one compacts at the
// same time, the mark is the first one's. whole is asked as in [Synchronizer.Write],
// and returns nil while a record of the state would do harm.
func (s *Synchronizer) Compact(ctx context.Context, after int64, whole func() ([]byte, error)) error {
	if s.offset-s.mark <= after {
		return nil
	}
	mark, ok, err := s.log.Mark(ctx)
	if err != nil {
		return err
	}
	if s.mark = mark; !ok {
		mark, s.mark = NoMark, 0
	}
	if s.offset-s.mark <= after {
		return nil
	}
	var at int64
	var record []byte
	err = s.Write(ctx, func() (_ []byte, err error) {
		at = s.offset
		record, err = whole()
		return record, err
	})
	if err != nil || record == nil {
		return err
	}
	moved, err := s.log.MoveMark(ctx, mark, at)
	if err != nil || !moved {
		return err
	}
	s.mark = at
	if mark == NoMark {
		return nil
	}
	return s.log.Truncate(ctx, mark)
}
