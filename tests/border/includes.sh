#!/usr/bin/env bash
# No source of app, widgets or their tests was compiled with a header of torch; none of core with a header of Qt; torch
# only in core/engine's four folders.
set -euo pipefail
ninja -C "$2" -t deps 2>/dev/null | awk '
  /^[^ ]/ { object = $1; objects += object ~ /\.o:$/; next }
  /\/(torch|ATen|c10)\// {
    if (object ~ /(app|widgets)\// || object ~ /CMakeFiles\/uada_core\.dir/) bad[object " includes " $1]
  }
  /\/qt6\/|\/Qt[A-Z][A-Za-z]+\/Q[A-Z]/ {
    if (object ~ /uada_core\.dir|uada_engine/) bad[object " includes " $1]
  }
  END {
    for (b in bad) { print b; n++ }
    print objects " objects looked at"
    exit (n > 0 || objects < 20)
  }'
