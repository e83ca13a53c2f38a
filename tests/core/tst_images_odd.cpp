#include <zlib.h>

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QTextStream>
#include <string>
#include <utility>
#include <vector>

#include "core/base/Files.h"
#include "core/images/ImageIo.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/JpegParts.h"
#include "tests/core/Pillow.h"
#include "tests/core/TinyPng.h"

using namespace uada;
using namespace uada::test;
using namespace jpegparts;

namespace {

Bytes jpeg(const char* name) {
  return readBinaryFile(std::filesystem::path(PROJECT_DIR "/tests/golden/jpeg/") / name, 1 << 20);
}

struct Odd {
  std::string name;
  Bytes file;
  quint32 crc;            ///< of the right pixels
  bool isPillows = true;  ///< Pillow reads it, too
};

quint32 crcOf(const Image& image) {
  return static_cast<quint32>(crc32(0, image.rgb.data(), static_cast<uInt>(image.rgb.size())));
}
/// Of pixels of one grey a block, each 8 pixels wide and high.
quint32 crcOf(const std::vector<int>& greys) {
  Image image(static_cast<int>(8 * greys.size()), 8);
  for (std::size_t i = 0; i < image.rgb.size(); ++i)
    image.rgb[i] = static_cast<std::uint8_t>(greys[i / 24 % greys.size()]);
  return crcOf(image);
}

// Of the files of tests/golden/jpeg: printed by make_jpegs.py there.
constexpr quint32 kRgb = 0xc7012db0, kProgressive = 0x5d27662b, kGrey = 0x081ad064, kInks = 0xcb6707bf;

Bytes patched(Bytes file, std::string_view behind, std::size_t offset, std::initializer_list<int> values) {
  const Bytes wanted = bytesOf(behind);
  auto at = std::ranges::search(file, wanted).begin() + static_cast<std::ptrdiff_t>(offset);
  for (const int value : values) *at++ = static_cast<std::byte>(value);
  return file;
}

/// What stands between, before or behind the parts of a JPEG and says nothing about pixels.
void addStrays(std::vector<Odd>& odd) {
  const Bytes whole = jpeg("halved.jpg");
  const std::vector<Bytes> parts = partsOf(whole);
  const auto rest = std::span(parts).subspan(2);  // Pillow looks at the first three bytes
  const auto strewn = [&](const Bytes& between) {
    Bytes file = joined(std::span(parts).first(2));
    append(file, between);
    append(file, joined(rest, between));
    return file;
  };
  odd.push_back({"fill bytes before each marker", strewn(bytes({0xff, 0xff, 0xff})), kRgb});
  odd.push_back({"stray bytes before each marker", strewn(bytes({1, 2, 0x77})), kRgb});
  odd.push_back({"stray bytes that look like pixels", strewn(bytes({0xff, 0, 5})), kRgb});
  odd.push_back({"258 stray bytes before the end", joined(with(parts, -1, Bytes(258, std::byte{7}))), kRgb});
  odd.push_back({"a restart mark behind the pixels", joined(with(parts, -1, bytes({0xff, 0xd3}))), kRgb});
  odd.push_back(
      {"bytes and a picture behind the end", joined(std::vector{whole, bytes({0, 1}), whole}), kRgb});
  for (const int marker : {0xe0, 0xe5, 0xee, 0xfe})
    for (const int length : {0, 1, 2})
      odd.push_back({"segment " + std::to_string(marker) + " of length " + std::to_string(length),
                     joined(with(parts, 2, bytes({0xff, marker, 0, length}))), kRgb});
  odd.push_back({"a number of lines", joined(with(parts, -1, segment(0xdc, bytes({0, 17})))), kRgb});
  Bytes thumbnail = bytesOf(std::string_view("JFXX\0\x10", 6)),
        exif = bytesOf(std::string_view("Exif\0\0", 6));
  append(thumbnail, whole);
  append(exif, whole);
  odd.push_back({"a picture in APP0", joined(with(parts, 2, segment(0xe0, thumbnail))), kRgb});
  odd.push_back({"a picture in APP1", joined(with(parts, 2, segment(0xe1, exif))), kRgb, false});
  odd.push_back({"half a profile",
                 joined(with(parts, 2, segment(0xe2, bytesOf(std::string_view("ICC_PROFILE\0\1\5a", 15))))),
                 kRgb});
}

/// Headers that are unusual, or wrong without a meaning for the pixels.
void addHeaders(std::vector<Odd>& odd) {
  const Bytes whole = jpeg("halved.jpg");
  const std::vector<Bytes> parts = partsOf(whole), bare = without(parts, 0xe0);
  odd.push_back({"JFIF 0.0", patched(whole, "JFIF", 5, {0, 0}), kRgb});
  odd.push_back({"JFIF 9.9", patched(whole, "JFIF", 5, {9, 9}), kRgb});
  odd.push_back({"JFIF behind other segments", joined(with(bare, 3, parts[1])), kRgb});
  const std::ptrdiff_t scan = std::ranges::find(parts, 0xda, markerOf) - parts.begin();
  for (const auto& [name, last] : {std::pair{"0 as the last coefficient", std::pair{0, 0}},
                                   {"255 as the last coefficient", {255, 0}},
                                   {"bits that are missing", {63, 0x21}}}) {
    std::vector<Bytes> other = parts;
    Bytes& bytes = other[static_cast<std::size_t>(scan)];
    bytes[12] = static_cast<std::byte>(last.first);  // behind three colours and the first coefficient
    bytes[13] = static_cast<std::byte>(last.second);
    odd.push_back({std::string("a scan that names ") + name, joined(other), kRgb});
  }
  for (const int transform : {0, 1, 2, 3, 255}) {
    const std::string name = "Adobe's transform " + std::to_string(transform);
    odd.push_back({name + " with JFIF", joined(with(parts, 2, adobe(transform))), kRgb});
    odd.push_back(
        {name + " alone", joined(with(bare, 1, adobe(transform))), transform == 0 ? 0xe6486995U : kRgb});
    odd.push_back({name + " of grey", joined(with(partsOf(jpeg("grey.jpg")), 2, adobe(transform))), kGrey});
    odd.push_back({name + " of inks",
                   joined(with(without(partsOf(jpeg("cmyk.jpg")), 0xee), 1, adobe(transform))),
                   transform == 0 ? kInks : 0xed15234cU});
  }
  odd.push_back({"inks", jpeg("cmyk.jpg"), kInks});
  odd.push_back({"inks without a mark", joined(without(partsOf(jpeg("cmyk.jpg")), 0xee)), kInks});
  // The size of a colour's samples is relative: of a single one it says nothing.
  for (const int sampling : {0x12, 0x21, 0x33, 0x44})
    odd.push_back({"grey with sampling " + std::to_string(sampling),
                   patched(jpeg("grey.jpg"), "\xff\xc0", 11, {sampling}), kGrey});
}

/// Each scan of a progressive JPEG behind the tables that it brings.
std::vector<Bytes> scansOf(const std::vector<Bytes>& parts) {
  std::vector<Bytes> scans(1);
  for (const Bytes& part : parts) {
    if (markerOf(part) == 0xc4 || markerOf(part) == 0xda) append(scans.back(), part);
    if (markerOf(part) == 0xda) scans.emplace_back();
  }
  scans.pop_back();
  return scans;
}
Bytes progressive(const std::vector<Bytes>& scans) {
  const std::vector<Bytes> parts = partsOf(jpeg("progressive.jpg"));
  Bytes file = joined(without(without(parts, 0xc4), 0xda));
  file.resize(file.size() - 2);
  append(file, joined(scans));
  append(file, parts.back());
  return file;
}

void addScans(std::vector<Odd>& odd) {
  std::vector<Bytes> scans = scansOf(partsOf(jpeg("progressive.jpg")));
  odd.push_back({"progressive", progressive(scans), kProgressive});
  std::vector<Bytes> late = scans;
  std::rotate(late.begin(), late.begin() + 1, late.begin() + 3);
  odd.push_back({"progressive, means behind details", progressive(late), kProgressive});
  for (Bytes& scan : scans) append(scan, bytes({9, 9}));
  odd.push_back({"progressive, stray bytes behind each scan", progressive(scans), kProgressive});
  const std::vector<int> greys{10, 20, 250, 128, 0, 255, 77};
  const BlockJpeg three(greys, 3), one(greys, 1);
  odd.push_back({"restarts", three.file({0, 1}), crcOf(greys)});
  odd.push_back({"a restart each block", one.file({0, 1, 2, 3, 4, 5}), crcOf(greys)});
  odd.push_back({"restarts behind fill bytes", three.file({0, 1}, bytes({0xff})), crcOf(greys)});
  odd.push_back({"stray bytes before restarts", three.file({0, 1}, Bytes(30, std::byte{3})), crcOf(greys)});
  odd.push_back({"a restart more", three.file({0, 1, 2}), crcOf(greys)});
  odd.push_back({"no restarts", BlockJpeg(greys, 0).file({}), crcOf(greys)});
}

tinypng::Spec palettePng(int depth, const std::vector<std::uint8_t>& rows, std::size_t colours) {
  tinypng::Spec spec{4, 2, static_cast<std::uint8_t>(depth), 3, rows};
  for (std::size_t i = 0; i < 3 * colours; ++i) spec.palette.push_back(static_cast<std::uint8_t>(7 * i + 1));
  return spec;
}

/// Rows of the numbers 3 2 1 0, 1 2 3 2, 0 2 1 3, 3 0 2 1 and 1 0 2 3, each with another filter.
tinypng::Spec filteredPng(std::size_t colours) {
  tinypng::Spec spec = palettePng(
      8, {0, 3, 2, 1, 0, 1, 1, 1, 1, 255, 2, 255, 0, 254, 1, 3, 3, 254, 2, 255, 4, 254, 0, 0, 2}, colours);
  spec.height = 5;
  spec.isFiltered = true;
  return spec;
}

/// Of a picture 4 pixels wide in the colours of palettePng().
quint32 crcOfNumbers(const std::vector<int>& numbers) {
  Image image(4, static_cast<int>(numbers.size() / 4));
  for (std::size_t i = 0; i < image.rgb.size(); ++i)
    image.rgb[i] = static_cast<std::uint8_t>(7 * (3 * static_cast<std::size_t>(numbers[i / 3]) + i % 3) + 1);
  return crcOf(image);
}

void addPngs(std::vector<Odd>& odd) {
  const quint32 ones = crcOfNumbers({0, 1, 1, 0, 1, 0, 0, 1});
  for (const std::size_t colours : {2, 8, 256})
    odd.push_back({"1 bit of a palette of " + std::to_string(colours),
                   tinypng::make(palettePng(1, {0x60, 0x90}, colours)), ones});
  odd.push_back({"2 bits of a palette of 5", tinypng::make(palettePng(2, {0x1b, 0xe4}, 5)),
                 crcOfNumbers({0, 1, 2, 3, 3, 2, 1, 0})});
  const std::vector<std::uint8_t> bytes{0, 1, 2, 3, 3, 2, 1, 0};
  odd.push_back({"8 bits of a palette of 300", tinypng::make(palettePng(8, bytes, 300)),
                 crcOfNumbers({0, 1, 2, 3, 3, 2, 1, 0}), false});
  odd.push_back({"a short palette and every filter", tinypng::make(filteredPng(4)),
                 crcOfNumbers({3, 2, 1, 0, 1, 2, 3, 2, 0, 2, 1, 3, 3, 0, 2, 1, 1, 0, 2, 3})});
  for (const int colours : {0, 2, 4, 6}) {
    tinypng::Spec plain{2, 1, 8, static_cast<std::uint8_t>(colours), {9, 8, 7, 6, 5, 4, 3, 2}};
    plain.rows.resize(static_cast<std::size_t>(2 * (colours == 0   ? 1
                                                    : colours == 2 ? 3
                                                    : colours == 4 ? 2
                                                                   : 4)));
    const quint32 crc = crcOf(decodeImage(tinypng::make(plain), "x"));
    plain.palette = {1, 2, 3, 4, 5};  // not even whole colours
    odd.push_back({"a palette in a PNG of kind " + std::to_string(colours), tinypng::make(plain), crc});
  }
  const Bytes grey = tinypng::make({2, 1, 8, 0, {5, 200}});
  const quint32 crc = crcOf(decodeImage(grey, "x"));
  Bytes text(grey.begin(), grey.begin() + 8);
  tinypng::appendChunk(text, "tEXt", {'k', 0, 'v'});
  append(text, {grey.begin() + 8, grey.end()});
  odd.push_back({"text before the header", text, crc});
  Bytes empty(grey.begin(), grey.begin() + 33);
  tinypng::appendChunk(empty, "IDAT", {});
  append(empty, {grey.begin() + 33, grey.end()});
  odd.push_back({"an empty piece of pixels", empty, crc});
}

std::vector<Odd> oddFiles() {
  std::vector<Odd> odd;
  addStrays(odd);
  addHeaders(odd);
  addScans(odd);
  addPngs(odd);
  return odd;
}

}  // namespace

