#!/usr/bin/env bash
# What docs/features.md says of tests is so: each that it names is there, and no feature that must be is without one.
set -euo pipefail
source=$1 page=docs/features.md
check() { /usr/bin/python3 "$source/tests/border/features.py" "$1"; }

# Planted faults must be found.
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/docs" "$work/tests/core"
printf 'class TestOne : public QObject {\n private Q_SLOTS:\n  void isRight() {}\n};\nvoid TestOne::helper() {}\n' \
  >"$work/tests/core/tst_one.cpp"
cat >"$work/$page" <<'END'
| # | need | what | tests |
| --- | --- | --- | --- |
| 1 | must | a | `tst_one::isRight` |
| 2 | must | b | – |
| 3 | should | c | `tst_one::isGone`, `tst_two::isRight` |
| 5 | should | d | `tst_one::helper` |
END
check "$work" >"$work/found" && { echo "planted faults are not found"; exit 1; }
for fault in '2: must be shown by a test' '3: there is no test tst_one::isGone' '3: there is no test tst_two::isRight' \
  '5: there is no test tst_one::helper' 'the numbers are not 1 to 53'; do
  grep -qF "$fault" "$work/found" || { echo "not found: $fault"; cat "$work/found"; exit 1; }
done
! grep -qF '1: ' "$work/found" || { echo "found without need"; cat "$work/found"; exit 1; }

check "$source"
