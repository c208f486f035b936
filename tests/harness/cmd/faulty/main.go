// Command faulty is a Pravega in memory that has the faults it is told to have. It prints
// the address of its controller, obeys lines of standard input, each of which it answers
// with a line, and ends with its input. It has one stream, scope/stream, of one segment.
//
//	serve               has no faults any more
//	cut                 closes all connections to its segment store
//	appends VERDICT     what happens to each append of events,
//	records VERDICT     to each append to a reader group's state,
//	call METHOD VERDICT to each call of a method of the controller
//	greet NONSENSE      has its segment store begin each connection with nonsense
//	admit TOKEN         has its controller admit only those with this bearer token; without
//	                    a TOKEN, all
//	advertise ADDRESS   has its controller say that the segment store is there; no address: where it is
//	stored              answers with the events that are stored, which must be words
//	calls METHOD        answers how often a method of the controller was called
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/pravega/pravega-client-go/internal/controller/clustertest"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// verdicts by their names: see storetest and clustertest.
var verdicts = map[string]storetest.Verdict{
	"serve":   storetest.Serve,
	"ignore":  storetest.Ignore,    // it does not take effect, and has no answer
	"silent":  storetest.Held,      // of calls: it takes effect, and has no answer
	"noreply": storetest.NoReply,   // it takes effect, and its reply is lost
	"late":    storetest.CloseLate, // it takes effect, then the connection is closed
	"refuse":  storetest.CloseNow,  // the connection is closed instead
}

// nonsense that a segment store may begin a connection with.
var nonsense = map[string][]byte{
	"garbage":         []byte("HTTP/1.1 502 Bad Gateway\r\n\r\n"),
	"absurd-length":   append(hello(), 0, 0, 0, 7, 0x7f, 0xff, 0xff, 0xff),
	"another-version": wire.Hello{HighVersion: 99, LowVersion: 98}.Append(nil),
	"half-a-frame":    append(hello(), wire.KeepAlive{}.Append(nil)[:5]...),
}

func hello() []byte { return wire.Hello{HighVersion: 16, LowVersion: 5}.Append(nil) }

func main() {
	c, err := clustertest.New(0, 1)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer c.Close()
	f := &faults{cluster: c}
	f.serve()
	fmt.Println(c.URI)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Println(f.obey(strings.Fields(in.Text())))
	}
}

// faults of a cluster.
type faults struct {
	cluster *clustertest.Cluster

	mu      sync.Mutex
	appends storetest.Verdict
	records storetest.Verdict
	calls   map[string]storetest.Verdict
	deaf    bool // to all but greetings
}

func (f *faults) serve() {
	f.mu.Lock()
	f.appends, f.records, f.calls, f.deaf = storetest.Serve, storetest.Serve, make(map[string]storetest.Verdict), false
	f.mu.Unlock()
	f.cluster.Greet(nil)
	f.cluster.Set(f.command)
	f.cluster.SetCalls(func(method string, _ int) storetest.Verdict {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.calls[method]
	})
}

// command is the verdict on one.
func (f *faults) command(_ int, command wire.Command) storetest.Verdict {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch command.(type) {
	case wire.Hello:
		return storetest.Serve
	case wire.AppendBlockEnd:
		return f.unlessDeaf(f.appends)
	case wire.ConditionalAppend:
		return f.unlessDeaf(f.records)
	}
	return f.unlessDeaf(storetest.Serve)
}

func (f *faults) unlessDeaf(v storetest.Verdict) storetest.Verdict {
	if f.deaf {
		return storetest.CloseNow
	}
	return v
}

// obey does what a line says, and returns the answer.
func (f *faults) obey(words []string) string {
	word := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	verdict, known := verdicts[word(len(words)-1)]
	switch {
	case word(0) == "serve":
		f.serve()
	case word(0) == "cut":
		f.cluster.CutAll()
	case word(0) == "admit":
		f.cluster.Admit(nil)
		if token := word(1); token != "" {
			f.cluster.Admit(func(authorization string) bool { return authorization == "Bearer "+token })
		}
	case word(0) == "advertise":
		f.cluster.Advertise(word(1))
	case word(0) == "stored":
		return string(bytes.Join(f.cluster.Events(f.cluster.Name(0)), []byte(" ")))
	case word(0) == "calls":
		return fmt.Sprint(f.cluster.Calls(word(1)))
	case word(0) == "greet" && nonsense[word(1)] != nil:
		f.cluster.Greet(nonsense[word(1)])
		f.mu.Lock()
		f.deaf = true
		f.mu.Unlock()
	case !known:
		return "what?"
	default:
		f.mu.Lock()
		defer f.mu.Unlock()
		switch word(0) {
		case "appends":
			f.appends = verdict
		case "records":
			f.records = verdict
		case "call":
			f.calls[word(1)] = verdict
		default:
			return "what?"
		}
	}
	return "ok"
}
