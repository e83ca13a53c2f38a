"""Computes two training steps of ra-uc and of uada with PyTorch and Pillow, for comparison with ours.

usage: whole_step.py FILE            writes the numbers
       whole_step.py --check FILE    compares them with those of a file; exit status 1 and a line: they differ

Written from docs/methods.md and the UADA paper, not from our sources. Taken from those are only the streams of random
numbers (core/base/Philox.h) and the order in which they are drawn, without which nothing could be equal. Computed in
double precision on one thread, so that these numbers are the same on every machine to far more digits than ours have.

The seed is one of the first 40. With it every group wins once and the unperturbed plan, too, and no dL that is not 0
and no lead of a winner is so small that single precision could turn it round (`margin` in the file).
Checked with PyTorch 2.11.0, Pillow 13.0.0, numpy 2.4.6 and Python 3.11.
"""
import copy
import hashlib
import json
import math
import sys

import numpy as np
import torch
from PIL import Image
from torch import nn

sys.dont_write_bytecode = True
from pillow_plans import render  # noqa: E402

SIDE, PAD, IMAGES, CLASSES, BATCH = 32, 4, 16, 10, 8
SEED = 39
DEPTH, WIDTH = 10, 8
RATE, MOMENTUM, DECAY, EPSILON = 0.1, 0.9, 5e-4, 1
LEAST_MARGIN = 2e-3

OPS = ("shear_x", "shear_y", "translate_x", "translate_y", "rotate", "color", "posterize", "solarize", "contrast",
       "sharpness", "brightness", "autocontrast", "equalize", "identity")
INERT = ("autocontrast", "equalize", "identity")
GROUPS = ("flip", "crop", "chain", "cutout")
MOST = {"flip": 1, "crop": 2 * PAD, "chain": 9, "cutout": SIDE}  # of a coordinate when it is used; the least is 0

# ---- random numbers

SHUFFLE, PLAN, PROBE, WEIGHTS = 1, 2, 3, 4
LOW = 0xFFFFFFFF


def philox(counters, key):
    """Philox4x32-10 (Salmon et al. 2011). counters [4, n], key [2]: of 32 bits. returns [4, n]"""
    a, b, c, d = counters
    low, high = key
    for _ in range(10):
        first, second = a * 0xD2511F53, c * 0xCD9E8D57
        a, b, c, d = (second >> 32) ^ b ^ low, second & LOW, (first >> 32) ^ d ^ high, first & LOW
        low, high = (low + 0x9E3779B9) & LOW, (high + 0xBB67AE85) & LOW
    return np.stack([a, b, c, d])


class Random:
    """A stream of its own for each seed, epoch, index and purpose."""

    def __init__(self, seed, epoch, index, purpose):
        self.key = (seed & LOW, seed >> 32)
        self.rest = (index, epoch, purpose)
        self.used = 0

    def words(self, count):
        first, last = self.used // 4, (self.used + count + 3) // 4
        numbers = np.arange(first, last, dtype=np.uint64)
        blocks = philox([numbers] + [np.full_like(numbers, value) for value in self.rest], self.key)
        start = self.used - 4 * first
        self.used += count
        return blocks.T.reshape(-1)[start : start + count]

    def below(self, n):
        """Lemire's method: the few low products that would make some numbers likelier are dropped."""
        while True:
            product = int(self.words(1)[0]) * n
            if (product & LOW) >= (1 << 32) % n:
                return product >> 32

    def coin(self):
        return bool(self.words(1)[0] >> 31)

    def sign(self):
        return 1 if self.coin() else -1

    def uniform(self, count):
        words = self.words(2 * count).reshape(count, 2)
        return ((words[:, 0] >> 5) * 2**26 + (words[:, 1] >> 6)) * 2.0**-53


def shuffled(count, seed, epoch):
    """Fisher-Yates from the end."""
    random = Random(seed, epoch, 0, SHUFFLE)
    order = list(range(count))
    for left in range(count, 1, -1):
        pick = random.below(left)
        order[left - 1], order[pick] = order[pick], order[left - 1]
    return order


# ---- data


def made_images():
    """A wave of its own for each image, under the noise of a generator of 32 bits. [IMAGES, SIDE, SIDE, 3]"""
    images, state = np.zeros((IMAGES, SIDE, SIDE, 3), np.uint8), 1
    for n, y, x, c in np.ndindex(*images.shape):
        state = (1664525 * state + 1013904223) & LOW
        wave = (3 + n % 5) * x * (c + 1) + (2 + n % 7) * y * (3 - c) + 40 * n + 17 * c
        images[n, y, x, c] = wave % 193 + ((state >> 24) & 63)
    return images


