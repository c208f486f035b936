# Each target runs what exists and says what does not exist yet.
#
#   make            the shared library, and all Go code compiled
#   make test       every suite of every language (SUITES="go-unit c" for some)
#   make check      formatting, linters, header, memory, ABI
#   make tools      installs what make check and make generate need
#   make demo       moves a real data set through a real Pravega
#   make bench      the benchmark
#   make bench-failover
#                   how long a writer is held up when a segment store is killed
#   make pravega    a real Pravega in the foreground, tcp://127.0.0.1:9090
#   make cluster    the same as eight processes that can be killed one by one
#   make test-cluster
#                   the tests that kill them, in short; some are a part of make test
#   make test-interop
#                   reader groups of official Java readers and ours; a part of make test
#   make test-long  the long forms of tests, about an hour
#   make install    the library, its headers and pkg-config file, below PREFIX
#   make clean      removes what was built; what was fetched stays
#   make distclean  removes build/ altogether

VERSION := 0.1.0
SONAME  := libpravega.so.0
PREFIX  ?= /usr/local
DESTDIR ?=
SUITES  ?=

BUILD := $(CURDIR)/build
TOOLS := $(BUILD)/tools
VENV  := $(BUILD)/venv

# Where `make lib` puts lib/ and include/, and build tags for it: tests build
# variants of their own beside the library.
LIBROOT ?= $(BUILD)
LIBTAGS ?=

export PRAVEGA_LIBRARY ?= $(BUILD)/lib/$(SONAME)

.NOTPARALLEL:
.PHONY: all lib test test-cluster test-interop test-long check tools demo bench bench-failover pravega cluster generate install clean distclean runners

all: lib
	go build ./...

# $(call if-exists,PATH,COMMAND): runs the command if the path exists.
if-exists = @if [ -e $(1) ]; then set -e; $(2); else echo "$@: $(1) does not exist yet"; fi

# --- library ---------------------------------------------------------------

# The version script must be given by its absolute path: the linker runs
# elsewhere. Cgo writes a header of its own, which is not the library's.
LINK := -Wl,-soname,$(SONAME) -Wl,--version-script=$(CURDIR)/capi/pravega.map -Wl,--no-undefined-version -Wl,-z,defs

# The paths are relative to the file, so that the tree may be moved.
define PKGCONFIG
prefix=$${pcfiledir}/../..
libdir=$${prefix}/lib
includedir=$${prefix}/include

Name: pravega
Description: Client for Pravega streams
Version: $(VERSION)
Libs: -L$${libdir} -lpravega
Cflags: -I$${includedir}
endef
export PKGCONFIG

lib:
	mkdir -p $(LIBROOT)/lib/pkgconfig $(LIBROOT)/include
	CGO_ENABLED=1 go build -buildmode=c-shared -trimpath -tags '$(LIBTAGS)' -ldflags "-extldflags '$(LINK)'" \
		-o $(LIBROOT)/lib/libpravega.so.$(VERSION) ./capi
	rm -f $(LIBROOT)/lib/$(basename libpravega.so.$(VERSION)).h
	ln -sf libpravega.so.$(VERSION) $(LIBROOT)/lib/$(SONAME)
	ln -sf $(SONAME) $(LIBROOT)/lib/libpravega.so
	@echo "$$PKGCONFIG" >$(LIBROOT)/lib/pkgconfig/pravega.pc
	cp include/pravega.h include/pravega.hpp $(LIBROOT)/include/

