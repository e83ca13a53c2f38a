"""Renders plans with Pillow, for comparison with ours.

usage: pillow_plans.py CASES IMAGES RESULTS
  CASES    text, one case a line: side width height plan offset; side of the square picture, width and height of the
           image, the plan as JSON with raw coordinates
  IMAGES   raw 8-bit RGB, rows top to bottom; a case's image starts at its offset
  RESULTS  written: the pictures of all cases, one after the other
Follows the UADA authors' script for CIFAR: zero-padded crop, flip, two ops of 10 levels, a black box; in place of the
crop also torchvision's resized crop on Pillow images.
Checked with Pillow 9.4.0 and Python 3.11.
"""
import json
import sys
from types import SimpleNamespace

from PIL import Image, ImageOps

sys.dont_write_bytecode = True
from pillow_ops import OPS  # noqa: E402

PAD = 4
GREY = (128, 128, 128)

VALUES = {  # of a share of the range and a sign
    "shear_x": lambda l, s, side: 0.3 * l * s,
    "shear_y": lambda l, s, side: 0.3 * l * s,
    "translate_x": lambda l, s, side: 150 / 331 * l * side * s,
    "translate_y": lambda l, s, side: 150 / 331 * l * side * s,
    "rotate": lambda l, s, side: 30 * l,
    "color": lambda l, s, side: 1 + s * 0.9 * l,
    "contrast": lambda l, s, side: 1 + s * 0.9 * l,
    "sharpness": lambda l, s, side: 1 + s * 0.9 * l,
    "brightness": lambda l, s, side: 1 + s * 0.9 * l,
    "posterize": lambda l, s, side: round(8 - 4 * l),
    "solarize": lambda l, s, side: 256 - 256 * l,
    "autocontrast": lambda l, s, side: 0,
    "equalize": lambda l, s, side: 0,
    "identity": lambda l, s, side: 0,
}


def changed(image, step):
    op = step["op"]
    value = VALUES[op](clamp(step["level"], 9) / 9, step["sign"], image.width)
    how = Image.BICUBIC if op.startswith("shear") else Image.NEAREST
    return OPS[op](image, SimpleNamespace(value=value, filter=how, fill=GREY))


def clamp(value, most):
    return max(0, min(most, value))


def cropped(image, plan, side):
    if "resized_crop" in plan:
        row, col, height, width = plan["resized_crop"]
        row, col = clamp(row, image.height - height), clamp(col, image.width - width)
        how = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}[plan.get("resize_filter", "bilinear")]
        return image.crop((col, row, col + width, row + height)).resize((side, side), how)
    row, col = (clamp(offset, 2 * PAD) for offset in plan["crop"])
    return ImageOps.expand(image, PAD, 0).crop((col, row, col + side, row + side))


def render(image, plan, side):
    image = cropped(image, plan, side)
    if plan["flip"]:
        image = image.transpose(Image.FLIP_LEFT_RIGHT)
    for step in plan["chain"]:
        image = changed(image, step)
    left, top, right, bottom = plan["cutout"]
    rows, cols = range(side)[max(0, left):right], range(side)[max(0, top):bottom]
    image = image.copy()
    for y in rows:
        for x in cols:
            image.putpixel((x, y), (0, 0, 0))
    return image


def main():
    cases, images, results = sys.argv[1:]
    pixels = open(images, "rb").read()
    with open(cases) as lines, open(results, "wb") as out:
        for line in lines:
            side, width, height, plan, offset = line.split()
            side, offset, size = int(side), int(offset), (int(width), int(height))
            image = Image.frombytes("RGB", size, pixels[offset : offset + 3 * size[0] * size[1]])
            out.write(render(image, json.loads(plan), side).tobytes())


if __name__ == "__main__":
    main()
