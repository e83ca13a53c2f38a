#!/usr/bin/env python3
"""Prints the tables of docs/scale.md: the time of a training step against the number of GPUs.

    tests/bench/scaling.py [--network NAME] [--bandwidth GB/s] [--nvlink GB/s] [--per-node N]

A step of n GPUs takes what one GPU takes for its part of the batch, then the sum of the gradients over all, which does
not overlap with it (core/engine/train/RankSums.h), and three short sums of numbers, each in log2(n) rounds of pairs by way
of the CPUs (core/engine/train/World.cpp). The sum of the gradients is a ring within each machine and one between machines: each of the g GPUs of a machine brings its g-th of the gradients to the
others by its own network port. Parts marked "measured" in MEASURED were; the others are what vendors state, taken at a
share that is usually reached.
"""
import argparse
import math

# One H100, LibTorch 2.11.0, bfloat16, the whole step as one CUDA graph: images per GPU -> ms of a step. Measured.
# Between and beyond them: a straight line; below the smallest: its time, since the step is bound by launches there.
MEASURED = {
    "resnet18": {"parameters": 11_173_962, "plain": {128: 3.03, 256: 5.01, 512: 9.07},
                 "images": 50_000, "bytes": 3 * 32 * 32},
}
USUAL_SHARE = 0.7       # of a stated bandwidth that a sum over ranks reaches
LATENCY_US = {"nvlink": 5, "network": 15}  # of one hop, as NCCL's are usually told
ROUND_MS = 0.12  # a round of a short sum: Gloo, 64 bytes, two processes on loopback of a busy machine. Measured
SHORT_SUMS = 3   # of a step: numbers, reports, commands
UADA = {"plain": 1.0, "fast": 2.40, "parity": 3.79}  # times a plain step, torch.compile on one H100. Measured


def compute_ms(network, batch):
    points = sorted(network["plain"].items())
    if batch <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if batch <= x1:
            return y0 + (y1 - y0) * (batch - x0) / (x1 - x0)
    (x0, y0), (x1, y1) = points[-2:]
    return y1 + (y1 - y0) / (x1 - x0) * (batch - x1)


def sum_ms(size, gpus, options):
    """Of `size` bytes over all GPUs."""
    own = min(gpus, options.per_node)
    nodes = math.ceil(gpus / options.per_node)
    within, between = options.nvlink * 1e9 * USUAL_SHARE, options.bandwidth * 1e9 * USUAL_SHARE
    seconds = 2 * (own - 1) / own * size / within + 2 * (own - 1) * LATENCY_US["nvlink"] * 1e-6
    if nodes > 1:
        seconds += 2 * (nodes - 1) / nodes * size / own / between
        # Short messages and many machines go by trees.
        seconds += 2 * math.ceil(math.log2(nodes)) * LATENCY_US["network"] * 1e-6
    return 1000 * seconds if gpus > 1 else 0


def step_ms(network, gpus, batch, method, options):
    """batch  of all GPUs"""
    own = math.ceil(batch / gpus)
    compute = compute_ms(network, own) * UADA[method]
    sums = sum_ms(4 * network["parameters"], gpus, options) + SHORT_SUMS * ROUND_MS * math.ceil(math.log2(gpus))
    return compute, sums


def table(network, title, batch_of, options):
    print(f"\n{title}\n")
    print("| GPUs | images a GPU | plain: step, ms | of it sums | images/s | share of ideal | UADA fast: step, ms | share of ideal |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for gpus in (1, 2, 4, 8, 16, 64, 256, 1024):
        batch = batch_of(gpus)
        if batch < gpus:
            continue
        cells = [gpus, math.ceil(batch / gpus)]
        for method in ("plain", "fast"):
            compute, sums = step_ms(network, gpus, batch, method, options)
            alone = sum(step_ms(network, 1, batch_of(1), method, options))
            ideal = alone * batch / batch_of(1) / gpus
            step = compute + sums
            cells += [f"{step:.2f}"]
            if method == "plain":
                cells += [f"{sums:.2f}", f"{1000 * batch / step:,.0f}"]
            cells += [f"{100 * ideal / step:.0f} %"]
        print("| " + " | ".join(str(cell) for cell in cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=MEASURED, default="resnet18")
    parser.add_argument("--bandwidth", type=float, default=50, help="of a GPU's network port, GB/s; 50: 400 Gbit/s")
    parser.add_argument("--nvlink", type=float, default=450, help="of a GPU within its machine, one way, GB/s")
    parser.add_argument("--per-node", type=int, default=8)
    options = parser.parse_args()
    network = MEASURED[options.network]
    print(f"{options.network}, {4 * network['parameters'] / 1e6:.1f} MB of gradients; {options.bandwidth:g} GB/s a GPU "
          f"between machines of {options.per_node}, {options.nvlink:g} within")
    table(network, "The batch grows with the GPUs, 512 images each", lambda gpus: 512 * gpus, options)
    table(network, "The batch stays, 4,096 images", lambda gpus: 4096, options)
    table(network, "The batch of the paper, 128 images", lambda gpus: 128, options)


if __name__ == "__main__":
    main()