install: lib
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include
	install -m 755 $(BUILD)/lib/libpravega.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/
	ln -sf libpravega.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(PREFIX)/lib/libpravega.so
	install -m 644 $(BUILD)/lib/pkgconfig/pravega.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/
	install -m 644 $(BUILD)/include/* $(DESTDIR)$(PREFIX)/include/

# --- real server -------------------------------------------------------------

runners:
	go build -o $(TOOLS)/ ./tests/harness/cmd/...

pravega: runners
	exec $(TOOLS)/pravega

cluster: runners
	exec $(TOOLS)/pravega-cluster

# --- tests -------------------------------------------------------------------

test: lib runners $(VENV)/complete
	$(TOOLS)/suite $(SUITES)

test-cluster:
	go test -tags cluster -race -count=1 -short -timeout 25m -v ./tests/cluster

test-interop: lib runners
	$(TOOLS)/with-pravega -- go test -race -count=1 -timeout 12m -v ./tests/interop/...

test-long: runners
	GOLDEN_LIVES=2000 go test -count=1 -timeout 90m -v -run SameStates ./tests/interop/golden
	RESUME_ROUNDS=200 $(TOOLS)/with-pravega -- go test -race -count=1 -timeout 90m -v -run KilledProcesses ./tests/conformance
	go test -tags cluster -race -count=1 -timeout 90m -v ./tests/cluster

$(VENV)/complete: tests/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install -q -r tests/requirements.txt
	touch $@

demo: lib runners
	$(call if-exists,examples/demo,go build -o $(TOOLS)/demo ./examples/demo; $(TOOLS)/demo)

bench: lib runners
	$(call if-exists,bench,go build -o $(TOOLS)/bench ./bench; $(TOOLS)/bench -out $(BUILD)/bench.json)

bench-failover:
	go build -o $(TOOLS)/failover ./bench/failover
	$(TOOLS)/failover -out $(BUILD)/bench-failover.json

# --- checks ------------------------------------------------------------------

CHECKS := check-format check-vet check-staticcheck check-generated check-header check-asan check-valgrind check-abi check-python check-notice
.PHONY: $(CHECKS)
check: $(CHECKS)

# $(call needs,COMMAND): fails if there is no such command.
needs = @command -v $(1) >/dev/null || { echo "$@: $(1) is missing; make tools installs it" >&2; exit 1; }

check-format:
	@unformatted=$$(git ls-files -z --cached --others --exclude-standard --deduplicate '*.go' | xargs -0 ls 2>/dev/null | xargs gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "not as gofmt writes it:"; echo "$$unformatted"; exit 1; fi

check-vet:
	go vet ./...
	go vet -tags cluster ./tests/cluster

check-staticcheck:
	$(call needs,$(TOOLS)/staticcheck)
	$(TOOLS)/staticcheck ./...
	$(TOOLS)/staticcheck -tags cluster ./tests/cluster

# What is generated must be what its sources say.
check-generated:
	sh internal/controller/controllerpb/check.sh
	go -C tools build -o $(TOOLS)/ ./cabi
	$(TOOLS)/cabi -check

# The tests compile the headers with the compiler of the machine; this is
# another. Clang would warn of old-style casts in extern "C" too, where there are no
# others.
check-header:
	$(call needs,clang-16)
	$(MAKE) -C tests/c header layout CC=clang-16
	$(MAKE) -C tests/cpp header CXX=clang++-16 WARN='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror'

check-asan: lib runners
	$(TOOLS)/with-pravega -- $(MAKE) -C tests/c asan

check-valgrind: lib runners
	$(call needs,valgrind)
	$(TOOLS)/with-pravega -- $(MAKE) -C tests/c valgrind

# Functions of a released library must stay as they are.
check-abi: lib
	$(call needs,abidiff)
	$(call if-exists,capi/abi/libpravega.abi,abidiff --headers-dir2 include capi/abi/libpravega.abi $(BUILD)/lib/$(SONAME))

check-python: $(VENV)/complete
	cd bindings/python && $(VENV)/bin/ruff check . ../../examples && $(VENV)/bin/ruff format --check . ../../examples && $(VENV)/bin/mypy

# What is linked into the library is named with its version in NOTICE and in the
# list of dependencies.
check-notice: lib
	@set -e; go version -m $(BUILD)/lib/$(SONAME) | awk '$$1 == "dep" { print $$2, $$3 }' | while read -r module version; do \
		for file in NOTICE docs/dependencies.md; do \
			grep -qF "$$module $$version" $$file || { echo "$$file does not name $$module $$version" >&2; exit 1; }; \
		done; done

# --- tools -------------------------------------------------------------------

tools: $(VENV)/complete
	go -C tools mod verify
	GOBIN=$(TOOLS) go -C tools install tool ./cabi
	@missing=$$(for p in $$(grep -v '^#' tests/packages.txt); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); \
	if [ -n "$$missing" ]; then \
		[ "$$(id -u)" = 0 ] || sudo=sudo; set -ex; \
		$$sudo apt-get update -q; \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing; \
	fi

generate:
	sh internal/controller/controllerpb/generate.sh
	go -C tools build -o $(TOOLS)/ ./cabi
	$(TOOLS)/cabi

# --- cleaning ----------------------------------------------------------------

clean:
	rm -rf $(BUILD)/lib $(BUILD)/include $(BUILD)/test
	rm -f $(TOOLS)/pravega $(TOOLS)/pravega-cluster $(TOOLS)/with-pravega $(TOOLS)/suite $(TOOLS)/bench $(TOOLS)/failover $(TOOLS)/demo

distclean:
	rm -rf $(BUILD)
