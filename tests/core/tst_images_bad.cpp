#include <sys/stat.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QTest>
#include <array>
#include <cstdio>
#include <random>

#include "core/base/Error.h"
#include "core/images/ImageIo.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/Growth.h"
#include "tests/core/TinyPng.h"

using namespace uada;
using namespace uada::test;
using tinypng::Bytes;

namespace {

Bytes bytesOf(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

Bytes jpeg(const char* name) {
  return readBinaryFile(std::filesystem::path(PROJECT_DIR "/tests/golden/jpeg") / name, 1 << 20);
}

/// Where the bytes of `text` begin.
std::size_t placeOf(const Bytes& bytes, std::string_view text) {
  const Bytes wanted = bytesOf(text);
  return static_cast<std::size_t>(std::ranges::search(bytes, wanted).begin() - bytes.begin());
}

/// The JPEG with other bytes from a place behind a text on.
Bytes patched(Bytes bytes, std::string_view behind, std::size_t offset, std::initializer_list<int> values) {
  std::size_t at = placeOf(bytes, behind) + offset;
  for (const int value : values) bytes.at(at++) = static_cast<std::byte>(value);
  return bytes;
}

/// The grey JPEG with another frame marker, bits a colour, height and width.
Bytes frame(int marker, int bits, int height, int width) {
  return patched(jpeg("grey.jpg"), "\xff\xc0", 1,
                 {marker, 0, 11, bits, height >> 8, height & 255, width >> 8, width & 255});
}

/// The grey JPEG with its scan's header and pixels repeated.
Bytes manyScans(int count) {
  const Bytes grey = jpeg("grey.jpg");
  const std::span<const std::byte> all(grey), scan = all.subspan(placeOf(grey, "\xff\xda"));
  const std::span<const std::byte> one = scan.first(scan.size() - 2);
  Bytes out(all.begin(), all.end() - static_cast<std::ptrdiff_t>(scan.size()));
  for (int i = 0; i < count; ++i) out.insert(out.end(), one.begin(), one.end());
  out.push_back(std::byte{0xff});
  out.push_back(std::byte{0xd9});
  return out;
}

/// With another bit in one byte.
Bytes flipped(Bytes bytes, std::size_t at) {
  bytes.at(at) ^= std::byte{1};
  return bytes;
}

Bytes withPaletteLate() {
  Bytes png = tinypng::make({2, 1, 8, 3, {0, 0}});
  png.resize(png.size() - 12);
  tinypng::appendChunk(png, "PLTE", {1, 2, 3});
  tinypng::appendChunk(png, "IEND", {});
  return png;
}

/// A packed text of so many zeros.
std::vector<std::uint8_t> bomb(std::string_view head, std::size_t size) {
  std::vector<std::uint8_t> data(head.begin(), head.end());
  const std::vector<std::uint8_t> zeros = tinypng::packed(std::vector<std::uint8_t>(size));
  data.insert(data.end(), zeros.begin(), zeros.end());
  return data;
}

/// Rows of the seven passes of a grey picture, as an interlaced PNG has them.
std::vector<std::uint8_t> adam7(const std::vector<std::uint8_t>& grey, int width, int height) {
  constexpr int kX[] = {0, 4, 0, 2, 0, 1, 0}, kY[] = {0, 0, 4, 0, 2, 0, 1}, kDx[] = {8, 8, 4, 4, 2, 2, 1},
                kDy[] = {8, 8, 8, 4, 4, 2, 2};
  std::vector<std::uint8_t> rows;
  for (int pass = 0; pass < 7; ++pass)
    for (int y = kY[pass]; y < height && kX[pass] < width; y += kDy[pass]) {
      rows.push_back(0);
      for (int x = kX[pass]; x < width; x += kDx[pass])
        rows.push_back(grey[static_cast<std::size_t>(y * width + x)]);
    }
  return rows;
}

}  // namespace

class TestImagesBad : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void badPicturesAreRefused_data();
  void badPicturesAreRefused();
  void whatIsNoFileIsRefused();
  void largeFilesAreNotRead();
  void everyCutIsFoundWithoutDecoding();
  void hiddenBombsAreNotUnpacked_data();
  void hiddenBombsAreNotUnpacked();
  void extrasChangeNothing();
  void interlacedPngsAreRead();
  void animatedPngsGiveTheirStill();
  void turnedJpegsStayAsStored();
  void manyScansAreRefused();
};

