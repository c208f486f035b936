package background

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/pravega/pravega-client-go/internal/sourcetest"
)

// Only a Life gives out contexts for background calls. So nothing else may keep a
// context for later, or make one that no caller's limits: a goroutine that wants to call
// a server then has no way but to name its work and to have its failure judged.
func TestOnlyALifeGivesContextsToBackgroundCalls(t *testing.T) {
	var found []string
	sourcetest.Files(t, []string{"client", "internal"}, func(name string, _ *token.FileSet, file *ast.File) {
		if strings.HasPrefix(name, "internal/background/") {
			return
		}
		for _, what := range keptContexts(file) {
			found = append(found, fmt.Sprintf("%s: %s", name, what))
		}
	})
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
