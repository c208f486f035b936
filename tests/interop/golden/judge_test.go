package golden

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/readergroup/grouptest"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// judge asks the official Java client all questions and returns its answers.
func judge(t *testing.T, questions []string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	lib, err := harness.Artifacts(ctx, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	classes := t.TempDir()
	jars := filepath.Join(lib, "*")
	if out, err := exec.CommandContext(ctx, "javac", "-nowarn", "-cp", jars, "-d", classes, "Golden.java").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	quiet := filepath.Join(classes, "logback.xml")
	if err := os.WriteFile(quiet, []byte(`<configuration><root level="OFF"/></configuration>`), 0o600); err != nil {
		t.Fatal(err)
	}
	java := exec.CommandContext(ctx, "java", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-Dlogback.configurationFile=file:"+quiet,
		"-cp", classes+string(os.PathListSeparator)+jars, "io.pravega.client.stream.impl.Golden", "judge")
	java.Stdin = strings.NewReader(strings.Join(questions, "\n") + "\n")
	var stderr bytes.Buffer
	java.Stderr = &stderr
	out, err := java.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions: %s", len(answers), len(questions), stderr.String())
	}
	return answers
}

// moment is a state of ours with what Java has to say to it.
type moment struct {
	life  int
	state readergroup.Compact
	sizes map[string]float64
	// acquire and release intervals by reader, in milliseconds
	intervals map[string]string
}

// Java reads our records, and comes to the same state after each of them, in
// groups of which it never wrote a byte.
func TestJavaComesToTheSameStates(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var questions []string
	var moments []moment
	for life := range 20 {
		questions, moments = append(questions, "reset"), append(moments, moment{life: -1})
		group, record := grouptest.New(1+life%2, random.IntN)
		group.Java = true
		for range 100 {
			event, err := record.Encode()
			if err != nil {
				t.Fatal(err)
			}
			questions = append(questions, "record "+hex.EncodeToString(event))
			m := moment{life, group.State.Compact(), group.State.Sizes(), make(map[string]string)}
			for reader := range m.sizes {
				m.intervals[reader] = fmt.Sprintf("%d,%d", group.State.AcquireInterval(reader).Milliseconds(), group.State.ReleaseInterval(reader).Milliseconds())
			}
			moments = append(moments, m)
			last := soleBlockers(&group.State)
			if record = group.Step(); completesSeveral(record, last) {
				break
			}
		}
	}
	for i, answer := range judge(t, questions) {
		m := moments[i]
		if m.life < 0 {
			continue
		}
		state, readers, found := strings.Cut(answer, "\t")
		if !found {
			t.Fatalf("record %d, in life %d: Java says %s to %s", i, m.life, answer, questions[i])
		}
		data, err := hex.DecodeString("00000001" + state)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := readergroup.DecodeRecord(data)
		if err != nil {
			t.Fatal(err)
		}
		if ours, theirs := canonical(t, m.state), canonical(t, theirs.Updates[0].(readergroup.Compact)); !bytes.Equal(ours, theirs) {
			t.Fatalf("record %d, in life %d, leads to\n%+v, in Java to\n%x, from\n%s", i, m.life, m.state, theirs, questions[i])
		}
		m.check(t, readers)
	}
}

// soleBlockers counts the checkpoints for which only this reader is missing.
func soleBlockers(s *readergroup.State) map[string]int {
	blocked := make(map[string]int)
	for _, name := range s.OutstandingCheckpoints() {
		if readers := s.CheckpointWaitsFor(name); len(readers) == 1 {
			blocked[readers[0]]++
		}
	}
	return blocked
}

// completesSeveral tells whether a reader leaves that was missing at several
// checkpoints: which of them is the last one depends on hash codes in Java, and
// here it is the newest.
func completesSeveral(r readergroup.Record, blocked map[string]int) bool {
	return slices.ContainsFunc(r.Updates, func(u readergroup.Update) bool {
		leaves, is := u.(readergroup.RemoveReader)
		return is && blocked[leaves.Reader] > 1
	})
}