/// Files that are unusual or a little wrong. What has all its pixels is read, to the pixels that Pillow
/// reads; what has lost some is refused.
class TestImagesOdd : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void filesWithAllPixelsAreRead();
  void pillowReadsTheSame();
  void filesThatLostPixelsAreRefused_data();
  void filesThatLostPixelsAreRefused();
};

void TestImagesOdd::filesWithAllPixelsAreRead() {
  for (const Odd& odd : oddFiles()) {
    Image image;
    const QString error = errorOf([&] { image = decodeImage(odd.file, odd.name); });
    QVERIFY2(error.isEmpty(), qPrintable(error));
    QVERIFY2(crcOf(image) == odd.crc,
             qPrintable(QString::asprintf("%s: %08x", odd.name.c_str(), crcOf(image))));
  }
}

void TestImagesOdd::pillowReadsTheSame() {
  QString version;
  const QString python = pythonWithPillow(version);
  if (python.isEmpty()) QSKIP("not run: no Python has Pillow; the checksums above stand for it");
  const QTemporaryDir folder, other;
  const std::vector<Odd> odd = oddFiles();
  for (std::size_t i = 0; i < odd.size(); ++i)
    writeFileAtomically(folder.filePath(QString::number(i)).toStdString(),
                        {reinterpret_cast<const char*>(odd[i].file.data()), odd[i].file.size()});
  QProcess process;
  const QString results = other.filePath(QStringLiteral("results"));
  process.start(python, {QStringLiteral(PROJECT_DIR "/tests/golden/pillow_read.py"), folder.path(), results});
  QVERIFY(process.waitForFinished() && process.exitStatus() == QProcess::NormalExit);
  QCOMPARE(process.exitCode(), 0);
  QFile file(results);
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QByteArray pixels = file.readAll();
  QTextStream sizes(process.readAllStandardOutput());
  qsizetype at = 0;
  for (const Odd& each : odd) {
    int width = 0, height = 0;
    sizes >> width >> height;
    if (!each.isPillows && width == 0) continue;  // another Pillow may read it
    const Image image = decodeImage(each.file, each.name);
    QVERIFY2(image.width == width && image.height == height, each.name.c_str());
    QVERIFY2(differingBytes(image, pixels, at) == 0, each.name.c_str());
    at += static_cast<qsizetype>(image.rgb.size());
  }
  QCOMPARE(at, pixels.size());
}

