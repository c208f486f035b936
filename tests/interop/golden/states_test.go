package golden

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/readergroup/grouptest"
	"github.com/pravega/pravega-client-go/internal/versioned"
)

// Java reads our records, and comes to the same state after each of them, in
// groups of which it never wrote a byte.
func TestJavaComesToTheSameStates(t *testing.T) {
	judgeLives(t, func(c *comparison, random *rand.Rand) {
		group, record := grouptest.New(1+random.IntN(2), random.IntN)
		group.JavaCompletes, group.JavaAcquires = true, true
		for range 100 {
			c.see(encode(t, record), &group.State, nil)
			record = group.Step()
		}
	})
}

// So it does whatever the records say, as far as they make sense; the others it
// refuses as we do.
func TestJavaComesToTheSameStatesWhateverTheRecordsSay(t *testing.T) {
	judgeLives(t, func(c *comparison, random *rand.Rand) {
		w := newWild(random)
		for range 100 {
			event := encode(t, w.record())
			c.see(event, &w.state, w.apply(t, event))
		}
	})
}

// judgeLives makes up the lives of groups and lets Java judge them, 200 at a time.
func judgeLives(t *testing.T, live func(*comparison, *rand.Rand)) {
	lives := 20
	if more := os.Getenv("GOLDEN_LIVES"); more != "" {
		n, err := strconv.Atoi(more)
		if err != nil {
			t.Fatal(err)
		}
		lives = n
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for first := 0; first < lives; first += 200 {
		c := &comparison{t: t}
		for life := first; life < min(lives, first+200); life++ {
			c.questions, c.moments = append(c.questions, "reset"), append(c.moments, moment{life: life})
			live(c, rand.New(rand.NewPCG(seed, uint64(life))))
		}
		c.judge()
	}
}

// comparison of what records lead to, here and in Java.
type comparison struct {
	t         *testing.T
	questions []string
	moments   []moment
}

// moment is a state of ours. The zero state is that of a group that is not there yet.
type moment struct {
	life    int
	refused error
	state   readergroup.Compact
	sizes   map[string]float64
	// acquire and release intervals by reader, in milliseconds
	intervals map[string]string
	answers   string
}

func encode(t *testing.T, record readergroup.Record) []byte {
	t.Helper()
	event, err := record.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return event
}

// see takes note of what a record leads to: a state, or an error.
func (c *comparison) see(event []byte, s *readergroup.State, refused error) {
	m := moment{c.moments[len(c.moments)-1].life, refused, s.Compact(), s.Sizes(), make(map[string]string), ""}
	for reader := range m.sizes {
		m.intervals[reader] = fmt.Sprintf("%d,%d", s.AcquireInterval(reader).Milliseconds(), s.ReleaseInterval(reader).Milliseconds())
	}
	m.answers = fmt.Sprint(s.EndOfData(), s.Segments())
	for _, w := range m.state.Checkpoints.Waiting {
		name := versioned.NewWriter("name")
		name.UTF(w.Checkpoint)
		data, err := name.Finish()
		if err != nil {
			c.t.Fatal(err)
		}
		m.answers += " " + hex.EncodeToString(data)
	}
	c.questions, c.moments = append(c.questions, "record "+hex.EncodeToString(event)), append(c.moments, m)
}

// judge compares our states with Java's.
func (c *comparison) judge() {
	c.t.Helper()
	for i, answer := range judge(c.t, c.questions) {
		m := c.moments[i]
		if c.questions[i] == "reset" {
			continue
		}
		if refuses := strings.HasPrefix(answer, "error "); refuses || m.refused != nil {
			if refuses != (m.refused != nil) {
				c.t.Fatalf("life %d, %s: here %v, in Java %s", m.life, c.questions[i], m.refused, answer)
			}
			continue
		}
		parts := strings.Split(answer, "\t")
		data, err := hex.DecodeString("00000001" + parts[0])
		if err != nil {
			c.t.Fatal(err)
		}
		record, err := readergroup.DecodeRecord(data)
		if err != nil {
			c.t.Fatal(err)
		}
		theirs := record.Updates[0].(readergroup.Compact)
		if !bytes.Equal(canonical(c.t, m.state), canonical(c.t, theirs)) {
			c.t.Fatalf("life %d: a record leads to\n%+v, in Java to\n%+v, from\n%s", m.life, m.state, theirs, c.questions[i])
		}
		if m.answers != parts[2] {
			c.t.Fatalf("life %d: members hear %s, in Java %s, after\n%s", m.life, m.answers, parts[2], c.questions[i])
		}
		m.check(c.t, parts[1])
	}
}

// canonical is a state in bytes, with the lists sorted that have no order, or whose
// order is compared otherwise.
func canonical(t *testing.T, u readergroup.Compact) []byte {
	t.Helper()
	waiting := slices.Clone(u.Checkpoints.Waiting)
	slices.SortFunc(waiting, func(a, b readergroup.Waiting) int { return strings.Compare(a.Checkpoint, b.Checkpoint) })
	for _, w := range waiting {
		slices.Sort(w.Readers)
	}
	u.Checkpoints.Waiting = waiting
	for _, v := range u.Future {
		slices.Sort(v.Predecessors)
	}
	event, err := readergroup.EncodeInit(u)
	if err != nil {
		t.Fatal(err)
	}
	return event
}

// check compares the sizes of readers, and the intervals that follow from their
// ranks. The rank among readers of equal size is free.
func (m moment) check(t *testing.T, readers string) {
	t.Helper()
	ours, theirs := make(map[float64][]string), make(map[float64][]string)
	for _, reader := range strings.Fields(readers) {
		name, rest, _ := strings.Cut(reader, "=")
		number, intervals, _ := strings.Cut(rest, ",")
		size, err := strconv.ParseFloat(number, 64)
		if err != nil {
			t.Fatal(err)
		}
		if m.sizes[name] != size {
			t.Errorf("life %d: reader %s has size %v, in Java %v", m.life, name, m.sizes[name], size)
		}
		ours[size] = append(ours[size], m.intervals[name])
		theirs[size] = append(theirs[size], intervals)
	}
	for size := range theirs {
		slices.Sort(ours[size])
		slices.Sort(theirs[size])
		if !slices.Equal(ours[size], theirs[size]) {
			t.Errorf("life %d: readers of size %v have intervals %v, in Java %v", m.life, size, ours[size], theirs[size])
		}
	}
}
