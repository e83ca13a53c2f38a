"""Applies operations with Pillow, for comparison with ours.

usage: pillow_ops.py CASES IMAGES RESULTS
  CASES    text, one case a line: op value filter red green blue width height offset
  IMAGES   raw 8-bit RGB, rows top to bottom; a case's image starts at its offset
  RESULTS  written: the results of all cases, one after the other
Checked with Pillow 9.4.0 and Python 3.11.
"""
import sys

from PIL import Image, ImageEnhance, ImageOps

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def affine(image, matrix, how, fill):
    return image.transform(image.size, Image.AFFINE, matrix, how, fillcolor=fill)


OPS = {
    "shear_x": lambda i, v, how, fill: affine(i, (1, v, 0, 0, 1, 0), how, fill),
    "shear_y": lambda i, v, how, fill: affine(i, (1, 0, 0, v, 1, 0), how, fill),
    "translate_x": lambda i, v, how, fill: affine(i, (1, 0, v, 0, 1, 0), how, fill),
    "translate_y": lambda i, v, how, fill: affine(i, (1, 0, 0, 0, 1, v), how, fill),
    "rotate": lambda i, v, how, fill: i.rotate(v, how, fillcolor=fill),
    "color": lambda i, v, how, fill: ImageEnhance.Color(i).enhance(v),
    "posterize": lambda i, v, how, fill: ImageOps.posterize(i, int(v)),
    "solarize": lambda i, v, how, fill: ImageOps.solarize(i, v),
    "contrast": lambda i, v, how, fill: ImageEnhance.Contrast(i).enhance(v),
    "sharpness": lambda i, v, how, fill: ImageEnhance.Sharpness(i).enhance(v),
    "brightness": lambda i, v, how, fill: ImageEnhance.Brightness(i).enhance(v),
    "autocontrast": lambda i, v, how, fill: ImageOps.autocontrast(i),
    "equalize": lambda i, v, how, fill: ImageOps.equalize(i),
    "identity": lambda i, v, how, fill: i,
}


def main():
    cases, images, results = sys.argv[1:]
    pixels = open(images, "rb").read()
    with open(cases) as lines, open(results, "wb") as out:
        for line in lines:
            op, value, how, *numbers = line.split()
            red, green, blue, width, height, offset = map(int, numbers)
            data = pixels[offset : offset + 3 * width * height]
            image = Image.frombytes("RGB", (width, height), data)
            out.write(OPS[op](image, float(value), FILTERS[how], (red, green, blue)).tobytes())


main()
