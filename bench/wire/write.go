package main

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/pravega/pravega-client-go/bench/measure"
	"github.com/pravega/pravega-client-go/internal/wire"
)

const (
	blockBytes  = 256 << 10 // of one AppendBlockEnd, or a segment's share of the window if that is less
	windowBytes = 16 << 20  // in flight, over all segments
)

// stub is a writer of one segment: a connection that is set up and a frame
// that only needs its number changed.
type stub struct {
	*socket
	writer wire.UUID
	events int // in a frame
	frame  []byte
}

func newStub(at place, size, events int) (*stub, error) {
	s := &stub{writer: wire.NewUUID(), events: events}
	var err error
	if s.socket, err = dial(at.store); err != nil {
		return nil, err
	}
	reply, err := s.exchange(wire.SetupAppend{RequestID: 1, WriterID: s.writer, Segment: at.segment})
	if err != nil {
		return nil, err
	}
	if _, ok := reply.(wire.AppendSetup); !ok {
		return nil, unexpected(reply)
	}
	s.frame = s.build(size, events)
	return s, nil
}

func (s *stub) build(size, events int) []byte {
	frame := make([]byte, wire.BlockPrefix)
	event := make([]byte, size)
	for range events {
		frame = wire.AppendEvent(frame, event)
	}
	wire.PutBlockPrefix(frame, s.writer, len(frame)-wire.BlockPrefix)
	return wire.AppendBlockTrailer(frame, int32(events), 0, 1)
}

// send sends a frame as the one that ends with a number.
func (s *stub) send(frame []byte, number int) error {
	binary.BigEndian.PutUint64(frame[len(frame)-16:], uint64(number)) // before the request id
	_, err := s.Write(frame)
	return err
}

// acked waits for an acknowledgement and returns its number.
func (s *stub) acked() (int, error) {
	reply, err := s.receive()
	if err != nil {
		return 0, err
	}
	appended, ok := reply.(wire.DataAppended)
	if !ok {
		return 0, unexpected(reply)
	}
	return int(appended.EventNumber), nil
}

// stream sends count events, with so many blocks in flight, and returns when
// all are stored.
func (s *stub) stream(size, count, blocks int) error {
	room := make(chan struct{}, blocks)
	sent := make(chan error, 1)
	go func() { // is left alone when acknowledgements fail: the program ends
		sent <- func() error {
			for number := 0; number < count; {
				frame := s.frame
				if left := count - number; left < s.events {
					frame = s.build(size, left)
				}
				number = min(number+s.events, count)
				room <- struct{}{}
				if err := s.send(frame, number); err != nil {
					return err
				}
			}
			return nil
		}()
	}()
	for freed := 0; ; {
		number, err := s.acked()
		if err != nil {
			return err
		}
		for ; freed < (number+s.events-1)/s.events; freed++ {
			<-room
		}
		if number == count {
			return <-sent
		}
	}
}

func write(t measure.Task, segments []place) (r measure.Result, err error) {
	framed := wire.EventHeader + t.Size
	stubs := make([]*stub, len(segments))
	block := min(blockBytes, windowBytes/len(segments))
	for i, segment := range segments {
		if stubs[i], err = newStub(segment, t.Size, block/framed); err != nil {
			return r, err
		}
		defer stubs[i].Close()
	}
	watch, err := measure.Start()
	if err != nil {
		return r, err
	}
	done := make(chan error)
	for i, s := range stubs {
		share := (i+1)*t.Count/len(stubs) - i*t.Count/len(stubs)
		go func() { done <- s.stream(t.Size, share, windowBytes/block/len(stubs)) }()
	}
	for range stubs {
		err = errors.Join(err, <-done)
	}
	if err != nil {
		return r, err
	}
	return watch.Stop(int64(t.Count))
}

// latency sends one event and waits for its acknowledgement, again and again.
func latency(t measure.Task, segment place) (r measure.Result, err error) {
	s, err := newStub(segment, t.Size, 1)
	if err != nil {
		return r, err
	}
	defer s.Close()
	times := make([]time.Duration, t.Count)
	watch, err := measure.Start()
	if err != nil {
		return r, err
	}
	for i := range times {
		began := time.Now()
		if err := s.send(s.frame, i+1); err != nil {
			return r, err
		}
		number, err := s.acked()
		if err != nil {
			return r, err
		}
		if number != i+1 {
			return r, errors.New("the acknowledgement is of another event")
		}
		times[i] = time.Since(began)
	}
	if r, err = watch.Stop(int64(t.Count)); err != nil {
		return r, err
	}
	r.Latencies(times)
	return r, nil
}
