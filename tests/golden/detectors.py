"""Computes with PyTorch what the two detectors say, their priors, matching, losses and kept boxes, for comparison with
ours.

usage: detectors.py FILE            writes the numbers
       detectors.py --check FILE    compares them with those of a file; exit status 1 and a line: they differ

Written from the papers (Liu et al. 2016; Liu et al. 2018) and docs/methods.md, not from our sources; taken from those are
only the names of parameters, which key their values by the rule of logits.py. Everything is computed in double precision
on one thread.

For each network: of logits and offsets the norm, sum cos(i) value_i, and the rows of a few priors, for a batch in training
mode (`train`) and for the same images with running statistics after it (`eval`); `gradient`: of the sum of both sums, in
training, for the images, its norm and wave. `priors`: their number, the sum of all values, the first, the last, and the
wave. `matching`: classes and offsets of a few boxes; losses and gradients of made-up outputs; what is kept of them.
Checked with PyTorch 2.11.0, numpy 2.4.6 and Python 3.11.
"""
import json
import math
import sys

import torch
from torch import nn
from torch.nn import functional as F

sys.dont_write_bytecode = True
from logits import fill, value_of, waves  # noqa: E402
from whole_step import difference, rounded, text  # noqa: E402

CLASSES, IMAGES, PICKED = 3, 3, 7
NETWORKS = (
    ({"name": "ssd", "width": 2}, 300),
    ({"name": "ssd", "width": 4}, 100),
    ({"name": "ssd", "width": 3}, 160),
    ({"name": "rfb", "width": 2}, 300),
    ({"name": "rfb", "width": 4}, 100),
    ({"name": "rfb", "width": 6}, 130),
)

# ---- networks


def vgg(width):
    layers, inner = [], 3
    for multiple in (1, 1, "M", 2, 2, "M", 4, 4, 4, "C", 8, 8, 8, "M", 8, 8, 8):
        if multiple in ("M", "C"):
            layers.append(nn.MaxPool2d(2, 2, ceil_mode=multiple == "C"))
        else:
            layers += [nn.Conv2d(inner, multiple * width, 3, padding=1), nn.ReLU()]
            inner = multiple * width
    layers += [nn.MaxPool2d(3, 1, 1), nn.Conv2d(inner, 16 * width, 3, padding=6, dilation=6), nn.ReLU(),
               nn.Conv2d(16 * width, 16 * width, 1), nn.ReLU()]
    return nn.ModuleList(layers)


FOURTH = 23  # layers up to the ReLU behind the third convolution of the fourth stage


def run(layers, x):
    for layer in layers:
        x = layer(x)
    return x


class Heads(nn.Module):
    def add_heads(self, channels, boxes):
        self.loc = nn.ModuleList(nn.Conv2d(c, 4 * b, 3, padding=1) for c, b in zip(channels, boxes))
        self.conf = nn.ModuleList(nn.Conv2d(c, (CLASSES + 1) * b, 3, padding=1) for c, b in zip(channels, boxes))

    def say(self, maps):
        def joined(heads, numbers):
            return torch.cat([h(m).permute(0, 2, 3, 1).reshape(len(m), -1, numbers) for h, m in zip(heads, maps)], 1)

        return joined(self.conf, CLASSES + 1), joined(self.loc, 4)


class Length(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels))

    def forward(self, x):
        return x / (x.pow(2).sum(1, keepdim=True).sqrt() + 1e-10) * self.weight.view(1, -1, 1, 1)


def next_map(conv, x):
    """A 3x3 without padding; of a map with fewer than 3 places it halves it."""
    if x.shape[2] >= 3:
        return F.conv2d(x, conv.weight, conv.bias)
    return F.conv2d(x, conv.weight, conv.bias, stride=2, padding=1)


