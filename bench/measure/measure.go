// Package measure is what the benchmark's programs share: how each is told what
// to do, how it measures itself, and how it tells the result. Each program is a
// process of its own, so that the CPU time and the memory are those of one
// client alone:
//
//	PROGRAM URI SCOPE STREAM SEGMENTS SIZE COUNT WORK
//
// does one piece of work on a stream that exists and prints a [Result] as one
// line of JSON. The programs in other languages keep to the same.
package measure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// Task is what a program is to do: its arguments.
type Task struct {
	URI            string // of the controller
	Scope, Stream  string
	Segments, Size int // of the stream; of an event in bytes
	Count          int // of events
	Work           string
}

// Args are the arguments of a program.
func (t Task) Args() []string {
	return []string{t.URI, t.Scope, t.Stream, strconv.Itoa(t.Segments), strconv.Itoa(t.Size), strconv.Itoa(t.Count), t.Work}
}

func parse(args []string) (t Task, err error) {
	if len(args) != 7 {
		return t, fmt.Errorf("usage: %s URI SCOPE STREAM SEGMENTS SIZE COUNT WORK", os.Args[0])
	}
	t = Task{URI: args[0], Scope: args[1], Stream: args[2], Work: args[6]}
	for i, number := range []*int{&t.Segments, &t.Size, &t.Count} {
		if *number, err = strconv.Atoi(args[3+i]); err != nil || *number < 1 {
			return t, fmt.Errorf("%q is not a positive number", args[3+i])
		}
	}
	return t, nil
}

// Result of a piece of work, from its first event to its last. What comes
// before, such as the start of the process and of its connections, is left out;
// only the memory is that of the whole process.
type Result struct {
	Events         int64   `json:"events"`           // acknowledged, or read
	Before         int64   `json:"before,omitempty"` // written to warm up, or read in the first slice, before the clock started
	Seconds        float64 `json:"seconds"`          // of wall time
	CPUSeconds     float64 `json:"cpu_seconds"`      // of the process, user and system
	RSSMB          float64 `json:"rss_mb"`           // the most that was resident, in MiB
	AllocsPerEvent float64 `json:"allocs,omitempty"` // on the heap; only Go can tell
	P50            float64 `json:"p50_us,omitempty"` // of the time from write to acknowledgement, from write to read, from joining a group to an event, or from begin to the end of commit
	P99            float64 `json:"p99_us,omitempty"`
	Readable50     float64 `json:"readable_p50_us,omitempty"` // of the time from begin until a transaction is committed
}

// Main runs a program: it does the task of the arguments and prints the result.
func Main(run func(Task) (Result, error)) {
	task, err := parse(os.Args[1:])
	var result Result
	if err == nil {
		result, err = run(task)
	}
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Stopwatch measures this process between Start and Stop.
type Stopwatch struct {
	began   time.Time
	cpu     time.Duration
	mallocs uint64
	profile *os.File
}

// Start starts to measure. If the environment names a file in BENCH_PROFILE, a
// CPU profile of what is measured goes there.
func Start() (*Stopwatch, error) {
	s := &Stopwatch{}
	if path := os.Getenv("BENCH_PROFILE"); path != "" {
		var err error
		if s.profile, err = os.Create(path); err != nil {
			return nil, err
		}
		if err := pprof.StartCPUProfile(s.profile); err != nil {
			return nil, err
		}
	}
	s.mallocs, s.cpu, s.began = mallocs(), cpu(), time.Now()
	return s, nil
}

// Stop tells what events took.
func (s *Stopwatch) Stop(events int64) (Result, error) {
	r := Result{
		Events:     events,
		Seconds:    time.Since(s.began).Seconds(),
		CPUSeconds: (cpu() - s.cpu).Seconds(),
	}
	r.AllocsPerEvent = float64(mallocs()-s.mallocs) / float64(events)
	if s.profile != nil {
		pprof.StopCPUProfile()
		if err := s.profile.Close(); err != nil {
			return r, err
		}
	}
	var err error
	r.RSSMB, err = peakMemory()
	return r, err
}

// Latencies notes the median and the 99th percentile of times, which it sorts.
func (r *Result) Latencies(times []time.Duration) {
	slices.Sort(times)
	r.P50, r.P99 = quantile(times, 0.50), quantile(times, 0.99)
}

// Readable notes the median of times, which it sorts.
func (r *Result) Readable(times []time.Duration) {
	slices.Sort(times)
	r.Readable50 = quantile(times, 0.50)
}

// quantile of sorted times in microseconds.
func quantile(times []time.Duration, share float64) float64 {
	return float64(times[int(share*float64(len(times)-1))].Nanoseconds()) / 1e3
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // it has no way to fail
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// peakMemory is the most that was resident, in MiB. That of getrusage counts
// the parent's memory too, from before exec.
func peakMemory() (float64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kib float64
	if _, err := fmt.Sscanf(string(rest), "%f kB", &kib); err != nil {
		return 0, fmt.Errorf("/proc/self/status has no VmHWM: %w", err)
	}
	return kib / 1024, nil
}
