#!/usr/bin/env bash
# With UADA_LIBTORCH naming a folder without it, both programs start, list, browse and replay a project, and say how to install it when a run is asked for.
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
for way in 'uada libtorch get' ./setup; do
  grep -q "$way" "$work/out" || { echo "run without LibTorch does not say how to install it:"; cat "$work/out"; exit 1; }
done
uada runs --project "$work/p.uada" >/dev/null

# A run of an earlier version: its plans, hashes and pictures are what training stored.
bash "$source/tests/golden/replay_images.sh" "$work/cifar"
sqlite3 "$work/old.uada" <"$source/tests/golden/replay_schema3.sql"
uada replay 1 --project "$work/old.uada" --data "$work/cifar" --out "$work/replayed" >"$work/out" 2>&1 ||
  { echo "a run of an earlier version is not replayed:"; cat "$work/out"; exit 1; }
grep -q '^6 decisions, all equal; pictures in ' "$work/out" || { cat "$work/out"; exit 1; }
[ "$(ls "$work/replayed" | grep -c -- '-trained\.png$')" = 6 ]

if [ -x "$build/bin/uada-workbench" ]; then
  "$build/bin/uada-workbench" --bench | grep start.first_paint >/dev/null
fi
echo "list, doctor, runs, run, replay and the window behave without LibTorch"
