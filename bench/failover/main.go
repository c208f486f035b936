// Command failover measures how long a writer is held up when a segment store of
// a real cluster is killed, and when it comes back, beside what a probe sees in
// the same run that makes a new client for every try: the servers' own share. It
// prints a table and writes its rows as JSON. The rows of the undisturbed cluster
// tell how much of the gaps is due to a busy machine:
//
//	failover [-out FILE] [-kills N]
//
// Run it from the project's folder.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/pravega/pravega-client-go/tests/harness"
)

func main() {
	out := flag.String("out", filepath.Join("build", "bench-failover.json"), "the `file` for the rows")
	kills := flag.Int("kills", 6, "how often a store is killed")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := run(ctx, *out, *kills); err != nil {
		fmt.Fprintln(os.Stderr, "failover:", err)
		os.Exit(1)
	}
}

// row is what followed one disturbance: the longest time without progress, in
// seconds, of the writer and of the probe.
type row struct {
	What       string  `json:"what"` // undisturbed, killed or back
	Store      string  `json:"store"`
	Writer     float64 `json:"writer_gap_s"`
	Probe      float64 `json:"probe_gap_s"`
	Difference float64 `json:"difference_s"`
}

func run(ctx context.Context, out string, kills int) error {
	cluster, err := harness.StartCluster(ctx, harness.Options{LogLevel: "ERROR"})
	if err != nil {
		return err
	}
	defer cluster.Close()
	rows, err := measure(ctx, cluster, kills)
	// What was found before a failure is shown all the same.
	text, jsonErr := json.MarshalIndent(rows, "", "  ")
	err = errors.Join(err, jsonErr, printTable(os.Stdout, rows), os.WriteFile(out, append(text, '\n'), 0o644))
	if err != nil {
		cluster.KeepLogs()
	}
	return err
}

// measure kills the stores in turn, and brings each back before the next.
func measure(ctx context.Context, cluster *harness.Cluster, kills int) (rows []row, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := newSite(ctx, cluster.ControllerURI())
	if err != nil {
		return nil, err
	}
	defer func() {
		cancel()
		err = errors.Join(err, s.close())
	}()
	for i := range kills {
		store := fmt.Sprint("segmentstore-", 1+i%2)
		for _, step := range []struct {
			what string
			do   func() error
		}{
			{"undisturbed", func() error { return nil }},
			{"killed", func() error { return cluster.Kill(store) }},
			{"back", func() error {
				if err := cluster.Start(store); err != nil {
					return err
				}
				return cluster.Balanced(ctx)
			}},
		} {
			writer, probe, err := s.disturb(ctx, step.do)
			if err != nil {
				return rows, fmt.Errorf("%s %s: %w", store, step.what, err)
			}
			r := row{step.what, store, seconds(writer), seconds(probe), seconds(writer - probe)}
			fmt.Fprintf(os.Stderr, "%+v\n", r)
			rows = append(rows, r)
		}
	}
	return rows, nil
}

func seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }

func printTable(out io.Writer, rows []row) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "store\twhat\twriter s\tprobe s\tdifference s\t")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%.2f\t%.2f\t%+.2f\t\n", r.Store, r.What, r.Writer, r.Probe, r.Difference)
	}
	return t.Flush()
}
