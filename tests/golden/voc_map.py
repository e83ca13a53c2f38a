"""Computes average precisions of made-up detections as Pascal VOC and two detectors' codes do, for comparison with ours.

usage: voc_map.py FILE            writes the numbers
       voc_map.py --check FILE    compares them with those of a file; exit status 1 and a line: they differ

Written from Everingham et al. 2010 (4.2) and docs/methods.md (Learning and testing detection), not from our sources; taken from
there is only the rule of made-up boxes. Corners are counted from 1, as in VOC's files, and are whole numbers; scores differ.
Boxes are drawn by the 32-bit generator s <- 1664525 s + 1013904223, from the case's seed on; a draw below n is
floor(s / 65536) mod n.
Checked with Python 3.11.
"""
import json
import sys

sys.dont_write_bytecode = True
from whole_step import difference, rounded, text  # noqa: E402

# seed, images, classes, detections of each image, side of the images, most pixels that a box is moved by
CASES = ((1, 12, 3, 8, 100, 8), (2, 40, 5, 20, 300, 20), (3, 6, 2, 3, 40, 2), (4, 25, 4, 30, 200, 8), (5, 3, 6, 2, 50, 1))


class Draws:
    def __init__(self, seed):
        self.state = seed

    def below(self, count):
        self.state = (1664525 * self.state + 1013904223) & 0xFFFFFFFF
        return (self.state >> 16) % count


def made(seed, images, classes, per_image, side, moved):
    """Of each image the truth [class, difficult, left, top, right, bottom] and the found [class, score, ...]."""
    draws, all_images, place = Draws(seed), [], 0
    scores = list(range(1, images * per_image + 1))
    for i in range(len(scores) - 1, 0, -1):
        j = draws.below(i + 1)
        scores[i], scores[j] = scores[j], scores[i]
    for _ in range(images):
        truth, found = [], []
        for _ in range(draws.below(5)):
            left, top = 1 + draws.below(side // 2), 1 + draws.below(side // 2)
            truth.append([draws.below(classes), draws.below(4) == 0, left, top,
                          min(side, left + 1 + draws.below(side // 2)), min(side, top + 1 + draws.below(side // 2))])
        for _ in range(per_image):
            near = truth[draws.below(len(truth))] if truth else [0, False, 1, 1, side, side]
            label = near[0] if draws.below(5) else draws.below(classes)
            corners = [c + draws.below(2 * moved + 1) - moved for c in near[2:]]
            left, right = sorted(corners[::2])
            top, bottom = sorted(corners[1::2])
            found.append([label, scores[place] / (len(scores) + 1), left, top, right + 1, bottom + 1])
            place += 1
        all_images.append((truth, found))
    return all_images


def overlap(found, truth, by_ssd):
    """by_ssd: the truth less one, and no pixel more for the last."""
    if by_ssd:
        truth = [c - 1 for c in truth]
    more = 0 if by_ssd else 1
    width = min(found[2], truth[2]) - max(found[0], truth[0]) + more
    height = min(found[3], truth[3]) - max(found[1], truth[1]) + more
    common = max(width, 0) * max(height, 0)
    area = [(b[2] - b[0] + more) * (b[3] - b[1] + more) for b in (found, truth)]
    return common / (area[0] + area[1] - common)


def average_precision(images, label, rule):
    objects = [[t[1:] for t in truth if t[0] == label] for truth, _ in images]
    taken = [[False] * len(own) for own in objects]
    count = sum(not difficult for own in objects for difficult, *_ in own)
    if count == 0:
        return None
    found = sorted(((f[1], image, f[2:]) for image, (_, all_found) in enumerate(images) for f in all_found if f[0] == label),
                   reverse=True)
    right = wrong = 0
    recalls, precisions = [], []
    for _, image, box in found:
        table = [overlap(box, own[1:], rule == "voc07_ssd") for own in objects[image]]
        best = max(range(len(table)), key=table.__getitem__) if table else -1
        if best < 0 or not table[best] > 0.5:
            wrong += 1
        elif objects[image][best][0]:
            pass  # difficult: as if it had not been found
        elif taken[image][best]:
            wrong += 1
        else:
            taken[image][best] = True
            right += 1
        recalls.append(right / count)
        precisions.append(right / max(right + wrong, sys.float_info.epsilon))
    if rule != "voc12_area":
        return sum(max([p for r, p in zip(recalls, precisions) if r >= i * 0.1], default=0) for i in range(11)) / 11
    area, recall = 0.0, 0.0
    for i, r in enumerate(recalls):
        area += (r - recall) * max(precisions[i:])
        recall = r
    return area


def computed():
    cases = []
    for case in CASES:
        images = made(*case)
        by_rule = {}
        for rule in ("voc07_ssd", "voc07_rfb", "voc12_area"):
            values = [average_precision(images, label, rule) for label in range(case[2])]
            known = [value for value in values if value is not None]
            by_rule[rule] = {"mean": sum(known) / len(known), "classes": [-1.0 if v is None else v for v in values]}
        cases.append({"made": list(case), "values": by_rule})
    return {"cases": cases}


def main():
    result = rounded(computed())
    if sys.argv[1] == "--check":
        with open(sys.argv[2]) as file:
            sys.exit(difference(result, json.load(file)) or None)
    with open(sys.argv[1], "w") as file:
        file.write(text(result, 4) + "\n")


if __name__ == "__main__":
    main()
