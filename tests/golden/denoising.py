"""Spoils made-up pictures and measures how near they stay to the clean ones, for comparison with ours.

usage: denoising.py FILE            writes the numbers
       denoising.py --check FILE    compares them with those of a file; exit status 1 and a line: they differ

Written from docs/methods.md (Denoising) and Wang et al. 2004, not from our sources. Spoiled pictures are told by the
SHA-256 of their bytes, row by row, R G B. A picture is made by the 32-bit generator s <- 1664525 s + 1013904223, from
its seed on: pixel (y, x) of channel c is (7 x (c + 1) + 5 y (3 - c) + floor(s / 2^26)) mod 256 before it is spoiled.
Checked with numpy 2.4.6 and Python 3.11.
"""
import hashlib
import json
import math
import sys
from statistics import NormalDist

import numpy as np

sys.dont_write_bytecode = True
from whole_step import difference, philox, rounded, text  # noqa: E402

NOISE = 23  # of the streams in core/base/Philox.h

# height, width, seed
SIZES = ((1, 1, 1), (3, 5, 2), (11, 11, 3), (20, 33, 4), (40, 23, 5))
NOISES = ((0, 7), (3, 0), (250, 12345), (500, 2**32 - 1), (2550, 1))  # tenths, key
BLURS = (1, 20, 85, 250, 2000)  # hundredths
STEPS = (1, 2, 3, 16, 50, 255)
K1, K2, SIDE, DEVIATION = 0.01, 0.03, 11, 1.5


def made(height, width, seed):
    picture = np.empty((height, width, 3), np.int64)
    for y in range(height):
        for x in range(width):
            for c in range(3):
                seed = (1664525 * seed + 1013904223) & 0xFFFFFFFF
                picture[y, x, c] = (7 * x * (c + 1) + 5 * y * (3 - c) + (seed >> 26)) % 256
    return picture


# ---- what spoils a picture

QUANTILES = np.array([round(4096 * NormalDist().inv_cdf((i + 0.5) / 65536)) for i in range(65536)])


def noisy(picture, tenths, key):
    """Each number takes 16 bits: of each word of Philox's blocks the low ones, then the high ones."""
    blocks = (picture.size + 7) // 8
    numbers = np.arange(blocks, dtype=np.uint64)
    rest = [np.full_like(numbers, value) for value in (0, 0, NOISE)]
    words = philox([numbers] + rest, (key, 0)).T  # [blocks, 4]
    halves = np.stack([words & 0xFFFF, words >> 16], 2).flatten()[: picture.size].astype(np.int64)
    noise = np.floor(tenths * QUANTILES[halves] / 40960 + 0.5).astype(np.int64)
    return (picture + noise.reshape(picture.shape)).clip(0, 255)


def mirrored(place, size):
    period = max(1, 2 * (size - 1))
    place %= period
    return min(place, period - place)


def blurred(picture, hundredths):
    deviation, reach = hundredths / 100, math.ceil(3 * hundredths / 100)
    shares = np.exp(-np.arange(-reach, reach + 1) ** 2 / (2 * deviation**2))
    weights = np.rint(65536 * shares / shares.sum()).astype(np.int64)
    weights[reach] += 65536 - weights.sum()
    height, width, _ = picture.shape
    across, down = np.zeros_like(picture), np.zeros_like(picture)
    for k in range(-reach, reach + 1):
        across += weights[k + reach] * picture[:, [mirrored(x + k, width) for x in range(width)]]
    across = (across + 128) >> 8
    for k in range(-reach, reach + 1):
        down += weights[k + reach] * across[[mirrored(y + k, height) for y in range(height)]]
    return (down + 2**23) >> 24


def quantised(picture, step):
    return np.minimum(255, (picture + step // 2) // step * step)


def digest(picture):
    return hashlib.sha256(picture.astype(np.uint8).tobytes()).hexdigest()


# ---- how near two pictures are


def psnr(a, b):
    error = ((a - b) ** 2).mean() / 255**2
    return 100.0 if error == 0 else min(100.0, -10 * math.log10(error))


def ssim(a, b):
    """The mean over channels and over each place where the window lies in the picture."""
    squares = (np.arange(SIDE) - SIDE // 2) ** 2
    window = np.exp(-(squares[:, None] + squares[None]) / (2 * DEVIATION**2))
    window /= window.sum()
    c1, c2 = (K1 * 255) ** 2, (K2 * 255) ** 2
    values = []
    for c in range(3):
        for y in range(a.shape[0] - SIDE + 1):
            for x in range(a.shape[1] - SIDE + 1):
                p = a[y:y + SIDE, x:x + SIDE, c].astype(float)
                q = b[y:y + SIDE, x:x + SIDE, c].astype(float)
                mp, mq = (window * p).sum(), (window * q).sum()
                vp, vq = (window * (p - mp) ** 2).sum(), (window * (q - mq) ** 2).sum()
                both = (window * (p - mp) * (q - mq)).sum()
                values.append((2 * mp * mq + c1) * (2 * both + c2) / ((mp**2 + mq**2 + c1) * (vp + vq + c2)))
    return float(np.mean(values))


def entry(size, what, clean, spoiled):
    numbers = {"size": list(size), **what, "pixels": digest(spoiled), "psnr": psnr(spoiled, clean)}
    if min(clean.shape[:2]) >= SIDE:
        numbers["ssim"] = ssim(spoiled, clean)
    return numbers


def computed():
    noise, blur, quantise = [], [], []
    for size in SIZES:
        clean = made(*size)
        noise += [entry(size, {"tenths": t, "key": k}, clean, noisy(clean, t, k)) for t, k in NOISES]
        blur += [entry(size, {"hundredths": h}, clean, blurred(clean, h)) for h in BLURS]
        quantise += [entry(size, {"step": s}, clean, quantised(clean, s)) for s in STEPS]
    return {"noise": noise, "blur": blur, "quantise": quantise}


def main():
    result = rounded(computed())
    if sys.argv[1] == "--check":
        with open(sys.argv[2]) as file:
            sys.exit(difference(result, json.load(file)) or None)
    with open(sys.argv[1], "w") as file:
        file.write(text(result, 2) + "\n")


if __name__ == "__main__":
    main()
