#!/usr/bin/env bash
# Trains the small versions of the paper's tables (experiments/quick) into one project, says how long each took, and
# prints the tables. Data sets that are not found end it: set UADA_DATA to the folder they lie in.
# usage: quick_tables.sh [PROGRAM [PROJECT]]   default: build/bin/uada, quick-tables.uada in the current folder
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
uada=${1:-$source/build/bin/uada}
project=${2:-quick-tables.uada}
tables=(2 3 4 5 6 7 8 9)
times=()
for table in "${tables[@]}"; do
  begin=$SECONDS
  "$uada" run "$source/experiments/quick/table$table.json" --project "$project" --quiet >/dev/null
  times+=("table $table: $((SECONDS - begin)) s")
  echo "${times[-1]}" >&2
done
for table in "${tables[@]}"; do
  "$uada" table "$table" --project "$project"
  echo
done
printf '%s\n' "${times[@]}" "together: $SECONDS s"
