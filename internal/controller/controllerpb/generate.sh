#!/bin/sh
# Writes pravegaclient_controller.pb.go, here or into the folder given. Needs
# only Go: buf is pinned in tools/go.mod, and protoc-gen-go is of the protobuf
# version that go.mod links, so that the two cannot part. BUF may name a buf
# that is installed already.
set -eu
cd "$(dirname "$0")"
out=${1:-.}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

buf=${BUF:-$(go -C ../../../tools tool -n buf)}
go build -o "$work/protoc-gen-go" google.golang.org/protobuf/cmd/protoc-gen-go

cat >"$work/buf.gen.yaml" <<END
version: v2
plugins:
  - local: $work/protoc-gen-go
    out: $out
    opt: paths=source_relative
END
"$buf" generate --template "$work/buf.gen.yaml" .
