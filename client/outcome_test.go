package client

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// A call that changes something ends in many ways. Whatever the fault, at whichever of
// its requests, and however the call ends: if MayBeStored of its error is false, nothing
// of it was stored or recorded, and a success is true. The table of the calls is in
// changes_test.go.
func TestCallsTellTheirOutcome(t *testing.T) {
	places := make(chan struct{}, 16) // trials wait more than they work
	var work sync.WaitGroup
	try := func(r *trial) (requests int) {
		places <- struct{}{}
		defer func() { <-places }()
		return r.run()
	}
	for name, c := range changes {
		work.Go(func() {
			requests := try(&trial{change: c, t: t, name: name + " without faults"})
			for at := 1; at <= max(requests, 1); at++ {
				for _, f := range fates {
					for _, e := range f.ends {
						if e != closed || c.closes != nil {
							name := fmt.Sprintf("%s, request %d of %d %s, %s", name, at, requests, f.name, e)
							work.Go(func() { try(&trial{change: c, t: t, name: name, fate: f, end: e, at: at}) })
						}
					}
				}
			}
		})
	}
	work.Wait()
}

// Whatever servers go on answering, a call or what works in its object's background asks
// them more and more seldom.
func TestCallsBackOffWhateverTheAnswer(t *testing.T) {
	asking := maps.Clone(changes)
	asking["Reader.TimeWindow"] = change{ready: aMarkedReader, call: func(ctx context.Context, w *world) error {
		return enginetest.Second(w.reader.TimeWindow(ctx, "scope", "stream"))
	}}
	places := make(chan struct{}, 64)
	var work sync.WaitGroup
	for what, verdict := range map[string]storetest.Verdict{
		"connections break": storetest.CloseNow, "servers fail": storetest.Failed, "nonsense": storetest.Mistaken, "no such segment": storetest.Missing,
		"tokens expire": storetest.Expired, "others change it first": storetest.Denied, "truncated": storetest.Truncated,
	} {
		for name, c := range asking {
			for at := 1; at <= 6; at++ {
				work.Go(func() {
					places <- struct{}{}
					defer func() { <-places }()
					name := fmt.Sprintf("%s, from request %d on %s", name, at, what)
					r := &trial{change: c, t: t, name: name, fate: fate{first: verdict, after: verdict}, at: at, strike: func() {}}
					if n := r.insist(300 * time.Millisecond); n > 200 {
						t.Errorf("%s: %d requests", name, n)
					}
				})
			}
		}
	}
	work.Wait()
}

// insist makes the call with a limit, and returns how many requests there were until then.
func (r *trial) insist(limit time.Duration) int {
	w := r.begin()
	defer w.close()
	defer w.CutCalls()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	r.arm(true)
	_ = r.call(ctx, w)
	<-ctx.Done()
	r.arm(false)
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen
}

// end is what ends a call.
type end string

const (
	answered  end = "answered"
	cancelled end = "cancelled"
	expired   end = "deadline"
	closed    end = "object closed"
	shutDown  end = "client closed"
)

var (
	byAnswer = []end{answered}
	byOthers = []end{cancelled, expired, closed, shutDown}
)

// fate is what becomes of a request, and of those after it.
type fate struct {
	name         string
	first, after storetest.Verdict
	ends         []end
}

// fates are all that a request can meet. NoReply stands for an effect without an answer.
var fates = []fate{
	{"done, answer lost", storetest.CloseLate, storetest.Serve, byAnswer},
	{"refused", storetest.Refused, storetest.Refused, byAnswer},
	{"not done", storetest.CloseNow, storetest.Serve, byAnswer},
	{"done, answer lost, then refused", storetest.CloseLate, storetest.Refused, byAnswer},
	{"not done, then refused", storetest.CloseNow, storetest.Refused, byAnswer},
	{"done without an answer", storetest.NoReply, storetest.NoReply, byOthers},
	{"not done without an answer", storetest.Ignore, storetest.Ignore, byOthers},
	{"done, then nobody there", storetest.CloseLate, storetest.CloseNow, byOthers},
}

