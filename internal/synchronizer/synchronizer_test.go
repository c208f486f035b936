package synchronizer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
	"github.com/pravega/pravega-client-go/internal/synchronizer/logtest"
)

// sum is a replica: the numbers of the records after the newest "=total".
type sum struct{ total, records int }

func (s *sum) Restart() { *s = sum{} }

func (s *sum) Apply(record []byte) error {
	var n int
	if rest, ok := strings.CutPrefix(string(record), "="); ok {
		s.Restart()
		record = []byte(rest)
	}
	if _, err := fmt.Sscan(string(record), &n); err != nil {
		return err
	}
	s.total += n
	s.records++
	return nil
}

// Replicas that write in any order, each only what it makes of the newest
// state, come to the same state, through compaction and truncation.
func TestReplicasStayEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		j := logtest.New()
		states := make([]*sum, 3)
		synced := make([]*synchronizer.Synchronizer, len(states))
		for i := range states {
			states[i] = new(sum)
			synced[i] = synchronizer.New(j, states[i])
		}
		want := 0
		one := func() ([]byte, error) { return []byte("1"), nil }
		compact := func(i int) error {
			return synced[i].Compact(ctx, 2, func() ([]byte, error) { return fmt.Appendf(nil, "=%d", states[i].total), nil })
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			i := rapid.IntRange(0, len(states)-1).Draw(t, "replica")
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0, 1, 2:
				if err := synced[i].Write(ctx, one); err != nil {
					t.Fatal(err)
				}
				if want++; states[i].total != want {
					t.Fatalf("a replica says %d after its write, %d were written", states[i].total, want)
				}
			case 3:
				if err := synced[i].Fetch(ctx); err != nil || states[i].total != want {
					t.Fatal(states[i].total, want, err)
				}
			case 4: // compact, while another one may compact or write, or a reply is lost
				other, calls := (i+1)%len(synced), rapid.IntRange(0, 7).Draw(t, "calls until another one acts")
				act := rapid.SampledFrom([]string{"write", "compact", "fetch", "lose"}).Draw(t, "what it does")
				j.Before = func() {
					if calls--; calls >= 0 {
						return
					}
					j.Before = nil
					var err error
					switch act {
					case "write":
						want++
						err = synced[other].Write(ctx, one)
					case "compact":
						err = compact(other)
					case "fetch":
						err = synced[other].Fetch(ctx)
					case "lose":
						j.Lossy = 1
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				if err := compact(i); err != nil && !errors.Is(err, fault.TimedOut) {
					t.Fatal(err)
				}
				j.Before, j.Lossy = nil, 0
				if j.Start > j.Marked && j.Marked >= 0 {
					t.Fatalf("the mark is %d, the log begins at %d", j.Marked, j.Start)
				}
			case 5: // a reply is lost: what was written shows when the log is read
				j.Lossy = 1
				if err := synced[i].Fetch(ctx); err != nil {
					t.Fatal(err)
				}
				err := synced[i].Write(ctx, one)
				if !errors.Is(err, fault.TimedOut) {
					t.Fatal(err)
				}
				want++
			}
		}
		for i := range states {
			if err := synced[i].Fetch(ctx); err != nil || states[i].total != want {
				t.Fatalf("replica %d says %d, %d were written: %v", i, states[i].total, want, err)
			}
		}
	})
}

// Compaction bounds the log: what lies before the previous whole state goes.
func TestCompactionBoundsTheLog(t *testing.T) {
	ctx := context.Background()
	j, state := logtest.New(), new(sum)
	s := synchronizer.New(j, state)
	for n := range 100 {
		if err := s.Write(ctx, func() ([]byte, error) { return []byte("1"), nil }); err != nil {
			t.Fatal(err)
		}
		if err := s.Compact(ctx, 10, func() ([]byte, error) { return fmt.Appendf(nil, "=%d", state.total), nil }); err != nil {
			t.Fatal(err)
		}
		if kept := int64(len(j.Records)) - j.Start; kept > 2*(10+2) {
			t.Fatalf("%d records are kept after %d writes", kept, n+1)
		}
	}
	late := new(sum)
	if err := synchronizer.New(j, late).Fetch(ctx); err != nil || late.total != 100 || late.records > 12 {
		t.Fatal(late, err)
	}
}

// When another one is faster, whether a whole state may be written is asked again.
func TestCompactAsksAgain(t *testing.T) {
	for harm := 1; harm <= 3; harm++ {
		ctx := context.Background()
		j, state, others := logtest.New(), new(sum), new(sum)
		s, other := synchronizer.New(j, state), synchronizer.New(j, others)
		one := func() ([]byte, error) { return []byte("1"), nil }
		for range 3 {
			if err := s.Write(ctx, one); err != nil {
				t.Fatal(err)
			}
		}
		asked := 0
		err := s.Compact(ctx, 2, func() ([]byte, error) {
			if asked++; asked >= harm {
				return nil, nil
			}
			if err := other.Fetch(ctx); err != nil {
				return nil, err
			}
			return fmt.Appendf(nil, "=%d", state.total), other.Write(ctx, one)
		})
		if err != nil || asked != harm || len(j.Records) != 3+harm-1 || j.Marked != synchronizer.NoMark || j.Start != 0 {
			t.Errorf("asked %d times, %d records, marked %d, begins at %d: %v", asked, len(j.Records), j.Marked, j.Start, err)
		}
	}
}

