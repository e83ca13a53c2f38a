#!/usr/bin/env bash
# Measures training on a GPU: the step of each form of UADA beside ra-uc, each operation handed over by itself and as
# graphs (runtime.step); whether both give the same bits; an epoch of the size of CIFAR-10, and how busy the GPU is. Meant
# to take under six minutes, which was never timed on a GPU with graphs. Needs the program (built, or from the bundle), LibTorch with its CUDA part, a
# driver, and Python 3 to write 50,000 made-up images.
# usage: gpu.sh [PROGRAM [DEVICE]]   default: build/bin/uada, cuda
set -euo pipefail
uada=$(realpath "${1:-$(cd "$(dirname "$0")/../.." && pwd)/build/bin/uada}")
device=${2:-cuda}
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"

"$uada" doctor || true
resnet18='{"name": "resnet", "depth": 18, "width": 64}'
asked() { printf '{"name": "uada", "mode": "%s", "candidates": "asked"}' "$1"; }

# The last two render the candidate that is asked for, and wait for the probes' losses: what rendering both gains.
for precision in bf16 tf32; do
  for step in eager graph; do
    echo "== a step: ResNet-18, 128 images of 32 x 32, $precision, $step"
    "$uada" bench step --device "$device" --precision $precision --step $step --model "$resnet18" --method ra-uc \
      --method uada --method uada-fast --method "$(asked parity)" --method "$(asked fast)"
  done
done

mkdir cifar
python3 - <<'PY'
import os
for name in ["data_batch_%d" % i for i in range(1, 6)] + ["test_batch"]:
    with open("cifar/%s.bin" % name, "wb") as out:
        for i in range(10000):
            out.write(bytes([i % 10]) + os.urandom(3072))
PY
cat >epoch.json <<'JSON'
{
  "name": "gpu-epoch",
  "recipe": {
    "dataset": { "name": "cifar10" },
    "model": { "name": "resnet", "depth": 18, "width": 64 },
    "training": { "epochs": 3, "precision": "bf16" }
  },
  "methods": ["ra-uc", "uada", { "name": "uada", "mode": "fast" }],
  "seeds": [1]
}
JSON
cat >bits.json <<'JSON'
{
  "name": "gpu-bits",
  "recipe": {
    "dataset": { "name": "cifar10", "train_limit": 2100, "test_limit": 200 },
    "model": { "name": "resnet", "depth": 18, "width": 64 },
    "training": { "epochs": 2, "precision": "bf16" }
  },
  "methods": ["ra-uc", "uada", { "name": "uada", "mode": "fast", "precision": "bf16" }],
  "seeds": [1]
}
JSON
echo "== the same bits, eager and as graphs: losses and gradient norms of 34 steps, two of them on ragged batches"
for step in eager graph again; do
  "$uada" run bits.json --device "$device" --set "recipe.dataset.folder=$work/cifar" --project $step.uada \
    --set "runtime.step=${step/again/eager}" >bits-$step.log 2>&1 || { tail -5 bits-$step.log; exit 1; }
  grep -h "without graphs" bits-$step.log || true
done
# same PROJECT RUN: whether a run's steps have the numbers of the eager ones, but for their times.
same() {
  for project in eager "$1"; do
    "$uada" export "$2" --what curves --out "steps-$project.csv" --project "$project.uada" >/dev/null
    python3 -c 'import csv, sys
for row in csv.DictReader(open(sys.argv[1])):
    print([(name, row[name]) for name in sorted(row) if "loss" in name or "gradient" in name or "gain" in name])
' "steps-$project.csv" >"numbers-$project"
  done
  [ -s numbers-eager ] && cmp -s numbers-eager "numbers-$1"
}
for run in 1 2 3; do
  if same graph $run; then echo "run $run: graphs give the bits of eager steps"
  elif same again $run; then echo "run $run: GRAPHS GIVE OTHER BITS, while eager steps repeat theirs"
  else echo "run $run: eager steps do not repeat their own bits here, so that nothing follows"; fi
done
echo "== three epochs of 50,000 made-up images, bf16, with tests of 10,000 after each"
"$uada" run epoch.json --device "$device" --set "recipe.dataset.folder=$work/cifar" --project gpu.uada
for run in 1 2 3; do
  "$uada" export $run --what machine --out "machine-$run.csv" --project gpu.uada >/dev/null
  awk -F, -v run=$run '
    NR == 1 { for (i = 1; i <= NF; ++i) if ($i ~ /gpu0.*percent/ && !column) column = i }
    NR > 3 && column && $column != "" { sum += $column; ++count }
    END { if (count) printf "run %d: the GPU was busy %.0f %% of the time\n", run, sum / count
          else printf "run %d: how busy the GPU was is not known\n", run }' "machine-$run.csv"
done
