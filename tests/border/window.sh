#!/usr/bin/env bash
# The real window under Xvfb: it paints, and what it paints is a picture with something in it. The pictures stay in
# build/screenshots, to be looked at.
set -euo pipefail
source=$1 build=$2
[ -x "$build/bin/uada-workbench" ] || { echo "not run: the window is not built"; exit 0; }
command -v xvfb-run >/dev/null || { echo "not run: xvfb-run is not installed (./setup)"; exit 0; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
shots=$build/screenshots; mkdir -p "$shots"
export QT_QPA_PLATFORM=xcb XDG_RUNTIME_DIR=$work XDG_CONFIG_HOME=$work
window() { timeout 60 xvfb-run -a -s '-screen 0 1440x900x24' "$build/bin/uada-workbench" --settings "$work/s.ini" "$@"; }

window --bench | tee "$work/bench" | grep '"start.first_paint"' >/dev/null
cat "$work/bench"

# A short real run, so that there is something to show.
[ -e "$build/lib/libuada_engine.so" ] || { echo "no pictures: the engine is not built"; exit 0; }
"$build/bin/uada" run "$source/experiments/demo.json" --project "$work/p.uada" --quiet --set recipe.dataset.train_limit=400 \
  --set recipe.dataset.test_limit=200 --set recipe.training.epochs=3 --set recipe.training.batch=50 >"$work/run" 2>&1 ||
  { cat "$work/run"; exit 1; }
for theme in light dark; do
  window --project "$work/p.uada" --theme $theme --export window --size 1440x900 --out "$shots/window-$theme.png"
  /usr/bin/python3 - "$shots/window-$theme.png" <<'PY'
import sys
from PIL import Image
picture = Image.open(sys.argv[1]).convert("RGB")
colours = len(picture.getcolors(1 << 24))
assert picture.width >= 1440 and colours > 50, f"{sys.argv[1]}: {picture.size}, {colours} colours"
print(f"{sys.argv[1]}: {picture.width} x {picture.height}, {colours} colours")
PY
done
