package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/pravega/pravega-client-go/internal/fault"
)

var update = flag.Bool("update", false, "write status.inc from internal/fault")

// constant is the C name of a kind: NoSuchScope is NO_SUCH_SCOPE, ABIMismatch
// is ABI_MISMATCH.
func constant(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		begins := i > 0 && unicode.IsUpper(r) &&
			(unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1]))
		if begins {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return "PRAVEGA_E_" + b.String()
}

func digit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestStatusTableIsThatOfFault(t *testing.T) {
	var want strings.Builder
	for _, d := range fault.Table {
		fmt.Fprintf(&want, "STATUS(%s, %q, %d, %d, %q)\n", constant(d.Name), d.Name, digit(d.Retriable), digit(d.Final), d.Text)
	}
	if *update {
		if err := os.WriteFile("status.inc", []byte(want.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile("status.inc")
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want.String() {
		t.Error("status.inc is not that of internal/fault: go test ./capi -run Status -update")
	}
}

func TestStatusConstantsAreThoseOfFault(t *testing.T) {
	header, err := os.ReadFile("../include/pravega.h")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, d := range fault.Table {
		want[fmt.Sprintf("%s = %d", constant(d.Name), d.Code)] = true
	}
	for line := range strings.Lines(string(header)) {
		line = strings.TrimSuffix(strings.TrimSpace(line), ",")
		if !strings.HasPrefix(line, "PRAVEGA_E_") || !strings.Contains(line, " = ") {
			continue
		}
		if !want[line] {
			t.Errorf("the header has %q, internal/fault has not", line)
		}
		delete(want, line)
	}
	for line := range want {
		t.Errorf("internal/fault has %q, the header has not", line)
	}
}
