package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/pravega/pravega-client-go/client"
)

// site is a stream to which a writer and a probe write all the time.
type site struct {
	client *client.Client
	writer *writer
	probe  *probe
}

const (
	scope, stream = "bench", "failover"
	segments      = 8 // enough that each container has some
)

func newClient(uri string) (*client.Client, error) {
	config := client.Config{ControllerURI: uri}
	return client.New(config)
}

func newSite(ctx context.Context, uri string) (s *site, err error) {
	s = new(site)
	if s.client, err = newClient(uri); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.client.Close()
		}
	}()
	if _, err = s.client.CreateScope(ctx, scope); err != nil {
		return nil, err
	}
	config := client.StreamConfig{}
	config.Scaling.Segments = segments
	if _, err = s.client.CreateStream(ctx, scope, stream, config); err != nil {
		return nil, err
	}
	if s.writer, err = startWriter(ctx, s.client); err != nil {
		return nil, err
	}
	s.probe = startProbe(ctx, uri)
	return s, nil
}

// close ends what the end of newSite's ctx did not.
func (s *site) close() error {
	err := s.writer.wait()
	s.probe.work.Wait()
	s.client.Close()
	return err
}

// disturb does something to the servers and returns the longest gaps until all
// works again, and goes on to.
func (s *site) disturb(ctx context.Context, do func() error) (writer, probe time.Duration, err error) {
	if err := s.flow(ctx); err != nil {
		return 0, 0, err
	}
	s.writer.gaps.Longest()
	s.probe.gaps.Longest()
	if err := do(); err != nil {
		return 0, 0, err
	}
	// The controllers tell where segments are to be before they are there.
	for until := time.Now().Add(5 * time.Second); time.Now().Before(until); {
		if err := s.flow(ctx); err != nil {
			return 0, 0, err
		}
	}
	return s.writer.gaps.Longest(), s.probe.gaps.Longest(), nil
}

// flow waits until the writer is told that events are stored which it wrote after
// the call, and the probe succeeds with a try begun after the call.
func (s *site) flow(ctx context.Context) error {
	written, tried := s.writer.written.Load(), s.probe.begun.Load()
	for s.writer.acked.Load() < written+500 || s.probe.stored.Load() <= tried {
		select {
		case <-time.After(10 * time.Millisecond):
		case err := <-s.writer.ended:
			s.writer.ended <- err
			return fmt.Errorf("the writer has ended: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// atLeast raises a number.
func atLeast(n *atomic.Int64, value int64) {
	for old := n.Load(); old < value && !n.CompareAndSwap(old, value); old = n.Load() {
	}
}
