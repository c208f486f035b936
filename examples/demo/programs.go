package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// demo knows where things are.
type demo struct {
	root       string // the project's folder
	folder     string // what the demo fetches and writes
	controller string
	scope      string
}

// Places in the project's folder.
const (
	library       = "build/lib"
	repository    = "build/m2" // of Maven, as the other parts of the project use it
	headers       = "include"
	pythonBinding = "bindings/python"
	javaBinding   = "bindings/java"
	javaJar       = "bindings/java/target/pravega-jni-0.1.0.jar"
	sources       = "examples/demo"
)

func (d *demo) path(name string) string { return filepath.Join(d.root, name) }

func (d *demo) file(name string) string { return filepath.Join(d.folder, name) }

// missing tells what the demo needs and does not find.
func (d *demo) missing() error {
	var all []error
	for _, tool := range []struct{ name, what string }{
		{"go", "Go"}, {"cc", "a C compiler"}, {"python3", "Python 3"}, {"javac", "a JDK"}, {"mvn", "Maven"},
	} {
		if _, err := exec.LookPath(tool.name); err != nil {
			all = append(all, fmt.Errorf("%s is not there: no command %s", tool.what, tool.name))
		}
	}
	for _, file := range []struct{ path, what string }{
		{library + "/libpravega.so", "the shared library, which make lib builds,"},
		{pythonBinding + "/pravega/__init__.py", "the Python binding"},
		{javaBinding + "/pom.xml", "the Java binding"},
	} {
		if _, err := os.Stat(d.path(file.path)); err != nil {
			all = append(all, fmt.Errorf("%s does not exist yet: %s", file.what, file.path))
		}
	}
	return errors.Join(all...)
}

// compile makes the programs that are not scripts.
func (d *demo) compile(ctx context.Context) error {
	lib := d.path(library)
	for _, step := range [][]string{
		{"cc", "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O2", "-Wall", "-Wextra", "-I" + d.path(headers),
			"-o", d.file("write"), d.path(sources + "/c/write.c"), "-L" + lib, "-lpravega", "-Wl,-rpath," + lib},
		{"mvn", "-q", "-B", "-f", d.path(javaBinding + "/pom.xml"), "-Dmaven.repo.local=" + d.path(repository), "-DskipTests", "package"},
		{"javac", "-cp", d.path(javaJar), "-d", d.folder, d.path(sources + "/java/Read.java")},
		{"go", "build", "-o", d.file("read"), "./" + sources + "/go"},
	} {
		if err := quietly(ctx, step[0], step[1:]...); err != nil {
			return err
		}
	}
	return nil
}

// writer is the program that writes the flights.
func (d *demo) writer(csv string) program {
	return program{language: "C", command: []string{d.file("write"), d.controller, d.scope, stream, csv}}
}

// readers are the programs that read them.
func (d *demo) readers() []program {
	return []program{
		d.reader("Python", "python3", d.path(sources+"/python/read.py")),
		d.reader("Java", "java", "-cp", d.path(javaJar)+":"+d.folder, "Read"),
		d.reader("Go", d.file("read")),
	}
}

func (d *demo) reader(language string, command ...string) program {
	result := d.file(language + ".txt")
	return program{
		language: language,
		command:  append(command, d.controller, d.scope, group, language, result),
		result:   result,
		environment: []string{
			"PYTHONPATH=" + d.path(pythonBinding), "PRAVEGA_LIBRARY=" + d.path(library+"/libpravega.so.0"),
		},
	}
}
