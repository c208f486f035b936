#!/bin/sh
# Runs the tests of the Python package against a real Pravega, which it starts
# unless PRAVEGA_TEST_CONTROLLER names one. Arguments go to pytest.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
make -C "$root" lib runners "$root/build/venv/complete"
export PRAVEGA_LIBRARY="${PRAVEGA_LIBRARY:-$root/build/lib/libpravega.so.0}"
cd "$root"
exec build/tools/with-pravega -- build/venv/bin/python -m pytest -q -p no:cacheprovider bindings/python/tests "$@"
