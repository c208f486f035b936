// Command bench compares the clients in all languages with a reference that is
// no client at all, on a real Pravega with everything in memory, and with each
// other by the CPU time that they take. It prints a table and writes a list of
// rows as JSON:
//
//	bench [-out FILE] [-clients NAME,NAME] [-work NAME,NAME] [-cells SIZExSEGMENTS,...]
//
// Run it from the project's folder. With BENCH_QUICK in the environment it does
// less: figures to see that it works, not to quote.
//
// Client and server share the machine, so rates say how fast both are together.
// What holds from one machine to the next are the ratios, each of a client and
// of the reference run right before or after it, and the CPU time.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

func main() {
	out := flag.String("out", filepath.Join("build", "bench.json"), "the `file` for the rows")
	names := flag.String("clients", "", "only these clients, separated by commas")
	works := flag.String("work", "", "only these kinds of work, separated by commas: write, read, latency, tail, join, txn")
	cells := flag.String("cells", "", "only these cells, such as 100x4, separated by commas")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := run(ctx, *out, selection{*names, *works, *cells}); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out string, s selection) error {
	if err := build(ctx); err != nil {
		return err
	}
	rows, err := measureAll(ctx, amounts(), s)
	// What was found before a failure is shown all the same.
	text, jsonErr := json.MarshalIndent(rows, "", "  ")
	return errors.Join(err, jsonErr, printTable(os.Stdout, rows), os.WriteFile(out, append(text, '\n'), 0o644))
}

func measureAll(ctx context.Context, a amount, s selection) (rows []row, err error) {
	for _, c := range a.cells {
		for _, work := range []struct {
			name    string
			measure func(context.Context, cell, amount, []client) ([]row, error)
		}{{"write", writes}, {"read", reads}, {"latency", latencies}, {"tail", tails}, {"join", joins}, {"txn", transactions}} {
			part := s.participants(work.name, c)
			if len(part) == 0 {
				continue
			}
			more, err := work.measure(ctx, c, a, part)
			rows = append(rows, more...)
			if err != nil {
				return rows, err
			}
		}
	}
	return rows, nil
}

// selection is what to measure of all that there is: lists separated by commas,
// empty for everything.
type selection struct{ clients, works, cells string }

// participants are the clients that do a work in a cell.
func (s selection) participants(work string, c cell) (some []client) {
	if !in(s.works, work) || !in(s.cells, fmt.Sprintf("%dx%d", c.size, c.segments)) || !c.wants(work) {
		return nil
	}
	for _, client := range clients {
		_, can := client.works[work]
		if can && in(s.clients, client.name) && (client.only == nil && !c.many() || slices.Contains(client.only, c)) {
			some = append(some, client)
		}
	}
	return some
}

func in(list, name string) bool {
	return list == "" || slices.Contains(strings.Split(list, ","), name)
}
