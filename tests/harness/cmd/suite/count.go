package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// count of tests.
type count struct{ passed, failed, skipped int }

func (c count) plus(d count) count {
	return count{c.passed + d.passed, c.failed + d.failed, c.skipped + d.skipped}
}

func (c count) String() string {
	text := fmt.Sprintf("%d passed, %d failed", c.passed, c.failed)
	if c.skipped > 0 {
		text += fmt.Sprintf(", %d skipped", c.skipped)
	}
	return text
}

// readGo reads the events of `go test -json`. It counts top-level tests, and a
// package that fails outside of its tests as one failure. It shows the output of
// what failed, and a line for each package.
func readGo(output io.Reader, show io.Writer) (count, error) {
	var c count
	said := map[string]string{} // by package and test, until it is known how that ended
	failedTests := map[string]bool{}
	err := eachLine(output, func(line string) {
		var event struct{ Action, Package, ImportPath, Test, Output string }
		if json.Unmarshal([]byte(line), &event) != nil {
			fmt.Fprintln(show, line) // of the go command itself
			return
		}
		key := event.Package + " " + event.Test
		top, _, isSubtest := strings.Cut(event.Test, "/")
		switch event.Action {
		case "build-output":
			fmt.Fprint(show, event.Output)
		case "output":
			if event.Test == "" {
				said[key] += event.Output
			} else {
				said[event.Package+" "+top] += event.Output
			}
		case "pass", "fail", "skip":
			if isSubtest {
				return
			}
			switch {
			case event.Action == "fail" && (event.Test != "" || !failedTests[event.Package]):
				c.failed++
				failedTests[event.Package] = true
				if event.Test == "" { // a crash: what was running has not ended
					for test, output := range said {
						if test != key && strings.HasPrefix(test, event.Package+" ") {
							fmt.Fprint(show, output)
						}
					}
				}
				fmt.Fprint(show, said[key])
			case event.Test == "":
				fmt.Fprint(show, verdict(said[key]))
			case event.Action == "pass":
				c.passed++
			case event.Action == "skip":
				c.skipped++
				fmt.Fprint(show, said[key])
			}
			delete(said, key)
		}
	})
	return c, err
}

// verdict is the line of a package's output that sums it up.
func verdict(output string) string {
	for line := range strings.Lines(output) {
		if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "FAIL\t") {
			return line
		}
	}
	return ""
}

var cPassed = regexp.MustCompile(`\bok( [0-9.]+ s)?$`)

// readC reads the output of our C and C++ programs: a line a test, which ends in
// ok and the time. A program that fails ends there, and make says so.
func readC(output io.Reader, show io.Writer) (count, error) {
	var c count
	err := eachLine(output, func(line string) {
		fmt.Fprintln(show, line)
		if cPassed.MatchString(line) {
			c.passed++
		} else if strings.HasPrefix(line, "make") && strings.Contains(line, "Error ") {
			c.failed++
		}
	})
	return c, err
}

var pythonCount = regexp.MustCompile(`(\d+) (passed|failed|errors?|skipped)\b`)

// readPython reads the output of pytest, whose last line has the counts.
func readPython(output io.Reader, show io.Writer) (count, error) {
	var last string
	err := eachLine(output, func(line string) {
		fmt.Fprintln(show, line)
		if strings.Contains(line, " in ") {
			last = line
		}
	})
	var c count
	for _, match := range pythonCount.FindAllStringSubmatch(last, -1) {
		n, _ := strconv.Atoi(match[1])
		switch match[2] {
		case "passed":
			c.passed += n
		case "skipped":
			c.skipped += n
		default:
			c.failed += n
		}
	}
	return c, err
}

var javaCount = regexp.MustCompile(`Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+), Time elapsed`)

// readJava reads the output of Maven: a line a test class, with its time. The
// line with the sum of them has none.
func readJava(output io.Reader, show io.Writer) (count, error) {
	var c count
	err := eachLine(output, func(line string) {
		fmt.Fprintln(show, line)
		match := javaCount.FindStringSubmatch(line)
		if match == nil {
			return
		}
		var n [4]int
		for i := range n {
			n[i], _ = strconv.Atoi(match[i+1])
		}
		failed := n[1] + n[2]
		c = c.plus(count{passed: n[0] - failed - n[3], failed: failed, skipped: n[3]})
	})
	return c, err
}

// show shows all and counts nothing.
func show(output io.Reader, to io.Writer) (count, error) {
	_, err := io.Copy(to, output)
	return count{}, err
}

func eachLine(r io.Reader, do func(line string)) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			do(strings.TrimSuffix(line, "\n"))
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
