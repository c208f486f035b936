package background

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Only a Life gives out contexts for background calls. So nothing else may keep a
// context for later, or make one that no caller's limits: a goroutine that wants to call
// a server then has no way but to name its work and to have its failure judged.
func TestOnlyALifeGivesContextsToBackgroundCalls(t *testing.T) {
	const root = "../.."
	var found []string
	seen := 0
	for _, dir := range []string{"client", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
			if entry.IsDir() {
				if name == "internal/background" || strings.HasSuffix(name, "test") {
					return fs.SkipDir
				}
				return nil
			}
			if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return nil
			}
			seen++
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, what := range keptContexts(file) {
				found = append(found, fmt.Sprintf("%s: %s", name, what))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 100 {
		t.Fatalf("only %d files were looked at", seen)
	}
	slices.Sort(found)
	for _, what := range slices.Compact(found) {
		t.Error(what)
	}
}

// keptContexts finds fields that hold a context and calls that make one from nothing.
func keptContexts(file *ast.File) (found []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StructType:
			for _, field := range n.Fields.List {
				if isContext(field.Type, "Context") {
					found = append(found, fmt.Sprintf("a struct keeps a context, %v: keep a *background.Life", field.Names))
				}
			}
		case *ast.CallExpr:
			for _, maker := range []string{"Background", "TODO", "WithoutCancel"} {
				if isContext(n.Fun, maker) {
					found = append(found, "context."+maker+" makes a context that no caller limits: use background.Life")
				}
			}
		}
		return true
	})
	return found
}

func isContext(e ast.Expr, name string) bool {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != name {
		return false
	}
	from, ok := selector.X.(*ast.Ident)
	return ok && from.Name == "context"
}
