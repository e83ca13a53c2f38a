"""Renders plans with Pillow, for comparison with ours.

usage: pillow_plans.py SIDE WIDTH HEIGHT IMAGES PLANS RESULTS
  SIDE     of the square pictures, pixels
  WIDTH, HEIGHT  of the images, pixels
  IMAGES   raw 8-bit RGB, one after the other
  PLANS    one plan a line, as JSON with raw coordinates; plan k belongs to image k modulo their number
  RESULTS  written: the pictures of all plans, one after the other
Follows the UADA authors' script for CIFAR: zero-padded crop, flip, two ops of 10 levels, a black box; in place of the
crop also torchvision's resized crop on Pillow images.
Checked with Pillow 9.4.0 and Python 3.11.
"""
import json
import sys

from PIL import Image, ImageEnhance, ImageOps

PAD = 4
GREY = (128, 128, 128)


def affine(image, matrix, how):
    return image.transform(image.size, Image.AFFINE, matrix, how, fillcolor=GREY)


def share(level):
    return level / 9


OPS = {
    "shear_x": lambda i, l, s: affine(i, (1, 0.3 * share(l) * s, 0, 0, 1, 0), Image.BICUBIC),
    "shear_y": lambda i, l, s: affine(i, (1, 0, 0, 0.3 * share(l) * s, 1, 0), Image.BICUBIC),
    "translate_x": lambda i, l, s: affine(i, (1, 0, 150 / 331 * share(l) * i.width * s, 0, 1, 0), Image.NEAREST),
    "translate_y": lambda i, l, s: affine(i, (1, 0, 0, 0, 1, 150 / 331 * share(l) * i.height * s), Image.NEAREST),
    "rotate": lambda i, l, s: i.rotate(30 * share(l), fillcolor=GREY),
    "color": lambda i, l, s: ImageEnhance.Color(i).enhance(1 + s * 0.9 * share(l)),
    "contrast": lambda i, l, s: ImageEnhance.Contrast(i).enhance(1 + s * 0.9 * share(l)),
    "sharpness": lambda i, l, s: ImageEnhance.Sharpness(i).enhance(1 + s * 0.9 * share(l)),
    "brightness": lambda i, l, s: ImageEnhance.Brightness(i).enhance(1 + s * 0.9 * share(l)),
    "posterize": lambda i, l, s: ImageOps.posterize(i, round(8 - 4 * share(l))),
    "solarize": lambda i, l, s: ImageOps.solarize(i, 256 - 256 * share(l)),
    "autocontrast": lambda i, l, s: ImageOps.autocontrast(i),
    "equalize": lambda i, l, s: ImageOps.equalize(i),
    "identity": lambda i, l, s: i,
}


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
        image = OPS[step["op"]](image, clamp(step["level"], 9), step["sign"])
    left, top, right, bottom = plan["cutout"]
    rows, cols = range(side)[max(0, left):right], range(side)[max(0, top):bottom]
    image = image.copy()
    for y in rows:
        for x in cols:
            image.putpixel((x, y), (0, 0, 0))
    return image


def main():
    *sizes, images, plans, results = sys.argv[1:]
    side, width, height = map(int, sizes)
    size = 3 * width * height
    pixels = open(images, "rb").read()
    sources = [Image.frombytes("RGB", (width, height), pixels[k:k + size]) for k in range(0, len(pixels), size)]
    with open(plans) as lines, open(results, "wb") as out:
        for k, line in enumerate(lines):
            out.write(render(sources[k % len(sources)], json.loads(line), side).tobytes())


main()
