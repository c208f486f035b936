// Command cabi derives from include/pravega.h what would otherwise be typed again: the linker's
// version map, and what Python knows of the C interface. Run it at the root of the tree; with -check
// it writes nothing, and fails if a file is not what it would write.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	check := flag.Bool("check", false, "compare instead of writing")
	flag.Parse()
	h, err := parse("include/pravega.h")
	if err != nil {
		log.Fatal(err)
	}
	stale := false
	for path, write := range map[string]func(*header, *bytes.Buffer) error{
		"capi/pravega.map":                writeMap,
		"bindings/python/pravega/_abi.py": writePython,
	} {
		var text bytes.Buffer
		if err := write(h, &text); err != nil {
			log.Fatalf("%s: %v", path, err)
		}
		if !*check {
			if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
				log.Fatal(err)
			}
			continue
		}
		if there, err := os.ReadFile(path); err != nil || !bytes.Equal(there, text.Bytes()) {
			fmt.Fprintf(os.Stderr, "%s is not what include/pravega.h says: run make generate\n", path)
			stale = true
		}
	}
	if stale {
		os.Exit(1)
	}
}
