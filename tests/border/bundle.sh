#!/usr/bin/env bash
# The bundle is under 40 MB, needs no newer symbols than glibc 2.34 and GLIBCXX_3.4.30, and in a root folder that holds
# only glibc and libstdc++ it lists, and with the folder of a LibTorch trains.
set -euo pipefail
source=$1 build=$2
[ "$source/build" = "$build" ] || { echo "not run: the bundle is made of the dev build alone"; exit 0; }
UADA_BUNDLE_LEVEL=9 "$source/setup" bundle  # at 19 it takes half a minute for an eighth less
work=$(mktemp -d); trap 'rm -rf --one-file-system "$work"' EXIT
root=$work/root
mkdir -p "$root"/{opt,lib64,lib/x86_64-linux-gnu,tmp,proc,dev,opt/libtorch,usr/share/datasets}
zstd -dc "$build/uada-linux-x86_64.tar.zst" | tar -C "$root/opt" -xf -

newest() {  # newest PREFIX FILE
  objdump -T "$2" | grep -oE "$1_[0-9]+(\.[0-9]+)+" | sort -uV | tail -1
}
over() { [ -n "$1" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | tail -1)" != "$2" ]; }
failed=0
for file in "$root"/opt/uada/bin/uada "$root"/opt/uada/lib/uada/*; do
  [ -f "$file" ] || continue
  over "$(newest GLIBC "$file")" GLIBC_2.34 && { echo "$(basename "$file") needs $(newest GLIBC "$file")"; failed=1; }
  over "$(newest GLIBCXX "$file")" GLIBCXX_3.4.30 && { echo "$(basename "$file") needs $(newest GLIBCXX "$file")"; failed=1; }
done
[ $failed = 0 ] || exit 1
# From where it was unpacked, by its own RPATH, on this machine.
ldd "$root/opt/uada/bin/uada" | grep libuada_core | grep "$root/opt/uada" >/dev/null ||
  { echo "the bundle's uada does not find its own libuada_core.so:"; ldd "$root/opt/uada/bin/uada"; exit 1; }

cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64/"
for lib in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 libutil.so.1 libstdc++.so.6 libgcc_s.so.1; do
  cp -L /lib/x86_64-linux-gnu/$lib /usr/lib/x86_64-linux-gnu/$lib "$root/lib/x86_64-linux-gnu/" 2>/dev/null || true
done
enter=(unshare --mount --pid --fork --kill-child); [ "$(id -u)" = 0 ] || enter+=(--map-root-user)
"${enter[@]}" true 2>/dev/null ||
  { echo "not run in a bare root: that takes root, or a kernel that allows unshare --map-root-user"; exit 0; }

# bare WORD...: the bundle's uada in that root, with what a kernel gives, and LibTorch and images bound in where they are.
libtorch=$(sed -n 's/^LIBTORCH_DIR:PATH=//p' "$build/CMakeCache.txt")
images=/usr/share/datasets
bare() {
  "${enter[@]}" bash -euc '
    root=$1 libtorch=$2 images=$3; shift 3
    mount --make-rprivate /
    mount -t proc proc "$root/proc"
    for device in null zero urandom; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
    if [ -d "$libtorch" ]; then mount --rbind "$libtorch/.." "$root/opt/libtorch"; fi
    if [ -d "$images" ]; then mount --bind "$images" "$root/usr/share/datasets"; fi
    exec env -i PATH="$PATH:/usr/sbin" HOME=/tmp UADA_LIBTORCH=/opt/libtorch/torch chroot "$root" /opt/uada/bin/uada "$@"
  ' bash "$root" "$libtorch" "$images" "$@"
}
tell() {  # tell WHAT WORD...: as bare, and says what failed
  local what=$1; shift
  bare "$@" >"$work/out" 2>&1 || { echo "the bundle does not $what in a bare root:"; cat "$work/out"; exit 1; }
}
tell "list ops" list ops
grep -q rotate "$work/out" || { echo "no 'rotate' among the bundle's ops:"; cat "$work/out"; exit 1; }
bare libtorch get --index http://127.0.0.1:9/simple >"$work/out" 2>&1 &&
  { echo "the bundle fetches something where there is no libcurl:"; cat "$work/out"; exit 1; }
grep -q 'libcurl.so.4 is not on this machine' "$work/out" || { cat "$work/out"; exit 1; }
[ -d "$libtorch" ] || { echo "the bundle lists with glibc and libstdc++ alone; not trained: there is no LibTorch"; exit 0; }
tell "say where LibTorch is" libtorch
[ -d "$images" ] || { echo "the bundle lists with glibc and libstdc++ alone; not trained: no Fashion-MNIST (./setup)"; exit 0; }

cat >"$root/tmp/tiny.json" <<'JSON'
{ "name": "tiny", "methods": ["ra-uc", "uada"], "seeds": [1],
  "recipe": { "dataset": { "name": "fashion_mnist", "train_limit": 64, "test_limit": 32 },
              "model": { "name": "resnet", "depth": 10, "width": 4 }, "training": { "epochs": 1, "batch": 32 } } }
JSON
tell train run /tmp/tiny.json --project /tmp/p.uada
tell "say what it trained" runs --project /tmp/p.uada --json
[ "$(grep -c '"state":"finished"' "$work/out")" = 2 ] || { echo "not both runs are finished:"; cat "$work/out"; exit 1; }
trained="and trains"
if bare run --help | grep -e --ranks >/dev/null; then
  tell "train on two ranks" run /tmp/tiny.json --project /tmp/ranks.uada --ranks 2
  trained="and trains, on two ranks, too,"
fi
echo "the bundle runs $trained with glibc, libstdc++ and LibTorch alone"
