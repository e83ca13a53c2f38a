#include <fmt/core.h>

#include <QDir>
#include <QTest>
#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "core/base/Files.h"
#include "core/images/ImageIo.h"
#include "core/images/Trusted.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/JpegMaker.h"
#include "tests/core/JpegParts.h"
#include "tests/core/SparseJpeg.h"
#include "tests/core/TinyPng.h"

using namespace uada;
using namespace uada::test;
using Bytes = std::vector<std::byte>;

namespace {

constexpr std::uint8_t kStain = 0xa5;

/// Whether the part of a picture that was decoded alone has the pixels of the whole one.
bool equalInPart(ImageView part, const Image& whole, const PixelBox& box) {
  if (part.width != whole.width || part.height != whole.height) return false;
  for (int y = box.top; y < box.bottom; ++y)
    if (std::memcmp(part.row(y) + 3 * box.left, whole.view().row(y) + 3 * box.left,
                    std::size_t{3} * box.width()) != 0)
      return false;
  return true;
}

PixelBox randomBox(ImageSize size, std::mt19937& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const int left = below(size.width), top = below(size.height);
  return {left, top, left + 1 + below(size.width - left), top + 1 + below(size.height - top)};
}

std::string textOf(const PixelBox& box) {
  return fmt::format("{}..{} x {}..{}", box.left, box.right, box.top, box.bottom);
}

/// Decodes many parts of the picture, into memory with other values, and compares each with the whole.
void compareParts(const Bytes& bytes, unsigned seed) {
  const Image whole = decodeImage(bytes, "whole");
  DecodeScratch scratch;
  QCOMPARE(Image(decodeTrusted(bytes, "trusted", scratch)), whole);
  std::mt19937 random(seed);
  for (int i = 0; i < 60; ++i) {
    const PixelBox box = randomBox({whole.width, whole.height}, random);
    std::ranges::fill(scratch.pixels, kStain);
    const ImageView part = decodeTrusted(bytes, "part", scratch, &box);
    QVERIFY2(equalInPart(part, whole, box), textOf(box).c_str());
  }
}

Bytes golden(const char* name) {
  return readBinaryFile(std::filesystem::path(PROJECT_DIR "/tests/golden/jpeg/") / name, 1 << 20);
}

}  // namespace

class TestTrusted : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyKindOfJpegIsEqualInParts_data();
  void everyKindOfJpegIsEqualInParts();
  void goldenJpegsAreEqual();
  void pngsAreEqualInParts_data();
  void pngsAreEqualInParts();
  void littleOfALargePictureIsWritten();
  void damageIsNamed_data();
  void damageIsNamed();
  void limitsOfTheHeaderHold();
  void partsOutsideAreRefused();
  void memoryIsKept();
  void realPicturesAreEqual();
};

void TestTrusted::everyKindOfJpegIsEqualInParts_data() {
  QTest::addColumn<jpegmaker::Kind>("kind");
  for (const int colours : {1, 3, 4})
    for (const bool isProgressive : {false, true})
      for (const auto& [across, down] : {std::pair{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}, {4, 2}})
        for (const int restartRows : {0, 1}) {
          if (colours == 1 && across + down > 2) continue;
          if (isProgressive && restartRows > 0) continue;
          if (colours == 4 && across * down > 4) continue;  // more than the format allows
          const jpegmaker::Kind kind{across, down, colours, isProgressive, restartRows, 90};
          QTest::newRow(fmt::format("{} colours {}x{}{}{}", colours, across, down,
                                    isProgressive ? " progressive" : "", restartRows ? " restarts" : "")
                            .c_str())
              << kind;
        }
}

void TestTrusted::everyKindOfJpegIsEqualInParts() {
  QFETCH(const jpegmaker::Kind, kind);
  unsigned seed = 1;
  for (const auto& [width, height] : {std::pair{1, 1}, {7, 3}, {17, 40}, {64, 48}, {101, 67}, {250, 187}}) {
    compareParts(jpegmaker::packed(jpegmaker::scene(width, height, seed), kind), seed + 5);
    if (QTest::currentTestFailed()) return;
    ++seed;
  }
}

/// The pixels of these equal Pillow's, of inks too: tst_images_odd compares them.
void TestTrusted::goldenJpegsAreEqual() {
  for (const char* name : {"cmyk.jpg", "grey.jpg", "halved.jpg", "progressive.jpg"}) {
    compareParts(golden(name), 3);
    if (QTest::currentTestFailed()) return;
  }
}

