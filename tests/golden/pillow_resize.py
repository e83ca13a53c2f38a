"""Resizes, crops and pads with Pillow, for comparison with ours.

usage: pillow_resize.py CASES IMAGES RESULTS
  CASES    text, one case a line: filter left top right bottom toWidth toHeight width height offset
           filter "centre": torchvision's Resize, bilinear, to 256/224 of toWidth, then CenterCrop
  IMAGES   raw 8-bit RGB, rows top to bottom; a case's image starts at its offset
  RESULTS  written: the results of all cases, one after the other
Checked with Pillow 9.4.0 and Python 3.11.
"""
import sys

from PIL import Image

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def centre(image, side):
    """torchvision's Resize(round(side * 256 / 224)) and CenterCrop(side), as they are for a Pillow image."""
    size = round(side * 256 / 224)
    short, long = sorted(image.size)
    long = int(size * long / short)
    width, height = (size, long) if image.width <= image.height else (long, size)
    image = image.resize((width, height), Image.BILINEAR)
    top, left = int(round((height - side) / 2.0)), int(round((width - side) / 2.0))
    return image.crop((left, top, left + side, top + side))


def main():
    cases, images, results = sys.argv[1:]
    pixels = open(images, "rb").read()
    with open(cases) as lines, open(results, "wb") as out:
        for line in lines:
            how, *numbers = line.split()
            left, top, right, bottom, to_width, to_height, width, height, offset = map(int, numbers)
            data = pixels[offset : offset + 3 * width * height]
            part = Image.frombytes("RGB", (width, height), data).crop((left, top, right, bottom))
            if how == "centre":
                out.write(centre(part, to_width).tobytes())
                continue
            out.write(part.resize((to_width, to_height), FILTERS[how]).tobytes())


main()
