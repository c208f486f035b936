package group

import (
	"bytes"
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/readergroup/grouptest"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
	"github.com/pravega/pravega-client-go/internal/synchronizer/logtest"
)

// Members whose copies of the state are of different ages write what they make of
// them, in any order, with every kind of record: joins, leaves, hand-overs, scales,
// checkpoints, new configurations, compaction with truncation, and what Java
// writes without condition. Replies get lost. Every record makes sense where it
// stands, every segment is owned in exactly one place, and all copies agree. Where
// Java's members let a segment get free too early, whatever is written next does not
// hide it: it can be mended, by those who have read all and by those who come later.
func TestAnyInterleavingLeavesEverySegmentInOnePlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		group, first := grouptest.New(rapid.IntRange(1, 2).Draw(t, "streams"), func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "choice") })
		group.JavaCompletes = rapid.Bool().Draw(t, "some members are Java's")
		log := logtest.New()
		type member struct {
			state readergroup.State
			log   *synchronizer.Synchronizer
		}
		members := make([]*member, 4)
		for i := range members {
			m := new(member)
			m.log = synchronizer.New(log, &Replica{State: &m.state})
			members[i] = m
		}
		encode := func(r readergroup.Record) []byte {
			event, err := r.Encode()
			if err != nil {
				t.Fatal(err)
			}
			return event
		}
		log.Records = append(log.Records, string(encode(first)))
		var observer readergroup.State
		ledger := group.Ledger()
		check := func(s *readergroup.State) error {
			err := ledger.Check(s)
			if mend := s.Mend(); err != nil && group.JavaCompletes && mend != nil {
				if s, err = s.With(mend...); err == nil {
					err = ledger.Check(s)
				}
			}
			return err
		}
		seen := 0
		observe := func() {
			for ; seen < len(log.Records); seen++ {
				record, err := readergroup.DecodeRecord([]byte(log.Records[seen]))
				if err != nil {
					t.Fatal(err)
				}
				for _, u := range record.Updates {
					if err := observer.Apply(u); err != nil {
						t.Fatalf("record %d: %v", seen, err)
					}
				}
				ledger.See(record)
				if err := check(&observer); err != nil {
					t.Fatalf("record %d: %v", seen, err)
				}
			}
			var newcomer readergroup.State
			if err := synchronizer.New(log, &Replica{State: &newcomer}).Fetch(ctx); err != nil {
				t.Fatal(err)
			}
			if err := check(&newcomer); err != nil {
				t.Fatalf("for one who reads from %d to %d: %v", log.Marked, seen, err)
			}
		}
		observe()
		// faster lets another member write something before the next call of the log:
		// rather what is to be mended.
		faster := func(slower *member) {
			other := members[rapid.IntRange(0, len(members)-1).Draw(t, "who")]
			log.Before = func() {
				if log.Before = nil; other == slower {
					return
				}
				err := other.log.Write(ctx, func() ([]byte, error) {
					var record readergroup.Record
					for range 30 {
						record = group.Propose(&other.state)
						if after, err := other.state.With(record.Updates...); err == nil && after.Mend() != nil {
							break
						}
					}
					return encode(record), nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		for range rapid.IntRange(0, 120).Draw(t, "steps") {
			m := members[rapid.IntRange(0, len(members)-1).Draw(t, "member")]
			var err error
			switch step := rapid.IntRange(0, 12).Draw(t, "step"); step {
			case 0, 1:
				err = m.log.Fetch(ctx)
			case 2:
				after := int64(rapid.IntRange(0, 10).Draw(t, "records"))
				if rapid.Bool().Draw(t, "another one is faster") {
					faster(m)
				}
				err = m.log.Compact(ctx, after, encoded(func() ([]readergroup.Update, error) { return m.state.Compaction(), nil }))
				log.Before = nil
			case 3:
				if group.JavaCompletes { // and compacts, but has not moved the mark yet
					err = m.log.Write(ctx, func() ([]byte, error) { return readergroup.EncodeInit(m.state.Compact()) })
				}
			case 4:
				if m.state.Started() {
					log.Records = append(log.Records, string(encode(group.Blurt(&m.state))))
				}
			default:
				if step == 5 {
					log.Lossy = 1
				}
				lossy := log.Lossy > 0
				if err = m.log.Write(ctx, func() ([]byte, error) { return encode(group.Propose(&m.state)), nil }); lossy {
					err = nil
				}
				log.Lossy = 0
			}
			if err != nil {
				t.Fatal(err)
			}
			observe()
		}
		want := encode(readergroup.Record{Initial: true, Updates: []readergroup.Update{observer.Compact()}})
		for i, m := range members {
			if err := m.log.Fetch(ctx); err != nil {
				t.Fatal(err)
			}
			if got := encode(readergroup.Record{Initial: true, Updates: []readergroup.Update{m.state.Compact()}}); !bytes.Equal(got, want) {
				t.Fatalf("member %d has\n%+v, want\n%+v", i, m.state.Compact(), observer.Compact())
			}
		}
	})
}
