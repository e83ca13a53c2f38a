"""Renders plans as the AutoAugment authors' code for CIFAR does, which works on RGBA images of Pillow, for comparison
with ours of "outside":"mean".

usage: pillow_autoaugment.py CASES IMAGES RESULTS   renders plans
       pillow_autoaugment.py --golden               prints the rows of autoaugment_chains.txt
  CASES    text, one case a line: side plan offset; the plan as JSON on the grid aa10 or aa10-published
  IMAGES   raw 8-bit RGB, rows top to bottom; a case's square image starts at its offset
  RESULTS  written: the pictures of all cases as RGBA, one after the other; alpha 0 where the network sees the
           mean (exactly 0 after normalisation), else 255

The rule (tensorflow/models, research/autoaugment, augmentation_transforms.py and data_utils.py):
- an image becomes RGBA, opaque, and goes through all ops of the chain as such;
- auto-contrast, equalize, invert, posterize and solarize work on RGB: the image goes there and back, so that all of
  it is opaque after them, what was uncovered black;
- shear, translate and rotate read the nearest pixel and bring in (0, 0, 0, 0);
- the enhancers take the alpha over, and read the colours of transparent pixels like any other;
- blur and smooth filter alpha as they filter the colours, so that pixels near a hole become opaque in part;
- Cutout writes (125, 122, 113, 0);
- at the end a pixel whose alpha is 0, and no other, becomes 0 after normalisation; then come the crop from a padding
  of zeros after normalisation, the flip and the Cutout box, 0 after normalisation as well.
Not of that code: crop and flip before the ops bring in (0, 0, 0, 0); cutout_abs draws as Pillow does, opaque;
solarize_add goes the way of solarize; the box of the Cutout op is that of create_cutout_mask, of which a version of the
code mixes up rows and columns. Images go in as bytes: the code's way from normalised numbers back to bytes, which cuts
off, lowers about 19 of the 256 values by one.
Checked with Pillow 9.4.0 and 13.0.0.
"""
import json
import os
import random
import sys
import zlib
from types import SimpleNamespace

from PIL import Image, ImageOps

sys.dont_write_bytecode = True
from pillow_ops import OPS, cutout  # noqa: E402

PAD = 4
MEAN = (128, 102, 77)
CLEAR = (0, 0, 0, 0)
ON_RGB = ("autocontrast", "equalize", "invert", "posterize", "solarize", "solarize_add")


def whole(level, most):
    return int(level * most / 10)


def factor(level, sign, grid):
    return float(level) * 1.8 / 10 + 0.1


VALUES = {
    "shear_x": lambda l, s, g: s * (float(l) * 0.3 / 10),
    "shear_y": lambda l, s, g: s * (float(l) * 0.3 / 10),
    "translate_x": lambda l, s, g: s * whole(l, 10),
    "translate_y": lambda l, s, g: s * whole(l, 10),
    "rotate": lambda l, s, g: s * whole(l, 30),
    "color": factor,
    "contrast": factor,
    "brightness": factor,
    "sharpness": factor,
    "posterize": lambda l, s, g: (4 if g == "aa10-published" else 8) - whole(l, 4),
    "solarize": lambda l, s, g: 256 - whole(l, 256),
    "cutout": lambda l, s, g: whole(l, 20),
    "cutout_abs": lambda l, s, g: whole(l, 20),
}
PLAIN = ("autocontrast", "equalize", "identity", "invert", "flip_lr", "flip_ud", "blur", "smooth")


def changed(image, step, grid):
    op = step["op"]
    level = min(max(step["level"], 0), 9)
    x, y = step.get("at", (0.5, 0.5))
    value = 0 if op in PLAIN else VALUES[op](level, step["sign"], grid)
    case = SimpleNamespace(value=value, filter=Image.NEAREST, fill=CLEAR, x=x, y=y)
    if op in ON_RGB:
        return OPS[op](image.convert("RGB"), case).convert("RGBA")
    if op == "cutout":
        return cutout(image, case, (125, 122, 113, 0))
    return OPS[op](image, case)


