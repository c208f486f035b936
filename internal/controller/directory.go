package controller

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"time"

	"google.golang.org/grpc/resolver"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
)

// find lists the endpoints of a channel, as they are now. If it fails, it may
// give the ones to use nevertheless.
type find func(context.Context) ([]Endpoint, error)

// directory tells gRPC the addresses of a channel's controllers, and keeps them
// fresh. It is gRPC's resolver.
type directory struct {
	find  find
	peers *peers
	log   *slog.Logger

	refresh time.Duration // between look-ups while all is well
	failed  retry.Backoff // between look-ups while they fail
	pause   time.Duration // least time between any two
	limit   time.Duration // of one look-up
	named   bool          // hosts are dialled by their names
}

func newDirectory(find find, peers *peers, config *Config) *directory {
	return &directory{
		find:    find,
		peers:   peers,
		log:     config.Logger,
		refresh: 120 * time.Second,
		failed:  retry.Backoff{First: 100 * time.Millisecond, Last: 10 * time.Second},
		pause:   time.Second,
		limit:   config.CallTimeout,
		named:   config.Connect != nil,
	}
}

// Scheme is the one of the only target that a channel dials.
func (d *directory) Scheme() string { return "pravega" }

// Build starts looking up.
func (d *directory) Build(_ resolver.Target, client resolver.ClientConn, _ resolver.BuildOptions) (resolver.Resolver, error) {
	life := background.New(background.Config{Logger: d.log}, "controllers")
	w := &watch{directory: d, client: client, life: life, now: make(chan struct{}, 1), done: make(chan struct{})}
	go w.run()
	return w, nil
}

// watch is a directory at work.
type watch struct {
	*directory
	client resolver.ClientConn
	life   *background.Life // ends with Close
	now    chan struct{}
	done   chan struct{}
}

// ResolveNow is gRPC's wish for a look-up because a connection was lost.
func (w *watch) ResolveNow(resolver.ResolveNowOptions) {
	select {
	case w.now <- struct{}{}:
	default:
	}
}

// Close stops looking up.
func (w *watch) Close() {
	w.life.End()
	<-w.done
}

func (w *watch) run() {
	defer close(w.done)
	for {
		rest := w.refresh
		var endpoints []resolver.Endpoint
		verdict, err := w.life.Do(background.FindControllers, func(ctx context.Context) (err error) {
			endpoints, err = w.lookUp(ctx)
			return err
		})
		if verdict == background.Over {
			return
		}
		failures := w.life.Failures(background.FindControllers)
		if failures > 0 {
			rest = w.failed.Delay(failures)
		}
		if failures == 1 && len(endpoints) > 0 { // else calls fail, which is logged as an outage
			w.log.Warn("controllers cannot be found", "err", err)
		}
		if len(endpoints) > 0 {
			w.peers.found(endpoints)
			// A refusal would mean that the list is empty, which it is not.
			_ = w.client.UpdateState(resolver.State{Endpoints: endpoints})
		} else {
			w.peers.lost(err)
			w.client.ReportError(err)
		}
		wake := w.now
		if failures > 0 {
			wake = nil // the back-off knows better
		}
		if !w.life.Sleep(min(w.pause, rest)) || !w.sleep(max(0, rest-w.pause), wake) {
			return
		}
	}
}

// sleep waits, less if woken, and reports whether to go on.
func (w *watch) sleep(d time.Duration, wake <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-w.life.Ended():
	}
	return !w.life.Over()
}

// lookUp finds the endpoints and the addresses of their hosts. Hosts without an
// address are an error, but do not keep the others from being used.
func (w *watch) lookUp(ctx context.Context) (endpoints []resolver.Endpoint, err error) {
	ctx, cancel := context.WithTimeout(ctx, w.limit)
	defer cancel()
	found, err := w.find(ctx)
	for _, e := range found {
		if w.named {
			endpoints = append(endpoints, resolver.Endpoint{Addresses: []resolver.Address{{Addr: e.String(), ServerName: e.String()}}})
			continue
		}
		addresses, missing := net.DefaultResolver.LookupNetIP(ctx, "ip", e.Host)
		if missing != nil {
			err = fault.Wrap(fault.Unreachable, "look up controller", e.String(), missing)
			continue
		}
		endpoints = append(endpoints, spread(e, addresses)...)
	}
	return endpoints, err
}

// spread makes the addresses of one host into endpoints, which gRPC uses in
// turn. A host that has IPv4 and IPv6 addresses is taken to have the same ones
// twice, so they are paired: of the addresses of one endpoint gRPC uses one
// that works.
func spread(e Endpoint, addresses []netip.Addr) []resolver.Endpoint {
	var families [2][]netip.Addr
	for _, a := range addresses {
		a = a.Unmap()
		family := 0
		if a.Is6() {
			family = 1
		}
		families[family] = append(families[family], a)
	}
	endpoints := make([]resolver.Endpoint, max(len(families[0]), len(families[1])))
	for _, family := range families {
		for i, a := range family {
			endpoints[i].Addresses = append(endpoints[i].Addresses, resolver.Address{
				Addr: net.JoinHostPort(a.String(), strconv.Itoa(int(e.Port))),
				// The name that TLS verifies, and that HTTP/2 sends.
				ServerName: e.String(),
			})
		}
	}
	return endpoints
}