void TestTrusted::pngsAreEqualInParts_data() {
  QTest::addColumn<Bytes>("file");
  const auto noise = [](std::size_t bytes, unsigned most) {
    std::mt19937 random(9);
    std::vector<std::uint8_t> rows(bytes);
    for (auto& v : rows) v = static_cast<std::uint8_t>(random() % (most + 1));
    return rows;
  };
  const std::vector<std::uint8_t> four{0, 0, 0, 255, 0, 0, 0, 255, 0, 9, 9, 200}, all = noise(768, 255);
  QTest::newRow("rgb") << tinypng::make({31, 23, 8, 2, noise(31 * 23 * 3, 255)});
  QTest::newRow("grey") << tinypng::make({31, 23, 8, 0, noise(31 * 23, 255)});
  QTest::newRow("grey of 16 bits") << tinypng::make({9, 5, 16, 0, noise(9 * 5 * 2, 255)});
  QTest::newRow("alpha") << tinypng::make({31, 23, 8, 6, noise(31 * 23 * 4, 255)});
  QTest::newRow("full palette") << tinypng::make({31, 23, 8, 3, noise(31 * 23, 255), all});
  QTest::newRow("short palette") << tinypng::make({31, 23, 8, 3, noise(31 * 23, 3), four});
  std::vector<std::uint8_t> passes;  // of a picture of 2 x 2: three of its seven passes have pixels
  for (const int pixels : {1, 1, 2}) {
    passes.push_back(0);
    for (int i = 0; i < 3 * pixels; ++i) passes.push_back(static_cast<std::uint8_t>(40 * pixels + i));
  }
  tinypng::Spec interlaced{2, 2, 8, 2, passes};
  interlaced.interlaced = true;
  QTest::newRow("interlaced") << tinypng::make(interlaced);
}

void TestTrusted::pngsAreEqualInParts() {
  QFETCH(const Bytes, file);
  compareParts(file, 11);
}

/// Else a crop would cost as much as the picture.
void TestTrusted::littleOfALargePictureIsWritten() {
  const Bytes bytes = jpegmaker::packed(jpegmaker::scene(320, 240, 4), {});
  DecodeScratch scratch;
  decodeTrusted(bytes, "whole", scratch);
  std::ranges::fill(scratch.pixels, kStain);
  const PixelBox box{100, 80, 150, 120};
  const ImageView view = decodeTrusted(bytes, "part", scratch, &box);
  for (int y = 0; y < view.height; ++y) {
    const bool isInside = y >= box.top && y < box.bottom;
    for (int x = 0; x < view.width; ++x) {
      // Columns come in units of 16 pixels, with some beside the part.
      if (isInside && x >= 80 && x < 160) continue;
      const std::uint8_t* p = view.row(y) + 3 * x;
      QVERIFY2(p[0] == kStain && p[1] == kStain && p[2] == kStain, fmt::format("{} {}", x, y).c_str());
    }
  }
}

void TestTrusted::damageIsNamed_data() {
  QTest::addColumn<Bytes>("file");
  QTest::addColumn<QString>("found");
  const auto cut = [](Bytes file, std::size_t bytes) {
    file.resize(bytes);
    return file;
  };
  const Bytes jpeg = jpegmaker::packed(jpegmaker::scene(64, 48, 2), {});
  const Bytes progressive = jpegmaker::packed(jpegmaker::scene(64, 48, 2), {.isProgressive = true});
  QTest::newRow("half") << cut(jpeg, jpeg.size() / 2) << "damaged";
  QTest::newRow("no end mark") << cut(jpeg, jpeg.size() - 2) << "no end mark";
  QTest::newRow("half, progressive") << cut(progressive, progressive.size() / 2) << "damaged";
  QTest::newRow("no end mark, progressive") << cut(progressive, progressive.size() - 2) << "no end mark";
  QTest::newRow("header only") << cut(jpeg, 30) << "damaged";
  QTest::newRow("a colour without a scan") << jpegparts::BlockJpeg({10, 200}, 0, 3).file({}) << "colour 2";
  QTest::newRow("33 scans") << SparseJpeg(64, 48, 32).bytes << "more than 32 scans";
  const Bytes png = tinypng::make({8, 8, 8, 2, std::vector<std::uint8_t>(8 * 8 * 3, 7)});
  Bytes wrong = png;
  wrong[wrong.size() - 20] ^= std::byte{1};
  QTest::newRow("png, wrong checksum") << wrong << "damaged";
  QTest::newRow("png, no end mark") << cut(png, png.size() - 12) << "no end mark";
  QTest::newRow("png, half") << cut(png, png.size() / 2) << "cut short";
  QTest::newRow("png, a colour that the palette lacks")
      << tinypng::make({4, 1, 8, 3, {0, 1, 2, 7}, {1, 2, 3, 4, 5, 6, 7, 8, 9}})
      << "colour 7 of a palette of 3";
  QTest::newRow("text") << jpegparts::bytesOf("not a picture") << "neither a PNG nor a JPEG";
  QTest::newRow("empty") << Bytes{} << "it is empty";
}

