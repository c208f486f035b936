// Package examples runs the examples that the README shows.
package examples

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pravega/pravega-client-go/tests/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// root is the project's folder.
const root = "../.."

// example is a program that writes events and reads them back.
type example struct {
	language string // as Markdown names it
	file     string // from the project's folder
	// build makes it and returns the command that runs it.
	build func(t *testing.T, file string) []string
	want  []string // lines that it prints, in whatever order
}

var all = []example{
	{"go", "examples/go/write_read.go", buildGo, []string{"hello", "Go"}},
	{"c", "examples/c/write_read.c", buildC, []string{"hello", "C"}},
	{"python", "examples/python/write_read.py", preparePython, []string{"stored up to event 3", "good morning", "guten Morgen", "gute Nacht"}},
	{"java", "examples/java/WriteRead.java", buildJava, []string{"hello", "Java"}},
}

func TestReadmeShowsTheExamples(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		text, err := os.ReadFile(filepath.Join(root, e.file))
		if err != nil {
			t.Fatal(err)
		}
		_, block, ok := strings.Cut(string(readme), fmt.Sprintf("```%s\n", e.language))
		block, _, closed := strings.Cut(block, "\n```\n")
		if !ok || !closed || !strings.Contains(flush(string(text)), flush(block)) {
			t.Errorf("README.md does not show a part of %s as it is", e.file)
		}
		if lines := strings.Count(block, "\n"); lines < 10 || lines > 24 {
			t.Errorf("README.md shows %d lines of %s", lines, e.file)
		}
	}
}

// flush is a text without indentation.
func flush(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.Join(lines, "\n")
}

func TestExamplesRun(t *testing.T) {
	controller := harness.Shared(t).ControllerURI()
	for _, e := range all {
		t.Run(e.file, func(t *testing.T) {
			command := e.build(t, absolute(t, e.file))
			scope := "example-" + strings.ToLower(rand.Text()[:8])
			got := strings.Split(strings.TrimSpace(run(t, append(command, controller, scope)...)), "\n")
			slices.Sort(got)
			want := slices.Sorted(slices.Values(e.want))
			if !slices.Equal(got, want) {
				t.Errorf("it prints %q, not %q", got, want)
			}
		})
	}
}

// windows are examples that commit a transaction for each window of ten seconds.
var windows = []example{
	{"go", "examples/go/windows/windows.go", buildGo, nil},
	{"c", "examples/c/windows.c", buildC, nil},
	{"python", "examples/python/windows.py", preparePython, nil},
	{"java", "examples/java/Windows.java", buildJava, nil},
}

// The stream has one segment, so its order shows each complete window once, whole
// and behind the one before, and nothing of the third, which is not complete.
func TestWindowExamplesCommitWholeWindowsInOrder(t *testing.T) {
	controller := harness.Shared(t).ControllerURI()
	var want strings.Builder
	for second := 0; second < 20; second += 5 {
		fmt.Fprintf(&want, "attic at %d s: 20\ncellar at %[1]d s: 12\n", second)
	}
	for _, e := range windows {
		t.Run(e.file, func(t *testing.T) {
			scope := "example-" + strings.ToLower(rand.Text()[:8])
			got := run(t, append(e.build(t, absolute(t, e.file)), controller, scope)...)
			if got != want.String() {
				t.Errorf("it prints %q, not %q", got, want.String())
			}
		})
	}
}

// resuming are examples that are run again after they were killed.
var resuming = []example{
	{"go", "examples/go/resume/resume.go", buildGo, nil},
	{"c", "examples/c/resume.c", buildC, nil},
	{"python", "examples/python/resume.py", preparePython, nil},
	{"java", "examples/java/Resume.java", buildJava, nil},
}

