"""Computes what each network for classification or denoising says with PyTorch, for comparison with ours.

usage: logits.py FILE            writes the numbers
       logits.py --check FILE    compares them with those of a file; exit status 1 and a line: they differ

The networks are written from their papers and published descriptions (docs/methods.md, Networks), not from our sources;
taken from those are only the names of parameters, which key their values. Of resnet-imagenet they are torchvision's.

Rule for all values: a 32-bit generator s <- 1664525 s + 1013904223, which starts with the 32-bit FNV-1a of the tensor's
name ("input" for the images), gives u = floor(s / 256) / 2^23 - 1 for each element in order. An element is
  u sqrt(6 / n) in weights of convolutions and classifiers, n: inputs of one output
  0.3 + 0.1 u   in weights of batch normalisation: larger ones make deep networks enlarge rounding errors
  1 + 0.5 u     in running variances
  0.5 u         in biases and running means
  2 u           in images
rounded to single precision. Everything else is computed in double precision on one thread.

For each network: logits with running statistics (`eval`) and with those of the batch (`train`), and of the gradient of
sum cos(i) logit_i for the images, in training mode, its norm and sum cos(i) gradient_i (`gradient`). What training
draws, dropout and the shares of Shake-Shake, comes from the streams of core/base/Philox.h, keyed by NOISE and the number
that a layer has in its network.
Checked with PyTorch 2.11.0, numpy 2.4.6 and Python 3.11.
"""
import json
import math
import sys

import numpy as np
import torch
from torch import nn

sys.dont_write_bytecode = True
from whole_step import LOW, Random, difference, philox, rounded, text  # noqa: E402

CLASSES, IMAGES = 7, 3
NOISE = {"seed": 0x123456789, "step": 3, "pass": 2}
DROPOUT, MOST_LAYERS = 5, 64  # as there

NETWORKS = (
    {"name": "resnet", "depth": 18, "width": 4},
    {"name": "resnet", "depth": 50, "width": 4},
    {"name": "resnet", "depth": 101, "width": 2},
    {"name": "resnet-imagenet", "depth": 18, "width": 4},
    {"name": "resnet-imagenet", "depth": 34, "width": 2},
    {"name": "resnet-imagenet", "depth": 50, "width": 4},
    {"name": "resnet-imagenet", "depth": 101, "width": 2},
    {"name": "wrn", "depth": 10, "width_factor": 1, "variant": "bias-free", "dropout": 0},
    {"name": "wrn", "depth": 22, "width_factor": 2, "variant": "bias-free", "dropout": 0},
    {"name": "wrn", "depth": 10, "width_factor": 1, "variant": "biased", "dropout": 0},
    {"name": "wrn", "depth": 22, "width_factor": 2, "variant": "biased", "dropout": 0},
    {"name": "shake-shake", "width": 6, "mode": "even", "shift": "right-down"},
    {"name": "shake-shake", "width": 6, "mode": "even", "shift": "left-up"},
    {"name": "shake-shake", "width": 16, "mode": "even", "shift": "right-down"},
    {"name": "wrn", "depth": 16, "width_factor": 1, "variant": "bias-free", "dropout": 0.3},
    {"name": "wrn", "depth": 16, "width_factor": 1, "variant": "biased", "dropout": 0.3},
    {"name": "shake-shake", "width": 4, "mode": "image", "shift": "right-down"},
    {"name": "shake-shake", "width": 4, "mode": "batch", "shift": "right-down"},
    {"name": "shake-shake", "width": 4, "mode": "keep", "shift": "right-down"},
    {"name": "dncnn", "depth": 5, "width": 4},
)
SIDES = {"resnet-imagenet": 96, "dncnn": 6}  # else 16

# ---- values


def drawn(name, count):
    """u of the rule, [count]"""
    state = 0x811C9DC5
    for byte in name.encode():
        state = (state ^ byte) * 0x01000193 & 0xFFFFFFFF
    values = np.empty(count)
    for i in range(count):
        state = (1664525 * state + 1013904223) & 0xFFFFFFFF
        values[i] = (state >> 8) / 2**23 - 1
    return values


