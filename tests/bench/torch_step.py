#!/usr/bin/env python3
"""Times a training step in PyTorch as a careful user would write it, beside `uada bench step`.

    tests/bench/torch_step.py [--uada build/bin/uada] [--threads 1 2] [--rounds 9] [--compile]

Network, batch and work are those of `uada bench step`: a CIFAR-style ResNet-10 of width 16, 128 images of 32 x 32
pixels, channels last, SGD with momentum over lists. `plain` is one forward and backward of a batch that is in memory:
nothing is augmented. `parity` adds UADA's nine forwards without gradient and the choice of the hardest of five, on
images in memory, too; `uada` renders its images within its time. Needs torch; one line a case and what the other took.
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


def ours(program, threads):
    methods = ["baseline", "uada", "uada-fast"]
    command = [program, "bench", "step", "--threads", str(threads), "--json"]
    for method in methods:
        command += ["--method", method]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {line["name"]: line["value"] for line in map(json.loads, lines)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uada", default="build/bin/uada")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--compile", action="store_true", help="torch.compile, too: it needs a C++ compiler")
    options = parser.parse_args()
    torch.set_flush_denormal(True)
    print(f"torch {torch.__version__}")
    for threads in options.threads:
        torch.set_num_threads(threads)
        own = ours(options.uada, threads)
        for name, value in own.items():
            print(f"{threads} thread(s)  uada {name:18} {value:8.1f} ms", flush=True)
        for compiled in [False, True] if options.compile else [False]:
            for bf16 in [False, True]:
                case = Case(bf16, compiled)
                for work, against in [("plain", "step.baseline"), ("parity", "step.uada_parity")]:
                    took = milliseconds(getattr(case, work), options.rounds)
                    label = f"{'compiled' if compiled else 'eager'} {'bf16' if bf16 else 'float32'} {work}"
                    print(f"{threads} thread(s)  torch {label:24} {took:8.1f} ms, uada takes "
                          f"{own[against] / took:.2f} of it", flush=True)


if __name__ == "__main__":
    sys.exit(main())
