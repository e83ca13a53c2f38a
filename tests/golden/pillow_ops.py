"""Applies operations with Pillow, for comparison with ours.

usage: pillow_ops.py CASES IMAGES RESULTS [--sums]
  CASES    text, one case a line: op value filter red green blue x y width height offset
  IMAGES   raw 8-bit RGB, rows top to bottom; a case's image starts at its offset
  RESULTS  written: the results of all cases, one after the other; with --sums the 32 bytes SHA-256 of each
x and y are the place of a cutout as shares of width and height. The partner of sample_pairing and mixup is the image
itself upside down.
Checked with Pillow 9.4.0 and Python 3.11.
"""
import hashlib
import sys

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def affine(image, matrix, case):
    return image.transform(image.size, Image.AFFINE, matrix, case.filter, fillcolor=case.fill)


def solarize_add(image, value):
    """As pytorch-randaugment: the sum is cut off and truncated to bytes before it is solarized."""
    table = [int(min(max(v + value, 0), 255)) for v in range(256)]
    return ImageOps.solarize(image.point(table * 3), 128)


def add_below(image, value):
    """As EfficientNet's TPU code: only what lies below 128 is added to, the sum is cut off at 255."""
    table = [min(255, int(v + value)) if v < 128 else v for v in range(256)]
    return image.point(table * 3)


def painted(image, box, colour):
    image = image.copy()
    ImageDraw.Draw(image).rectangle(box, colour)
    return image


def cutout(image, case, colour=(125, 122, 113)):
    """As the AutoAugment authors' code: a box of even side about a whole pixel, cut at the image."""
    half = int(case.value) // 2
    x, y = int(case.x * image.width), int(case.y * image.height)
    left, right = max(0, x - half), min(image.width, x + half)
    top, bottom = max(0, y - half), min(image.height, y + half)
    if half < 1:
        return image
    return painted(image, (left, top, right - 1, bottom - 1), colour)


def cutout_abs(image, case):
    """As pytorch-randaugment: the rectangle includes its far edges."""
    if case.value < 0:
        return image
    left = int(max(0, case.x * image.width - case.value / 2))
    top = int(max(0, case.y * image.height - case.value / 2))
    right, bottom = min(image.width, left + case.value), min(image.height, top + case.value)
    return painted(image, (left, top, right, bottom), (125, 123, 114))


OPS = {
    "shear_x": lambda i, c: affine(i, (1, c.value, 0, 0, 1, 0), c),
    "shear_y": lambda i, c: affine(i, (1, 0, 0, c.value, 1, 0), c),
    "translate_x": lambda i, c: affine(i, (1, 0, c.value, 0, 1, 0), c),
    "translate_y": lambda i, c: affine(i, (1, 0, 0, 0, 1, c.value), c),
    "rotate": lambda i, c: i.rotate(c.value, c.filter, fillcolor=c.fill),
    "color": lambda i, c: ImageEnhance.Color(i).enhance(c.value),
    "posterize": lambda i, c: ImageOps.posterize(i, int(c.value)),
    "solarize": lambda i, c: ImageOps.solarize(i, c.value),
    "contrast": lambda i, c: ImageEnhance.Contrast(i).enhance(c.value),
    "sharpness": lambda i, c: ImageEnhance.Sharpness(i).enhance(c.value),
    "brightness": lambda i, c: ImageEnhance.Brightness(i).enhance(c.value),
    "autocontrast": lambda i, c: ImageOps.autocontrast(i),
    "equalize": lambda i, c: ImageOps.equalize(i),
    "identity": lambda i, c: i,
    "invert": lambda i, c: ImageOps.invert(i),
    "solarize_add": lambda i, c: solarize_add(i, c.value),
    "add_below": lambda i, c: add_below(i, c.value),
    "cutout": cutout,
    "cutout_abs": cutout_abs,
    "sample_pairing": lambda i, c: Image.blend(i, ImageOps.flip(i), c.value),
    "flip_lr": lambda i, c: i.transpose(Image.FLIP_LEFT_RIGHT),
    "flip_ud": lambda i, c: i.transpose(Image.FLIP_TOP_BOTTOM),
    "blur": lambda i, c: i.filter(ImageFilter.BLUR),
    "smooth": lambda i, c: i.filter(ImageFilter.SMOOTH),
    "mixup": lambda i, c: Image.blend(i, ImageOps.flip(i), c.value),
}


class Case:
    def __init__(self, line):
        self.op, value, how, red, green, blue, x, y, width, height, offset = line.split()
        self.value, self.x, self.y = float(value), float(x), float(y)
        self.filter = FILTERS[how]
        self.fill = (int(red), int(green), int(blue))
        self.size = (int(width), int(height))
        self.offset = int(offset)

    def image(self, pixels):
        data = pixels[self.offset : self.offset + 3 * self.size[0] * self.size[1]]
        return Image.frombytes("RGB", self.size, data)


def main():
    cases, images, results = sys.argv[1:4]
    sums = "--sums" in sys.argv[4:]
    pixels = open(images, "rb").read()
    with open(cases) as lines, open(results, "wb") as out:
        for case in map(Case, lines):
            data = OPS[case.op](case.image(pixels), case).tobytes()
            out.write(hashlib.sha256(data).digest() if sums else data)


if __name__ == "__main__":
    main()
