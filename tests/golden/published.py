"""Writes small files of weights with the names of published networks, and what a network with them computes, with PyTorch.

usage: published.py            writes the files of tests/golden/published
       published.py --check    compares the numbers with those of published.json; exit status 1 and a line: they differ

deep.pth         SemSeg's ResNet with a deep stem, which its PSPNet starts from (resnet50_v2.pth)
pspnet.pth       SemSeg's PSPNet of the same backbone, as its training stores it
torchvision.pth  a ResNet of the same blocks with the usual stem, by torchvision's names
published.json   that PSPNet's logits with running statistics of sin(0.3 i), i the number's place, in double precision: every
                 eighth row and column

The networks are written from the papers and docs/methods.md; taken from the published code are names and the order of
layers. Values: the rule of logits.py. Checked with PyTorch 2.11.0 and Python 3.11.
"""
import json
import pathlib
import sys

import torch
from torch import nn

sys.dont_write_bytecode = True
from logits import conv, fill  # noqa: E402
from whole_step import difference, rounded, text  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / "published"
WIDTH, CLASSES, SIDE, EVERY, BINS = 2, 5, 41, 8, (1, 2, 3, 6)


class Bottleneck(nn.Module):
    def __init__(self, inner, planes, stride, dilation):
        super().__init__()
        self.conv1, self.bn1 = conv(inner, planes, 1), nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, dilation, dilation, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3, self.bn3 = conv(planes, 4 * planes, 1), nn.BatchNorm2d(4 * planes)
        if inner != 4 * planes:
            self.downsample = nn.Sequential(conv(inner, 4 * planes, 1, stride), nn.BatchNorm2d(4 * planes))

    def forward(self, x):
        h = torch.relu(self.bn1(self.conv1(x)))
        h = self.bn3(self.conv3(torch.relu(self.bn2(self.conv2(h)))))
        return torch.relu(h + (self.downsample(x) if hasattr(self, "downsample") else x))


class Backbone(nn.Module):
    """is_deep: a stem of three 3x3 instead of one 7x7. Stages 3 and 4 are dilated, which changes no name."""

    def __init__(self, is_deep):
        super().__init__()
        w = WIDTH
        self.conv1, self.bn1 = conv(3, w, 3 if is_deep else 7, 2), nn.BatchNorm2d(w)
        if is_deep:
            self.conv2, self.bn2 = conv(w, w, 3), nn.BatchNorm2d(w)
            self.conv3, self.bn3 = conv(w, 2 * w, 3), nn.BatchNorm2d(2 * w)
        inner = 2 * w if is_deep else w
        for stage, (blocks, stride, dilation) in enumerate(((1, 1, 1), (1, 2, 1), (1, 1, 2), (1, 1, 4))):
            made = []
            for i in range(blocks):
                made.append(Bottleneck(inner, w << stage, stride if i == 0 else 1, dilation))
                inner = 4 * (w << stage)
            setattr(self, f"layer{stage + 1}", nn.Sequential(*made))
        self.fc = nn.Linear(inner, 10)


def head(inner, hidden):
    return nn.Sequential(conv(inner, hidden, 3), nn.BatchNorm2d(hidden), nn.ReLU(), nn.Dropout2d(0.1),
                         conv(hidden, CLASSES, 1, bias=True))


class Pyramid(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.features = nn.ModuleList(
            nn.Sequential(nn.AdaptiveAvgPool2d(bins), conv(inner, inner // 4, 1), nn.BatchNorm2d(inner // 4), nn.ReLU())
            for bins in BINS)

    def forward(self, x):
        return torch.cat([x] + [resized(pooled(x), x.shape[2:]) for pooled in self.features], 1)


class PspNet(nn.Module):
    def __init__(self, backbone):
        super().__init__()
        b, relu, last = backbone, nn.ReLU(), 32 * WIDTH
        self.layer0 = nn.Sequential(b.conv1, b.bn1, relu, b.conv2, b.bn2, relu, b.conv3, b.bn3, relu,
                                    nn.MaxPool2d(3, 2, 1))
        self.layer1, self.layer2, self.layer3, self.layer4 = b.layer1, b.layer2, b.layer3, b.layer4
        self.ppm, self.cls, self.aux = Pyramid(last), head(2 * last, last // 4), head(last // 2, last // 8)

    def forward(self, x):
        h = self.layer4(self.layer3(self.layer2(self.layer1(self.layer0(x)))))
        return resized(self.cls(self.ppm(h)), x.shape[2:])


def resized(x, size):
    return nn.functional.interpolate(x, tuple(size), mode="bilinear", align_corners=True)


def single(network, prefix=""):
    """Its tensors in single precision, in which all values are exact."""
    return {prefix + name: tensor.float() if tensor.is_floating_point() else tensor
            for name, tensor in network.state_dict().items()}


def made():
    """Backbones are filled by their own names, so that they are the same in each file."""
    deep, plain = Backbone(True), Backbone(False)
    fill(deep)
    fill(plain)
    network = PspNet(deep)
    for part in ("ppm", "cls", "aux"):
        fill(getattr(network, part))
    return deep, plain, network.eval()


def logits(network):
    with torch.no_grad():
        x = (torch.arange(3 * SIDE * SIDE) * 0.3).sin().float().double().reshape(1, 3, SIDE, SIDE)
        said = network(x)[0, :, ::EVERY, ::EVERY]
    return {"side": SIDE, "classes": CLASSES, "every": EVERY, "logits": said.flatten().tolist()}


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    deep, plain, network = made()
    result = rounded(logits(network))
    if sys.argv[1:] == ["--check"]:
        sys.exit(difference(result, json.loads((FOLDER / "published.json").read_text())) or None)
    FOLDER.mkdir(exist_ok=True)
    torch.save(single(deep), FOLDER / "deep.pth")
    torch.save({"epoch": 3, "state_dict": single(network, "module.")}, FOLDER / "pspnet.pth")
    torch.save(single(plain), FOLDER / "torchvision.pth")
    (FOLDER / "published.json").write_text(text(result, 2) + "\n")


if __name__ == "__main__":
    main()
