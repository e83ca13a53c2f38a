"""Writes the files of tests/golden/weights, which tests/core/tst_weights.cpp reads, with PyTorch.

    python tests/golden/weights.py            written with torch 2.11.0
    python tests/golden/weights.py read FILE  prints what torch.load(weights_only=True) reads of FILE

The numbers are eighths and whole numbers, so that every element type holds them exactly.
"""
import collections
import json
import pathlib
import sys

import torch

FOLDER = pathlib.Path(__file__).parent / "weights"


def plain(prefix=""):
    return collections.OrderedDict({
        prefix + "conv.weight": torch.arange(24).reshape(2, 3, 2, 2) / 8,
        prefix + "conv.bias": torch.tensor([-1.5, 2.0]),
        prefix + "bn.num_batches_tracked": torch.tensor(7),
    })


def wrapped():
    return {
        "epoch": 3, "lr": 0.1, "name": "résumé", "best": None, "done": True, "large": 1 << 40,
        "state_dict": plain("module."),
        "optimizer": {"state": {0: {"step": torch.tensor(5.0)}},
                      "param_groups": [{"betas": (0.9, 0.999), "params": [0]}]},
    }


def strided():
    t = torch.arange(6.0).reshape(2, 3)
    return {"whole": t, "turned": t.t(), "row": t[1], "columns": t[:, 1:], "repeated": torch.ones(1).expand(3),
            "empty": torch.zeros(0, 4)}


def elements():
    types = {"f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16,
             "i64": torch.int64, "i32": torch.int32, "i16": torch.int16, "i8": torch.int8}
    all_of = {name: torch.tensor([0, 1, -3, 100]).to(kind) for name, kind in types.items()}
    all_of["u8"] = torch.tensor([0, 1, 3, 200], dtype=torch.uint8)
    all_of["boolean"] = torch.tensor([False, True])
    all_of["small"] = torch.tensor([2.0 ** -24, -(2.0 ** -15), 65504.0, float("inf")], dtype=torch.float16)
    return all_of


def script():
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3), torch.nn.BatchNorm2d(2))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.fill_(0.5)
    return torch.jit.script(net)


def write():
    FOLDER.mkdir(exist_ok=True)
    torch.save(plain(), FOLDER / "plain.pth")
    torch.save(plain(), FOLDER / "plain_old.pth", _use_new_zipfile_serialization=False)
    torch.save(plain(), FOLDER / "plain_protocol4.pth", pickle_protocol=4)
    torch.save(wrapped(), FOLDER / "wrapped.pth")
    torch.save(strided(), FOLDER / "strided.pth")
    torch.save(strided(), FOLDER / "strided_old.pth", _use_new_zipfile_serialization=False)
    torch.save(elements(), FOLDER / "elements.pth")
    torch.save({"w": torch.nn.Parameter(torch.ones(2)), "b": torch.zeros(1)}, FOLDER / "parameters.pth")
    torch.jit.save(script(), FOLDER / "script.pt")


def read(file):
    for name, tensor in torch.load(file, weights_only=True).items():
        print(json.dumps([name, str(tensor.dtype), list(tensor.shape), tensor.flatten().tolist()]))


if __name__ == "__main__":
    read(sys.argv[2]) if sys.argv[1:2] == ["read"] else write()