void TestTrusted::damageIsNamed() {
  QFETCH(const Bytes, file);
  QFETCH(const QString, found);
  DecodeScratch scratch;
  const QString message = errorOf([&] { decodeTrusted(file, "'train/n01/x.JPEG'", scratch); });
  QVERIFY2(message.contains("train/n01/x.JPEG") && message.contains(found), qPrintable(message));
  QVERIFY(!message.contains('\n'));
}

void TestTrusted::limitsOfTheHeaderHold() {
  const Bytes jpeg = jpegmaker::packed(jpegmaker::scene(64, 48, 2), {});
  const Bytes png = tinypng::make({30000, 30000, 1, 0, std::vector<std::uint8_t>(30000)});
  DecodeScratch scratch;
  const ImageLimits pixels{.maxPixels = 64 * 48 - 1}, bytes{.maxFileBytes = jpeg.size() - 1};
  QVERIFY(errorOf([&] { decodeTrusted(jpeg, "a", scratch, nullptr, pixels); }).contains("64 x 48"));
  QVERIFY(errorOf([&] { decodeTrusted(jpeg, "a", scratch, nullptr, bytes); }).contains("limit"));
  QVERIFY(errorOf([&] { decodeTrusted(png, "b", scratch); }).contains("30000 x 30000"));
  QVERIFY(scratch.pixels.empty());  // refused before memory is taken
  const ImageView most = decodeTrusted(SparseJpeg(64, 48, 31).bytes, "32 scans", scratch);
  QCOMPARE(most.width, 64);
}

void TestTrusted::partsOutsideAreRefused() {
  const Bytes jpeg = jpegmaker::packed(jpegmaker::scene(20, 10, 2), {});
  DecodeScratch scratch;
  for (const PixelBox box : {PixelBox{-1, 0, 5, 5}, {0, 0, 21, 5}, {0, 0, 5, 11}, {3, 3, 3, 5}}) {
    const QString message = errorOf([&] { decodeTrusted(jpeg, "'x.jpg'", scratch, &box); });
    QVERIFY2(message.contains("x.jpg") && message.contains("20 x 10"), qPrintable(message));
  }
}

void TestTrusted::memoryIsKept() {
  const Bytes large = jpegmaker::packed(jpegmaker::scene(64, 48, 2), {});
  const Bytes small = jpegmaker::packed(jpegmaker::scene(20, 10, 2), {});
  DecodeScratch scratch;
  const std::uint8_t* pixels = decodeTrusted(large, "large", scratch).rgb;
  const ImageView view = decodeTrusted(small, "small", scratch);
  QCOMPARE(view.rgb, pixels);
  QCOMPARE(Image(view), decodeImage(small, "small"));
}

void TestTrusted::realPicturesAreEqual() {
  const QString data = qEnvironmentVariable("UADA_TEST_DATA");
  const QDir folder(data + "/imagenette2-224-mini/val");
  if (data.isEmpty() || !folder.exists()) QSKIP("not run: UADA_TEST_DATA has no Imagenette");
  int pictures = 0;
  for (const QString& name : folder.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
    const QDir inside(folder.filePath(name));
    for (const QString& file : inside.entryList(QDir::Files).mid(0, 4)) {
      compareParts(readBinaryFile(inside.filePath(file).toStdString(), 1 << 24), unsigned(++pictures));
      if (QTest::currentTestFailed()) return;
    }
  }
  QVERIFY(pictures >= 40);
}

QTEST_GUILESS_MAIN(TestTrusted)
#include "tst_trusted.moc"
