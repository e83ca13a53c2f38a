#!/usr/bin/env bash
# With UADA_LIBTORCH naming a folder without it, both programs start, list, browse a project, and say how to install it when a run is asked for.
set -euo pipefail
source=$1 build=$2
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export UADA_LIBTORCH=$work/nothing-here QT_QPA_PLATFORM=offscreen
uada() { "$build/bin/uada" "$@"; }

uada list ops | grep rotate >/dev/null
uada list models | grep resnet >/dev/null
uada runs --project "$work/p.uada" >/dev/null 2>&1 || true
uada doctor >"$work/doctor" 2>&1 || true
grep -qi libtorch "$work/doctor"

status=0
uada run "$source/experiments/demo.json" --project "$work/p.uada" >"$work/out" 2>&1 || status=$?
[ $status = 1 ] || { echo "run without LibTorch ended with $status:"; cat "$work/out"; exit 1; }
grep -q './setup' "$work/out" || { echo "run without LibTorch does not say how to install it:"; cat "$work/out"; exit 1; }
uada runs --project "$work/p.uada" >/dev/null

if [ -x "$build/bin/uada-workbench" ]; then
  "$build/bin/uada-workbench" --bench | grep start.first_paint >/dev/null
fi
echo "list, doctor, runs, run and the window behave without LibTorch"
