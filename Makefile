# Every target runs what exists and says what does not exist yet.

BUILD := $(CURDIR)/build

.PHONY: pravega harness

# The runners of the real server: build/tools/pravega and build/tools/with-pravega.
harness:
	go build -o $(BUILD)/tools/ ./tests/harness/cmd/...

# A real Pravega in the foreground, at tcp://127.0.0.1:9090. Ctrl-C ends it.
pravega: harness
	exec $(BUILD)/tools/pravega
