#!/usr/bin/env bash
# Comments, messages, tests and pages point only at what is in the repository, and by name.
set -euo pipefail
source=$1
check() { /usr/bin/python3 "$source/tests/border/references.py" "$1"; }

# Planted faults must be found, and what is right beside them passed over.
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/docs" "$work/core/ops"
printf '# Methods\n\n| **step size** | `core/ops/Gone.cpp` |\n\n[here](#methods) [there](#nowhere) [away](gone.md)\n' \
  >"$work/docs/methods.md"
cat >"$work/core/ops/Op.h" <<'END'
/// The rule of the paper (design.md
/// 4), as reading A19 has it.
/// See docs/methods.md, "step size", and docs/methods.md, "stride"; 'uada table 2 --out mine.md' on an A100.
END
check "$work" >"$work/found" && { echo "planted faults are not found"; exit 1; }
for fault in 'Op.h: the page design.md is not' "Op.h: a number behind a page's name" 'Op.h: A19:' \
  'Op.h: docs/methods.md has no section or choice called "stride"' 'methods.md: core/ops/Gone.cpp does not exist' \
  'methods.md has no heading for #nowhere' 'the link to gone.md leads nowhere'; do
  grep -qF "$fault" "$work/found" || { echo "not found: $fault"; cat "$work/found"; exit 1; }
done
for right in mine.md A100 '"step size"' '#methods'; do
  ! grep -qF "$right" "$work/found" || { echo "found without need: $right"; cat "$work/found"; exit 1; }
done

check "$source"
