package main

import "io"

// suite is a part of the tests that one command runs.
type suite struct {
	name, language string
	exists         string // the file or folder that it is about
	server         bool   // it needs a real Pravega, and finds it in PRAVEGA_TEST_CONTROLLER
	command        []string
	// read counts the tests in the command's output, and shows what a person
	// wants to see of it. Nil if the whole is one test.
	read func(output io.Reader, show io.Writer) (count, error)
}

var suites = []suite{
	{
		name: "go-unit", language: "Go", exists: "internal", read: readGo,
		command: []string{"sh", "-c", "go list ./... | grep -v /tests/ | xargs go test -race -timeout 25m -json"},
	},
	{ // before those that need a server, which is not there yet to take memory; make test-cluster runs all of it
		name: "cluster", language: "Go", exists: "tests/cluster", read: readGo,
		command: []string{"go", "test", "-tags", "cluster", "-race", "-count=1", "-short", "-timeout", "14m", "-json",
			"-run", "StreamScaled|SegmentStoresKilledInTurn|ControllerKilled", "./tests/cluster"},
	},
	{
		name: "go-real", language: "Go", exists: "tests", server: true, read: readGo,
		command: []string{"sh", "-c", "go list ./tests/... | grep -v /tests/interop/ | xargs go test -race -count=1 -timeout 25m -json"},
	},
	{
		name: "interop", language: "all", exists: "tests/interop", server: true, read: readGo,
		command: []string{"go", "test", "-race", "-count=1", "-json", "./tests/interop/..."},
	},
	{
		name: "c", language: "C", exists: "tests/c/Makefile", server: true, read: readC,
		command: []string{"make", "-C", "tests/c", "test"},
	},
	{
		name: "cpp", language: "C++", exists: "tests/cpp/Makefile", server: true, read: readC,
		command: []string{"make", "-C", "tests/cpp", "test"},
	},
	{
		name: "python", language: "Python", exists: "bindings/python/tests", server: true, read: readPython,
		command: []string{"build/venv/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "bindings/python/tests"},
	},
	{
		name: "java", language: "Java", exists: "bindings/java/pom.xml", server: true, read: readJava,
		command: []string{"mvn", "-B", "-ntp", "-Dmaven.repo.local=build/m2", "-f", "bindings/java/pom.xml", "test"},
	},
	{
		name: "demo", language: "all", exists: "examples/demo", server: true,
		command: []string{"go", "run", "./examples/demo"},
	},
}
