package main

import (
	"bytes"

	"github.com/pravega/pravega-client-go/bench/measure"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// readLength is what a store answers fastest.
const readLength = segmentstore.ReadLength

func read(t measure.Task, segments []place) (r measure.Result, err error) {
	var watch *measure.Stopwatch
	events, before := 0, 0
	for _, segment := range segments {
		err := readSegment(segment, func(n int) (err error) {
			if events += n; watch == nil {
				before = events
				watch, err = measure.Start()
			}
			return err
		})
		if err != nil {
			return r, err
		}
	}
	if r, err = watch.Stop(int64(events - before)); err != nil {
		return r, err
	}
	r.Before = int64(before)
	return r, nil
}

// readSegment reads a sealed segment, and tells how many whole events each reply
// brings.
func readSegment(at place, more func(events int) error) error {
	s, err := dial(at.store)
	if err != nil {
		return err
	}
	defer s.Close()
	// start is of an event that a whole reply did not bring to its end, as at the
	// border of what a store has in its cache.
	var start []byte
	for offset := int64(0); ; {
		reply, err := s.exchange(wire.ReadSegment{Segment: at.segment, Offset: offset + int64(len(start)), SuggestedLength: readLength, RequestID: 1})
		if err != nil {
			return err
		}
		if _, ended := reply.(wire.SegmentIsSealed); ended {
			return nil
		}
		read, ok := reply.(wire.SegmentRead)
		if !ok {
			return unexpected(reply)
		}
		rest := read.Data
		if len(start) > 0 {
			rest = append(start, rest...)
		}
		n, size, err := count(rest)
		if err != nil {
			return err
		}
		offset, start = offset+size, nil
		if n == 0 {
			start = bytes.Clone(rest)
		} // else an event that is cut off is read again with what follows
		if err := more(n); err != nil || read.EndOfSegment {
			return err
		}
	}
}

// count tells how many whole events there are from the start on, and their size.
func count(data []byte) (events int, size int64, err error) {
	for ; ; events++ {
		_, n, err := wire.NextEvent(data)
		if n == 0 || err != nil {
			return events, size, err
		}
		data, size = data[n:], size+int64(n)
	}
}
