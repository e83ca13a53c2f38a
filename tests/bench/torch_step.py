#!/usr/bin/env python3
"""Times a training step in PyTorch as a careful user would write it, beside `uada bench step`.

    tests/bench/torch_step.py [--uada build/bin/uada] [--threads 1 2] [--pairs 3] [--compile]

The network, the batch and the work are those of `uada bench step`: a CIFAR-style ResNet-10 of width 16, 128 images
of 32 x 32 pixels, channels last, SGD with momentum over lists. `plain` is one forward and backward of a batch that is in memory:
nothing is augmented. `parity` adds UADA's nine forwards without gradient and the choice of the hardest of five, on
images in memory, too; `uada` renders its images within its time. Both in float32 and in bfloat16 (PyTorch's autocast;
`training.precision: bf16`), the two sides in turn. Needs torch; one line a case.
"""
import argparse
import json
import os
import subprocess
import sys
import time

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
import torch
import torch.nn as nn
import torch.nn.functional as F

BATCH = 128


class Block(nn.Module):
    def __init__(self, inside, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.short = None
        if stride != 1 or inside != out:
            self.short = nn.Sequential(nn.Conv2d(inside, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        h = F.relu(self.bn1(self.conv1(x)), inplace=True)
        h = self.bn2(self.conv2(h))
        return F.relu(h + (x if self.short is None else self.short(x)), inplace=True)


class ResNet10(nn.Module):
    def __init__(self, width=16, classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(True))
        sizes = [width << i for i in range(4)]
        before = [width] + sizes[:-1]
        self.body = nn.Sequential(*[Block(i, o, 1 if o == width else 2) for i, o in zip(before, sizes)])
        self.head = nn.Linear(sizes[-1], classes)

    def forward(self, x):
        return self.head(self.body(self.stem(x)).mean((2, 3)))


class Case:
    def __init__(self, bf16, compiled):
        torch.manual_seed(1)
        self.net = ResNet10().to(memory_format=torch.channels_last)
        self.run = torch.compile(self.net) if compiled else self.net
        self.optimiser = torch.optim.SGD(self.net.parameters(), 0.01, 0.9, weight_decay=5e-4, foreach=True)
        self.bf16 = bf16
        make = lambda: torch.randn(BATCH, 3, 32, 32).to(memory_format=torch.channels_last)
        self.variants = [make() for _ in range(9)]
        self.labels = torch.arange(BATCH) % 10

    def train(self, images):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            loss = F.cross_entropy(self.run(images), self.labels)
        loss.backward()
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        return loss.item()

    def plain(self):
        self.train(self.variants[0])

    def parity(self):
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            losses = [F.cross_entropy(self.run(v), self.labels, reduction="none") for v in self.variants]
        chosen = torch.stack([losses[0]] + losses[5:]).argmax(0)
        images = torch.stack([self.variants[0]] + self.variants[5:])
        self.train(images[chosen, torch.arange(BATCH)].contiguous(memory_format=torch.channels_last))


def milliseconds(step, rounds):
    for _ in range(3):
        step()
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - begin))
    return sorted(times)[len(times) // 2]


def ours(program, threads, precision):
    """The time of a step of each method, ms, by its name."""
    command = [program, "bench", "step", "--threads", str(threads), "--precision", precision, "--json"]
    for method in ["baseline", "uada", "uada-fast"]:
        command += ["--method", method]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {line["name"]: line["value"] for line in map(json.loads, lines)}


def compare(options, threads, precision):
    """Both sides in turn, so that a busy machine slows both; the least of each counts."""
    own, theirs = {}, {}
    kinds = [False, True] if options.compile else [False]
    cases = {compiled: Case(precision == "bf16", compiled) for compiled in kinds}
    for _ in range(options.pairs):
        for name, value in ours(options.uada, threads, precision).items():
            own[name] = min(own.get(name, value), value)
        for compiled, case in cases.items():
            for work in ["plain", "parity"]:
                took = milliseconds(getattr(case, work), options.rounds)
                key = ("compiled" if compiled else "eager", work)
                theirs[key] = min(theirs.get(key, took), took)
    begin = f"{threads} thread(s)  {precision:8}"
    for name, value in own.items():
        print(f"{begin} uada  {name:18} {value:8.1f} ms", flush=True)
    for (how, work), took in theirs.items():
        against = own["step.baseline" if work == "plain" else "step.uada_parity"]
        print(f"{begin} torch {how + ' ' + work:18} {took:8.1f} ms, uada takes {against / took:.2f} of it",
              flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uada", default="build/bin/uada")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--compile", action="store_true", help="torch.compile, too: it needs a C++ compiler")
    options = parser.parse_args()
    torch.set_flush_denormal(True)
    print(f"torch {torch.__version__}")
    for threads in options.threads:
        torch.set_num_threads(threads)
        for precision in ["float32", "bf16"]:
            compare(options, threads, precision)


if __name__ == "__main__":
    sys.exit(main())