void TestImagesOdd::filesThatLostPixelsAreRefused_data() {
  QTest::addColumn<Bytes>("file");
  QTest::addColumn<QString>("why");
  const auto row = [](const char* name, const Bytes& file, const char* why) {
    QTest::newRow(name) << file << why;
  };
  const Bytes whole = jpeg("halved.jpg");
  const std::vector<Bytes> parts = partsOf(whole);
  const auto cut = [&](std::ptrdiff_t bytes) {
    std::vector<Bytes> less = parts;
    Bytes& scan = less[less.size() - 2];
    scan.erase(scan.end() - bytes, scan.end());
    return joined(less);
  };
  row("the last byte is missing", cut(1), "premature end of data segment");
  row("40 bytes are missing", cut(40), "premature end of data segment");
  Bytes amid = cut(40);
  amid.insert(amid.end() - 2, {std::byte{0xff}, std::byte{0xd1}});
  row("a restart mark amid the pixels", amid, "premature end of data segment");
  row("two start marks", joined(std::vector{parts[0], whole}), "two SOI markers");
  row("empty divisors", joined(with(parts, 2, bytes({0xff, 0xdb, 0, 1}))), "Bogus marker length");
  row("stray bytes that name an unknown segment", joined(with(parts, -1, bytes({1, 0xff, 5, 0, 2}))),
      "marker type 0x05");
  row("stray bytes that name a long segment", joined(with(parts, -1, bytes({1, 0xff, 0xe5, 0x7f, 0}))),
      "no end mark");
  row("the height comes later",
      joined(with(partsOf(patched(whole, "\xff\xc0", 5, {0, 0})), -1, segment(0xdc, bytes({0, 17})))),
      "23 x 0 pixels");
  row("more lines than pixels", patched(whole, "\xff\xc0", 5, {0, 90}), "premature end");

  const std::vector<int> greys{10, 20, 250, 128, 0, 255, 77};
  const BlockJpeg three(greys, 3);
  const char* const kResync = "found marker 0x";
  row("wrong restart marks", three.file({1, 2}), kResync);
  row("a restart mark is missing", three.file({0}), "found marker 0xd9 instead of RST1");
  row("restart marks in another order", three.file({1, 0}), kResync);
  row("a colour has no scan", BlockJpeg(greys, 0, 3).file({}), "no scan has its colour 2");

  const std::vector<Bytes> scans = scansOf(partsOf(jpeg("progressive.jpg")));
  const auto dropped = [&](std::size_t scan) {
    std::vector<Bytes> less = scans;
    less.erase(less.begin() + static_cast<std::ptrdiff_t>(scan));
    return progressive(less);
  };
  row("progressive, no means", progressive({scans.begin() + 1, scans.begin() + 4}),
      "no scan has its colour 1");
  row("progressive, first means missing", dropped(0), "Inconsistent progression");
  row("progressive, bits missing", dropped(5), "Inconsistent progression");
  row("progressive, backwards", progressive({scans.rbegin(), scans.rend()}), "Inconsistent progression");

  for (const auto& [depth, rows] : {std::pair{1, std::vector<std::uint8_t>{0x60, 0x90}},
                                    {2, {0x1b, 0xe4}},
                                    {4, {0, 3, 2, 1}},
                                    {8, {0, 1, 2, 3, 3, 2, 1, 0}}})
    row(qPrintable(QString("a palette of too few, %1 bits").arg(depth)),
        tinypng::make(palettePng(depth, rows, depth == 1 ? 1 : 3)),
        depth == 1 ? "a pixel has colour 1 of a palette of 1" : "a pixel has colour 3 of a palette of 3");
  row("a palette of too few and filters", tinypng::make(filteredPng(3)),
      "a pixel has colour 3 of a palette of 3");
  tinypng::Spec interlaced = palettePng(8, {}, 2);
  interlaced.width = 3;
  interlaced.height = 1;
  interlaced.interlaced = true;
  interlaced.rows = {0, 1, 0, 1, 0, 2};  // of the passes that begin at 0, 2 and 1
  row("a palette of too few, interlaced", tinypng::make(interlaced),
      "a pixel has colour 2 of a palette of 2");
  tinypng::Spec half = palettePng(8, {0, 0, 0, 0, 0, 0, 0, 0}, 1);
  half.palette.push_back(9);
  row("half a colour in a palette", tinypng::make(half), "the PNG is damaged (invalid chunk length)");
  tinypng::Spec xcode{2, 1, 8, 0, {5, 200}};
  Bytes grey = tinypng::make(xcode), rewritten(grey.begin(), grey.begin() + 8);
  tinypng::appendChunk(rewritten, "CgBI", {0x50, 0, 0x20, 2});
  append(rewritten, {grey.begin() + 8, grey.end()});
  row("Xcode's", rewritten, "it is a PNG that Xcode rewrote for iOS");
}

void TestImagesOdd::filesThatLostPixelsAreRefused() {
  QFETCH(Bytes, file);
  QFETCH(QString, why);
  const QString message = errorOf([&] { decodeImage(file, "'odd'"); });
  QVERIFY2(message.startsWith("cannot read 'odd': ") && message.contains(why) && message.contains("; "),
           qPrintable(message));
}

QTEST_GUILESS_MAIN(TestImagesOdd)
#include "tst_images_odd.moc"