class Data:
    def __init__(self):
        self.images = made_images()
        self.labels = torch.tensor([(7 * n + 3) % CLASSES for n in range(IMAGES)])
        channels = self.images.reshape(-1, 3).astype(np.float64) / 255
        self.mean, self.deviation = channels.mean(0), channels.std(0, ddof=1)

    def normalised(self, pictures):
        """pictures: 8-bit RGB. returns [n, 3, SIDE, SIDE]"""
        values = np.stack([np.asarray(picture) for picture in pictures]) / 255.0
        return torch.from_numpy((values - self.mean) / self.deviation).permute(0, 3, 1, 2)

    def picture(self, index, plan):
        return render(Image.fromarray(self.images[index]), plan, SIDE)


# ---- plans: coordinates as they were drawn or moved, perhaps out of range


def drawn_plan(random):
    """The policy uada-cifar: crop, flip, two ops of 14 with replacement, a box of 16."""
    plan = {"crop": [random.below(2 * PAD + 1), random.below(2 * PAD + 1)], "flip": random.coin(), "chain": []}
    for _ in range(2):
        step = {"op": OPS[random.below(len(OPS))]}
        step["level"] = random.below(10)
        step["sign"] = random.sign()
        plan["chain"].append(step)
    left, top = random.below(SIDE) - 8, random.below(SIDE) - 8
    plan["cutout"] = [left, top, min(SIDE, left + 16), min(SIDE, top + 16)]
    return plan


def coordinates(plan, group, position):
    if group == "chain":
        return [plan["chain"][position]["level"]]
    return [int(plan["flip"])] if group == "flip" else list(plan[group])


def moved(plan, group, position, to):
    plan = copy.deepcopy(plan)
    if group == "chain":
        plan["chain"][position]["level"] = to[0]
    else:
        plan[group] = bool(to[0]) if group == "flip" else list(to)
    return plan


def clamped(group, values):
    return [max(0, min(MOST[group], value)) for value in values]


class Trial:
    """One group of one sample: its probe, and the candidate by equation (5)."""

    def __init__(self, plan, group, random):
        self.plan, self.group = plan, group
        self.position = random.below(len(plan["chain"])) if group == "chain" else -1
        self.before = coordinates(plan, group, self.position)
        toggled = group == "flip"
        self.delta = [1 - 2 * self.before[0]] if toggled else [random.sign() for _ in self.before]
        probed = [b + d for b, d in zip(self.before, self.delta)]
        self.probe = moved(plan, group, self.position, probed)
        self.is_unchanged = clamped(group, probed) == clamped(group, self.before)
        self.is_clamped = clamped(group, probed) != probed
        self.is_inert = group == "chain" and plan["chain"][self.position]["op"] in INERT

    def update(self, unperturbed, loss):
        # A probe that shows the same picture says nothing, whatever the rest of its batch made of it.
        self.probe_loss = unperturbed if self.is_unchanged else loss
        self.dl = self.probe_loss - unperturbed
        if self.group == "flip":
            self.after = [b + d * (self.dl > 0) for b, d in zip(self.before, self.delta)]
        else:
            self.after = [b + EPSILON * int(np.sign(self.dl / d)) for b, d in zip(self.before, self.delta)]
        self.is_clamped |= clamped(self.group, self.after) != self.after
        self.candidate = moved(self.plan, self.group, self.position, self.after)

    def told(self):
        return {"group": self.group, "position": self.position, "before": self.before, "delta": self.delta,
                "after": self.after, "probe_loss": self.probe_loss, "dL": self.dl, "candidate_loss": self.loss,
                "inert": self.is_inert, "clamped": self.is_clamped}


# ---- network: He et al. 2016 for CIFAR, with the names that key the weights


class Block(nn.Module):
    def __init__(self, inner, outer, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inner, outer, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outer)
        self.conv2 = nn.Conv2d(outer, outer, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outer)
        self.has_shortcut = stride != 1 or inner != outer
        if self.has_shortcut:
            self.shortcut_conv = nn.Conv2d(inner, outer, 1, stride, bias=False)
            self.shortcut_bn = nn.BatchNorm2d(outer)

    def forward(self, x):
        h = torch.relu(self.bn1(self.conv1(x)))
        h = self.bn2(self.conv2(h))
        return torch.relu(h + (self.shortcut_bn(self.shortcut_conv(x)) if self.has_shortcut else x))