// trial is one call in a world of its own.
type trial struct {
	change
	t    *testing.T
	name string
	fate
	end
	at int // the request that has the fate; 0: none

	mu     sync.Mutex
	armed  bool
	seen   int
	strike func() // ends the call
}

// verdict is that on the next request.
func (r *trial) verdict() storetest.Verdict {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.armed {
		return storetest.Serve
	}
	switch r.seen++; {
	case r.at == 0 || r.seen < r.at:
		return storetest.Serve
	case r.seen > r.at:
		return r.after
	}
	r.strike()
	return r.first
}

func (r *trial) arm(on bool) {
	r.mu.Lock()
	r.armed = on
	r.mu.Unlock()
}

// begin makes the world, and what the call needs.
func (r *trial) begin() *world {
	cluster := newCluster(r.t, keyspace...)
	w := &world{testCluster: cluster, trial: r}
	cluster.Set(func(_ int, c wire.Command) storetest.Verdict {
		switch c.(type) {
		case wire.Hello, wire.KeepAlive:
			return storetest.Serve
		}
		return r.verdict()
	})
	cluster.SetCalls(func(string, int) storetest.Verdict {
		switch v := r.verdict(); v {
		case storetest.NoReply:
			return storetest.Held
		case storetest.Denied, storetest.Truncated: // only stores answer so
			return storetest.Serve
		default:
			return v
		}
	})
	w.client, w.other = w.connect(), w.connect()
	r.ready(w)
	return w
}

// run makes the call, and returns how many requests it takes.
func (r *trial) run() (requests int) {
	w := r.begin()
	defer w.close()
	err := r.make(w)
	r.mu.Lock()
	requests = r.seen
	r.mu.Unlock()
	checkWords(r.t, r.name, err)
	w.settle()
	happened := r.happened(w)
	switch {
	case err == nil && r.end != closed && r.end != shutDown && !(r.kept == nil && happened || r.kept != nil && r.kept(w)):
		r.t.Errorf("%s: it is told to be done, and is not", r.name)
	case err != nil && happened && !MayBeStored(err):
		r.t.Errorf("%s: it has happened, but is not told to be possible: %v", r.name, err)
	case r.at == 0 && CodeOf(err) != r.fails:
		r.t.Errorf("%s: %v", r.name, err)
	}
	return requests
}

// make makes the call, which is ended as soon as a request has met its fate, or, if none
// does, a moment later.
func (r *trial) make(w *world) error {
	ctx := &limit{Context: context.Background(), over: make(chan struct{})}
	defer time.AfterFunc(time.Minute, func() {
		r.t.Errorf("%s: it does not end", r.name)
		ctx.end(context.DeadlineExceeded)
	}).Stop()
	struck := make(chan struct{})
	r.strike = sync.OnceFunc(func() { close(struck) })
	var ending sync.WaitGroup
	defer ending.Wait()
	if r.end != "" && r.end != answered {
		ending.Go(func() {
			select {
			case <-struck:
			case <-time.After(20 * time.Millisecond):
			}
			switch r.end {
			case cancelled:
				ctx.end(context.Canceled)
			case expired:
				ctx.end(context.DeadlineExceeded)
			case closed:
				short, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
				defer cancel()
				r.closes(short, w)
			case shutDown:
				_ = w.client.Close()
			}
			time.Sleep(10 * time.Millisecond)
			ctx.end(context.Canceled) // not every call ends with its object
		})
	}
	r.arm(true)
	defer r.arm(false)
	return r.call(ctx, w)
}

// limit is a context that ends when and as the test says.
type limit struct {
	context.Context
	once sync.Once
	over chan struct{}
	err  error // set before over is closed
}

func (l *limit) end(err error) {
	l.once.Do(func() {
		l.err = err
		close(l.over)
	})
}

func (l *limit) Deadline() (time.Time, bool) { return time.Now().Add(time.Minute), true }

func (l *limit) Done() <-chan struct{} { return l.over }

func (l *limit) Err() error {
	select {
	case <-l.over:
		return l.err
	default:
		return nil
	}
}
