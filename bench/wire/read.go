package main

import (
	"github.com/pravega/pravega-client-go/bench/measure"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// readLength is the most that a store answers with.
const readLength = 2 << 20

func read(t measure.Task, segments []place) (r measure.Result, err error) {
	watch, err := measure.Start()
	if err != nil {
		return r, err
	}
	events := 0
	for _, segment := range segments {
		n, err := readSegment(segment)
		if err != nil {
			return r, err
		}
		events += n
	}
	return watch.Stop(int64(events))
}

// readSegment counts the events of a sealed segment.
func readSegment(at place) (events int, err error) {
	s, err := dial(at.store)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	for offset := int64(0); ; {
		reply, err := s.exchange(wire.ReadSegment{Segment: at.segment, Offset: offset, SuggestedLength: readLength, RequestID: 1})
		if err != nil {
			return events, err
		}
		if _, ended := reply.(wire.SegmentIsSealed); ended {
			return events, nil
		}
		read, ok := reply.(wire.SegmentRead)
		if !ok {
			return events, unexpected(reply)
		}
		// An event that is cut off is read again with what follows.
		for rest := read.Data; ; events++ {
			_, size, err := wire.NextEvent(rest)
			if err != nil {
				return events, err
			}
			if size == 0 {
				break
			}
			rest, offset = rest[size:], offset+int64(size)
		}
		if read.EndOfSegment {
			return events, nil
		}
	}
}