class ResNet(nn.Module):
    def __init__(self, depth, width, seed):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        self.blocks, inner = [], width
        for stage, count in enumerate({10: (1, 1, 1, 1), 18: (2, 2, 2, 2), 34: (3, 4, 6, 3)}[depth]):
            for number in range(count):
                outer = width << stage
                block = Block(inner, outer, 2 if stage > 0 and number == 0 else 1)
                setattr(self, f"layer{stage + 1}_{number}", block)
                self.blocks.append(block)
                inner = outer
        self.linear = nn.Linear(inner, CLASSES)
        self.draw_weights(seed)

    def forward(self, x):
        h = torch.relu(self.bn1(self.conv1(x)))
        for block in self.blocks:
            h = block(h)
        return self.linear(h.mean((2, 3)))

    @torch.no_grad()
    def draw_weights(self, seed):
        """PyTorch's distributions, U(-1/sqrt(fan in), 1/sqrt(fan in)), from a stream for each parameter's name."""
        for place, module in self.named_modules():
            if not isinstance(module, (nn.Conv2d, nn.Linear)):
                continue  # batch normalisation starts at 1 and 0 by itself
            bound = 1 / math.sqrt(module.weight[0].numel())
            for name, parameter in module.named_parameters():
                key = fnv1a(f"{place}.{name}")
                drawn = Random(seed, key >> 32, key & LOW, WEIGHTS).uniform(parameter.numel())
                values = (bound * (2 * drawn - 1)).astype(np.float32)
                parameter.copy_(torch.from_numpy(values).reshape(parameter.shape))


