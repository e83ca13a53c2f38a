"""Does the work of `uada bench` with Pillow, numpy, torchvision and OpenCV, to be timed side by side.

Part of the program, which starts it as a child process and talks to it over standard input and output: a
JSON object a line, followed by as many raw bytes as its "bytes" says, both ways; answers begin with "uada ".
Commands, by "do":
  hello       the versions of what is installed; null where it is missing
  images      "bytes" of them, 8-bit RGB, "width" x "height"
  op          prepares one operation on each image; answers with the results
  variants    prepares UADA's variants of "plans", variant-major; answers with the numbers, float32.
              "released": by the stations of the released script, which need torch
  replay      the pixels of "plans" by torchvision's own operations and level tables
  torchvision prepares a transform that draws by itself, ra, aa or ta: its "part" ops alone, or the whole
              pipeline with a padded or a resized crop
  load        prepares the loading of the files "names" in "folder" with "library" opencv or albumentations:
              JPEG, resized crop, flip, RandAugment(2, 9), numbers, "side" x "side"
  chain       prepares the pipeline of "policy" segmentation or detection with "plans", by OpenCV on 8 bits;
              answers with the numbers, float32. A call is all plans
  block       runs "calls" of what was prepared; answers with the CPU seconds of this process
A call is one image (of variants: all those of one sample), and each block goes on where the last one ended.
"""
import sys
sys.path[:] = [place for place in sys.path if place]  # not the current folder, which may hold anything
import array
import importlib.metadata
import importlib.util
import json
import signal
import struct
import time
from unittest import mock

try:
    import PIL
    from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps
except ImportError:
    PIL = None
try:
    import numpy
except ImportError:
    numpy = None


def version_of(*names):
    """Of the first package that is there, without importing it: torch takes seconds."""
    for name in names:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def opencv_version():
    """Debian's package has no metadata: then OpenCV itself says it."""
    known = version_of("opencv-python-headless", "opencv-python", "opencv")
    if known or not importlib.util.find_spec("cv2"):
        return known
    import cv2
    return cv2.__version__


# Single operations, with raw values.

def affine(image, matrix, filter, fill):
    return image.transform(image.size, Image.AFFINE, matrix, filter, fillcolor=fill)


def solarize_add(image, value):
    table = [int(min(max(v + value, 0), 255)) for v in range(256)]
    return ImageOps.solarize(image.point(table * 3), 128)


def add_below(image, value):
    table = [min(255, int(v + value)) if v < 128 else v for v in range(256)]
    return image.point(table * 3)


def painted(image, box, colour):
    image = image.copy()
    ImageDraw.Draw(image).rectangle(box, colour)
    return image


def cutout(image, size, x, y):
    """The AutoAugment authors': a box of even side about a whole pixel, cut at the image."""
    half, x, y = int(size) // 2, int(x * image.width), int(y * image.height)
    left, right = max(0, x - half), min(image.width, x + half)
    top, bottom = max(0, y - half), min(image.height, y + half)
    return painted(image, (left, top, right - 1, bottom - 1), (125, 122, 113)) if half else image.copy()


def cutout_abs(image, size, x, y):
    """That of pytorch-randaugment: the rectangle includes its far edges."""
    left, top = int(max(0, x * image.width - size / 2)), int(max(0, y * image.height - size / 2))
    right, bottom = min(image.width, left + size), min(image.height, top + size)
    return painted(image, (left, top, right, bottom), (125, 123, 114))


