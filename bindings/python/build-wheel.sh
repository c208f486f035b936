#!/bin/sh
# Builds a wheel that holds the native library: build/wheels/pravega_native-*.whl.
# The library needs the glibc of the machine it was built on, or a newer one.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
library="${PRAVEGA_LIBRARY:-$root/build/lib/libpravega.so.0}"
[ -f "$library" ] || make -C "$root" lib

# In a folder of its own: what is built must not stay in the sources.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$here/pravega" "$here/pyproject.toml" "$here/setup.py" "$here/README.md" "$work/"
cp "$root/LICENSE" "$root/NOTICE" "$work/"
cp -L "$library" "$work/pravega/libpravega.so.0"
strip --strip-unneeded "$work/pravega/libpravega.so.0"
mkdir -p "$root/build/wheels"
"${PYTHON:-python3}" -m pip wheel -q --no-deps -w "$root/build/wheels" "$work"
ls -l "$root"/build/wheels/pravega_native-*.whl
