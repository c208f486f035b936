package fault_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/pravega/pravega-client-go/internal/sourcetest"
)

// The error of a wait that has ended says what it waited for or what stood in the way. So
// it is made by Context and completed by Because, and the bare error of a context goes
// nowhere but from internal/xsync, whose callers have words of their own. The end of a life,
// whose waits nobody limits, is internal/background's.
func TestTheEndOfAWaitSaysWhatItWaitedFor(t *testing.T) {
	sourcetest.Files(t, []string{"client", "internal", "capi"}, func(name string, fset *token.FileSet, file *ast.File) {
		for _, exempt := range []string{"internal/background/", "internal/fault/", "internal/xsync/"} {
			if strings.HasPrefix(name, exempt) {
				return
			}
		}
		for _, wrong := range bareEnds(file) {
			t.Errorf("%s:%d: %s", name, fset.Position(wrong.at).Line, wrong.what)
		}
	})
}

type bareEnd struct {
	at   token.Pos
	what string
}

// bareEnds finds errors of contexts that are used otherwise than in a comparison, and
// calls of fault.Context without Because.
func bareEnds(file *ast.File) (found []bareEnd) {
	var compared, completed []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				compared = append(compared, n.X, n.Y)
			}
		case *ast.CallExpr:
			if isOf(n.Fun, "errors", "Is") {
				for _, e := range n.Args {
					compared = append(compared, e)
				}
			}
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Because" {
				completed = append(completed, s.X)
			}
		}
		switch e := n.(type) {
		case *ast.CallExpr:
			s, ok := e.Fun.(*ast.SelectorExpr)
			switch {
			case isOf(e.Fun, "fault", "Context") && !slices.Contains(completed, n):
				found = append(found, bareEnd{n.Pos(), "fault.Context without Because: say what was waited for, or what stood in the way"})
			case slices.Contains(compared, n):
			case isOf(e.Fun, "context", "Cause"), ok && s.Sel.Name == "Err" && aContext(s.X):
				found = append(found, bareEnd{n.Pos(), "the bare error of a context: use fault.Context"})
			}
		case *ast.SelectorExpr:
			if (isOf(e, "context", "DeadlineExceeded") || isOf(e, "context", "Canceled")) && !slices.Contains(compared, n) {
				found = append(found, bareEnd{n.Pos(), fmt.Sprintf("context.%s as an error: use fault.Context", e.Sel.Name)})
			}
		}
		return true
	})
	return found
}

// aContext reports whether an expression has the name of a context.
func aContext(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return slices.Contains([]string{"ctx", "within", "limited", "try", "life"}, e.Name)
	case *ast.SelectorExpr:
		return e.Sel.Name == "ctx"
	}
	return false
}

func isOf(e ast.Expr, from, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == from
}
