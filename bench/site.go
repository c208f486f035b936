package main

import (
	"context"
	"fmt"

	"github.com/pravega/pravega-client-go/bench/measure"
	pravega "github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// site is a server with the streams of one cell. It keeps everything in memory.
type site struct {
	cell
	server  *harness.Server
	admin   *pravega.Client
	streams int // made so far
}

const scope = "bench"

// newSite starts a server, and has it do some work that nobody measures to warm
// up.
func newSite(ctx context.Context, c cell) (*site, error) {
	server, err := harness.InMemory(ctx, harness.Options{LogLevel: "ERROR"})
	if err != nil {
		return nil, err
	}
	s := &site{cell: c, server: server}
	if err := s.prepare(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *site) prepare(ctx context.Context) (err error) {
	config := pravega.Config{}
	config.ControllerURI = s.server.ControllerURI()
	if s.admin, err = pravega.New(config); err != nil {
		return err
	}
	if _, err = s.admin.CreateScope(ctx, scope); err != nil {
		return err
	}
	_, err = s.write(ctx, reference, "write", 50e6/s.size)
	return err
}

func (s *site) close() {
	if s.admin != nil {
		s.admin.Close()
	}
	s.server.Stop()
}

// write has a client write a new stream, checks what the stream holds then, and
// deletes it.
func (s *site) write(ctx context.Context, by client, argument string, count int) (measure.Result, error) {
	t, r, err := s.written(ctx, by, argument, count)
	if err != nil {
		return r, err
	}
	if err := s.admin.SealStream(ctx, t.Scope, t.Stream); err != nil {
		return r, err
	}
	_, err = s.admin.DeleteStream(ctx, t.Scope, t.Stream)
	return r, err
}

// fill makes a sealed stream to be read.
func (s *site) fill(ctx context.Context, count int) (measure.Task, error) {
	t, _, err := s.written(ctx, reference, "write", count)
	if err != nil {
		return t, err
	}
	return t, s.admin.SealStream(ctx, t.Scope, t.Stream)
}

func (s *site) written(ctx context.Context, by client, argument string, count int) (t measure.Task, r measure.Result, err error) {
	s.streams++
	t = measure.Task{
		URI: s.server.ControllerURI(), Scope: scope, Stream: fmt.Sprintf("stream-%d", s.streams),
		Segments: s.segments, Size: s.size, Count: count, Work: argument,
	}
	config := pravega.StreamConfig{}
	config.Scaling.Segments = s.segments
	if _, err = s.admin.CreateStream(ctx, t.Scope, t.Stream, config); err != nil {
		return t, r, err
	}
	if r, err = by.run(ctx, t); err != nil {
		return t, r, err
	}
	return t, r, s.check(ctx, t, r)
}

// check compares what a stream holds with what its writer says.
func (s *site) check(ctx context.Context, t measure.Task, r measure.Result) error {
	info, err := s.admin.StreamInfo(ctx, t.Scope, t.Stream)
	if err != nil {
		return err
	}
	var bytes int64
	for _, offset := range info.Tail.Offsets() {
		bytes += offset
	}
	if events := r.Events + r.Before; bytes != events*int64(wire.EventHeader+t.Size) {
		return fmt.Errorf("%d events were acknowledged, but the stream has %d bytes", events, bytes)
	}
	return nil
}
