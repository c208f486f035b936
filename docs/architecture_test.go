// Package docs checks what the documentation says of the code.
package docs

import (
	"go/ast"
	"go/token"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pravega/pravega-client-go/internal/sourcetest"
)

const module = "github.com/pravega/pravega-client-go/"

// room is the name by which the drawing knows a package of ours.
func room(importPath string) string { return path.Base(importPath) }

// importsOfRooms lists what the packages of the library import of each other.
func importsOfRooms(t *testing.T) map[string][]string {
	t.Helper()
	found := make(map[string]map[string]bool)
	sourcetest.Files(t, []string{"capi", "client", "internal"}, func(name string, _ *token.FileSet, file *ast.File) {
		from := room(path.Dir(name))
		if found[from] == nil {
			found[from] = make(map[string]bool)
		}
		for _, spec := range file.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(to, module) {
				found[from][room(to)] = true
			}
		}
	})
	rooms := make(map[string][]string)
	for from, to := range found {
		rooms[from] = slices.Sorted(maps.Keys(to))
	}
	return rooms
}

// Every room imports what the drawing says, and only rooms below its own.
func TestRoomsImportWhatTheDrawingSays(t *testing.T) {
	text, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, drawing, found := strings.Cut(string(text), "\n```imports\n")
	drawing, _, closed := strings.Cut(drawing, "\n```\n")
	if !found || !closed {
		t.Fatal("architecture.md has no list of imports")
	}
	rooms := importsOfRooms(t)
	passed := make(map[string]bool)
	for line := range strings.Lines(drawing) {
		words := strings.Fields(line)
		from, to := words[0], words[1:]
		passed[from] = true
		imports, exists := rooms[from]
		if !exists {
			t.Errorf("there is no %s", from)
		}
		for _, name := range to {
			if passed[name] {
				t.Errorf("%s imports %s, which does not lie below it", from, name)
			}
		}
		if slices.Sort(to); !slices.Equal(to, imports) {
			t.Errorf("%s imports %q, the drawing says %q", from, imports, to)
		}
	}
	for from := range rooms {
		if !passed[from] {
			t.Errorf("the drawing does not know %s", from)
		}
	}
}