// canonical is a state in bytes, with the lists sorted that have no order.
func canonical(t *testing.T, u readergroup.Compact) []byte {
	t.Helper()
	for _, readers := range u.Checkpoints.Waiting {
		slices.Sort(readers)
	}
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

// Java reads our forms and writes them as we do.
func TestJavaReadsOurForms(t *testing.T) {
	stream := naming.Stream{Scope: "scope", Name: "stream"}
	cut := streamcut.Cut{Stream: stream, Offsets: map[naming.SegmentID]int64{
		0: 0, naming.NewSegmentID(2, 1): streamcut.Completed, naming.NewSegmentID(3, 70000): 1 << 40, 1: 31, 4: 32, 5: 1<<61 - 2,
	}}
	position := streamcut.Position{
		{Stream: stream, ID: 0}:                         {Offset: 63, Range: streamcut.Range{High: 0.5}},
		{Stream: stream, ID: naming.NewSegmentID(2, 1)}: {Offset: streamcut.Completed, Range: streamcut.Range{Low: 0.5, High: 1}},
		{Stream: stream, ID: 7}:                         {Offset: 1 << 61},
	}
	pointer := streamcut.Pointer{Segment: streamcut.Segment{Stream: stream, ID: naming.NewSegmentID(math.MaxInt32, 1)}, Offset: 1 << 50, Length: 8<<20 + 8}
	checkpoint := streamcut.Checkpoint{Name: "a name \u00e9 \U0001f600 \x00", Cuts: map[naming.Stream]streamcut.Cut{stream: cut}}
	type form struct {
		question string
		bytes    string
		// same tells whether what Java wrote means what we asked about.
		same func(data []byte) bool
	}
	inHex := func(data []byte, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return hex.EncodeToString(data)
	}
	sameCut := func(data []byte) bool { got, err := streamcut.DecodeCut(data); return err == nil && got.Equal(cut) }
	samePointer := func(data []byte) bool { got, err := streamcut.DecodePointer(data); return err == nil && got == pointer }
	forms := []form{
		{"cut " + cut.Text(), inHex(cut.Encode()), sameCut},
		{"cuthex " + inHex(cut.Encode()), inHex(cut.Encode()), sameCut},
		{"cut " + streamcut.Cut{}.Text(), "", func(data []byte) bool { return len(data) == 0 }},
		{"position " + inHex(position.Encode()), inHex(position.Encode()), func(data []byte) bool {
			got, err := streamcut.DecodePosition(data)
			return err == nil && fmt.Sprintf("%+v", got) == fmt.Sprintf("%+v", position)
		}},
		{"pointer " + inHex(pointer.Encode()), inHex(pointer.Encode()), samePointer},
		{"pointertext " + pointer.String(), inHex(pointer.Encode()), samePointer},
		{"checkpoint " + inHex(checkpoint.Encode()), inHex(checkpoint.Encode()), func(data []byte) bool {
			got, err := streamcut.DecodeCheckpoint(data)
			return err == nil && got.Name == checkpoint.Name && got.Cuts[stream].Equal(cut)
		}},
	}
	var questions []string
	for _, f := range forms {
		questions = append(questions, f.question)
	}
	for i, answer := range judge(t, questions) {
		fields := strings.Split(answer, "\t")
		if len(fields) < 2 {
			t.Errorf("%s: Java says %s", questions[i], answer)
			continue
		}
		data, err := hex.DecodeString(fields[1])
		if err != nil || !forms[i].same(data) || len(fields[1]) != len(forms[i].bytes) {
			t.Errorf("%s: Java says %s", questions[i], answer)
		}
		// And what Java makes of it as text we read.
		if len(fields) == 3 {
			if got, err := streamcut.ParseText(fields[2]); err != nil || !forms[i].same(inBytes(t, got)) {
				t.Errorf("%s: Java's text is %s, %v", questions[i], got, err)
			}
		}
		if strings.HasPrefix(questions[i], "pointer") && fields[0] != pointer.String() {
			t.Errorf("%s: Java's text is %s", questions[i], fields[0])
		}
	}
}

func inBytes(t *testing.T, c streamcut.Cut) []byte {
	data, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}
