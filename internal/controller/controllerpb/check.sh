#!/bin/sh
# Fails if the generated code is not what its .proto says.
set -eu
cd "$(dirname "$0")"
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
./generate.sh "$fresh"
diff -u pravegaclient_controller.pb.go "$fresh/pravegaclient_controller.pb.go"
echo "controllerpb: the generated code is up to date"
