"""Writes tests/golden/policies/faster_aa*.pt, which tests/core/tst_faster_aa.cpp imports, with PyTorch.

    python tests/golden/faster_aa.py    written with torch 2.11.0

A state as the search of Faster AutoAugment (github.com/moskomule/dda) saves it: names, shapes and constants as there,
numbers by hand. faster_aa_old.pt is the same as versions of PyTorch before 1.6 wrote it.
"""
import collections
import math
import pathlib

import torch

FOLDER = pathlib.Path(__file__).parent / "policies"
SUBPOLICIES, STAGES, OPERATIONS = 2, 2, 15
TEMPERATURE = 0.05
ROTATE, HFLIP, INVERT, POSTERIZE, CONTRAST, SHARPNESS = 4, 5, 6, 8, 9, 12
WITHOUT_MAGNITUDE = {HFLIP, INVERT, 13, 14}

# (sub-policy, stage): {operation: (weight, probability, magnitude)}; all others: 0, 0.5, 0.5
FOUND = {
    (0, 0): {ROTATE: (1, 0.5, 0.25), INVERT: (1 - TEMPERATURE * math.log(3), 1.2, None)},  # drawn 3 : 1
    (0, 1): {POSTERIZE: (2, 1, 0.3)},
    (1, 0): {HFLIP: (2, 1, None)},
    (1, 1): {CONTRAST: (2, 1, 1.25)},  # beyond the range, where the search may lead
}


def state():
    one = torch.ones(3) * 0.5
    tensors = collections.OrderedDict({"_mean": one, "_std": one.clone()})
    for i in range(SUBPOLICIES):
        for j in range(STAGES):
            found = FOUND[i, j]
            place = f"sub_policies.{i}.stages.{j}."
            tensors[place + "_weights"] = torch.tensor([found.get(k, (0,))[0] for k in range(OPERATIONS)],
                                                       dtype=torch.float32)
            for k in range(OPERATIONS):
                _, probability, magnitude = found.get(k, (0, 0.5, 0.5))
                name = place + f"operations.{k}."
                if k not in WITHOUT_MAGNITUDE:
                    tensors[name + "_magnitude"] = torch.tensor([magnitude], dtype=torch.float32)
                tensors[name + "_probability"] = torch.tensor([probability], dtype=torch.float32)
                tensors[name + "temperature"] = torch.tensor([0.1])
                if k == SHARPNESS:
                    tensors[name + "kernel"] = torch.full((3, 3), 1 / 13)
    numbers = {"num_sub_policies": SUBPOLICIES, "temperature": TEMPERATURE, "operation_count": STAGES}
    return {"policy": tensors, "policy_kwargs": numbers, "epoch": 20, "step": 620}


FOLDER.mkdir(exist_ok=True)
torch.save(state(), FOLDER / "faster_aa.pt")
torch.save(state(), FOLDER / "faster_aa_old.pt", _use_new_zipfile_serialization=False)