def value_of(name, shape):
    u = drawn(name, math.prod(shape))
    if name == "input":
        u = 2 * u
    elif len(shape) > 1:
        u = u * math.sqrt(6 / math.prod(shape[1:]))
    elif name.endswith("running_var"):
        u = 1 + 0.5 * u
    elif name.endswith("weight"):
        u = 0.3 + 0.1 * u
    else:
        u = 0.5 * u
    return torch.from_numpy(u.astype(np.float32).astype(np.float64)).reshape(tuple(shape))


@torch.no_grad()
def fill(network):
    for name, tensor in network.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            tensor.copy_(value_of(name, tensor.shape))


# ---- what training draws


def stream(layer):
    return NOISE["pass"] * MOST_LAYERS + layer


def dropped_out(x, rate, layer):
    """Of a Philox block's four words the low and the high 16 bits decide of two values each, in the order of rows, then
    pixels, then channels; each row starts a block of its own."""
    rows, channels, height, width = x.shape
    blocks = (channels * height * width + 7) // 8
    numbers = np.arange(rows * blocks, dtype=np.uint64)
    rest = [np.full_like(numbers, value) for value in (stream(layer), NOISE["step"], DROPOUT)]
    words = philox([numbers] + rest, (NOISE["seed"] & LOW, NOISE["seed"] >> 32)).T  # [rows * blocks, 4]
    halves = np.stack([words & 0xFFFF, words >> 16], 2).reshape(rows, 8 * blocks)[:, : channels * height * width]
    threshold = round(rate * 65536)
    kept = torch.from_numpy((halves >= threshold).reshape(rows, height, width, channels)).permute(0, 3, 1, 2)
    return x * kept * 65536 / (65536 - threshold)


def shaken(a, b, mode, layer):
    """The value has the shares alpha and 1 - alpha, the gradient beta and 1 - beta."""
    if mode == "even":
        return (a + b) / 2
    rows = 1 if mode == "batch" else len(a)
    shares = Random(NOISE["seed"], NOISE["step"], stream(layer), DROPOUT).uniform(2 * rows).astype(np.float32)
    alpha, beta = torch.from_numpy(shares.astype(np.float64)).reshape(rows, 2, 1, 1, 1).unbind(1)
    if mode == "keep":
        beta = alpha
    learned = beta * a + (1 - beta) * b
    return learned + (alpha * a + (1 - alpha) * b - learned).detach()


# ---- networks


def conv(inner, outer, size, stride=1, bias=False):
    return nn.Conv2d(inner, outer, size, stride, size // 2, bias=bias)


class Residual(nn.Module):
    """He et al. 2016: two 3x3, or 1x1, 3x3 with the stride, 1x1 to four times the channels."""

    def __init__(self, inner, planes, stride, bottleneck, as_torchvision):
        super().__init__()
        outer = 4 * planes if bottleneck else planes
        sizes = ((inner, planes, 1), (planes, planes, 3), (planes, outer, 1)) if bottleneck else (
            (inner, planes, 3), (planes, planes, 3))
        self.count = len(sizes)
        for i, (a, b, size) in enumerate(sizes, 1):
            own = stride if i == (2 if bottleneck else 1) else 1
            setattr(self, f"conv{i}", conv(a, b, size, own))
            setattr(self, f"bn{i}", nn.BatchNorm2d(b))
        self.shortcut = ()  # registered under its names below
        if stride != 1 or inner != outer:
            self.shortcut = conv(inner, outer, 1, stride), nn.BatchNorm2d(outer)
            if as_torchvision:
                self.downsample = nn.Sequential(*self.shortcut)
            else:
                self.shortcut_conv, self.shortcut_bn = self.shortcut

    def forward(self, x):
        h = x
        for i in range(1, self.count + 1):
            h = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(h))
            if i < self.count:
                h = torch.relu(h)
        for part in self.shortcut:
            x = part(x)
        return torch.relu(h + x)


BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}


