"""Does the work of `uada bench render` with Pillow, numpy and torchvision, to be timed side by side.

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
  block       runs "calls" of what was prepared; answers with the CPU seconds of this process
A call is one image (of variants: all those of one sample), and each block goes on where the last one ended.
"""
import sys
sys.path[:] = [place for place in sys.path if place]  # not the current folder, which may hold anything
import array
import importlib.metadata
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


def version_of_torchvision():
    """Without importing it: torch takes seconds."""
    try:
        return importlib.metadata.version("torchvision")
    except importlib.metadata.PackageNotFoundError:
        return None


# Single operations, with raw values.

def affine(image, matrix, filter, fill):
    return image.transform(image.size, Image.AFFINE, matrix, filter, fillcolor=fill)


def solarize_add(image, value):
    table = [int(min(max(v + value, 0), 255)) for v in range(256)]
    return ImageOps.solarize(image.point(table * 3), 128)


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


class Server:
    def __init__(self):
        self.images, self.work, self.units, self.at = [], None, 0, 0

    def prepare(self, work, units):
        self.work, self.units, self.at = work, units, 0

    def do_hello(self, *_):
        return {"python": sys.version.split()[0], "pillow": PIL and PIL.__version__,
                "numpy": numpy and numpy.__version__, "torchvision": PIL and version_of_torchvision()}, b""

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
