"""Computes the steps of detection's and segmentation's pipelines with python3-opencv, for comparison with ours.

usage: opencv_steps.py FILE            writes the numbers
       opencv_steps.py --check FILE    compares them with those of a file; exit status 1 and a line: they differ

The image is the same for all: 8-bit RGB, value i of its WIDTH x HEIGHT x 3 is (37 i + i // 7 + i * i % 251) % 256. Light
and colour are computed as github.com/amdegroot/ssd.pytorch, utils/augmentations.py describes them, in single precision
without a cut, and rounded once at the end, halves to even; in eight bits as github.com/GOATmessi7/RFBNet,
data/data_augment.py. The steps are OpenCV's own calls on 8 bits. Of each outcome
the file has all bytes in hexadecimal.
Checked with OpenCV 4.6.0, numpy 1.24.2 and Python 3.11 of Debian 12.
"""
import json
import sys

import cv2
import numpy as np

WIDTH, HEIGHT = 23, 17
MEAN = (124, 116, 104)  # around a turned image

LIGHTS = [
    {"brightness": 1250},
    {"brightness": -3200, "contrast": 1500},
    {"saturation": 500},
    {"saturation": 1500, "hue": -1800},
    {"hue": 1800},
    {"brightness": 3200, "contrast": 1234, "saturation": 777, "hue": 333},
    {"brightness": 3200, "contrast": 600, "saturation": 1377, "hue": -333, "contrast_last": True},
    {"brightness": -777, "hue": 901, "channels": [2, 0, 1]},
]
# As github.com/GOATmessi7/RFBNet, data/data_augment.py: hue in whole steps of 2 degrees.
EIGHT_BIT_LIGHTS = [
    {},
    {"brightness": 1733},
    {"brightness": -2999, "contrast": 1421},
    {"hue": 3600},
    {"hue": -2200, "saturation": 1377},
    {"brightness": 2345, "contrast": 611, "hue": 1400, "saturation": 523},
]
FILTERS = {"bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC, "area": cv2.INTER_AREA,
           "nearest": cv2.INTER_NEAREST, "lanczos4": cv2.INTER_LANCZOS4}
RESIZES = [(20, 20), (46, 34), (7, 40), (50, 5)]
SCALES = [0.5, 0.77, 1.35, 2]
ANGLES = [10, -7.5, 3.33, -0.01]


def image():
    i = np.arange(3 * WIDTH * HEIGHT, dtype=np.int64)
    return ((37 * i + i // 7 + i * i % 251) % 256).astype(np.uint8).reshape(HEIGHT, WIDTH, 3)


def lit(change):
    one = np.float32(1)
    factor = lambda name: np.float32(change.get(name, 1000)) / np.float32(1000)
    picture = image().astype(np.float32) + np.float32(change.get("brightness", 0)) / np.float32(100)
    last = change.get("contrast_last", False)
    picture = picture * (one if last else factor("contrast"))
    if "saturation" in change or "hue" in change:
        hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
        hue = hsv[:, :, 0] + np.float32(change.get("hue", 0)) / np.float32(100)
        hue[hue > 360] -= 360
        hue[hue < 0] += 360
        hsv[:, :, 0] = hue
        hsv[:, :, 1] *= factor("saturation")
        picture = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    picture = picture * (factor("contrast") if last else one)
    picture = picture[:, :, change.get("channels", [0, 1, 2])]
    return np.rint(np.clip(picture, 0, 255)).astype(np.uint8)


def lit_in_eight_bits(change):
    def converted(part, alpha=1, beta=0):
        values = part.astype(float) * alpha + beta
        values[values < 0] = 0
        values[values > 255] = 255
        part[:] = values

    picture = image()
    converted(picture, beta=change.get("brightness", 0) / 100)
    converted(picture, alpha=change.get("contrast", 1000) / 1000)
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
    hsv[:, :, 0] = (hsv[:, :, 0].astype(int) + change.get("hue", 0) // 200) % 180
    converted(hsv[:, :, 1], alpha=change.get("saturation", 1000) / 1000)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def turned(angle):
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), angle, 1)
    return cv2.warpAffine(image(), matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR,
                          borderMode=cv2.BORDER_CONSTANT, borderValue=MEAN)


def hexadecimal(picture):
    return {"width": picture.shape[1], "height": picture.shape[0], "bytes": picture.tobytes().hex()}


def numbers():
    cv2.setNumThreads(1)
    cv2.setUseOptimized(True)
    return {
        "lights": [{"change": change, "picture": hexadecimal(lit(change))} for change in LIGHTS],
        "eight_bit_lights": [{"change": change, "picture": hexadecimal(lit_in_eight_bits(change))}
                             for change in EIGHT_BIT_LIGHTS],
        "resizes_by": [{"filter": name, "picture": hexadecimal(cv2.resize(image(), size, interpolation=FILTERS[name]))}
                       for name in FILTERS for size in [(20, 20), (46, 34)]],
        "resizes": [hexadecimal(cv2.resize(image(), size)) for size in RESIZES],
        "scales": [{"factor": s, "picture": hexadecimal(cv2.resize(image(), None, fx=s, fy=s))} for s in SCALES],
        "angles": [{"degrees": a, "picture": hexadecimal(turned(a))} for a in ANGLES],
        "blur": hexadecimal(cv2.GaussianBlur(image(), (5, 5), 0)),
    }


def main():
    if sys.argv[1] == "--check":
        with open(sys.argv[2]) as file:
            if json.load(file) != numbers():
                sys.exit(f"{sys.argv[2]}: OpenCV {cv2.__version__} gives other numbers")
        return
    with open(sys.argv[1], "w") as file:
        json.dump(numbers(), file, indent=0)
        file.write("\n")


main()
