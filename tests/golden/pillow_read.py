"""Reads pictures with Pillow, for comparison with ours.

usage: pillow_read.py FOLDER RESULTS
  FOLDER   files named by numbers from 0 on, PNG and JPEG
  RESULTS  written: of each, its pixels as 8-bit RGB, one after the other; nothing of one that Pillow refuses
           prints a line for each: width and height, or 0 0
Checked with Pillow 9.4.0 and Python 3.11.
"""
import pathlib
import sys
import warnings

from PIL import Image


def main():
    folder, results = map(pathlib.Path, sys.argv[1:])
    warnings.simplefilter("ignore")
    with open(results, "wb") as out:
        for file in sorted(folder.iterdir(), key=lambda path: int(path.name)):
            try:
                image = Image.open(file).convert("RGB")
            except (OSError, SyntaxError, ValueError):
                print(0, 0)
                continue
            print(*image.size)
            out.write(image.tobytes())


main()