class Ssd(Heads):
    def __init__(self, width):
        super().__init__()
        w = width
        self.vgg, self.L2Norm = vgg(w), Length(8 * w)
        self.extras = nn.ModuleList([
            nn.Conv2d(16 * w, 4 * w, 1), nn.Conv2d(4 * w, 8 * w, 3, 2, 1), nn.Conv2d(8 * w, 2 * w, 1),
            nn.Conv2d(2 * w, 4 * w, 3, 2, 1), nn.Conv2d(4 * w, 2 * w, 1), nn.Conv2d(2 * w, 4 * w, 3),
            nn.Conv2d(4 * w, 2 * w, 1), nn.Conv2d(2 * w, 4 * w, 3)])
        self.add_heads([8 * w, 16 * w, 8 * w, 4 * w, 4 * w, 4 * w], [4, 6, 6, 6, 4, 4])

    def forward(self, x):
        fourth = run(self.vgg[:FOURTH], x)
        x = run(self.vgg[FOURTH:], fourth)
        maps = [self.L2Norm(fourth), x]
        for i in range(0, 8, 2):
            x = torch.relu(self.extras[i](x))
            conv = self.extras[i + 1]
            x = torch.relu(conv(x) if i < 4 else next_map(conv, x))
            maps.append(x)
        return self.say(maps)