def operation(op, value, filter, fill, x, y):
    """A function of an image and its partner."""
    filter = {"nearest": 0, "bilinear": 2, "bicubic": 3}[filter]
    fill = tuple(fill)
    return {
        "shear_x": lambda i, _: affine(i, (1, value, 0, 0, 1, 0), filter, fill),
        "shear_y": lambda i, _: affine(i, (1, 0, 0, value, 1, 0), filter, fill),
        "translate_x": lambda i, _: affine(i, (1, 0, value, 0, 1, 0), filter, fill),
        "translate_y": lambda i, _: affine(i, (1, 0, 0, 0, 1, value), filter, fill),
        "rotate": lambda i, _: i.rotate(value, filter, fillcolor=fill),
        "color": lambda i, _: ImageEnhance.Color(i).enhance(value),
        "posterize": lambda i, _: ImageOps.posterize(i, int(value)),
        "solarize": lambda i, _: ImageOps.solarize(i, value),
        "contrast": lambda i, _: ImageEnhance.Contrast(i).enhance(value),
        "sharpness": lambda i, _: ImageEnhance.Sharpness(i).enhance(value),
        "brightness": lambda i, _: ImageEnhance.Brightness(i).enhance(value),
        "autocontrast": lambda i, _: ImageOps.autocontrast(i),
        "equalize": lambda i, _: ImageOps.equalize(i),
        "identity": lambda i, _: i.copy(),
        "invert": lambda i, _: ImageOps.invert(i),
        "solarize_add": lambda i, _: solarize_add(i, value),
        "cutout": lambda i, _: cutout(i, value, x, y),
        "cutout_abs": lambda i, _: cutout_abs(i, value, x, y),
        "sample_pairing": lambda i, other: Image.blend(i, other, value),
        "flip_lr": lambda i, _: i.transpose(Image.FLIP_LEFT_RIGHT),
        "flip_ud": lambda i, _: i.transpose(Image.FLIP_TOP_BOTTOM),
        "blur": lambda i, _: i.filter(ImageFilter.BLUR),
        "smooth": lambda i, _: i.filter(ImageFilter.SMOOTH),
        "mixup": lambda i, other: Image.blend(i, other, value),
        "add_below": lambda i, _: add_below(i, value),
    }[op]


# The released loop of UADA: crop, flip, two ops of ten levels, Cutout, numbers about 0.

GREY = (128, 128, 128)
LEVELS = {
    "shear_x": lambda i, l, s: affine(i, (1, 0.3 * l * s, 0, 0, 1, 0), 3, GREY),
    "shear_y": lambda i, l, s: affine(i, (1, 0, 0, 0.3 * l * s, 1, 0), 3, GREY),
    "translate_x": lambda i, l, s: affine(i, (1, 0, 150 / 331 * l * i.width * s, 0, 1, 0), 0, GREY),
    "translate_y": lambda i, l, s: affine(i, (1, 0, 0, 0, 1, 150 / 331 * l * i.height * s), 0, GREY),
    "rotate": lambda i, l, s: i.rotate(30 * l, fillcolor=GREY),
    "color": lambda i, l, s: ImageEnhance.Color(i).enhance(1 + s * 0.9 * l),
    "contrast": lambda i, l, s: ImageEnhance.Contrast(i).enhance(1 + s * 0.9 * l),
    "sharpness": lambda i, l, s: ImageEnhance.Sharpness(i).enhance(1 + s * 0.9 * l),
    "brightness": lambda i, l, s: ImageEnhance.Brightness(i).enhance(1 + s * 0.9 * l),
    "posterize": lambda i, l, s: ImageOps.posterize(i, round(8 - 4 * l)),
    "solarize": lambda i, l, s: ImageOps.solarize(i, 256 - 256 * l),
    "autocontrast": lambda i, l, s: ImageOps.autocontrast(i),
    "equalize": lambda i, l, s: ImageOps.equalize(i),
    "identity": lambda i, l, s: i,
}


def clamp(value, most):
    return max(0, min(most, value))


def chained(image, plan, levels=LEVELS):
    for step in plan["chain"]:
        image = levels[step["op"]](image, clamp(step["level"], 9) / 9, step["sign"])
    return image


def cropped(image, plan, pad):
    side = image.width
    row, col = (clamp(offset, 2 * pad) for offset in plan["crop"])
    image = ImageOps.expand(image, pad, 0).crop((col, row, col + side, row + side))
    return image.transpose(Image.FLIP_LEFT_RIGHT) if plan["flip"] else image


