package main

import (
	"bytes"
	"fmt"
)

// writeMap writes the linker's version script.
func writeMap(h *header, out *bytes.Buffer) error {
	out.WriteString(`# Made from include/pravega.h by make generate.
# Every symbol of the library. After a release new ones go into a new node, so that an old
# library fails at load and not at the call.
PRAVEGA_0 {
  global:
`)
	for _, f := range h.functions {
		fmt.Fprintf(out, "    %s;\n", f.name)
	}
	out.WriteString("  local: *;\n};\n")
	return nil
}
