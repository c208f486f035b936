package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestCounts(t *testing.T) {
	for _, test := range []struct {
		name   string
		read   func(io.Reader, io.Writer) (count, error)
		output string
		want   count
		shown  []string
		hidden []string
	}{
		{
			name: "go", read: readGo, want: count{passed: 1, failed: 1, skipped: 1},
			output: `{"Action":"start","Package":"p"}
{"Action":"output","Package":"p","Test":"TestGood","Output":"good says\n"}
{"Action":"pass","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestBad/part","Output":"bad says\n"}
{"Action":"fail","Package":"p","Test":"TestBad/part"}
{"Action":"fail","Package":"p","Test":"TestBad"}
{"Action":"output","Package":"p","Test":"TestLater","Output":"later says\n"}
{"Action":"skip","Package":"p","Test":"TestLater"}
{"Action":"output","Package":"p","Output":"FAIL\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
`,
			shown: []string{"bad says", "later says", "FAIL\tp\t0.1s"}, hidden: []string{"good says"},
		},
		{
			name: "go, does not compile", read: readGo, want: count{passed: 1, failed: 1},
			output: `{"ImportPath":"p","Action":"build-output","Output":"p.go:1: undefined: x\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","FailedBuild":"p"}
{"Action":"pass","Package":"q","Test":"TestGood"}
{"Action":"output","Package":"q","Output":"ok  \tq\t0.1s\n"}
{"Action":"pass","Package":"q"}
`,
			shown: []string{"undefined: x", "FAIL\tp [build failed]", "ok  \tq\t0.1s"},
		},
		{
			name: "go, no tests", read: readGo, want: count{},
			output: `{"Action":"output","Package":"p","Output":"?   \tp\t[no test files]\n"}
{"Action":"skip","Package":"p"}
`,
		},
		{
			name: "c", read: readC, want: count{passed: 2, failed: 1},
			output: "opens_and_closes        ok 0.01 s\nwrites   ok 1.20 s\nlooks     x.c:3: failed: y\nmake: *** [Makefile:9: test] Error 1\n",
			shown:  []string{"x.c:3: failed"},
		},
		{
			name: "python", read: readPython, want: count{passed: 12, failed: 3, skipped: 1},
			output: "....F\n1 passed is not the end\n2 failed, 12 passed, 1 skipped, 1 error in 3.21s\n",
		},
		{
			name: "java", read: readJava, want: count{passed: 5, failed: 2, skipped: 1},
			output: "[ERROR] Tests run: 8, Failures: 1, Errors: 1, Skipped: 1, Time elapsed: 0.1 s <<< FAILURE! -- in a.B\n[ERROR] Tests run: 8, Failures: 1, Errors: 1, Skipped: 1\n",
		},
	} {
		var shown strings.Builder
		got, err := test.read(strings.NewReader(test.output), &shown)
		if err != nil || got != test.want {
			t.Errorf("%s: counted %+v, %v; want %+v", test.name, got, err, test.want)
		}
		for _, text := range test.shown {
			if !strings.Contains(shown.String(), text) {
				t.Errorf("%s: %q is not shown", test.name, text)
			}
		}
		for _, text := range test.hidden {
			if strings.Contains(shown.String(), text) {
				t.Errorf("%s: %q is shown", test.name, text)
			}
		}
	}
}

func TestSummary(t *testing.T) {
	good := outcome{suite: suites[0], count: count{passed: 3}}
	bad := outcome{suite: suites[1], count: count{passed: 1, failed: 1}}
	missing := outcome{suite: suites[2], missing: true}
	for _, test := range []struct {
		outcomes []outcome
		want     bool
		closing  string
	}{
		{[]outcome{good, missing}, true, "\n3 passed, 0 failed\n"},
		{[]outcome{good, bad}, false, "\n4 passed, 1 failed\n"},
		{[]outcome{missing}, false, "\n0 passed, 0 failed\n"},
	} {
		var text strings.Builder
		if got := summary(&text, test.outcomes); got != test.want || !strings.HasSuffix(text.String(), test.closing) {
			t.Errorf("%v, and the end of %q is not %q", got, text.String(), test.closing)
		}
	}
}

func TestCommandThatFailsSilentlyCounts(t *testing.T) {
	t.Chdir(t.TempDir())
	for command, want := range map[string]count{"exit 3": {failed: 1}, "exit 0": {passed: 1}} {
		s := suite{name: "brief", command: []string{"sh", "-c", command}}
		if got, err := runOne(t.Context(), s); err != nil || got != want {
			t.Errorf("%s: %+v, %v", command, got, err)
		}
	}
	if _, err := runOne(t.Context(), suite{name: "none", command: []string{"/no/such/command"}}); err == nil {
		t.Error("a command that does not exist counts")
	}
}

func TestSuiteEndsWithAllItsProcesses(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read := func(output io.Reader, _ io.Writer) (count, error) {
		return count{}, eachLine(output, func(string) { cancel() }) // until the last of them has ended
	}
	s := suite{name: "long", read: read, command: []string{"sh", "-c", "trap '' TERM; echo begun; sleep 1000 & sleep 1000"}}
	if _, err := runOne(ctx, s); !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}