class Unit(nn.Module):
    def __init__(self, inner, outer, kernel, stride=1, dilation=1, relu=True):
        super().__init__()
        kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
        padding = tuple(k // 2 * dilation for k in kernel)
        self.conv = nn.Conv2d(inner, outer, kernel, stride, padding, dilation, bias=False)
        self.bn, self.relu = nn.BatchNorm2d(outer, momentum=0.01), relu

    def forward(self, x):
        return self.done(self.conv(x))

    def done(self, x):
        return torch.relu(self.bn(x)) if self.relu else self.bn(x)


class Field(nn.Module):
    def __init__(self, inner, outer, stride, branches):
        super().__init__()
        self.branches = len(branches)
        for i, branch in enumerate(branches):
            setattr(self, f"branch{i}", nn.Sequential(*branch))
        joined = sum(branch[-1].conv.out_channels for branch in branches)
        self.ConvLinear = Unit(joined, outer, 1, relu=False)
        self.shortcut = Unit(inner, outer, 1, stride, relu=False)

    def forward(self, x):
        said = torch.cat([getattr(self, f"branch{i}")(x) for i in range(self.branches)], 1)
        return torch.relu(self.ConvLinear(said) + self.shortcut(x))


def first_field(channels):
    c, h, q = channels // 4, channels // 8, channels // 16 * 3
    return Field(channels, channels, 1, [
        [Unit(channels, c, 1), Unit(c, c, 3, relu=False)],
        [Unit(channels, c, 1), Unit(c, c, (3, 1)), Unit(c, c, 3, dilation=3, relu=False)],
        [Unit(channels, c, 1), Unit(c, c, (1, 3)), Unit(c, c, 3, dilation=3, relu=False)],
        [Unit(channels, h, 1), Unit(h, q, (1, 3)), Unit(q, c, (3, 1)), Unit(c, c, 3, dilation=5, relu=False)]])


def field(inner, outer, stride):
    i = inner // 8
    return Field(inner, outer, stride, [
        [Unit(inner, 2 * i, 1, stride), Unit(2 * i, 2 * i, 3, dilation=2, relu=False)],
        [Unit(inner, i, 1), Unit(i, 2 * i, 3, stride), Unit(2 * i, 2 * i, 3, dilation=3, relu=False)],
        [Unit(inner, i, 1), Unit(i, i // 2 * 3, 3), Unit(i // 2 * 3, 2 * i, 3, stride),
         Unit(2 * i, 2 * i, 3, dilation=5, relu=False)]])


class Rfb(Heads):
    def __init__(self, width):
        super().__init__()
        w = width
        self.base, self.Norm = vgg(w), first_field(8 * w)
        self.extras = nn.ModuleList([
            field(16 * w, 16 * w, 1), field(16 * w, 8 * w, 2), field(8 * w, 4 * w, 2),
            Unit(4 * w, 2 * w, 1), Unit(2 * w, 4 * w, 3), Unit(4 * w, 2 * w, 1), Unit(2 * w, 4 * w, 3)])
        self.add_heads([8 * w, 16 * w, 8 * w, 4 * w, 4 * w, 4 * w], [6, 6, 6, 6, 4, 4])

    def forward(self, x):
        fourth = run(self.base[:FOURTH], x)
        x = run(self.base[FOURTH:], fourth)
        maps = [self.Norm(fourth)]
        for block in self.extras[:3]:
            x = block(x)
            maps.append(x)
        for i in (3, 5):
            x = self.extras[i](x)
            x = self.extras[i + 1].done(next_map(self.extras[i + 1].conv, x))
            maps.append(x)
        return self.say(maps)


# ---- priors


def map_sides(side):
    a = math.ceil(side // 2 // 2 / 2)
    b = a // 2
    c = math.ceil(b / 2)
    d = math.ceil(c / 2)
    e = d - 2 if d >= 3 else math.ceil(d / 2)
    return a, b, c, d, e, e - 2 if e >= 3 else math.ceil(e / 2)


def priors_of(name, side):
    least, most = (30, 60, 111, 162, 213, 264), (60, 111, 162, 213, 264, 315)
    ratios = ((2,) if name == "ssd" else (2, 3), (2, 3), (2, 3), (2, 3), (2,), (2,))
    all_priors = []
    for k, places in enumerate(map_sides(side)):
        per_image = side / (8, 16, 32, 64)[k] if k < 4 else places
        for i in range(places):
            for j in range(places):
                x, y = (j + 0.5) / per_image, (i + 0.5) / per_image
                s, larger = least[k] / 300, math.sqrt(least[k] / 300 * (most[k] / 300))
                all_priors += [(x, y, s, s), (x, y, larger, larger)]
                for r in ratios[k]:
                    all_priors += [(x, y, s * math.sqrt(r), s / math.sqrt(r)), (x, y, s / math.sqrt(r), s * math.sqrt(r))]
    return torch.tensor(all_priors).clamp(0, 1).float().double()


# ---- matching, losses, kept boxes

# [left, top, right, bottom, class] in shares: a small, a middle and a large one, two that nearly coincide, one that
# reaches to the rim; the second image has none
TRUTH = ([(0.1, 0.2, 0.22, 0.31, 2), (0.4, 0.35, 0.8, 0.7, 0), (0.02, 0.05, 0.97, 0.99, 1), (0.41, 0.35, 0.8, 0.71, 1)],
         [], [(0.7, 0.0, 1.0, 0.25, 1)])
RATIO, SIDE = 3, 100


def corners(boxes):
    return torch.cat([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1)


def shares(a, b):
    """[A, 4], [B, 4] corners -> [A, B]"""
    upper, lower = torch.max(a[:, None, :2], b[None, :, :2]), torch.min(a[:, None, 2:], b[None, :, 2:])
    common = (lower - upper).clamp(min=0).prod(2)
    area = lambda x: (x[:, 2] - x[:, 0]) * (x[:, 3] - x[:, 1])  # noqa: E731
    return common / (area(a)[:, None] + area(b)[None] - common)


def matched(truth, priors):
    classes, offsets = torch.zeros(len(priors), dtype=torch.long), torch.zeros(len(priors), 4)
    if not truth:
        return classes, offsets
    boxes, labels = torch.tensor([t[:4] for t in truth]), torch.tensor([t[4] for t in truth])
    table = shares(boxes, corners(priors))
    best, owner = table.max(0)
    for b, prior in enumerate(table.argmax(1)):
        best[prior], owner[prior] = 2, b
    own = boxes[owner]
    middle, size = (own[:, :2] + own[:, 2:]) / 2, own[:, 2:] - own[:, :2]
    offsets = torch.cat([(middle - priors[:, :2]) / (0.1 * priors[:, 2:]), torch.log(size / priors[:, 2:]) / 0.2], 1)
    positive = best >= 0.5
    return torch.where(positive, labels[owner] + 1, 0), offsets * positive[:, None]


def losses(logits, offsets, classes, targets):
    """The sum of each image, by sorting each image's negatives."""
    sums = []
    for image in range(len(logits)):
        positive = classes[image] > 0
        entropy = F.cross_entropy(logits[image], classes[image], reduction="none")
        place = F.smooth_l1_loss(offsets[image][positive], targets[image][positive], reduction="sum")
        negative = entropy[~positive].sort(descending=True).values[: RATIO * int(positive.sum())]
        sums.append(place + entropy[positive].sum() + negative.sum())
    return torch.stack(sums)


def kept(logits, offsets, priors):
    """[class, score, left, top, right, bottom] of all that are kept of an image, class by class."""
    chances = logits.softmax(1)
    middle = priors[:, :2] + offsets[:, :2] * 0.1 * priors[:, 2:]
    size = priors[:, 2:] * torch.exp(offsets[:, 2:] * 0.2)
    boxes, found = torch.cat([middle - size / 2, middle + size / 2], 1), []
    for label in range(CLASSES):
        scores = chances[:, label + 1]
        order = [p for p in scores.argsort(descending=True).tolist() if scores[p] > 0.01][:200]
        while order:
            best, order = order[0], order[1:]
            found.append([label, scores[best].item()] + boxes[best].tolist())
            if order:
                common = shares(boxes[best][None], boxes[order])[0]
                order = [p for p, share in zip(order, common.tolist()) if share <= 0.45]
    return found


def matching():
    priors = priors_of("ssd", SIDE)
    classes, targets = (torch.stack(each) for each in zip(*(matched(truth, priors) for truth in TRUTH)))
    logits = (2 * value_of("made.logits", (len(TRUTH), len(priors), CLASSES + 1)) * math.sqrt(len(priors))).requires_grad_()
    offsets = (value_of("made.offsets", (len(TRUTH), len(priors), 4)) * math.sqrt(len(priors))).requires_grad_()
    sums = losses(logits, offsets, classes, targets)
    positives = (classes > 0).sum(1)
    objective = sums.sum() / positives.sum()
    objective.backward()
    found = kept(logits[0].detach(), offsets[0].detach(), priors)
    return {
        "truth": [[list(box) for box in boxes] for boxes in TRUTH], "side": SIDE, "positives": positives.tolist(),
        "classes": (classes.flatten() * waves(classes.numel())).sum().item(), "offsets": numbers(targets),
        "losses": (sums / positives.clamp(min=1)).tolist(), "objective": objective.item(),
        "gradients": [numbers(logits.grad), numbers(offsets.grad)],
        "kept": {"count": [sum(box[0] == label for box in found) for label in range(CLASSES)], "first": found[:5],
                 "numbers": numbers(torch.tensor(found))}}


# ---- numbers


def numbers(values):
    flat = values.detach().flatten()
    return [flat.norm().item(), (flat * waves(len(flat))).sum().item()]


def said(logits, offsets):
    picked = torch.linspace(0, logits.shape[1] - 1, PICKED).long()
    return {"logits": numbers(logits), "offsets": numbers(offsets),
            "picked": torch.cat([logits, offsets], 2)[-1, picked].tolist()}


def of_network(settings, side):
    network = {"ssd": Ssd, "rfb": Rfb}[settings["name"]](settings["width"])
    fill(network)
    x = value_of("input", (IMAGES, 3, side, side)).requires_grad_()
    logits, offsets = network.train()(x)
    (numbers_wave(logits) + numbers_wave(offsets)).backward()
    with torch.no_grad():
        tested = network.eval()(x)
    priors = priors_of(settings["name"], side)
    assert len(priors) == logits.shape[1]
    return {"model": settings, "side": side, "parameters": sum(p.numel() for p in network.parameters()),
            "priors": {"count": len(priors), "sum": priors.sum().item(), "first": priors[0].tolist(),
                       "last": priors[-1].tolist(), "wave": numbers(priors)[1]},
            "train": said(logits, offsets), "gradient": numbers(x.grad), "eval": said(*tested)}


def numbers_wave(values):
    return (values.flatten() * waves(values.numel())).sum()


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    result = rounded({"classes": CLASSES, "images": IMAGES,
                      "networks": [of_network(settings, side) for settings, side in NETWORKS], "matching": matching()})
    if sys.argv[1] == "--check":
        with open(sys.argv[2]) as file:
            sys.exit(difference(result, json.load(file)) or None)
    with open(sys.argv[1], "w") as file:
        file.write(text(result, 4) + "\n")


if __name__ == "__main__":
    main()
