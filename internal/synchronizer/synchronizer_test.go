package synchronizer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// journal is a log in memory: a record at offset n is the n-th string.
type journal struct {
	records []string
	start   int64
	mark    int64 // -1: none
	lossy   int   // this many appends take effect, but report an error
}

func (j *journal) Bounds(context.Context) (start, end int64, err error) {
	return j.start, int64(len(j.records)), nil
}

func (j *journal) Mark(context.Context) (int64, bool, error) { return j.mark, j.mark >= 0, nil }

func (j *journal) Read(_ context.Context, from, to int64, visit func([]byte, int64) error) error {
	for n := from; n < to; n++ {
		if n < j.start {
			return fault.New(fault.SegmentTruncated, "read", "journal", "")
		}
		if err := visit([]byte(j.records[n]), n+1); err != nil {
			return err
		}
	}
	return nil
}

func (j *journal) AppendAt(_ context.Context, offset int64, record []byte) (int64, bool, error) {
	if offset != int64(len(j.records)) {
		return 0, false, nil
	}
	j.records = append(j.records, string(record))
	if j.lossy > 0 {
		j.lossy--
		return 0, false, fault.New(fault.TimedOut, "append", "journal", "")
	}
	return offset + 1, true, nil
}

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
		j := &journal{mark: -1}
		states := make([]*sum, 3)
		synced := make([]*Synchronizer, len(states))
		for i := range states {
			states[i] = new(sum)
			synced[i] = New(j, states[i])
		}
		want := 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			i := rapid.IntRange(0, len(states)-1).Draw(t, "replica")
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0, 1, 2:
				err := synced[i].Write(ctx, func() ([]byte, error) {
					return []byte("1"), nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if want++; states[i].total != want {
					t.Fatalf("a replica says %d after its write, %d were written", states[i].total, want)
				}
			case 3:
				if err := synced[i].Fetch(ctx); err != nil || states[i].total != want {
					t.Fatal(states[i].total, want, err)
				}
			case 4: // compact: a whole state, the mark at it, and truncation up to the mark before
				at := int64(len(j.records))
				if err := synced[i].Write(ctx, func() ([]byte, error) {
					at = int64(len(j.records))
					return fmt.Appendf(nil, "=%d", want), nil
				}); err != nil {
					t.Fatal(err)
				}
				if j.mark >= 0 {
					j.start = j.mark
				}
				j.mark = at
			case 5: // a reply is lost: what was written shows when the log is read
				j.lossy = 1
				if err := synced[i].Fetch(ctx); err != nil {
					t.Fatal(err)
				}
				err := synced[i].Write(ctx, func() ([]byte, error) { return []byte("1"), nil })
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

// What propose refuses to write is not written.
func TestWriteNothing(t *testing.T) {
	j := &journal{mark: -1}
	s := New(j, new(sum))
	if err := s.Write(context.Background(), func() ([]byte, error) { return nil, nil }); err != nil || len(j.records) != 0 {
		t.Fatal(j.records, err)
	}
	refused := errors.New("refused")
	if err := s.Write(context.Background(), func() ([]byte, error) { return nil, refused }); !errors.Is(err, refused) {
		t.Fatal(err)
	}
}