// Whatever others write and compact between two calls of a fetch, it finds all that
// was there when it began: a replica that has read nothing, and one that lags behind.
func TestHazard24FetchFindsAllWhateverOthersCompact(t *testing.T) {
	for _, fresh := range []bool{true, false} {
		for calls := range 4 {
			for _, acts := range []string{"w", "c", "wc", "cw", "cc", "wcwc", "ccc"} {
				ctx := context.Background()
				j, total, read := logtest.New(), new(sum), new(sum)
				other, s := synchronizer.New(j, total), synchronizer.New(j, read)
				act := func(acts string) {
					for _, a := range acts {
						err := error(nil)
						if a == 'w' {
							err = other.Write(ctx, func() ([]byte, error) { return []byte("1"), nil })
						} else {
							err = other.Compact(ctx, 0, func() ([]byte, error) { return fmt.Appendf(nil, "=%d", total.total), nil })
						}
						if err != nil {
							t.Fatal(err)
						}
					}
				}
				act("ww")
				if !fresh {
					if err := s.Fetch(ctx); err != nil {
						t.Fatal(err)
					}
				}
				act("wcwcw")
				want := total.total
				left := calls
				j.Before = func() {
					if left--; left < 0 {
						j.Before = nil
						act(acts)
					}
				}
				if err := s.Fetch(ctx); err != nil || read.total < want {
					t.Errorf("fresh %t, %q before call %d: %d of %d are found: %v", fresh, acts, calls, read.total, want, err)
				}
				j.Before = nil
				if err := s.Fetch(ctx); err != nil || read.total != total.total {
					t.Errorf("fresh %t, %q before call %d: the next fetch finds %d of %d: %v", fresh, acts, calls, read.total, total.total, err)
				}
			}
		}
	}
}

// What propose refuses to write is not written.
func TestWriteNothing(t *testing.T) {
	j := logtest.New()
	s := synchronizer.New(j, new(sum))
	if err := s.Write(context.Background(), func() ([]byte, error) { return nil, nil }); err != nil || len(j.Records) != 0 {
		t.Fatal(j.Records, err)
	}
	refused := errors.New("refused")
	if err := s.Write(context.Background(), func() ([]byte, error) { return nil, refused }); !errors.Is(err, refused) {
		t.Fatal(err)
	}
}

// liar is a log that tells of truncation where there was none, so many times.
type liar struct {
	*logtest.Log
	times int
}

func (l *liar) Read(ctx context.Context, from, to int64, visit func(record []byte, next int64) error) error {
	if l.times--; l.times >= 0 {
		return fault.New(fault.SegmentTruncated, "read", "log", "")
	}
	return l.Log.Read(ctx, from, to, visit)
}

// A log that goes on to tell of truncation is read again at longer and longer
// intervals, as long as the caller wants.
func TestFetchDoesNotPressALogThatTellsOfTruncation(t *testing.T) {
	l := &liar{logtest.New(), 7}
	l.Records = []string{"1"}
	state := new(sum)
	before := time.Now()
	if err := synchronizer.New(l, state).Fetch(context.Background()); err != nil || state.total != 1 {
		t.Fatal(state, err)
	}
	if took := time.Since(before); took < 600*time.Millisecond {
		t.Fatalf("it was read eight times within %v", took)
	}
	l.times = 1 << 30
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := synchronizer.New(l, state).Fetch(ctx); !errors.Is(err, fault.TimedOut) {
		t.Fatal(err)
	}
}

// refusing is a log that refuses records although nobody was faster.
type refusing struct {
	*logtest.Log
	times int
}

func (r *refusing) AppendAt(ctx context.Context, offset int64, record []byte) (int64, bool, error) {
	if r.times--; r.times >= 0 {
		return 0, false, nil
	}
	return r.Log.AppendAt(ctx, offset, record)
}

// A race that nobody has won is run again only after a while.
func TestRefusedRecordIsNotPressedOnTheLog(t *testing.T) {
	log := &refusing{logtest.New(), 6}
	state := new(sum)
	s := synchronizer.New(log, state)
	begun := time.Now()
	if err := s.Write(t.Context(), func() ([]byte, error) { return []byte("1"), nil }); err != nil || state.total != 1 {
		t.Fatal(state.total, err)
	}
	if took := time.Since(begun); took < 300*time.Millisecond {
		t.Errorf("seven tries took %v", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	log.times = 1 << 30
	if err := s.Write(ctx, func() ([]byte, error) { return []byte("1"), nil }); !errors.Is(err, fault.TimedOut) {
		t.Error(err)
	}
}
