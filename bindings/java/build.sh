#!/bin/sh
# Builds libpravega_jni.so beside libpravega.so.0, which must be there already
# (make lib), and puts both, without debug information, where Maven takes them
# into the jar from. Maven calls this; environment: CC, CFLAGS, JAVA_HOME.
set -eu
cd "$(dirname "$0")"
lib=../../build/lib
out=$lib/libpravega_jni.so

if [ ! -e $lib/libpravega.so.0 ]; then
  echo "build.sh: $lib/libpravega.so.0 is missing; make lib builds it" >&2
  exit 1
fi
if [ -z "${JAVA_HOME:-}" ]; then
  JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
fi

# Loaded while the new one is written, the old one must stay whole: rename.
${CC:-cc} -std=c11 -D_GNU_SOURCE ${CFLAGS:--O2 -g} -fPIC -fvisibility=hidden -Wall -Wextra -Wconversion -Werror \
  -I../../include -I"$JAVA_HOME/include" -I"$JAVA_HOME/include/linux" \
  -shared -Wl,-soname,libpravega_jni.so -Wl,-z,defs '-Wl,-rpath,$ORIGIN' \
  -o $out.new.$$ src/main/c/*.c $lib/libpravega.so.0
mv $out.new.$$ $out

natives=target/natives/linux-x86_64
mkdir -p $natives
for file in libpravega.so.0 libpravega_jni.so; do
  if [ ! $natives/$file -nt $lib/$file ]; then
    strip --strip-debug -o $natives/$file $lib/$file
  fi
done