def single(value):
    """Rounded to single precision."""
    return struct.unpack("f", struct.pack("f", value))[0]


def bare_variant(image, plan, pad, mean, deviation):
    """Without numpy: to be compared, too slow to be timed. Answers with the bytes of the numbers."""
    image = chained(cropped(image, plan, pad), plan).copy()
    left, top, right, bottom = plan["cutout"]
    box = (max(0, top), max(0, left), min(image.width, bottom), min(image.height, right))
    if box[0] < box[2] and box[1] < box[3]:
        image.paste((0, 0, 0), box)
    pixels = image.tobytes()
    numbers = array.array("f", bytes(4 * len(pixels)))
    for c in range(3):
        table = [single(single(single(v / 255) - mean[c]) / deviation[c]) for v in range(256)]
        numbers[c::3] = array.array("f", map(table.__getitem__, pixels[c::3]))
    return numbers.tobytes()


def lean_variant(image, plan, pad, mean, deviation):
    """With as little Python as the work needs: crop and flip by Pillow, Cutout and numbers by numpy."""
    drawn = chained(cropped(image, plan, pad), plan)
    pixels = numpy.asarray(drawn).astype(numpy.float32) / numpy.float32(255)
    left, top, right, bottom = plan["cutout"]  # the released code's left and right are rows
    pixels[max(0, left):right, max(0, top):bottom] = 0
    return (pixels - mean) / deviation


def rotated_through_alpha(image, share, _):
    turned = image.convert("RGBA").rotate(30 * share)
    return Image.composite(turned, Image.new("RGBA", turned.size, (128,) * 4), turned).convert(image.mode)


def released_variant(image, plan, pad, mean, deviation):
    """Through the same stations as the released script: a tensor is cropped, becomes an image for flip and
    ops, and a tensor again for Cutout and numbers.
    image: [1, 3, side, side], 0..1; mean, deviation: [3, 1, 1]"""
    import torch
    side = image.shape[-1]
    row, col = (clamp(offset, 2 * pad) for offset in plan["crop"])
    padded = torch.nn.functional.pad(image, (pad,) * 4)
    cropped = padded[0, :, row:row + side, col:col + side]
    pixels = (cropped.permute(1, 2, 0).numpy() * 255.0).astype(numpy.uint8)
    if plan["flip"]:
        pixels = numpy.ascontiguousarray(pixels[:, ::-1])
    drawn = chained(Image.fromarray(pixels), plan, LEVELS | {"rotate": rotated_through_alpha})
    tensor = torch.Tensor(numpy.array(drawn)).float().permute(2, 0, 1) * 1.0 / 255.0
    left, top, right, bottom = plan["cutout"]
    tensor[:, max(0, left):right, max(0, top):bottom] = 0
    return (tensor - mean) * 1.0 / deviation


# torchvision, on the images of Pillow.

NAMES = {"shear_x": "ShearX", "shear_y": "ShearY", "translate_x": "TranslateX", "translate_y": "TranslateY",
         "autocontrast": "AutoContrast"}


def transform_named(policy, table):
    from torchvision import transforms
    if policy == "ra":
        return transforms.RandAugment(2, 9)
    if policy == "ta":
        return transforms.TrivialAugmentWide()
    return transforms.AutoAugment(getattr(transforms.AutoAugmentPolicy, table.upper()))


