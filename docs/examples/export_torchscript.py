"""Writes a network as TorchScript, for a recipe with "model": {"name": "torchscript", "file": "net.pt"}.

    python export_torchscript.py OUT.pt [--model resnet18] [--classes 10] [--seed 1]
    python export_torchscript.py OUT.pt --plain [--width 16] [--classes 10] [--seed 1]

The first takes a network of torchvision with fresh weights, the second a small network that is written below; without
torchvision it is always that. Replace `plain` by your own: any module that makes [B, classes] of [B, 3, H, W].
It is scripted in training mode, so that its batch normalisation and dropout can still be switched.
"""
import argparse

import torch
from torch import nn


def plain(width, classes):
    def block(inputs, outputs):
        return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
                             nn.MaxPool2d(2))
    return nn.Sequential(block(3, width), block(width, 2 * width), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Dropout(0.1), nn.Linear(2 * width, classes))


def published(name, classes):
    try:
        import torchvision
    except ImportError:
        return None
    return getattr(torchvision.models, name)(weights=None, num_classes=classes)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    network = None if options.plain else published(options.model, options.classes)
    kind = f"torchvision's {options.model}" if network else f"the plain network of width {options.width}"
    network = network or plain(options.width, options.classes)
    torch.jit.save(torch.jit.script(network.train()), options.out)
    count = sum(p.numel() for p in network.parameters())
    print(f"{options.out}: {kind}, {options.classes} classes, {count:,} parameters, PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
