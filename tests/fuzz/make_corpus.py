"""Writes the pictures of corpus/image: one small file of each kind that people have, and of those that attack.

usage: make_corpus.py        Made with Pillow 9.4.0, Python 3.11. Files that a fuzzer found are not touched.
"""
import io
import pathlib
import struct
import zlib

from PIL import Image, ImageCms, PngImagePlugin

HERE = pathlib.Path(__file__).parent / "corpus" / "image"


def picture():
    image = Image.new("RGB", (11, 9))
    image.putdata([(23 * x % 256, (29 * y + 40) % 256, 5 * x * y % 256) for y in range(9) for x in range(11)])
    return image


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, colour, raw, interlaced=0, before=b"", after=b""):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(raw, 9)) + after
            + chunk(b"IEND", b""))


def extras():
    info = PngImagePlugin.PngInfo()
    info.add_text("Title", "small")
    info.add_text("Comment", "packed " * 20, zip=True)
    info.add_itxt("Author", "someone", "en", "Author")
    return info


def pngs(rgb):
    for mode in ("L", "1", "LA", "P", "RGBA", "I"):
        yield f"{mode}.png", saved(rgb.convert(mode), "PNG", optimize=True)
    yield "rgb.png", saved(rgb, "PNG")
    for colours in (2, 4, 16):
        yield f"palette{colours}.png", saved(rgb.quantize(colours), "PNG", transparency=0)
    yield "extras.png", saved(rgb, "PNG", pnginfo=extras(),
                              icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()[:200])
    yield "animated.png", saved(rgb, "PNG", save_all=True, append_images=[rgb.rotate(180)])
    yield "rgb16.png", png(2, 2, 16, 2, b"".join(b"\0" + bytes(range(12)) for _ in range(2)))
    # Adam7 of 3 x 3 grey pixels has rows in passes 1, 4, 5, 6 and 7.
    yield "interlaced.png", png(3, 3, 8, 0, b"\0\1\0\2\0\3\4\0\5\0\6\0\7\x08\x09", interlaced=1)
    yield "bomb_text.png", png(1, 1, 8, 0, b"\0\7", before=chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(200_000), 9)))
    yield "bomb_rows.png", png(30_000, 30_000, 8, 0, bytes(30_001))
    yield "empty_size.png", png(0, 5, 8, 0, b"")
    yield "trailing.png", saved(rgb, "PNG") + b"and more"


def jpegs(rgb):
    yield "rgb.jpg", saved(rgb, "JPEG", quality=60, subsampling="4:4:4")
    yield "halved.jpg", saved(rgb, "JPEG", quality=60, subsampling="4:2:0", optimize=True)
    yield "grey.jpg", saved(rgb.convert("L"), "JPEG", quality=60)
    yield "progressive.jpg", saved(rgb, "JPEG", quality=60, progressive=True)
    cmyk = saved(rgb.convert("CMYK"), "JPEG", quality=60)
    yield "cmyk.jpg", cmyk
    grey = saved(rgb.convert("L"), "JPEG", quality=60)
    yield "trailing.jpg", grey + b"and more"
    at = grey.index(b"\xff\xc0")
    yield "arithmetic.jpg", grey.replace(b"\xff\xc0", b"\xff\xc9")
    yield "twelve_bits.jpg", grey[:at + 4] + b"\x0c" + grey[at + 5:]
    yield "widest.jpg", grey[:at + 5] + b"\xff\xff\xff\xff" + grey[at + 9:]
    yield "no_lines.jpg", grey[:at + 5] + b"\0\0" + grey[at + 7:]


def others(rgb):
    for kind in ("GIF", "WEBP", "TIFF", "BMP"):
        yield f"other.{kind.lower()}", saved(rgb.resize((2, 2)), kind)
    yield "nothing", b""


def main():
    HERE.mkdir(parents=True, exist_ok=True)
    rgb = picture()
    for files in (pngs(rgb), jpegs(rgb), others(rgb)):
        for name, data in files:
            (HERE / name).write_bytes(data)
            print(name, len(data))


main()
