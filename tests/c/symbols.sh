#!/bin/sh
# The functions of the header, the names in the version script and the symbols
# that the library exports are the same. $1: the library.
set -eu
cd "$(dirname "$0")/../.."
begun=$(date +%s.%N)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# What the compiler makes of the header, so that nothing hides from the check.
cc -std=c99 -E -P -Iinclude include/pravega.h | tr '\n' ' ' | tr ';' '\n' | grep 'visibility("default")' |
  grep -oE 'pravega_[a-z0-9_]+ *\(' | tr -d ' (' | sort >"$dir/header"
grep -oE '^ *pravega_[a-z0-9_]+;' capi/pravega.map | tr -d ' ;' | sort >"$dir/map"
nm -D --defined-only "$1" | awk '$2 != "A" {print $3}' | sed 's/@.*//' | sort >"$dir/library"
[ "$(wc -l <"$dir/header")" -gt 60 ]
diff "$dir/header" "$dir/map" || { echo "symbols.sh:1: the header and capi/pravega.map differ" >&2; exit 1; }
diff "$dir/map" "$dir/library" || { echo "symbols.sh:1: capi/pravega.map and the library differ" >&2; exit 1; }
readelf -d "$1" | grep -q 'SONAME.*\[libpravega\.so\.0\]' || { echo "symbols.sh:1: the library has no SONAME" >&2; exit 1; }
readelf -d "$1" | grep -q 'NODELETE' || { echo "symbols.sh:1: the library can be unloaded" >&2; exit 1; }
awk -v a="$begun" -v b="$(date +%s.%N)" 'BEGIN {printf "%-44s ok %.2f s\n", "symbols", b - a}'
