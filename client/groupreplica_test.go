package client

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
// stands, every segment is owned in exactly one place, and all copies agree.
func TestAnyInterleavingLeavesEverySegmentInOnePlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		group, first := grouptest.New(rapid.IntRange(1, 2).Draw(t, "streams"), func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "choice") })
		log := logtest.New()
		type member struct {
			state readergroup.State
			log   *synchronizer.Synchronizer
		}
		members := make([]*member, 4)
		for i := range members {
			m := new(member)
			m.log = synchronizer.New(log, &groupReplica{state: &m.state})
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
				if err := ledger.Check(&observer); err != nil {
					t.Fatalf("record %d: %v", seen, err)
				}
			}
		}
		observe()
		for range rapid.IntRange(0, 120).Draw(t, "steps") {
			m := rapid.SampledFrom(members).Draw(t, "member")
			var err error
			switch step := rapid.IntRange(0, 11).Draw(t, "step"); step {
			case 0, 1:
				err = m.log.Fetch(ctx)
			case 2:
				err = m.log.Compact(ctx, int64(rapid.IntRange(0, 10).Draw(t, "records")), func() ([]byte, error) {
					return readergroup.EncodeInit(m.state.Compact())
				})
			case 3:
				if m.state.Started() {
					log.Records = append(log.Records, string(encode(group.Blurt(&m.state))))
				}
			default:
				if step == 4 {
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