class ResNet(nn.Module):
    """of_imagenet: a stem of 7x7 with stride 2 and a max-pool, and torchvision's names"""

    def __init__(self, depth, width, of_imagenet):
        super().__init__()
        self.of_imagenet = of_imagenet
        self.conv1, self.bn1 = conv(3, width, *((7, 2) if of_imagenet else (3, 1))), nn.BatchNorm2d(width)
        blocks, inner = [], width
        for stage, count in enumerate(BLOCKS[depth]):
            own = []
            for i in range(count):
                stride = 2 if stage > 0 and i == 0 else 1
                own.append(Residual(inner, width << stage, stride, depth >= 50, of_imagenet))
                inner = (width << stage) * (4 if depth >= 50 else 1)
                if not of_imagenet:
                    setattr(self, f"layer{stage + 1}_{i}", own[-1])
            if of_imagenet:
                setattr(self, f"layer{stage + 1}", nn.Sequential(*own))
            blocks += own
        self.blocks = blocks
        setattr(self, "fc" if of_imagenet else "linear", nn.Linear(inner, CLASSES))

    def forward(self, x):
        h = torch.relu(self.bn1(self.conv1(x)))
        if self.of_imagenet:
            h = nn.functional.max_pool2d(h, 3, 2, 1)
        for block in self.blocks:
            h = block(h)
        return (self.fc if self.of_imagenet else self.linear)(h.mean((2, 3)))


class Wide(nn.Module):
    """Zagoruyko & Komodakis 2016. bias-free: a block that changes the shape takes its shortcut behind BN and ReLU, it
    strides in its first convolution and drops what goes into the second; biased: it takes its raw input, strides in the
    second and drops what comes out of the first."""

    def __init__(self, inner, outer, stride, biased, dropout, layer):
        super().__init__()
        self.biased, self.dropout, self.layer = biased, dropout, layer
        first, second = (1, stride) if biased else (stride, 1)
        self.bn1, self.conv1 = nn.BatchNorm2d(inner), conv(inner, outer, 3, first, biased)
        self.bn2, self.conv2 = nn.BatchNorm2d(outer), conv(outer, outer, 3, second, biased)
        if inner != outer:
            self.shortcut = conv(inner, outer, 1, stride, biased)

    def forward(self, x):
        active = torch.relu(self.bn1(x))
        h = self.conv1(active)
        if self.biased:
            h = torch.relu(self.bn2(self.dropped(h)))
        else:
            h = self.dropped(torch.relu(self.bn2(h)))
        h = self.conv2(h)
        if hasattr(self, "shortcut"):
            x = self.shortcut(x if self.biased else active)
        return h + x

    def dropped(self, h):
        return dropped_out(h, self.dropout, self.layer) if self.training and self.dropout else h


class WideResNet(nn.Module):
    def __init__(self, depth, width_factor, variant, dropout):
        super().__init__()
        biased, inner, blocks = variant == "biased", 16, []
        self.conv1 = conv(3, 16, 3, 1, biased)
        for group in range(3):
            for i in range((depth - 4) // 6):
                outer = 16 * width_factor << group
                stride = 2 if group > 0 and i == 0 else 1
                blocks.append(Wide(inner, outer, stride, biased, dropout, len(blocks)))
                setattr(self, f"layer{group + 1}_{i}", blocks[-1])
                inner = outer
        self.blocks = blocks
        self.bn, self.linear = nn.BatchNorm2d(inner), nn.Linear(inner, CLASSES)

    def forward(self, x):
        h = self.conv1(x)
        for block in self.blocks:
            h = block(h)
        return self.linear(torch.relu(self.bn(h)).mean((2, 3)))


class Branch(nn.Module):
    def __init__(self, inner, outer, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(inner, outer, 3, stride), nn.BatchNorm2d(outer)
        self.conv2, self.bn2 = conv(outer, outer, 3), nn.BatchNorm2d(outer)

    def forward(self, x):
        return self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))


