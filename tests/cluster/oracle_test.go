//go:build cluster

package cluster

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// event is what a load writes: event n, from 1, of a writer.
type event struct {
	writer, key string
	n           int64
}

func (e event) bytes() []byte {
	return fmt.Appendf(nil, "%s %s %d %s", e.writer, e.key, e.n, e.padding())
}

func (e event) padding() string {
	if e.key == "large" {
		return largePadding
	}
	return padding
}

func parseEvent(text []byte) (e event, err error) {
	words := bytes.Split(text, []byte(" "))
	if len(words) == 4 {
		n, err := strconv.ParseInt(string(words[2]), 10, 64)
		if e = (event{string(words[0]), string(words[1]), n}); err == nil && string(words[3]) == e.padding() {
			return e, nil
		}
	}
	return e, fmt.Errorf("event %.100q of %d bytes was never written", text, len(text))
}

// oracle finds out whether each event is read once, in order per key. Safe for
// concurrent use.
type oracle struct {
	mu    sync.Mutex
	seen  map[event]bool
	last  map[event]int64 // by writer and key
	wrong []string        // the first of what must not be
}

func newOracle() *oracle {
	return &oracle{seen: make(map[event]bool), last: make(map[event]int64)}
}

// take notes an event that was read.
func (o *oracle) take(text []byte) {
	e, err := parseEvent(text)
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		o.blame("%v", err)
		return
	}
	if o.seen[e] {
		o.blame("%v was read twice", e)
	}
	o.seen[e] = true
	key := event{e.writer, e.key, 0}
	if o.last[key] > e.n {
		o.blame("%v was read after %d", e, o.last[key])
	}
	o.last[key] = e.n
}

func (o *oracle) blame(format string, args ...any) {
	if len(o.wrong) < 10 {
		o.wrong = append(o.wrong, fmt.Sprintf(format, args...))
	}
}

// check that the events of one writer were read up to acked, and of those up to
// written each at most once, and nothing else; of a batch all or none. It is called
// when all is read.
func (o *oracle) check(t *testing.T, reader, writer string, acked, written int64) {
	t.Helper()
	missing := o.judge(writer, acked, written)
	for _, wrong := range o.wrong {
		t.Errorf("%s: %s", reader, wrong)
	}
	if missing > 0 {
		t.Errorf("%s: %d of %d acknowledged events are missing", reader, missing, acked)
	}
}

// judge is check that returns how many are missing.
func (o *oracle) judge(writer string, acked, written int64) (missing int) {
	found := make(map[int64]bool)
	for e := range o.seen {
		if e.writer != writer || e.n < 1 || e.n > written {
			o.blame("%v was never written", e)
		}
		found[e.n] = true
	}
	for n := int64(batchEvery); n+batchSize-1 <= written; n += batchEvery {
		for i := int64(1); i < batchSize; i++ {
			if found[n] != found[n+i] {
				o.blame("the batch of %d is there in part", n)
			}
		}
	}
	for n := int64(1); n <= acked; n++ {
		if !found[n] {
			missing++
			o.blame("%d was acknowledged and is not there", n)
		}
	}
	return missing
}

// The oracle finds what it is there to find. This test needs no cluster.
func TestOracleFindsWhatIsWrong(t *testing.T) {
	const acked, written = 1000, 1010
	take := func(o *oracle, n int64) { o.take(eventOf("w", n).bytes()) }
	for want, spoil := range map[string]func(o *oracle, n int64){
		"": take,
		"7} was read twice": func(o *oracle, n int64) {
			take(o, n)
			if n == 7 {
				take(o, n)
			}
		},
		"was read after 108": func(o *oracle, n int64) { // 7, 108 and 209 have one key
			switch n {
			case 7:
				take(o, 108)
			case 108:
				take(o, 7)
			default:
				take(o, n)
			}
		},
		"990 was acknowledged and is not there": func(o *oracle, n int64) {
			if n != 990 {
				take(o, n)
			}
		},
		"the batch of 1000 is there in part": func(o *oracle, n int64) {
			if n != 1003 {
				take(o, n)
			}
		},
		"1011} was never written": func(o *oracle, n int64) {
			take(o, n)
			if n == written {
				take(o, written+1)
			}
		},
		"of 8388600 bytes was never written": func(o *oracle, n int64) {
			e := eventOf("w", n).bytes()
			if n == largeAt {
				e = e[:8388600]
			}
			o.take(e)
		},
	} {
		o := newOracle()
		for n := int64(1); n <= written; n++ {
			spoil(o, n)
		}
		o.judge("w", acked, written)
		if found := strings.Join(o.wrong, "; "); !strings.Contains(found, want) || want == "" && found != "" {
			t.Errorf("%q is told as %q", want, found)
		}
	}
}
