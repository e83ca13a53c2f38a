#!/usr/bin/env bash
# The bundle is under 40 MB, needs no newer symbols than glibc 2.34 and GLIBCXX_3.4.30, and runs in a root folder that
# holds only glibc and libstdc++.
set -euo pipefail
source=$1 build=$2
[ "$source/build" = "$build" ] || { echo "not run: the bundle is made of the dev build alone"; exit 0; }
"$source/setup" bundle
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root/opt" "$work/root/lib64" "$work/root/lib/x86_64-linux-gnu" "$work/root/tmp"
zstd -dc "$build/uada-linux-x86_64.tar.zst" | tar -C "$work/root/opt" -xf -

newest() {  # newest PREFIX FILE
  objdump -T "$2" | grep -oE "$1_[0-9]+(\.[0-9]+)+" | sort -uV | tail -1
}
over() { [ -n "$1" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | tail -1)" != "$2" ]; }
failed=0
for file in "$work"/root/opt/uada/bin/uada "$work"/root/opt/uada/lib/*; do
  [ -f "$file" ] || continue
  over "$(newest GLIBC "$file")" GLIBC_2.34 && { echo "$(basename "$file") needs $(newest GLIBC "$file")"; failed=1; }
  over "$(newest GLIBCXX "$file")" GLIBCXX_3.4.30 && { echo "$(basename "$file") needs $(newest GLIBCXX "$file")"; failed=1; }
done
[ $failed = 0 ] || exit 1

cp -L /lib64/ld-linux-x86-64.so.2 "$work/root/lib64/"
for lib in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 libstdc++.so.6 libgcc_s.so.1; do
  cp -L /lib/x86_64-linux-gnu/$lib /usr/lib/x86_64-linux-gnu/$lib "$work/root/lib/x86_64-linux-gnu/" 2>/dev/null || true
done
enter=(chroot); [ "$(id -u)" = 0 ] || enter=(unshare -r chroot)
if [ "$(id -u)" != 0 ] && ! unshare -r true 2>/dev/null; then
  echo "not run in a bare root: that takes root, or a kernel that allows unshare -r"; exit 0
fi
# Without /proc the loader cannot resolve $ORIGIN, so it is named with the folder of the libraries.
"${enter[@]}" "$work/root" /lib64/ld-linux-x86-64.so.2 --library-path /opt/uada/lib /opt/uada/bin/uada list ops \
  >"$work/out" 2>&1 || { echo "the bundle does not run alone:"; cat "$work/out"; exit 1; }
grep -q rotate "$work/out"
# And from where it was unpacked, by its own RPATH.
ldd "$work/root/opt/uada/bin/uada" | grep libuada_core | grep "$work/root/opt/uada" >/dev/null
"$work/root/opt/uada/bin/uada" list methods | grep uada >/dev/null
echo "the bundle runs with glibc and libstdc++ alone"