def plain_linspace(start, end, steps):
    """torch.linspace with every product rounded. Processors with fused multiply-add skip that, so that levels
    15, 19 and 25 of torchvision's 31 differ between processors in the last bit, and a shift of 16 pixels
    becomes one of 15."""
    import torch
    index = torch.arange(steps, dtype=torch.float32)
    step = (torch.tensor(end, dtype=torch.float32) - start) / (steps - 1)
    rising, falling = step * index, step * (steps - 1 - index)
    return torch.where(index < steps // 2, start + rising, end - falling)


def levels_of(policy, transform, side):
    """torchvision's own table: op to its magnitudes and whether they are signed."""
    with mock.patch("torch.linspace", plain_linspace):
        if policy == "ta":
            return transform._augmentation_space(31)
        return transform._augmentation_space({"ra": 31, "aa": 10}[policy], (side, side))


def replayed(image, plan, levels):
    from torchvision.transforms.autoaugment import _apply_op
    from torchvision.transforms.functional import InterpolationMode
    for step in plan.get("chain", []):
        if not step.get("fired", True):
            continue
        op, level, sign = step["op"], step["level"], step["sign"]
        name = NAMES.get(op, op.capitalize())
        magnitudes, signed = levels[name]
        magnitude = float(magnitudes[level]) if magnitudes.ndim else 0.0
        magnitude = magnitude * sign if signed else magnitude
        image = _apply_op(image, name, magnitude, interpolation=InterpolationMode.NEAREST, fill=None)
    return image


def pipeline(transform, part, side, pad, mean, deviation):
    from torchvision import transforms
    padded = part == "padded"
    crop = transforms.RandomCrop(side, padding=pad) if padded else transforms.RandomResizedCrop(side)
    return transforms.Compose([crop, transforms.RandomHorizontalFlip(), transform,
                               transforms.ToTensor(), transforms.Normalize(mean, deviation)])


# A loader by hand on OpenCV, as those have it who find the others slow, and one of albumentations.

class CvLoader:
    """torchvision's resized crop and RandAugment, on BGR pixels of cv2.imread."""

    def __init__(self, side, mean, deviation):
        import random
        import cv2
        cv2.setNumThreads(0)
        self.cv2, self.random, self.side = cv2, random.Random(1), side
        self.scale = (1 / (255 * numpy.array(deviation, numpy.float32)))[::-1].copy()
        self.shift = -(numpy.array(mean, numpy.float32) / numpy.array(deviation, numpy.float32))[::-1].copy()

    def crop(self, height, width):
        for _ in range(10):
            area = height * width * self.random.uniform(0.08, 1)
            aspect = 2.718281828459045 ** self.random.uniform(-0.2876820724517809, 0.2876820724517809)
            w, h = round((area * aspect) ** 0.5), round((area / aspect) ** 0.5)
            if 0 < w <= width and 0 < h <= height:
                return self.random.randint(0, height - h), self.random.randint(0, width - w), h, w
        return 0, 0, height, width

    def table(self, image, values):
        return self.cv2.LUT(image, numpy.clip(values, 0, 255).astype(numpy.uint8))

    def warp(self, image, matrix):
        return self.cv2.warpAffine(image, numpy.float32(matrix), (self.side, self.side),
                                   flags=self.cv2.INTER_NEAREST)

    def stretched(self, image):
        for c in range(3):
            low, high = int(image[:, :, c].min()), int(image[:, :, c].max())
            if high > low:
                line = (numpy.arange(256, dtype=numpy.float32) - low) * (255 / (high - low))
                image[:, :, c] = self.table(image[:, :, c], line)
        return image

    def op(self, image, name, m, sign):
        cv2, all256, side = self.cv2, numpy.arange(256, dtype=numpy.float32), self.side
        if name == "shear_x":
            return self.warp(image, [[1, 0.3 * m * sign, 0], [0, 1, 0]])
        if name == "shear_y":
            return self.warp(image, [[1, 0, 0], [0.3 * m * sign, 1, 0]])
        if name == "translate_x":
            return self.warp(image, [[1, 0, 150 / 331 * side * m * sign], [0, 1, 0]])
        if name == "translate_y":
            return self.warp(image, [[1, 0, 0], [0, 1, 150 / 331 * side * m * sign]])
        if name == "rotate":
            return self.warp(image, cv2.getRotationMatrix2D((side / 2, side / 2), 30 * m * sign, 1))
        factor = 1 + 0.9 * m * sign
        if name == "brightness":
            return self.table(image, all256 * factor)
        if name == "contrast":
            grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).mean()
            return self.table(image, grey + (all256 - grey) * factor)
        if name == "color":
            grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
            return cv2.addWeighted(image, factor, grey, 1 - factor, 0)
        if name == "sharpness":
            smooth = numpy.float32([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13
            return cv2.addWeighted(image, factor, cv2.filter2D(image, -1, smooth), 1 - factor, 0)
        if name == "posterize":
            return image & numpy.uint8(256 - 2 ** round(4 * m))
        if name == "solarize":
            return self.table(image, numpy.where(all256 < 255 * (1 - m), all256, 255 - all256))
        if name == "autocontrast":
            return self.stretched(image)
        if name == "equalize":
            return cv2.merge([cv2.equalizeHist(channel) for channel in cv2.split(image)])
        return image

    OPS = ("identity", "shear_x", "shear_y", "translate_x", "translate_y", "rotate", "brightness", "color",
           "contrast", "sharpness", "posterize", "solarize", "autocontrast", "equalize")

    def __call__(self, path):
        image = self.cv2.imread(path)
        top, left, height, width = self.crop(*image.shape[:2])
        image = self.cv2.resize(image[top:top + height, left:left + width], (self.side, self.side),
                                interpolation=self.cv2.INTER_LINEAR)
        if self.random.random() < 0.5:
            image = self.cv2.flip(image, 1)
        for _ in range(2):
            image = self.op(image, self.random.choice(self.OPS), 9 / 30, self.random.choice((-1, 1)))
        return image.astype(numpy.float32) * self.scale + self.shift


class Chain:
    """Whole pipelines, one call of OpenCV after another, each on the whole picture."""

    def __init__(self, side, mean, deviation):
        import cv2
        cv2.setNumThreads(0)
        self.cv2, self.side = cv2, side
        self.fill = tuple(int(255 * value + 0.5) for value in mean)
        self.scale = 1 / (255 * numpy.array(deviation, numpy.float32))
        self.shift = -numpy.array(mean, numpy.float32) / numpy.array(deviation, numpy.float32)

    def numbers(self, picture):
        return picture.astype(numpy.float32) * self.scale + self.shift

    def segment(self, image, labels, plan):
        cv2, side = self.cv2, self.side
        factor = plan["scale"]["thousandths"] / 1000
        image = cv2.resize(image, None, fx=factor, fy=factor)
        labels = cv2.resize(labels, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)
        if plan["rotation"].get("fired", True):
            height, width = labels.shape
            matrix = cv2.getRotationMatrix2D((width / 2, height / 2), plan["rotation"]["hundredths"] / 100, 1)
            image = cv2.warpAffine(image, matrix, (width, height), borderValue=self.fill)
            labels = cv2.warpAffine(labels, matrix, (width, height), flags=cv2.INTER_NEAREST, borderValue=255)
        if plan["blur"]:
            image = cv2.GaussianBlur(image, (5, 5), 0)
        if plan["flip"]:
            image, labels = cv2.flip(image, 1), cv2.flip(labels, 1)
        tall, wide = max(0, side - labels.shape[0]), max(0, side - labels.shape[1])
        if tall or wide:
            edges = tall // 2, tall - tall // 2, wide // 2, wide - wide // 2
            image = cv2.copyMakeBorder(image, *edges, cv2.BORDER_CONSTANT, value=self.fill)
            labels = cv2.copyMakeBorder(labels, *edges, cv2.BORDER_CONSTANT, value=255)
        row, column = plan["window"]
        window = slice(row, row + side), slice(column, column + side)
        return self.numbers(image[window]), labels[window].astype(numpy.int64)

    def lit(self, image, change):
        cv2, one = self.cv2, numpy.float32(1000)
        value = lambda name, usual: numpy.float32(change.get(name, usual))
        last = change.get("contrast_last", False)
        contrast = value("contrast", 1000) / one
        picture = image.astype(numpy.float32)
        if "brightness" in change:
            picture += value("brightness", 0) / numpy.float32(100)
        if "contrast" in change and not last:
            picture *= contrast
        if "saturation" in change or "hue" in change:
            hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
            if "hue" in change:
                hue = hsv[:, :, 0]
                hue += value("hue", 0) / numpy.float32(100)
                hue[hue > 360] -= 360
                hue[hue < 0] += 360
            if "saturation" in change:
                hsv[:, :, 1] *= value("saturation", 1000) / one
            picture = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
        if "contrast" in change and last:
            picture *= contrast
        if "channels" in change:
            picture = picture[:, :, change["channels"]]
        return numpy.rint(numpy.clip(picture, 0, 255)).astype(numpy.uint8)

    def detect(self, image, _, plan):
        cv2, side, change = self.cv2, self.side, plan["photometric"]
        if set(change) - {"contrast_last"}:
            image = self.lit(image, change)
        expand, crop = plan["expand"], plan["sample_crop"]
        if expand.get("fired", True):
            height, width = image.shape[:2]
            ratio, (row, column) = expand["thousandths"], expand["at"]
            canvas = numpy.empty((height * ratio // 1000, width * ratio // 1000, 3), numpy.uint8)
            canvas[:] = self.fill
            canvas[row:row + height, column:column + width] = image
            image = canvas
        if crop.get("fired", True):
            left, top, right, bottom = crop["box"]
            image = image[top:bottom, left:right]
        if plan["flip"]:
            image = cv2.flip(image, 1)
        return self.numbers(cv2.resize(image, (side, side))), None


def albumentations_loader(paths, side, mean, deviation):
    """An endless DataLoader without workers, so that all its work is done in this process."""
    import albumentations as a
    import cv2
    import torch
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    ops = [a.Affine(shear=(-17, 17)), a.Affine(translate_percent=(-0.14, 0.14)), a.Rotate(9), a.Equalize(),
           a.Solarize(), a.Posterize(), a.ColorJitter(0.27, 0, 0, 0), a.ColorJitter(0, 0.27, 0, 0),
           a.ColorJitter(0, 0, 0.27, 0), a.Sharpen(), a.NoOp()]
    transform = a.Compose([a.RandomResizedCrop((side, side)), a.HorizontalFlip(), a.SomeOf(ops, 2),
                           a.Normalize(mean, deviation)])

    class Files(torch.utils.data.Dataset):
        def __len__(self):
            return len(paths)

        def __getitem__(self, k):
            image = cv2.cvtColor(cv2.imread(paths[k]), cv2.COLOR_BGR2RGB)
            return torch.from_numpy(transform(image=image)["image"])

    while True:
        yield from torch.utils.data.DataLoader(Files(), batch_size=1, shuffle=True)


class Server:
    def __init__(self):
        self.images, self.work, self.units, self.at = [], None, 0, 0

    def prepare(self, work, units):
        self.work, self.units, self.at = work, units, 0

    def do_hello(self, *_):
        return {"python": sys.version.split()[0], "pillow": PIL and PIL.__version__,
                "numpy": numpy and numpy.__version__, "torchvision": PIL and version_of("torchvision"),
                "opencv": numpy and opencv_version(),
                "albumentations": version_of("torch") and version_of("albumentations")}, b""

    def do_images(self, command, data):
        shape = command["width"], command["height"]
        size = 3 * shape[0] * shape[1]
        self.images = [Image.frombytes("RGB", shape, data[k:k + size]) for k in range(0, len(data), size)]
        return {}, b""

    def do_op(self, command, _):
        apply = operation(*(command[key] for key in ("op", "value", "filter", "fill", "x", "y")))
        count = len(self.images)
        self.prepare(lambda k: apply(self.images[k], self.images[(k + 1) % count]), count)
        return {}, b"".join(self.work(k).tobytes() for k in range(count))

    def do_variants(self, command, _):
        plans, pad, count = command["plans"], command["pad"], len(self.images)
        if numpy is None:
            values = [bare_variant(self.images[k % count], plan, pad, command["mean"], command["deviation"])
                      for k, plan in enumerate(plans)]
            return {"untimed": True}, b"".join(values)
        mean, deviation = (numpy.array(command[key], numpy.float32) for key in ("mean", "deviation"))
        images, variant, flat = self.images, lean_variant, lambda numbers: numbers
        if command["released"]:
            import torch
            torch.set_num_threads(1)
            variant, flat = released_variant, lambda numbers: numbers.permute(1, 2, 0).numpy()
            mean, deviation = (torch.tensor(values).view(3, 1, 1) for values in (mean, deviation))
            tensors = (torch.tensor(numpy.array(image)) for image in self.images)
            images = [pixels.permute(2, 0, 1).contiguous()[None] / 255.0 for pixels in tensors]

        def sample(k):
            return [variant(images[k], plan, pad, mean, deviation) for plan in plans[k::count]]
        self.prepare(sample, count)
        numbers = [[flat(drawn).tobytes() for drawn in sample(k)] for k in range(count)]
        return {}, b"".join(numbers[k][v] for v in range(len(plans) // count) for k in range(count))

    def do_replay(self, command, _):
        policy = command["policy"]
        levels = levels_of(policy, transform_named(policy, command["table"]), command["side"])
        return {}, b"".join(replayed(self.images[k % len(self.images)], plan, levels).tobytes()
                            for k, plan in enumerate(command["plans"]))

    def do_torchvision(self, command, _):
        import torch
        torch.set_num_threads(1)
        torch.manual_seed(1)
        transform = transform_named(command["policy"], command["table"])
        if command["part"] != "ops":
            settings = (command[key] for key in ("part", "side", "pad", "mean", "deviation"))
            transform = pipeline(transform, *settings)
        self.prepare(lambda k: transform(self.images[k]), len(self.images))
        return {}, b""

    def do_load(self, command, _):
        paths = [command["folder"] + "/" + name for name in command["names"]]
        settings = [command[key] for key in ("side", "mean", "deviation")]
        if command["library"] == "opencv":
            load = CvLoader(*settings)
            self.prepare(lambda k: load(paths[k]), len(paths))
        else:
            batches = albumentations_loader(paths, *settings)
            self.prepare(lambda k: next(batches), len(paths))
        return {}, b""

    def do_chain(self, command, _):
        chain = Chain(*(command[key] for key in ("side", "mean", "deviation")))
        run = chain.segment if command["policy"] == "segmentation" else chain.detect
        images = [numpy.asarray(image) for image in self.images]
        labels = [image[:, :, 0] % 19 for image in images]
        plans = list(enumerate(command["plans"]))

        def work(_):
            return [run(images[k % len(images)], labels[k % len(images)], plan)[0] for k, plan in plans]
        self.prepare(work, 1)
        return {}, b"".join(numbers.tobytes() for numbers in work(0))

    def do_block(self, command, _):
        work, units, at = self.work, self.units, self.at
        work(at)  # not timed: the caches are as the other side left them
        start = time.process_time()
        for k in range(at, at + command["calls"]):
            work(k % units)
        seconds = time.process_time() - start
        self.at = (at + command["calls"]) % units
        return {"seconds": seconds}, b""

    def answer(self, command, data):
        try:
            return getattr(self, "do_" + command["do"])(command, data)
        except Exception as error:  # told to the program, which says it to people
            return {"error": f"{type(error).__name__}: {error}"}, b""


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    server = Server()
    for line in sys.stdin.buffer:
        command = json.loads(line)
        answer, data = server.answer(command, sys.stdin.buffer.read(command.get("bytes", 0)))
        answer["bytes"] = len(data)
        sys.stdout.buffer.write(b"uada " + json.dumps(answer).encode() + b"\n" + data)
        sys.stdout.buffer.flush()


main()
