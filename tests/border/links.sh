#!/usr/bin/env bash
# Neither program, nor libuada_core.so, nor the widgets link torch; nothing in core links Qt.
set -euo pipefail
build=$2; failed=0
refuse() {  # refuse FILE PATTERN WORD
  local found
  found=$(ldd "$1" | grep -E "$2" || true)
  if [ -n "$found" ]; then echo "$1 links $3: $found"; failed=1; fi
}
checked=0
for file in "$build/bin/uada" "$build/lib/libuada_core.so"; do
  refuse "$file" 'libtorch|libc10' LibTorch
  refuse "$file" 'libQt' Qt
  checked=$((checked + 1))
done
if [ -e "$build/bin/uada-workbench" ]; then
  refuse "$build/bin/uada-workbench" 'libtorch|libc10' LibTorch
  checked=$((checked + 1))
fi
if [ -e "$build/lib/libuada_engine.so" ]; then
  refuse "$build/lib/libuada_engine.so" 'libQt' Qt
  needed=$(readelf -d "$build/lib/libuada_engine.so" | grep -cE 'NEEDED.*(libtorch\.so|libtorch_cuda|libtorch_python)' || true)
  [ "$needed" = 0 ] || { echo "the engine links more of LibTorch than torch_cpu and c10"; failed=1; }
  readelf -d "$build/lib/libuada_engine.so" | grep RPATH >/dev/null || { echo "the engine has no RPATH"; failed=1; }
  checked=$((checked + 1))
fi
echo "$checked files looked at"
exit $failed
