"""Writes the JPEG files of this folder and prints the CRC-32 of their pixels as Pillow decodes them.

usage: make_jpegs.py        Made with Pillow 9.4.0, libjpeg-turbo 2.1.5, Python 3.11.
"""
import pathlib
import zlib

from PIL import Image

HERE = pathlib.Path(__file__).parent / "jpeg"


def picture():
    image = Image.new("RGB", (23, 17))
    image.putdata([((11 * x) % 256, (13 * y + 40) % 256, (5 * x * y) % 256) for y in range(17) for x in range(23)])
    return image


def main():
    HERE.mkdir(exist_ok=True)
    rgb = picture()
    files = {
        "halved.jpg": (rgb, {"subsampling": "4:2:0"}),
        "progressive.jpg": (rgb, {"subsampling": "4:4:4", "progressive": True}),
        "grey.jpg": (rgb.convert("L"), {}),
        "cmyk.jpg": (rgb.convert("CMYK"), {}),
    }
    for name, (image, options) in files.items():
        image.save(HERE / name, quality=85, **options)
        pixels = Image.open(HERE / name).convert("RGB").tobytes()
        print(f"{name} {zlib.crc32(pixels):08x} {sum(pixels)}")


main()
