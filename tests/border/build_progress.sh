#!/usr/bin/env bash
# What cmake/build prints, with a ninja that only says what it would do: build_progress.sh SOURCE BUILD
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/cmake" "$work/build" "$work/bin"
cp "$1/cmake/build" "$work/cmake/build"
touch "$work/build/build.ninja"
cat >"$work/bin/ninja" <<'NINJA'
#!/usr/bin/env bash
case $MADE_UP in
  fails) all=20; last=7 ;;
  *) all=40; last=40 ;;
esac
# A build of CMake's own lists comes first.
for step in 0 1; do echo "@$step/2 Re-checking globbed directories..."; done
for ((step = 1; step <= last; ++step)); do echo "@$step/$all Building CXX object error$step.o"; done
case $MADE_UP in
  fails) printf 'FAILED: x.o\nclang++ x.cpp\nx.cpp:1:1: error: no\nninja: build stopped: subcommand failed.\n'; exit 1 ;;
  interrupted) echo "ninja: build stopped: interrupted by user."; exit 2 ;;
esac
NINJA
chmod +x "$work/bin/ninja"
export PATH=$work/bin:$PATH

expect() {  # expect CASE CODE LINES: the lines that the build prints in this case
  local code=0 said
  said=$(MADE_UP=$1 "$work/cmake/build" 2>&1 | sed -E 's/\([0-9]+ s\)/(N s)/') || code=$?
  [ $code = "$2" ] && [ "$said" = "$3" ] && return
  printf '%s: code %s, said:\n%s\nwanted: code %s\n%s\n' "$1" "$code" "$said" "$2" "$3" >&2
  exit 1
}
tenths() { for ((step = 4; step <= 40; step += 4)); do echo "build: $step of 40 steps (N s)"; done; }
expect whole 0 "$(tenths; echo 'build: build is up to date (N s)')"
expect fails 1 "$(printf '%s\n' 'build: 2 of 20 steps (N s)' 'build: 4 of 20 steps (N s)' 'build: 6 of 20 steps (N s)' \
  'FAILED: x.o' 'clang++ x.cpp' 'x.cpp:1:1: error: no' 'ninja: build stopped: subcommand failed.')"
expect interrupted 130 "$(tenths; echo; echo 'build: interrupted; the same command goes on')"
echo "cmake/build says how far it is, what failed, and no more"