def framed(image, plan):
    if "crop" in plan:
        row, col = (min(max(offset, 0), 2 * PAD) for offset in plan["crop"])
        image = ImageOps.expand(image, PAD, CLEAR).crop((col, row, col + image.width, row + image.height))
    return image.transpose(Image.FLIP_LEFT_RIGHT) if plan.get("flip") else image


def rendered(image, plan):
    """RGBA, alpha 0 or 255."""
    image = image.convert("RGBA")
    ops_first = plan.get("order") == "chain-first"
    if not ops_first:
        image = framed(image, plan)
    for step in plan["chain"]:
        if step.get("fired", True):
            image = changed(image, step, plan["grid"])
    image.putalpha(image.getchannel("A").point([0] + 255 * [255]))
    if ops_first:
        image = framed(image, plan)
    left, top, right, bottom = plan.get("cutout", (0, 0, 0, 0))
    for row in range(image.height)[max(0, left) : max(0, right)]:
        for col in range(image.width)[max(0, top) : max(0, bottom)]:
            image.putpixel((col, row), CLEAR)
    return image


def shown(image):
    """RGB, the mean where it is transparent."""
    return Image.composite(image.convert("RGB"), Image.new("RGB", image.size, MEAN), image.getchannel("A"))


def made(side, state):
    """The picture of the next draws of the golden vectors' generator, and the generator after it."""
    data = bytearray()
    for y in range(side):
        for x in range(side):
            for c in range(3):
                state = (1664525 * state + 1013904223) % 2**32
                data.append((5 * x * (c + 1) + 3 * y * (3 - c) + 17 * c) % 193 + (state >> 24 & 63))
    return Image.frombytes("RGB", (side, side), bytes(data)), state


def drawn_step(op, draws):
    step = {"op": op, "level": draws.randrange(10), "sign": draws.choice((-1, 1))}
    if op.startswith("cutout"):
        step["at"] = [draws.randrange(256) / 256, draws.randrange(256) / 256]
    return step


def drawn_plan(number, policy, draws):
    """By turns: a sub-policy's two ops at random levels; two ops of any; four ops of any, the picture framed."""
    plan = {"grid": "aa10-published" if number % 5 == 4 else "aa10", "order": "chain-first", "outside": "mean"}
    ops = [step["op"] for step in draws.choice(policy)]
    if number % 3 > 0:
        ops = [draws.choice(list(VALUES) + list(PLAIN)) for _ in range(2 * (number % 3))]
    plan["chain"] = [drawn_step(op, draws) for op in ops]
    if number % 3 == 2:
        plan["crop"] = [draws.randrange(2 * PAD + 1), draws.randrange(2 * PAD + 1)]
        plan["flip"] = draws.random() < 0.5
    if number % 6 == 5:
        plan["cutout"] = [-2, 3, 5, 9]
        plan["cutout_fill"] = "mean"
    return plan


def print_golden(chains=60):
    """Rows: side, CRC-32 of the picture with the mean (128, 102, 77), number of its transparent pixels, plan."""
    draws = random.Random(20261122)
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "../../experiments/policies/autoaugment-cifar10.json")) as file:
        policy = json.load(file)["subpolicies"]
    for side in (5, 17, 28, 32, 40, 64):
        state = 1
        for number in range(chains):
            image, state = made(side, state)
            plan = drawn_plan(number, policy, draws)
            result = rendered(image, plan)
            clear = result.getchannel("A").histogram()[0]
            text = json.dumps(plan, separators=(",", ":"))
            print(f"{side} {zlib.crc32(shown(result).tobytes()):08x} {clear} {text}")


def main():
    if sys.argv[1:] == ["--golden"]:
        return print_golden()
    cases, images, results = sys.argv[1:4]
    pixels = open(images, "rb").read()
    with open(cases) as lines, open(results, "wb") as out:
        for line in lines:
            side, plan, offset = line.split()
            side, offset = int(side), int(offset)
            image = Image.frombytes("RGB", (side, side), pixels[offset : offset + 3 * side * side])
            out.write(rendered(image, json.loads(plan)).tobytes())


if __name__ == "__main__":
    main()
