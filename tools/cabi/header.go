package main

import (
	"cmp"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"modernc.org/cc/v4"
)

// header is what a C header declares under the library's prefix, each in its order.
type header struct {
	functions []function
	structs   []structure
	callbacks []callback
	constants []constant
	opaque    map[string]bool // typedefs of structs that only the library knows
}

type function struct {
	name       string
	result     cc.Type
	parameters []cc.Type
}

type structure struct {
	name   string // of its typedef
	fields []*cc.Field
}

type callback struct {
	name string
	of   *cc.FunctionType
}

// constant is an enumerator, or a macro whose value is a number.
type constant struct {
	name, value string
	line        int
}

const prefix = "pravega_"

// parse reads a header as a C compiler of this machine does.
func parse(path string) (*header, error) {
	config, err := cc.NewConfig(runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return nil, err
	}
	ast, err := cc.Translate(config, []cc.Source{
		{Name: "<predefined>", Value: config.Predefined}, {Name: "<builtin>", Value: cc.Builtin}, {Name: path}})
	if err != nil {
		return nil, err
	}
	h := &header{opaque: make(map[string]bool)}
	var ours []*cc.Declarator
	for name, nodes := range ast.Scope.Nodes {
		for _, node := range nodes {
			switch n := node.(type) {
			case *cc.Declarator:
				if strings.HasPrefix(name, prefix) && n.Position().Filename == path {
					ours = append(ours, n)
				}
			case *cc.Enumerator:
				if n.Position().Filename == path {
					h.constants = append(h.constants, constant{name, fmt.Sprint(n.Value()), n.Position().Line})
				}
			}
		}
	}
	slices.SortFunc(ours, func(a, b *cc.Declarator) int { return cmp.Compare(a.Position().Line, b.Position().Line) })
	for _, d := range ours {
		switch t := d.Type().(type) {
		case *cc.FunctionType:
			if d.IsInline() || d.IsTypename() {
				continue
			}
			f := function{name: d.Name(), result: t.Result()}
			for _, p := range t.Parameters() {
				if p.Type().Kind() != cc.Void {
					f.parameters = append(f.parameters, p.Type())
				}
			}
			h.functions = append(h.functions, f)
		case *cc.StructType:
			switch {
			case !d.IsTypename():
			case t.IsIncomplete():
				h.opaque[d.Name()] = true
			default:
				s := structure{name: d.Name()}
				for i := range t.NumFields() {
					s.fields = append(s.fields, t.FieldByIndex(i))
				}
				h.structs = append(h.structs, s)
			}
		case *cc.PointerType:
			if of, ok := t.Elem().(*cc.FunctionType); ok && d.IsTypename() {
				h.callbacks = append(h.callbacks, callback{d.Name(), of})
			}
		}
	}
	for name, m := range ast.Macros {
		if m.Position().Filename != path || !strings.HasPrefix(name, strings.ToUpper(prefix)) || m.IsFnLike {
			continue
		}
		var text strings.Builder
		for _, token := range m.ReplacementList() {
			text.WriteString(token.SrcStr())
		}
		if value := text.String(); number.MatchString(value) {
			h.constants = append(h.constants, constant{name, value, m.Position().Line})
		}
	}
	slices.SortFunc(h.constants, func(a, b constant) int { return cmp.Compare(a.line, b.line) })
	return h, nil
}

// number is how the header writes the value of a macro.
var number = regexp.MustCompile(`^(?:\(?-?\d+\)?|0x[0-9a-f]+u|\d+u|U?INT\d+_C\(-?\d+\)|INT64_M(?:IN|AX))$`)