class SplitShortcut(nn.Module):
    def __init__(self, inner, outer, stride, shift):
        super().__init__()
        self.stride, self.right_down = stride, shift == "right-down"
        self.straight = conv(inner, outer // 2, 1)
        self.shifted = conv(inner, outer - outer // 2, 1)
        self.bn = nn.BatchNorm2d(outer)

    def forward(self, x):
        moved = torch.zeros_like(x)
        if self.right_down:
            moved[:, :, 1:, 1:] = x[:, :, :-1, :-1]
        else:
            moved[:, :, :-1, :-1] = x[:, :, 1:, 1:]
        s = self.stride
        return self.bn(torch.cat([self.straight(x[:, :, ::s, ::s]), self.shifted(moved[:, :, ::s, ::s])], 1))


class Shaken(nn.Module):
    def __init__(self, inner, outer, stride, shift, mode, layer):
        super().__init__()
        self.mode, self.layer = mode, layer
        self.branch1, self.branch2 = Branch(inner, outer, stride), Branch(inner, outer, stride)
        if inner != outer:
            self.shortcut = SplitShortcut(inner, outer, stride, shift)

    def forward(self, x):
        active = torch.relu(x)
        h = shaken(self.branch1(active), self.branch2(active), self.mode if self.training else "even", self.layer)
        return h + (self.shortcut(active) if hasattr(self, "shortcut") else x)


class ShakeShake(nn.Module):
    """Gastaldi 2017."""

    def __init__(self, width, shift, mode):
        super().__init__()
        self.conv1, self.bn1, inner, blocks = conv(3, 16, 3), nn.BatchNorm2d(16), 16, []
        for stage in range(3):
            for i in range(4):
                stride = 2 if stage > 0 and i == 0 else 1
                blocks.append(Shaken(inner, width << stage, stride, shift, mode, len(blocks)))
                setattr(self, f"layer{stage + 1}_{i}", blocks[-1])
                inner = width << stage
        self.blocks = blocks
        self.linear = nn.Linear(inner, CLASSES)

    def forward(self, x):
        h = self.bn1(self.conv1(x))
        for block in self.blocks:
            h = block(h)
        return self.linear(torch.relu(h).mean((2, 3)))


class DnCnn(nn.Module):
    """Zhang et al. 2017: says what is wrong with a picture, which is taken away."""

    def __init__(self, depth, width):
        super().__init__()
        self.first, self.last = conv(3, width, 3, bias=True), conv(width, 3, 3)
        self.middle = []
        for i in range(2, depth):
            self.middle.append((conv(width, width, 3), nn.BatchNorm2d(width)))
            for name, layer in zip(("conv", "bn"), self.middle[-1]):
                setattr(self, f"{name}{i}", layer)

    def forward(self, x):
        h = torch.relu(self.first(x))
        for convolution, norm in self.middle:
            h = torch.relu(norm(convolution(h)))
        return x - self.last(h)


def made(settings):
    name = settings["name"]
    if name == "dncnn":
        return DnCnn(settings["depth"], settings["width"])
    if name.startswith("resnet"):
        return ResNet(settings["depth"], settings["width"], name == "resnet-imagenet")
    if name == "wrn":
        return WideResNet(settings["depth"], settings["width_factor"], settings["variant"], settings["dropout"])
    return ShakeShake(settings["width"], settings["shift"], settings["mode"])


# ---- numbers


def waves(count):
    return torch.arange(count, dtype=torch.float64).cos()


def computed():
    all_networks = []
    for settings in NETWORKS:
        side = SIDES.get(settings["name"], 16)
        network = made(settings)
        fill(network)
        x = value_of("input", (IMAGES, 3, side, side)).requires_grad_()
        with torch.no_grad():
            tested = network.eval()(x)
        trained = network.train()(x)
        (trained.flatten() * waves(trained.numel())).sum().backward()
        gradient = x.grad.flatten()
        all_networks.append({
            "model": settings, "side": side, "parameters": sum(p.numel() for p in network.parameters()),
            "eval": tested.flatten(1).tolist(), "train": trained.flatten(1).tolist(),
            "gradient": [gradient.norm().item(), (gradient * waves(len(gradient))).sum().item()]})
    return {"classes": CLASSES, "noise": NOISE, "networks": all_networks}


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    result = rounded(computed())
    if sys.argv[1] == "--check":
        with open(sys.argv[2]) as file:
            sys.exit(difference(result, json.load(file)) or None)
    with open(sys.argv[1], "w") as file:
        file.write(text(result, 4) + "\n")


if __name__ == "__main__":
    main()
