#!/usr/bin/env bash
# The package of Debian: what it depends on, holds and leaves out; and its command line runs from where it was unpacked.
set -euo pipefail
source=$1 build=$2
command -v dpkg-shlibdeps >/dev/null || { echo "not run: dpkg-dev is not installed (./setup)"; exit 0; }
command -v help2man >/dev/null || { echo "not run: help2man is not installed (./setup)"; exit 0; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }
(cd "$build" && cpack -G DEB -B "$work") >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
deb=$(echo "$work"/uada_*.deb)
[ -f "$deb" ] || fail "no package was made"
size=$(stat -c %s "$deb")
[ "$size" -lt 40000000 ] || fail "the package has $size bytes: is LibTorch in it?"

depends=$(dpkg-deb -f "$deb" Depends)
for needed in libc6 libstdc++6 libcurl4 libsqlite3-0; do
  grep -q "$needed" <<<"$depends" || fail "it does not depend on $needed: $depends"
done
! grep -qi torch <<<"$depends" || fail "it depends on a package of LibTorch: $depends"

dpkg-deb -x "$deb" "$work/root"
cd "$work/root/usr"
for file in bin/uada lib/uada/libuada_core.so share/uada/experiments/demo.json share/man/man1/uada.1.gz \
  share/man/man1/uada-run.1.gz share/man/man1/uada-queue-add.1.gz share/bash-completion/completions/uada \
  share/zsh/vendor-completions/_uada share/fish/vendor_completions.d/uada.fish share/doc/uada/copyright; do
  [ -f "$file" ] || fail "it does not hold $file"
done
if [ -e "$build/bin/uada-workbench" ]; then
  for file in bin/uada-workbench share/applications/org.uada.Workbench.desktop share/man/man1/uada-workbench.1.gz \
    share/icons/hicolor/scalable/apps/org.uada.Workbench.svg share/metainfo/org.uada.Workbench.metainfo.xml; do
    [ -f "$file" ] || fail "it does not hold $file"
  done
  grep -q libqt6widgets6 <<<"$depends" || fail "it does not depend on Qt: $depends"
fi
if [ -e "$build/lib/libuada_engine.so" ]; then
  [ -f lib/uada/libuada_engine.so ] || fail "it does not hold the engine"
fi
! find . -name 'libtorch*' -o -name 'libc10*' -o -name '*.h' | grep . || fail "it holds what is not its own"
for file in bin/* lib/uada/*; do
  ! readelf -d "$file" | grep -E 'R(UN)?PATH' | grep -vE '\[(\$ORIGIN[^]:]*:?)+\]' || fail "$file looks for libraries elsewhere"
done
set_pages=; command -v man >/dev/null && set_pages=1
for page in share/man/man1/*.gz; do
  [ -z "$set_pages" ] || [ -z "$(man -l --warnings -E UTF-8 "$page" 2>&1 >/dev/null)" ] || fail "$page is not a sound page: $(man -l --warnings "$page" 2>&1 >/dev/null)"
  zcat "$page" | sed -n '/^.SH NAME/{n;p}' | grep -E '^uada[a-z\-]* \\- .' >/dev/null || fail "$page has no name"
done
verbs=$("$build/bin/uada" complete "" | cut -f1)
for verb in $verbs; do [ -f "share/man/man1/uada-$verb.1.gz" ] || fail "there is no page for 'uada $verb'"; done

ldd bin/uada | grep libuada_core | grep "$work/root" >/dev/null || fail "its uada does not take its own library"
[ "$(bin/uada --version)" = "$("$build/bin/uada" --version)" ]
bin/uada list ops | grep rotate >/dev/null
bin/uada list experiments | grep demo >/dev/null
[ -n "$set_pages" ] || echo "not run: man is not installed, so the pages were read as text alone"
echo "the package is sound: $((size / 1000000)) MB, $(ls share/man/man1 | wc -l) pages"