// All of them write the same orders with one writer id.
func TestResumingExamplesGoOnWhereTheOtherStopped(t *testing.T) {
	controller := harness.Shared(t).ControllerURI()
	scope := "example-" + strings.ToLower(rand.Text()[:8])
	after := 0
	for _, e := range resuming {
		t.Run(e.file, func(t *testing.T) {
			got := run(t, append(e.build(t, absolute(t, e.file)), controller, scope)...)
			if want := fmt.Sprintf("goes on after order %d\n1000 orders are stored\n", after); got != want {
				t.Errorf("it prints %q, not %q", got, want)
			}
			after = 1000
		})
	}
}

// checkpointing are examples that lose what they have made of the events behind a
// checkpoint, and read these again.
var checkpointing = []example{
	{"java", "examples/java/Checkpoints.java", buildJava, nil},
}

func TestCheckpointExamplesCountEachEventOnce(t *testing.T) {
	controller := harness.Shared(t).ControllerURI()
	for _, e := range checkpointing {
		t.Run(e.file, func(t *testing.T) {
			scope := "example-" + strings.ToLower(rand.Text()[:8])
			got := run(t, append(e.build(t, absolute(t, e.file)), controller, scope)...)
			if want := "the sum is 500500\n"; got != want {
				t.Errorf("it prints %q, not %q", got, want)
			}
		})
	}
}

// dying are examples that die themselves and are run again.
var dying = []example{
	{"go", "examples/go/checkpoint/checkpoint.go", buildGo, nil},
	{"c", "examples/c/checkpoint.c", buildC, nil},
	{"python", "examples/python/checkpoint.py", preparePython, nil},
}

// What one has kept before it dies counts, what it had read since is read again: no more
// than 50 payments, however late the checkpoints come.
func TestCheckpointExamplesThatDieGoOn(t *testing.T) {
	controller := harness.Shared(t).ControllerURI()
	for _, e := range dying {
		t.Run(e.file, func(t *testing.T) {
			scope := "example-" + strings.ToLower(rand.Text()[:8])
			kept := filepath.Join(t.TempDir(), "kept")
			command := append(e.build(t, absolute(t, e.file)), controller, scope, kept)
			var at, had int
			got := run(t, append(command, "45")...)
			if _, err := fmt.Sscanf(got, "goes on after 0 payments\ndies with %d payments", &had); err != nil || had < 45 {
				t.Fatalf("it prints %q", got)
			}
			got = run(t, command...)
			if n, err := fmt.Sscanf(got, "goes on after %d payments\n100 payments, 5050 in all", &at); err != nil || n != 1 || at == 0 || at >= had || had-at > 50 {
				t.Fatalf("after it died with %d payments it prints %q", had, got)
			}
		})
	}
}

func buildGo(t *testing.T, file string) []string {
	program := filepath.Join(t.TempDir(), "write_read")
	run(t, "go", "build", "-o", program, file)
	return []string{program}
}

// buildC compiles with what make lib built, and warnings as errors.
func buildC(t *testing.T, file string) []string {
	program := filepath.Join(t.TempDir(), "write_read")
	library := absolute(t, "build/lib")
	run(t, "cc", "-Wall", "-Wextra", "-Werror", "-I"+absolute(t, "build/include"), "-o", program, file,
		"-L"+library, "-lpravega", "-Wl,-rpath,"+library)
	return []string{program}
}

func preparePython(t *testing.T, file string) []string {
	t.Setenv("PYTHONPATH", absolute(t, "bindings/python"))
	return []string{"python3", file}
}

func buildJava(t *testing.T, file string) []string {
	run(t, "mvn", "-q", "-B", "-f", absolute(t, "bindings/java/pom.xml"), "-Dmaven.repo.local="+absolute(t, "build/m2"), "-DskipTests", "package")
	return []string{"java", "-cp", absolute(t, "bindings/java/target/pravega-jni-0.1.0.jar"), file}
}

func absolute(t *testing.T, file string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs a command and returns what it prints to its standard output.
func run(t *testing.T, command ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), command[0], command[1:]...)
	var out, problems strings.Builder
	c.Stdout, c.Stderr = &out, &problems
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", command[0], err, &out, &problems)
	}
	return out.String()
}
