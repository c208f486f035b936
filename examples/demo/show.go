package main

import (
	"fmt"
	"strings"
	"time"
)

// watch waits for the crew, shows how far it is of all events, and says so once
// more in the end.
func (c *crew) watch(all int) error {
	s := newScreen()
	if err := c.wait(func(took time.Duration) { s.progress(c.progress(took, all)) }); err != nil {
		s.end()
		return err
	}
	var longest time.Duration
	for _, p := range c.processes {
		longest = max(longest, p.now().took)
	}
	s.progress(c.progress(longest, all))
	s.end()
	return nil
}

// progress is what the programs have done in a time.
func (c *crew) progress(took time.Duration, all int) string {
	var each []string
	var sum report
	for _, p := range c.processes {
		r := p.now()
		each = append(each, p.language+" "+count(r.events))
		sum.events, sum.bytes, sum.acked = sum.events+r.events, sum.bytes+r.bytes, sum.acked+r.acked
	}
	line := fmt.Sprintf("  %s of %s events, %.1f MB, %.1f MB/s", strings.Join(each, ", "), count(all), float64(sum.bytes)/1e6, rate(sum.bytes, took))
	if sum.acked > 0 {
		line += ", acked " + count(sum.acked)
	}
	return line
}

// table shows what each program has done. The results are the readers'.
func table(writing, reading *crew, results [][]piece) {
	fmt.Printf("\n%-8s %-6s %9s %7s %8s %7s %11s %7s %9s\n", "program", "", "events", "MB", "seconds", "MB/s", "events/s", "slices", "segments")
	row := func(language, does string, r report, slices, segments string) {
		fmt.Printf("%-8s %-6s %9s %7.1f %8.2f %7.1f %11s %7s %9s\n", language, does, count(r.events), float64(r.bytes)/1e6,
			r.took.Seconds(), rate(r.bytes, r.took), count(int(float64(r.events)/seconds(r.took))), slices, segments)
	}
	for _, p := range writing.processes {
		row(p.language, "writes", p.now(), "", "")
	}
	for i, p := range reading.processes {
		of := make(map[string]bool)
		for _, each := range results[i] {
			of[each.segment] = true
		}
		row(p.language, "reads", p.now(), fmt.Sprint(len(results[i])), fmt.Sprint(len(of)))
	}
}

// rate is MB in a second.
func rate(bytes int64, took time.Duration) float64 { return float64(bytes) / 1e6 / seconds(took) }

// seconds is a time to divide by.
func seconds(d time.Duration) float64 { return max(d.Seconds(), 1e-9) }

// count writes a number for people: 336,776.
func count[N int | int64](n N) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
