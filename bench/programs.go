package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/pravega/pravega-client-go/bench/measure"
)

// client is a way to use a client: a program, and what to ask it for a kind of
// work. The package measure tells how programs are asked and answer.
type client struct {
	name    string
	command []string
	works   map[string]string // the argument for a kind of work; none: it does not take part
	only    []cell            // where it takes part; nil: everywhere but in those of many segments
}

var (
	raw    = map[string]string{"write": "write", "read": "read", "latency": "latency", "tail": "tail"}
	single = map[string]string{"write": "write-single"}
	plain  = map[string]string{"write": "write", "read": "read", "latency": "latency", "tail": "tail", "join": "join", "txn": "txn"}
	each   = map[string]string{"write": "write-single", "read": "read-single"}
	keyed  = map[string]string{"write": "write-keyed"}
)

// Places in the project's folder.
const (
	programs   = "build/bench"
	library    = "build/lib"
	repository = "build/m2" // of Maven
	javaPOM    = "bindings/java/pom.xml"
	javaJar    = "bindings/java/target/pravega-jni-0.1.0.jar"
)

// reference is what all clients are compared with.
var reference = client{name: "wire", command: []string{programs + "/wire"}, works: raw}

// clients are all that there are. What writes one event a call is beside what
// writes many, where that is the fast way of the language. So is, in Python, what
// loops over the events that it reads beside what has one call go over those of a
// slice: the loop takes longer than all the rest.
var clients = []client{
	{name: "go", command: []string{programs + "/go"}, works: plain},
	{name: "go-keyed", command: []string{programs + "/go"}, works: keyed, only: []cell{{100, 4}, {100, 100}, {100, 1000}}},
	{name: "go-idle", command: []string{programs + "/go"}, works: map[string]string{"write": "write-among-idle"}, only: []cell{small}},
	{name: "go-joining", command: []string{programs + "/go"}, works: map[string]string{"tail": "tail-while-joining"}, only: []cell{small}},
	{name: "c", command: []string{programs + "/c"}, works: plain},
	{name: "c-single", command: []string{programs + "/c"}, works: single},
	{name: "python", command: []string{"python3", "bench/python/client.py"}, works: plain},
	{name: "python-single", command: []string{"python3", "bench/python/client.py"}, works: each, only: []cell{small}},
	{name: "java", command: []string{"java", "-cp", javaJar + ":" + programs, "Client"}, works: plain},
	{name: "java-single", command: []string{"java", "-cp", javaJar + ":" + programs, "Client"}, works: single, only: []cell{small}},
}

// build makes the programs. The shared library must be there.
func build(ctx context.Context) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(programs, 0o755); err != nil {
		return err
	}
	for _, step := range [][]string{
		{"go", "build", "-o", programs + "/", "./bench/wire", "./bench/go"},
		{"cc", "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O2", "-Wall", "-Wextra", "-Werror", "-Iinclude", "-o", programs + "/c",
			"bench/c/client.c", "bench/c/groups.c", "bench/c/transactions.c", "bench/c/measure.c", "-pthread", "-L" + library, "-lpravega", "-Wl,-rpath," + filepath.Join(root, library)},
		{"mvn", "-q", "-B", "-f", javaPOM, "-Dmaven.repo.local=" + filepath.Join(root, repository), "-DskipTests", "package"},
		{"javac", "-cp", javaJar, "-d", programs, "bench/java/Client.java"},
	} {
		if out, err := exec.CommandContext(ctx, step[0], step[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(step, " "), err, out)
		}
	}
	return nil
}

// runLimit is how long one run may take; most take some seconds.
const runLimit = 2 * time.Minute

// run has a client do a task, and checks that it did all of it.
func (c client) run(ctx context.Context, t measure.Task) (r measure.Result, err error) {
	ctx, cancel := context.WithTimeout(ctx, runLimit)
	defer cancel()
	program := exec.CommandContext(ctx, c.command[0], append(c.command[1:], t.Args()...)...)
	program.Env = append(os.Environ(), "PYTHONPATH=bindings/python", "PRAVEGA_LIBRARY="+library+"/libpravega.so.0")
	program.Stderr = os.Stderr
	out, err := program.Output()
	if err != nil {
		return r, fmt.Errorf("client %s, %s: %w", c.name, t.Work, err)
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return r, fmt.Errorf("client %s, %s: it printed %q: %w", c.name, t.Work, out, err)
	}
	done := r.Events
	if strings.HasPrefix(t.Work, "read") {
		done += r.Before
	}
	if done != int64(t.Count) || r.Seconds <= 0 {
		return r, fmt.Errorf("client %s, %s: %d events of %d in %v s", c.name, t.Work, r.Events, t.Count, r.Seconds)
	}
	return r, nil
}
