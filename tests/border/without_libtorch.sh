#!/usr/bin/env bash
# With LibTorch hidden, both programs start, list, browse a project, and say how to install it when a run is asked for.
set -euo pipefail
source=$1 build=$2 libtorch=$3
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir "$work/empty"

hide() {  # runs a command where LibTorch's folder is empty
  unshare -rm bash -euc 'mount --bind "$1" "$2"; shift 2; exec "$@"' bash "$work/empty" "${libtorch:-$work/empty}" "$@"
}
if ! hide true 2>/dev/null; then
  echo "not run: this machine does not let a process hide a folder from itself (unshare -rm)"
  exit 0
fi
export XDG_CACHE_HOME=$work/cache QT_QPA_PLATFORM=offscreen
unset UADA_LIBTORCH
uada() { hide "$build/bin/uada" "$@"; }

uada list ops | grep -q rotate
uada list models | grep -q resnet
uada runs --project "$work/p.uada" >/dev/null 2>&1 || true
uada doctor >"$work/doctor" 2>&1 || true
grep -qi libtorch "$work/doctor"

status=0
uada run "$source/experiments/demo.json" --project "$work/p.uada" >"$work/out" 2>&1 || status=$?
[ $status = 1 ] || { echo "run without LibTorch ended with $status:"; cat "$work/out"; exit 1; }
grep -q './setup' "$work/out" || { echo "run without LibTorch does not say how to install it:"; cat "$work/out"; exit 1; }
uada runs --project "$work/p.uada" >/dev/null

if [ -x "$build/bin/uada-workbench" ]; then
  hide "$build/bin/uada-workbench" --bench | grep -q start.first_paint
fi
echo "list, doctor, runs, run and the window behave without LibTorch"
