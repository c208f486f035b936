package main

import (
	"bytes"
	"fmt"
	"strings"

	"modernc.org/cc/v4"
)

// writePython writes what Python knows of the header: constants, structures and prototypes.
func writePython(h *header, out *bytes.Buffer) error {
	out.WriteString(`"""What include/pravega.h declares. Made from it by make generate."""

from __future__ import annotations

import ctypes
from ctypes import c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from typing import Any

`)
	for _, c := range h.constants {
		name := strings.TrimPrefix(c.name, "PRAVEGA_")
		if strings.HasPrefix(name, "E_") {
			continue // the kinds of errors are in errors.py
		}
		if name == "VERSION" {
			name = "HEADER_VERSION"
		}
		fmt.Fprintf(out, "%s = %s\n", name, pythonNumber(c.value))
	}
	p := python{h}
	for _, s := range h.structs {
		fmt.Fprintf(out, "\n\nclass %s(ctypes.Structure):\n    \"\"\"%s\"\"\"\n\n    _fields_ = (\n", pythonName(s.name), s.name)
		for _, f := range s.fields {
			t, err := p.of(f.Type())
			if err != nil {
				return fmt.Errorf("%s.%s: %w", s.name, f.Name(), err)
			}
			if at, ok := f.Type().(*cc.PointerType); ok && at.Elem().Kind() == cc.Char {
				t = "c_char_p" // no field is a buffer
			}
			t = plain(t)
			fmt.Fprintf(out, "        (%q, %s),\n", f.Name(), t)
		}
		out.WriteString("    )\n")
	}
	out.WriteString("\n\n")
	for _, c := range h.callbacks {
		takes, err := p.all(c.of.Parameters())
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		fmt.Fprintf(out, "%s = ctypes.CFUNCTYPE(None, %s)\n", pythonName(c.name), strings.Join(takes, ", "))
	}
	out.WriteString(`
_handle = c_void_p
_pointer = c_void_p  # to what the call reads or sets; an array or byref(...) fits

#: name: (what it returns, what it takes)
PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
`)
	for _, f := range h.functions {
		result, err := p.of(f.result)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		takes := make([]string, len(f.parameters))
		for i, t := range f.parameters {
			if takes[i], err = p.of(t); err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
		}
		line := fmt.Sprintf("    %q: (%s, [%s]),\n", f.name, result, strings.Join(takes, ", "))
		if len(line) > 101 {
			line = fmt.Sprintf("    %q: (\n        %s,\n        [%s],\n    ),\n", f.name, result, strings.Join(takes, ", "))
		}
		out.WriteString(line)
	}
	out.WriteString("}\n")
	return nil
}

// pythonName is a type's name as Python writes it: pravega_log_fn becomes LogFunction.
func pythonName(name string) string {
	var words strings.Builder
	for _, word := range strings.Split(strings.TrimPrefix(name, prefix), "_") {
		switch word {
		case "t":
		case "fn":
			words.WriteString("Function")
		default:
			words.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return words.String()
}

// pythonNumber is a number of C as Python writes it.
func pythonNumber(c string) string {
	switch c {
	case "INT64_MIN":
		return "-(2**63)"
	case "INT64_MAX":
		return "2**63 - 1"
	}
	if _, in, ok := strings.Cut(c, "_C("); ok {
		c = in
	}
	return strings.TrimSuffix(strings.Trim(c, "()"), "u")
}

type python struct{ *header }

func (p python) all(parameters []*cc.Parameter) ([]string, error) {
	var list []string
	for _, parameter := range parameters {
		t, err := p.of(parameter.Type())
		if err != nil {
			return nil, err
		}
		list = append(list, plain(t))
	}
	return list, nil
}

// plain is a type without what the names of this file say of it.
func plain(t string) string {
	if t == handle || t == pointer {
		return "c_void_p"
	}
	return t
}

const handle, pointer = "_handle", "_pointer"

// of is the ctypes type of a C type: pointers other than strings are void pointers, by what they
// point to.
func (p python) of(t cc.Type) (string, error) {
	if d := t.Typedef(); d != nil {
		for _, c := range p.callbacks {
			if c.name == d.Name() {
				return pythonName(c.name), nil
			}
		}
		for _, s := range p.structs {
			if s.name == d.Name() {
				return pythonName(s.name), nil
			}
		}
		switch d.Name() {
		case "int32_t", "int64_t", "uint32_t", "size_t":
			return "c_" + strings.TrimSuffix(d.Name(), "_t") + map[bool]string{true: "_t"}[d.Name() == "size_t"], nil
		}
	}
	switch t.Kind() {
	case cc.Int:
		return "c_int", nil
	case cc.Double:
		return "c_double", nil
	case cc.Void:
		return "None", nil
	case cc.Ptr:
		of := t.(*cc.PointerType).Elem()
		switch {
		case of.Kind() == cc.Char && strings.Contains(t.String(), "const char"):
			return "c_char_p", nil
		case of.Kind() == cc.Void:
			return "c_void_p", nil
		case of.Typedef() != nil && p.opaque[of.Typedef().Name()]:
			return handle, nil
		}
		return pointer, nil
	}
	return "", fmt.Errorf("no ctypes type for %s", t)
}
