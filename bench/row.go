package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/pravega/pravega-client-go/bench/measure"
)

// row is what was found of one client in one cell: medians of the runs, but of
// the memory the most. What does not apply is 0 and left out.
type row struct {
	Work          string  `json:"work"`
	Client        string  `json:"client"`
	Size          int     `json:"size"` // of an event in bytes
	Segments      int     `json:"segments"`
	EventsPerS    float64 `json:"events_per_s"`
	MBPerS        float64 `json:"mb_per_s"`          // of payload, in 10^6 bytes
	CPUPerMillion float64 `json:"cpu_s_per_million"` // of the client's process, user and system
	RSSMB         float64 `json:"rss_mb"`            // of the client's process, in MiB
	// Ratio is the median over the pairs: of the rates, or of latency the
	// medians of the times, each the client's by the reference's.
	Ratio    float64   `json:"ratio,omitempty"`
	Ratios   []float64 `json:"ratios,omitempty"`    // of every pair, ascending
	P99Ratio float64   `json:"p99_ratio,omitempty"` // likewise of the 99th percentiles of the times
	P50      float64   `json:"p50_us,omitempty"`
	P99      float64   `json:"p99_us,omitempty"`
	// Of transactions: how many were committed, and the time until one is.
	TransactionsPerS float64 `json:"transactions_per_s,omitempty"`
	Readable50       float64 `json:"readable_p50_us,omitempty"`
	Allocs           float64 `json:"allocs_per_event,omitempty"` // only Go can tell
}

// measured is the row of runs.
func measured(work, client string, c cell, runs []measure.Result) row {
	r := row{Work: work, Client: client, Size: c.size, Segments: c.segments}
	of := func(value func(measure.Result) float64) []float64 {
		values := make([]float64, len(runs))
		for i, run := range runs {
			values[i] = value(run)
		}
		return values
	}
	r.EventsPerS = round(median(of(rate)), 0)
	r.MBPerS = round(r.EventsPerS*float64(c.size)/1e6, 1)
	r.CPUPerMillion = round(median(of(func(m measure.Result) float64 { return m.CPUSeconds * 1e6 / float64(m.Events) })), 3)
	r.RSSMB = round(slices.Max(of(func(m measure.Result) float64 { return m.RSSMB })), 1)
	r.P50 = round(median(of(func(m measure.Result) float64 { return m.P50 })), 1)
	r.P99 = round(median(of(func(m measure.Result) float64 { return m.P99 })), 1)
	r.Readable50 = round(median(of(func(m measure.Result) float64 { return m.Readable50 })), 1)
	r.Allocs = round(median(of(func(m measure.Result) float64 { return m.AllocsPerEvent })), 4)
	return r
}

// compared is the row of a client's runs beside the reference's.
func compared(work, client string, c cell, pairs []pair) row {
	var runs []measure.Result
	var ratios, of99 []float64
	for _, p := range pairs {
		ratio := rate(p.client) / rate(p.reference)
		if p.reference.P50 > 0 {
			ratio = p.client.P50 / p.reference.P50
			of99 = append(of99, p.client.P99/p.reference.P99)
		}
		runs = append(runs, p.client)
		ratios = append(ratios, round(ratio, 3))
	}
	r := measured(work, client, c, runs)
	r.Ratio = round(median(ratios), 3) // sorts them
	r.Ratios = ratios
	if len(of99) > 0 {
		r.P99Ratio = round(median(of99), 3)
	}
	return r
}

func rate(m measure.Result) float64 { return float64(m.Events) / m.Seconds }

// median sorts the values.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

func round(x float64, digits int) float64 {
	unit := math.Pow10(digits)
	return math.Round(x*unit) / unit
}

// String is a line to show how far the benchmark is.
func (r row) String() string {
	if r.TransactionsPerS > 0 {
		return fmt.Sprintf("%s %d B, segments %d: %s %.1f transactions/s, begin to commit p50 %.1f ms, p99 %.1f ms, committed p50 %.1f ms",
			r.Work, r.Size, r.Segments, r.Client, r.TransactionsPerS, r.P50/1e3, r.P99/1e3, r.Readable50/1e3)
	}
	return fmt.Sprintf("%s %d B, segments %d: %s %.0f events/s, %.3f CPU s/million, ratio %.2f",
		r.Work, r.Size, r.Segments, r.Client, r.EventsPerS, r.CPUPerMillion, r.Ratio)
}

func printTable(out io.Writer, rows []row) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "work\tsize B\tsegments\tclient\tk events/s\tMB/s\tratio\tCPU s/million\tRSS MiB\tp50 us\tp99 us\tp99 ratio\ttxn/s\tcommitted p50 us\tallocs/event\t")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%.1f\t%.1f\t%s\t%.3f\t%.0f\t%s\t%s\t%s\t%s\t%s\t%s\t\n", r.Work, r.Size, r.Segments, r.Client,
			r.EventsPerS/1e3, r.MBPerS, known(r.Ratio), r.CPUPerMillion, r.RSSMB, known(r.P50), known(r.P99), known(r.P99Ratio), known(r.TransactionsPerS), known(r.Readable50), known(r.Allocs))
	}
	return t.Flush()
}

// known is a number, or a dash for none.
func known(x float64) string {
	if x == 0 {
		return "-"
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
