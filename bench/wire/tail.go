package main

import (
	"errors"
	"time"

	"github.com/pravega/pravega-client-go/bench/measure"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// tail sends an event each millisecond, and has a read wait for it at the end of
// the segment, on a connection of its own: the sum of an append and of a read,
// less than which no client can take.
func tail(t measure.Task, segment place) (r measure.Result, err error) {
	s, err := newStub(segment, t.Size, 1)
	if err != nil {
		return r, err
	}
	defer s.Close()
	in, err := dial(segment.store)
	if err != nil {
		return r, err
	}
	defer in.Close()
	times := make([]time.Duration, 0, t.Count)
	watch, err := measure.Start()
	if err != nil {
		return r, err
	}
	written := make(chan error, 2)
	go func() { written <- s.pace(t.Count) }()
	go func() { written <- s.allAcked(t.Count) }()
	for offset := int64(0); len(times) < t.Count; {
		reply, err := in.exchange(wire.ReadSegment{Segment: segment.segment, Offset: offset, SuggestedLength: readLength, RequestID: 1})
		if err != nil {
			return r, err
		}
		read, ok := reply.(wire.SegmentRead)
		if !ok {
			return r, unexpected(reply)
		}
		// An event that is cut off is read again with what follows.
		for rest := read.Data; ; {
			event, size, err := wire.NextEvent(rest)
			if err != nil {
				return r, err
			}
			if size == 0 {
				break
			}
			times = append(times, measure.Age(event))
			rest, offset = rest[size:], offset+int64(size)
		}
	}
	if err := errors.Join(<-written, <-written); err != nil {
		return r, err
	}
	if r, err = watch.Stop(int64(len(times))); err != nil {
		return r, err
	}
	r.Latencies(times)
	return r, nil
}

// pace sends an event each millisecond, each with the time.
func (s *stub) pace(count int) error {
	number := 0
	return measure.Pace(count, func() error {
		number++
		measure.Stamp(s.frame[wire.BlockPrefix+wire.EventHeader:])
		return s.send(s.frame, number)
	})
}

func (s *stub) allAcked(count int) error {
	for {
		if number, err := s.acked(); err != nil || number == count {
			return err
		}
	}
}