void TestImagesBad::badPicturesAreRefused_data() {
  QTest::addColumn<QByteArray>("content");
  QTest::addColumn<QString>("why");
  const auto row = [](const char* name, const Bytes& bytes, const char* why) {
    QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                      static_cast<qsizetype>(bytes.size()))
                        << why;
  };
  const auto text = [&](const char* name, std::string_view start, const char* why) {
    row(name, bytesOf(start), why);
  };
  const auto cut = [](Bytes bytes, std::size_t left) {
    return Bytes(bytes.begin(), bytes.end() - static_cast<std::ptrdiff_t>(left));
  };

  text("empty", "", "it is empty; copy or export it again");
  text("text", "a picture", "it is neither a PNG nor a JPEG; convert it");
  text("gif", "GIF89a\1\0\1\0", "it is a GIF, neither a PNG nor a JPEG; convert it");
  text("webp", std::string_view("RIFF\x1a\0\0\0WEBPVP8L", 16), "it is a WebP picture");
  text("tiff", std::string_view("II*\0\x08\0\0\0", 8), "it is a TIFF");
  text("tiff of another byte order", std::string_view("MM\0*\0\0\0\x08", 8), "it is a TIFF");
  text("bmp", "BM....", "it is a BMP");
  text("heic",
       std::string_view("\0\0\0\x18"
                        "ftypheic",
                        12),
       "it is an HEIC");
  text("pdf", "%PDF-1.5", "it is a PDF");
  text("png, signature alone", "\x89PNG\r\n\x1a\n", "it has no header");
  text("png, half a signature", "\x89PNG", "neither");
  text("jpeg, first marker alone", "\xff\xd8\xff", "cut short");

  const std::vector<std::uint8_t> few(100);
  row("png, width 0", tinypng::make({0, 5, 8, 0, {}}),
      "0 x 5 pixels, at least 1 x 1 needed; export it again");
  row("png, height 0", tinypng::make({5, 0, 8, 0, {}}), "5 x 0 pixels");
  row("png, 30,000 x 30,000", tinypng::make({30000, 30000, 8, 2, few}),
      "30000 x 30000 pixels are more than the limit of 64 million; scale it down");
  row("png, 2^32 - 1 a side", tinypng::make({0xffffffff, 0xffffffff, 8, 2, few}),
      "more than the limit of 64 million");
  row("png, few bytes for its size", tinypng::make({8000, 8000, 8, 2, few}),
      "bytes cannot hold 8000 x 8000 pixels");
  row("png, no end mark", cut(tinypng::make({2, 1, 8, 0, {1, 2}}), 12),
      "it has no end mark; copy or export it again");
  row("png, no rows", tinypng::make({2, 1, 8, 0, {}}), "damaged");
  row("png, unknown kind of colour", tinypng::make({2, 1, 8, 5, {1, 2}}), "damaged");
  row("png, 3 bits", tinypng::make({2, 1, 3, 0, {1}}), "damaged");
  row("png, palette behind the pixels", withPaletteLate(), "at byte 56 stands the unexpected chunk 'PLTE'");
  row("png, wrong checksum", flipped(tinypng::make({2, 1, 8, 0, {1, 2}}), 42), "a wrong checksum at byte 52");
  row("png, palette missing", tinypng::make({2, 1, 8, 3, {0, 0}}), "damaged");

  row("jpeg, width 0", frame(0xc0, 8, 17, 0), "0 x 17 pixels, at least 1 x 1 needed");
  row("jpeg, height 0", frame(0xc0, 8, 0, 23), "23 x 0 pixels");
  row("jpeg, 65,535 x 65,535", frame(0xc0, 8, 65535, 65535),
      "65535 x 65535 pixels are more than the limit of 64 million; scale it down");
  row("jpeg, few bytes for its size", frame(0xc0, 8, 8000, 8000), "bytes cannot hold 8000 x 8000 pixels");
  row("jpeg, progressive, few bytes", frame(0xc2, 8, 8000, 8000), "bytes cannot hold 8000 x 8000 pixels");
  row("jpeg, no end mark", cut(jpeg("grey.jpg"), 2), "it has no end mark");
  row("jpeg, no pixels", bytesOf(std::string_view("\xff\xd8\xff\xe0\0\4ab\xff\xd9", 10)),
      "it has no picture");
  row("jpeg, two headers", patched(jpeg("progressive.jpg"), "\xff\xc4", 1, {0xc2}), "damaged");
  row("jpeg, 12 bits", frame(0xc1, 12, 17, 23), "it is a 12-bit JPEG; convert it");
  row("jpeg, arithmetic", frame(0xc9, 8, 17, 23), "it is an arithmetic-coded JPEG; convert it");
  row("jpeg, lossless", frame(0xc3, 8, 17, 23), "it is a lossless or hierarchical JPEG");
  row("jpeg, two components", patched(jpeg("grey.jpg"), "\xff\xc0", 9, {2}), "it is a 2-component JPEG");
}

