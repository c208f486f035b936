package golden

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/naming"
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
		// same reports whether what Java wrote means what we asked about.
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