def fnv1a(name):
    key = 0xCBF29CE484222325
    for byte in name.encode():
        key = (key ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return key


# ---- steps


class Training:
    def __init__(self, data, method, seed):
        self.data, self.method, self.seed = data, method, seed
        self.network = ResNet(DEPTH, WIDTH, seed)
        self.optimiser = torch.optim.SGD(self.network.parameters(), RATE, MOMENTUM, weight_decay=DECAY)
        self.margin = math.inf

    def loss(self, indices, plans):
        """Cross-entropy of each sample: one forward in training mode, which moves the running statistics."""
        pictures = [self.data.picture(index, plan) for index, plan in zip(indices, plans)]
        logits = self.network.train()(self.data.normalised(pictures))
        return nn.functional.cross_entropy(logits, self.data.labels[indices], reduction="none")

    @torch.no_grad()
    def losses(self, indices, plans):
        return self.loss(indices, plans).tolist()

    def step(self, indices, epoch):
        plans = [drawn_plan(Random(self.seed, epoch, index, PLAN)) for index in indices]
        samples = [{"index": index, "plan": plan} for index, plan in zip(indices, plans)]
        if self.method == "uada":
            chosen = self.choose(indices, epoch, plans, samples)
        else:
            chosen = plans
        loss = self.loss(indices, chosen).mean()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        for sample, plan in zip(samples, chosen):
            sample["unperturbed_sha256"] = self.sha256(sample["index"], sample["plan"])
            sample["trained_sha256"] = self.sha256(sample["index"], plan)
        return {"learning_rate": RATE, "loss": loss.item(), "samples": samples, "tensors": self.tensors()}

    def choose(self, indices, epoch, plans, samples):
        """Algorithm 1, steps 4 to 8. returns the plans that are trained on"""
        trials = []  # of each sample, a trial for each group
        for index, plan in zip(indices, plans):
            random = Random(self.seed, epoch, index, PROBE)
            trials.append([Trial(plan, group, random) for group in GROUPS])
        unperturbed = self.losses(indices, plans)
        for of_group in zip(*trials):
            losses = self.losses(indices, [trial.probe for trial in of_group])
            for trial, base, loss in zip(of_group, unperturbed, losses):
                trial.update(base, loss)
        for of_group in zip(*trials):
            losses = self.losses(indices, [trial.candidate for trial in of_group])
            for trial, loss in zip(of_group, losses):
                trial.loss = loss
        chosen = []
        for sample, plan, base, own in zip(samples, plans, unperturbed, trials):
            losses = [trial.loss for trial in own] + [base]
            winner = losses.index(max(losses))  # the first of equals
            best, second = sorted(losses, reverse=True)[:2]
            self.margin = min([self.margin, best - second] + [abs(t.dl) for t in own if not t.is_unchanged])
            sample["unperturbed_loss"] = base
            sample["groups"] = [trial.told() for trial in own]
            sample["winner"] = winner if winner < len(own) else -1
            chosen.append(own[winner].candidate if winner < len(own) else plan)
        return chosen

    @torch.no_grad()
    def test(self):
        """All images as they are, with the running statistics."""
        logits, labels = self.network.eval()(self.data.normalised(self.data.images)), self.data.labels
        ahead = (logits > logits.gather(1, labels[:, None])).sum(1)  # classes that are likelier than the true one
        loss = nn.functional.cross_entropy(logits, labels)
        return {"top1": (ahead < 1).double().mean().item(), "top5": (ahead < 5).double().mean().item(),
                "loss": loss.item()}

    def sha256(self, index, plan):
        return hashlib.sha256(self.data.picture(index, plan).tobytes()).hexdigest()

    def tensors(self):
        """Of every weight, running statistic and velocity, named as in a checkpoint: norm, sum of cos(i) x_i, first
        three values."""
        tensors = {f"model.{name}": tensor for name, tensor in self.network.state_dict().items()
                   if not name.endswith("num_batches_tracked")}
        tensors |= {f"velocity.{name}": self.optimiser.state[parameter]["momentum_buffer"]
                    for name, parameter in self.network.named_parameters()}
        summed = {}
        for name, tensor in tensors.items():
            values = tensor.detach().flatten()
            waves = torch.arange(len(values), dtype=torch.float64).cos()
            summed[name] = [values.norm().item(), (values * waves).sum().item()] + values[:3].tolist()
        return summed


def trained(data, method, seed):
    training = Training(data, method, seed)
    order = shuffled(IMAGES, seed, 1)
    steps = [training.step(order[at : at + BATCH], 1) for at in range(0, IMAGES, BATCH)]
    margin = training.margin if method == "uada" else None
    return {"order": order, "margin": margin, "steps": steps, "test": training.test()}


@torch.no_grad()
def logits(data, depth, width, seed):
    network = ResNet(depth, width, seed)
    x = data.normalised(data.images[:3])
    told = {"depth": depth, "width": width, "eval": network.eval()(x).tolist()}
    return told | {"train": network.train()(x).tolist()}


def computed(seed):
    data = Data()
    return {"seed": seed, "mean": data.mean.tolist(), "deviation": data.deviation.tolist(),
            "logits": [logits(data, depth, width, seed) for depth, width in ((10, 8), (18, 4), (34, 2))],
            "methods": {method: trained(data, method, seed) for method in ("ra-uc", "uada")}}


def all_winners(result):
    return [sample["winner"] for step in result["methods"]["uada"]["steps"] for sample in step["samples"]]


# ---- files


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def text(value, depth, indent=""):
    """JSON with a line for each entry down to a depth; lists of numbers are one line."""
    plain = isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value)
    if depth == 0 or plain or not isinstance(value, (dict, list)):
        return json.dumps(value)
    more = indent + " "
    if isinstance(value, list):
        entries, ends = [text(item, depth - 1, more) for item in value], "[]"
    else:
        entries, ends = [f"{json.dumps(key)}: {text(item, depth - 1, more)}" for key, item in value.items()], "{}"
    return f"{ends[0]}\n{more}" + f",\n{more}".join(entries) + f"\n{indent}{ends[1]}"


def difference(new, stored, place=""):
    """The first place where two results differ; empty: none."""
    if isinstance(new, float) and isinstance(stored, (int, float)):
        same = abs(new - stored) <= 1e-7 * max(abs(new), abs(stored), 1e-3)
    elif isinstance(new, (dict, list)) and type(new) is type(stored) and len(new) == len(stored):
        for key in new if isinstance(new, dict) else range(len(new)):
            if isinstance(new, dict) and key not in stored:
                return f"{place}.{key} is missing"
            if found := difference(new[key], stored[key], f"{place}.{key}"):
                return found
        return ""
    else:
        same = new == stored
    return "" if same else f"{place}: {new} computed, {stored} stored"


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    known = philox(np.zeros((4, 1), np.uint64), (0, 0)).ravel().tolist()
    assert known == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]  # as its authors publish
    result = rounded(computed(SEED))
    if sys.argv[1] == "--check":
        with open(sys.argv[2]) as file:
            sys.exit(difference(result, json.load(file)) or None)
    margin, winners = result["methods"]["uada"]["margin"], set(all_winners(result))
    if margin < LEAST_MARGIN or len(winners) < len(GROUPS) + 1:
        sys.exit(f"margin {margin}, winners {winners}: choose another seed")
    with open(sys.argv[1], "w") as file:
        file.write(text(result, 6) + "\n")


if __name__ == "__main__":
    main()