void TestImagesBad::badPicturesAreRefused() {
  QFETCH(QByteArray, content);
  QFETCH(QString, why);
  QTemporaryDir folder;
  const std::filesystem::path file = folder.filePath("picture.png").toStdString();
  writeFileAtomically(file, content.toStdString());
  const QString message = errorOf([&] { readImage(file); });
  QVERIFY2(message.startsWith(QString("cannot read '%1': ").arg(file.c_str())) && message.contains(why) &&
               message.contains("; ") && !message.contains('\n'),
           qPrintable(message));
  const long growth = growthOf([&] { readImage(file); });
  QVERIFY2(growth >= 0 && growth < kMostGrowth, qPrintable(QString::number(growth)));
}

void TestImagesBad::whatIsNoFileIsRefused() {
  QTemporaryDir folder;
  const std::string pipe = folder.filePath("pipe.png").toStdString();
  QCOMPARE(::mkfifo(pipe.c_str(), 0600),
           0);  // nobody writes to it: opening it the plain way would wait for ever
  QVERIFY(
      errorOf([&] { readImage(pipe); }).contains("pipe.png': it is not a regular file; copy it into one"));
  QVERIFY(errorOf([] { readImage("/dev/zero"); }).contains("'/dev/zero': it is not a regular file"));
  QVERIFY(errorOf([&] { readImage(folder.path().toStdString()); }).contains("it is a folder; name a file"));
  const std::string link = folder.filePath("link.png").toStdString();
  QCOMPARE(::symlink("link.png", link.c_str()), 0);
  QVERIFY(errorOf([&] { readImage(link); }).contains("link.png"));
  QVERIFY(errorOf([] { readImage(""); }).contains("''"));
}

void TestImagesBad::largeFilesAreNotRead() {
  QTemporaryDir folder;
  const std::filesystem::path file = folder.filePath("large.png").toStdString();
  const Bytes start = tinypng::make({2, 1, 8, 0, {1, 2}});
  for (const auto& [content, size, why] :
       {std::tuple{std::string_view(reinterpret_cast<const char*>(start.data()), start.size()), 64'000'001L,
                   "64.0 MB are more than the limit of 64.0 MB; scale the picture down"},
        {std::string_view("BM"), 60'000'000L, "it is a BMP"},
        {std::string_view("\xff\xd8\xff"), 1L << 40, "1.1 TB are more than the limit of 64.0 MB"}}) {
    writeFileAtomically(file, content);
    std::filesystem::resize_file(file, static_cast<std::uintmax_t>(size));  // a hole, no space taken
    const QString message = errorOf([&] { readImage(file); });
    QVERIFY2(message.contains("large.png") && message.contains(why), qPrintable(message));
    const long growth = growthOf([&] { readImage(file); });
    QVERIFY2(growth >= 0 && growth < kLittle, qPrintable(QString::number(growth)));
  }
}

void TestImagesBad::everyCutIsFoundWithoutDecoding() {
  Bytes large = encodePng(Image(3000, 2000).view());
  for (const Bytes& whole : {large, jpeg("halved.jpg"), jpeg("progressive.jpg")}) {
    const std::size_t step = std::max<std::size_t>(1, whole.size() / 500);
    QCOMPARE(errorOf([&] { checkImage(whole, "'whole'"); }), QString());
    for (std::size_t size = 3; size < whole.size(); size += step) {
      const QString message = errorOf([&] { checkImage(std::span(whole).first(size), "'cut'"); });
      QVERIFY2(message.startsWith("cannot read 'cut': "), qPrintable(QString::number(size)));
    }
    QVERIFY(!errorOf([&] { checkImage(std::span(whole).first(whole.size() - 1), "'cut'"); }).isEmpty());
  }
}

void TestImagesBad::hiddenBombsAreNotUnpacked_data() {
  QTest::addColumn<QString>("type");
  QTest::addColumn<QByteArray>("head");
  QTest::newRow("text") << "zTXt" << QByteArray("key\0\0", 5);
  QTest::newRow("international text") << "iTXt" << QByteArray("key\0\1\0\0\0", 8);
  QTest::newRow("colour profile") << "iCCP" << QByteArray("key\0\0", 5);
}

