package readergroup_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	. "github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/readergroup/grouptest"
)

// Whatever stands in a record, a member reads it or refuses it, and what it makes of
// the state afterwards is an error at worst.
func TestHostileRecordsDoNoHarm(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	read := 0
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("seed %d: %v", seed, r)
			panic(r)
		}
	}()
	for range 300 {
		g, _ := grouptest.New(1+random.IntN(2), random.IntN)
		for range random.IntN(60) {
			g.Step()
		}
		whole, err := EncodeInit(g.State.Compact())
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			bad := slices.Clone(whole)
			for range 1 + random.IntN(4) {
				at := 8 + random.IntN(len(bad)-8)
				switch random.IntN(3) {
				case 0:
					bad[at] = byte(random.Uint32())
				case 1:
					bad[at] ^= 1 << random.IntN(8)
				case 2:
					bad[at] = 0xff
				}
			}
			record, err := DecodeRecord(bad)
			if err != nil {
				continue
			}
			var s State
			failed := false
			for _, u := range record.Updates {
				failed = failed || s.Apply(u) != nil
			}
			if failed {
				continue
			}
			read++
			live(&s)
		}
	}
	if read < 100 {
		t.Errorf("only %d records could be read", read)
	}
}

// live does what members do.
func live(s *State) {
	apply := func(updates []Update, _ ...error) {
		for _, u := range updates {
			_ = s.Apply(u)
		}
	}
	for _, reader := range append(s.Readers(), "new") {
		u, err := s.Join(reader)
		apply(u, err)
		u, err = s.Acquire(reader, s.LagToTell(reader), nil)
		apply(u, err)
		if segment, ok := s.SegmentToRelease(reader); ok {
			u, err = s.Release(reader, segment, 1, s.LagToTell(reader), nil)
			apply(u, err)
		}
		_, _, _, _ = s.AcquireInterval(reader), s.ReleaseInterval(reader), s.LagInterval(), s.Config().RefreshInterval()
		u, err = s.StartCheckpoint(fmt.Sprint("c-", reader))
		apply(u, err)
		apply(s.StartAutomatic(fmt.Sprint("a-", reader)))
		for name, ok := s.Checkpoint(reader); ok; name, ok = s.Checkpoint(reader) {
			u, err := s.Pass(reader, name, nil)
			if apply(u, err); len(u) == 0 {
				break
			}
		}
		apply(s.ForgetCheckpoints())
		apply(s.Mend())
		for segment := range s.Assigned(reader) {
			u, err := s.Complete(reader, segment, nil)
			apply(u, err)
		}
		apply(s.Leave(reader, nil))
	}
	_, _, _, _ = s.Progress(), s.Streams(), s.EndOfData(), s.OutstandingCheckpoints()
}
