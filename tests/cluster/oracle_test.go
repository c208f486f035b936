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

// padding makes events about 100 bytes long.
var padding = strings.Repeat(".", 80)

func (e event) bytes() []byte { return fmt.Appendf(nil, "%s %s %d %s", e.writer, e.key, e.n, padding) }

func parseEvent(text []byte) (e event, err error) {
	words := bytes.Split(text, []byte(" "))
	if len(words) != 4 || string(words[3]) != padding {
		return e, fmt.Errorf("event %q was never written", text)
	}
	n, err := strconv.ParseInt(string(words[2]), 10, 64)
	return event{string(words[0]), string(words[1]), n}, err
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
// written each at most once, and nothing else. It is called when all is read.
func (o *oracle) check(t *testing.T, reader, writer string, acked, written int64) {
	t.Helper()
	found := make(map[int64]bool)
	for e := range o.seen {
		if e.writer != writer || e.n < 1 || e.n > written {
			o.blame("%v was never written", e)
		}
		found[e.n] = true
	}
	missing := 0
	for n := int64(1); n <= acked; n++ {
		if !found[n] {
			missing++
			o.blame("%d was acknowledged and is not there", n)
		}
	}
	for _, wrong := range o.wrong {
		t.Errorf("%s: %s", reader, wrong)
	}
	if missing > 0 {
		t.Errorf("%s: %d of %d acknowledged events are missing", reader, missing, acked)
	}
}