void TestImagesBad::hiddenBombsAreNotUnpacked() {
  QFETCH(QString, type);
  QFETCH(QByteArray, head);
  tinypng::Spec spec{2, 1, 8, 0, {5, 200}};
  spec.extras = {
      {type.toStdString(), bomb({head.data(), static_cast<std::size_t>(head.size())}, 80'000'000)}};
  const Bytes png = tinypng::make(spec);
  QVERIFY(png.size() < 100'000);
  Image image;
  QCOMPARE(errorOf([&] { image = decodeImage(png, "a bomb"); }), QString());
  QCOMPARE(int{image.rgb.at(3)}, 200);
  const long growth = growthOf([&] { decodeImage(png, "a bomb"); });
  QVERIFY2(growth >= 0 && growth < kLittle, qPrintable(QString::number(growth)));
}

void TestImagesBad::extrasChangeNothing() {
  tinypng::Spec spec{2, 1, 8, 2, {1, 2, 3, 10, 11, 12}};
  const Bytes plain = tinypng::make(spec);
  // Gamma 1.0, a wrong profile, a private chunk, one of no sense at all.
  spec.extras = {{"gAMA", {0, 1, 0x86, 0xa0}}, {"iCCP", {1}}, {"prVt", {1, 2, 3}}, {"tIME", {}}};
  QVERIFY(decodeImage(tinypng::make(spec), "x") == decodeImage(plain, "x"));
  for (Bytes bytes : {plain, jpeg("grey.jpg")}) {
    const Image image = decodeImage(bytes, "x");
    const Bytes tail = bytesOf("and more \xff\xd8\xff\xc0 \x89PNG");
    bytes.insert(bytes.end(), tail.begin(), tail.end());
    QVERIFY(decodeImage(bytes, "x") == image);
  }
  // What decides on pixels is not passed over.
  spec.extras = {{"PRVT", {1, 2, 3}}};
  QVERIFY(errorOf([&] { decodeImage(tinypng::make(spec), "'x'"); }).contains("'x': the PNG is damaged"));
}

void TestImagesBad::interlacedPngsAreRead() {
  std::mt19937 random(3);
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 3}, {5, 1}, {7, 5}, {16, 9}}) {
    std::vector<std::uint8_t> grey(static_cast<std::size_t>(width * height));
    for (std::uint8_t& v : grey) v = static_cast<std::uint8_t>(random());
    tinypng::Spec spec{std::uint32_t(width), std::uint32_t(height), 8, 0, grey};
    const Image straight = decodeImage(tinypng::make(spec), "x");
    QCOMPARE(int{straight.rgb.at(0)}, int{grey[0]});
    spec.rows = adam7(grey, width, height);
    spec.interlaced = true;
    QVERIFY(decodeImage(tinypng::make(spec), "x") == straight);
  }
}

void TestImagesBad::animatedPngsGiveTheirStill() {
  tinypng::Spec spec{2, 1, 8, 0, {5, 200}};
  const std::vector<std::uint8_t> still = tinypng::packed({0, 9, 9});
  std::vector<std::uint8_t> frame{0, 0, 0, 1};  // its number, then packed pixels
  frame.insert(frame.end(), still.begin(), still.end());
  spec.extras = {
      {"acTL", {0, 0, 0, 2, 0, 0, 0, 0}}, {"fcTL", std::vector<std::uint8_t>(26)}, {"fdAT", frame}};
  const Image image = decodeImage(tinypng::make(spec), "x");
  QVERIFY(image.rgb == (std::vector<std::uint8_t>{5, 5, 5, 200, 200, 200}));
}

void TestImagesBad::turnedJpegsStayAsStored() {
  const Bytes plain = jpeg("halved.jpg");
  // An EXIF block with one entry: orientation (0x0112), a 16-bit number, 6 = turned by 90 degrees.
  const Bytes exif =
      bytesOf(std::string_view("\xff\xe1\0\x22"
                               "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0",
                               36));
  Bytes turned(plain.begin(), plain.begin() + 2);
  turned.insert(turned.end(), exif.begin(), exif.end());
  turned.insert(turned.end(), plain.begin() + 2, plain.end());
  QVERIFY(decodeImage(turned, "x") == decodeImage(plain, "x"));
}

void TestImagesBad::manyScansAreRefused() {
  QVERIFY(errorOf([] {
            decodeImage(manyScans(33), "'scans.jpg'");
          }).contains("'scans.jpg': more than 32 scans; export it as a baseline JPEG"));
  QVERIFY(errorOf([] { checkImage(manyScans(32), "x"); }).isEmpty());
}

QTEST_GUILESS_MAIN(TestImagesBad)
#include "tst_images_bad.moc"
