package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pravega/pravega-client-go/bench/measure"
)

// cell is one kind of events and of streams.
type cell struct{ size, segments int }

func (c cell) String() string { return fmt.Sprintf("%d B, segments %d", c.size, c.segments) }

// amount is how much is measured.
type amount struct {
	cells   []cell
	pairs   int // of runs, for each client
	write   int // bytes of events in one run
	read    int // the same
	latency int // events in one run
	tail    int // the same
	joins   int // in one run
	txns    int // transactions in one run
}

func amounts() amount {
	if os.Getenv("BENCH_QUICK") != "" {
		return amount{cells: []cell{small, {1024, 4}, {large, 4}, {100, 1000}}, pairs: 2, write: 20e6, read: 50e6, latency: 500, tail: 1000, joins: 10, txns: 100}
	}
	return amount{cells: []cell{small, {100, 4}, {1024, 1}, {1024, 4}, {large, 1}, {large, 4}, {100, 100}, {100, 1000}}, pairs: 5, write: 200e6, read: 300e6, latency: 3000, tail: 5000, joins: 50, txns: 1000}
}

// many reports whether a cell has so many segments that only writers with keys are
// of interest.
func (c cell) many() bool { return c.segments > 4 }

// small is the cell of latency, and of the ways to write that are no more than
// of interest.
var small = cell{100, 1}

// large is the size of events that are only read: of writing them, those of 1 KiB
// tell enough.
const large = 10240

// wants reports whether a work is of interest in a cell.
func (c cell) wants(work string) bool {
	switch work {
	case "write":
		return c.size != large
	case "latency", "tail", "join", "txn":
		return c == small
	}
	return true
}

// writes has the clients write in one cell. Each gets a server of its own: a
// server keeps what is deleted for a minute or more, and is full after these
// runs.
func writes(ctx context.Context, c cell, a amount, clients []client) ([]row, error) {
	found := comparison{work: "write", cell: c}
	for _, one := range clients {
		err := func() error {
			s, err := newSite(ctx, c)
			if err != nil {
				return err
			}
			defer s.close()
			return found.add(one, a.pairs, func(by client, argument string) (measure.Result, error) {
				return s.write(ctx, by, argument, a.write/c.size)
			})
		}()
		if err != nil {
			return found.rows(), err
		}
	}
	return found.rows(), nil
}

// reads has the clients read one stream again and again.
func reads(ctx context.Context, c cell, a amount, clients []client) ([]row, error) {
	s, err := newSite(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.close()
	t, err := s.fill(ctx, a.read/c.size)
	if err != nil {
		return nil, err
	}
	found := comparison{work: "read", cell: c}
	for _, one := range clients {
		err := found.add(one, a.pairs, func(by client, argument string) (measure.Result, error) {
			t.Work = argument
			return by.run(ctx, t)
		})
		if err != nil {
			return found.rows(), err
		}
	}
	return found.rows(), nil
}

// latencies has the clients write one event after the other.
func latencies(ctx context.Context, c cell, a amount, clients []client) ([]row, error) {
	return timed(ctx, comparison{work: "latency", cell: c}, a.pairs, a.latency, clients)
}

// tails has the clients write an event each millisecond and read it in the same
// process.
func tails(ctx context.Context, c cell, a amount, clients []client) ([]row, error) {
	return timed(ctx, comparison{work: "tail", cell: c}, a.pairs, a.tail, clients)
}

func timed(ctx context.Context, found comparison, pairs, count int, clients []client) ([]row, error) {
	s, err := newSite(ctx, found.cell)
	if err != nil {
		return nil, err
	}
	defer s.close()
	for _, one := range clients {
		err := found.add(one, pairs, func(by client, argument string) (measure.Result, error) {
			return s.write(ctx, by, argument, count)
		})
		if err != nil {
			return found.rows(), err
		}
	}
	return found.rows(), nil
}

// joins has readers join groups that have read nothing, each a new one, and wait
// for their first event. The reference has no groups.
func joins(ctx context.Context, c cell, a amount, clients []client) (rows []row, err error) {
	s, err := newSite(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.close()
	t, err := s.fill(ctx, a.joins)
	if err != nil {
		return nil, err
	}
	for _, one := range clients {
		t.Work = one.works["join"]
		var runs []measure.Result
		for range a.pairs {
			r, err := one.run(ctx, t)
			if err != nil {
				return rows, err
			}
			runs = append(runs, r)
		}
		r := measured("join", one.name, c, runs)
		rows = append(rows, r)
		fmt.Fprintln(os.Stderr, r)
	}
	return rows, nil
}

// eventsOfOne is how many events a transaction has.
const eventsOfOne = 100

// transactions has the clients commit transactions of 100 events, 1, 10 and 100 at
// once. The reference has none: most of their time is the controller's.
func transactions(ctx context.Context, c cell, a amount, clients []client) (rows []row, err error) {
	s, err := newSite(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.close()
	for _, one := range clients {
		for _, atOnce := range []int{1, 10, 100} {
			var runs []measure.Result
			for range a.pairs {
				r, err := s.write(ctx, one, fmt.Sprintf("%s-%d", one.works["txn"], atOnce), eventsOfOne*a.txns)
				if err != nil {
					return rows, err
				}
				runs = append(runs, r)
			}
			r := measured(fmt.Sprintf("txn, %d at once", atOnce), one.name, c, runs)
			r.TransactionsPerS = round(r.EventsPerS/eventsOfOne, 1)
			rows = append(rows, r)
			fmt.Fprintln(os.Stderr, r)
		}
	}
	return rows, nil
}
