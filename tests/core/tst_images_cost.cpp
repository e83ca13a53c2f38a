#include <QTemporaryDir>
#include <QTest>
#include <filesystem>

#include "core/base/Error.h"
#include "core/images/ContactSheet.h"
#include "core/images/ImageIo.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/Growth.h"
#include "tests/core/SparseJpeg.h"
#include "tests/core/TinyPng.h"

using namespace uada;
using namespace uada::test;
using tinypng::Bytes;

namespace {

constexpr int kSide = 8000;  // the most pixels that are read: 192 MB

/// Black and white, the rows of which take 8 MB.
tinypng::Spec largePng() {
  constexpr std::size_t kRow = 1 + kSide / 8;
  tinypng::Spec spec{kSide, kSide, 1, 0, std::vector<std::uint8_t>(kSide * kRow)};
  for (std::size_t i = 0; i < spec.rows.size(); ++i)
    spec.rows[i] = static_cast<std::uint8_t>(i % kRow == 0 ? 0 : i % 251);
  spec.isFiltered = true;
  return spec;
}

Bytes pngWithoutLastRows() {
  tinypng::Spec spec = largePng();
  spec.rows.resize(spec.rows.size() - 8'008);
  return tinypng::make(spec);
}

Bytes pngWithAWrongLastRow() {
  tinypng::Spec spec = largePng();
  spec.rows[spec.rows.size() - 1 - kSide / 8] = 9;  // there is no such filter
  return tinypng::make(spec);
}

}  // namespace

/// What it costs to refuse a picture, and that a file in pieces is the same as one in memory.
class TestImagesCost : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void lateDamageCostsLittle_data();
  void lateDamageCostsLittle();
  void packedPixelsHaveAChecksum();
  void largeFilesAreReadInPieces_data();
  void largeFilesAreReadInPieces();
  void piecesMakeTheSamePicture_data();
  void piecesMakeTheSamePicture();
  void manyPartsAreRefused();
  void longSidesAreRefused();
  void whatCannotBeReadIsNotWritten();
  void longSheetsAreRefused();

 private:
  std::filesystem::path written(const Bytes& bytes) const {
    const std::filesystem::path file = folder_.filePath("picture").toStdString();
    writeFileAtomically(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return file;
  }
  QTemporaryDir folder_;
};

void TestImagesCost::lateDamageCostsLittle_data() {
  QTest::addColumn<Bytes>("bytes");
  QTest::addColumn<QString>("why");
  QTest::newRow("png, rows missing") << pngWithoutLastRows()
                                     << "the PNG is damaged: its pixels end too early";
  QTest::newRow("png, wrong row") << pngWithAWrongLastRow()
                                  << "the PNG is damaged: a row has the unknown filter 9";
  QTest::newRow("jpeg") << SparseJpeg(kSide, kSide, 0, 1000).bytes << "premature end of data segment";
  QTest::newRow("jpeg, progressive") << SparseJpeg(kSide, kSide, 10, 100).bytes
                                     << "premature end of data segment";
  QTest::newRow("jpeg, progressive, blocks of 4 x 4")
      << SparseJpeg(65'500, 976, 28, 100, 4).bytes << "premature end";
  QTest::newRow("jpeg, progressive, four inks, blocks of 4 x 4")
      << SparseJpeg(65'500, 976, 28, 100, 4, 4).bytes << "premature end";
  QTest::newRow("jpeg, progressive and wide") << SparseJpeg(65'500, 976, 4, 100).bytes << "premature end";
}

void TestImagesCost::lateDamageCostsLittle() {
  QFETCH(Bytes, bytes);
  QFETCH(QString, why);
  const std::filesystem::path file = written(bytes);
  QCOMPARE(errorOf([&] { checkImage(bytes, "'x'"); }), QString());  // nothing but the pixels is wrong
  const QString message = errorOf([&] { readImage(file); });
  QVERIFY2(message.contains(why) && message.endsWith("; copy or export it again"), qPrintable(message));
  const long growth = growthOf([&] { readImage(file); });
  QVERIFY2(growth >= 0 && growth < kMostGrowth, qPrintable(QString::number(growth)));
}

void TestImagesCost::packedPixelsHaveAChecksum() {
  for (const std::uint32_t height : {2u, 1000u}) {
    const std::vector<std::uint8_t> row(1 + 300 * 3);
    tinypng::Spec spec{300, height, 8, 2, {}};
    for (std::uint32_t y = 0; y < height; ++y) spec.rows.insert(spec.rows.end(), row.begin(), row.end());
    spec.isFiltered = true;
    const auto refused = [&](std::size_t fromEnd, int change) {
      std::vector<std::uint8_t> packed = tinypng::packed(spec.rows);
      packed[packed.size() - fromEnd] ^= static_cast<std::uint8_t>(change);
      Bytes png = tinypng::make(spec);
      png.resize(33);
      // In many chunks, of which the last has the end of the checksum.
      for (std::size_t at = 0; at < packed.size(); at += 7)
        tinypng::appendChunk(png, "IDAT",
                             {packed.begin() + static_cast<std::ptrdiff_t>(at),
                              packed.begin() + static_cast<std::ptrdiff_t>(std::min(packed.size(), at + 7))});
      tinypng::appendChunk(png, "IEND", {});
      return errorOf([&] { decodeImage(png, "'x'"); });
    };
    QCOMPARE(refused(1, 0), QString());
    for (const std::size_t place : {1, 2, 3, 4})
      QVERIFY2(refused(place, 1).contains("'x': the PNG is damaged (incorrect data check)"),
               qPrintable(refused(place, 1)));
  }
}

void TestImagesCost::largeFilesAreReadInPieces_data() {
  QTest::addColumn<Bytes>("bytes");
  QTest::addColumn<QString>("why");
  Bytes png = tinypng::make({2, 1, 8, 0, {1, 2}});
  const Bytes header(png.begin(), png.begin() + 33);
  const auto chunk = [&](std::string_view type) {
    Bytes bytes = header;
    tinypng::append32(bytes, 59'999'000);
    for (const char c : type) bytes.push_back(static_cast<std::byte>(c));
    return bytes;
  };
  QTest::newRow("png, pixels") << chunk("IDAT") << "a wrong checksum at byte 59999041";
  QTest::newRow("png, text") << chunk("tEXt") << "at byte 59999045 stands the unexpected chunk";
  QTest::newRow("png, a chunk that no one knows")
      << chunk("ABCD") << "at byte 33 stands the unexpected chunk 'ABCD'";
  Bytes jpeg = SparseJpeg(16, 16).bytes;
  jpeg.resize(jpeg.size() - 2);
  QTest::newRow("jpeg") << jpeg << "no end mark";
}

void TestImagesCost::largeFilesAreReadInPieces() {
  QFETCH(Bytes, bytes);
  QFETCH(QString, why);
  const std::filesystem::path file = written(bytes);
  std::filesystem::resize_file(file, 60'000'000);  // a hole, no space taken
  const QString message = errorOf([&] { readImage(file); });
  QVERIFY2(message.contains(why), qPrintable(message));
  const long growth = growthOf([&] { readImage(file); });
  QVERIFY2(growth >= 0 && growth < kLittle, qPrintable(QString::number(growth)));
}

void TestImagesCost::piecesMakeTheSamePicture_data() {
  QTest::addColumn<Bytes>("bytes");
  Image noise(500, 300);
  unsigned state = 1;
  for (std::uint8_t& byte : noise.rgb)
    byte = static_cast<std::uint8_t>((state = 1664525 * state + 1013904223) >> 24);
  QTest::newRow("png") << encodePng(noise.view());
  tinypng::Spec spec{40, 30, 8, 2, std::vector<std::uint8_t>(noise.rgb.begin(), noise.rgb.begin() + 3600)};
  spec.extras = {{"tEXt", std::vector<std::uint8_t>(ByteSource::kWindow - 60, 'a')},
                 {"tEXt", std::vector<std::uint8_t>(300'000, 'a')}};
  QTest::newRow("png behind text") << tinypng::make(spec);
  QTest::newRow("jpeg") << SparseJpeg(5000, 5000).bytes;
  QTest::newRow("jpeg, progressive") << SparseJpeg(3000, 5000, 31).bytes;
  const Bytes small = SparseJpeg(50, 50).bytes;
  Bytes behind(small.begin(), small.begin() + 2);
  for (int segment = 0; segment < 5; ++segment) {
    for (const int value : {0xff, 0xe5, 0xc0, 0x00}) behind.push_back(static_cast<std::byte>(value));
    behind.resize(behind.size() + 0xc000 - 2);
  }
  behind.insert(behind.end(), small.begin() + 2, small.end());
  QTest::newRow("jpeg behind other segments") << behind;
}

void TestImagesCost::piecesMakeTheSamePicture() {
  QFETCH(Bytes, bytes);
  Image image;
  QCOMPARE(errorOf([&] { image = readImage(written(bytes)); }), QString());
  QVERIFY(image == decodeImage(bytes, "x"));
  bytes.resize(bytes.size() - 2);
  QVERIFY(errorOf([&] { readImage(written(bytes)); }).contains("no end mark"));
}

void TestImagesCost::manyPartsAreRefused() {
  tinypng::Spec spec{2, 1, 8, 0, {1, 2}};
  spec.extras.assign(100'000 - 3, {"tEXt", {}});
  QCOMPARE(errorOf([&] { checkImage(tinypng::make(spec), "x"); }), QString());
  spec.extras.emplace_back("tEXt", std::vector<std::uint8_t>());
  QVERIFY(errorOf([&] {
            checkImage(tinypng::make(spec), "'x'");
          }).contains("'x': the PNG has more than 100,000 chunks; export it again"));
  Bytes jpeg = SparseJpeg(16, 16).bytes;
  const Bytes empty{std::byte{0xff}, std::byte{0xe0}, std::byte{0}, std::byte{2}};
  Bytes many(jpeg.begin(), jpeg.begin() + 2);
  for (int segment = 0; segment < 10'000; ++segment) many.insert(many.end(), empty.begin(), empty.end());
  many.insert(many.end(), jpeg.begin() + 2, jpeg.end());
  QVERIFY(errorOf([&] {
            checkImage(many, "'x'");
          }).contains("'x': the JPEG has more than 10,000 segments; export it again"));
}

void TestImagesCost::longSidesAreRefused() {
  const std::vector<std::uint8_t> row(8188);
  QCOMPARE(decodeImage(tinypng::make({65'500, 1, 1, 0, row}), "x").width, 65'500);
  for (const auto& [width, height] : {std::pair{65'501u, 1u}, {1u, 65'501u}})
    QVERIFY(errorOf([&] {
              decodeImage(tinypng::make({width, height, 1, 0, row}), "'x'");
            }).contains("at most 65,500 a side are read; cut it into pieces"));
}

void TestImagesCost::whatCannotBeReadIsNotWritten() {
  for (const auto& [width, height] : {std::pair{8000u, 8000u}, {65'500u, 900u}, {1u, 65'500u}})
    QCOMPARE(errorOf([&] { requireWritable(width, height, "it", "make it smaller"); }), QString());
  for (const auto& [width, height, size] :
       {std::tuple{8001u, 8000u, "8001 x 8000 pixels (64 million)"},
        {1u, 65'501u, "1 x 65501 pixels (0 million)"},
        {4'000'000'000u, 4'000'000'000u, "4000000000 x 4000000000 pixels (16,000,000,000,000 million)"}})
    QCOMPARE(errorOf([&] { requireWritable(width, height, "it", "make it smaller"); }),
             QString("cannot make it: %1, at most 64 million and 65,500 a side can be read again; make it "
                     "smaller")
                 .arg(size));
  Image noise(4700, 4600);  // 64.9 MB, which no packing makes less
  unsigned state = 1;
  for (std::uint8_t& byte : noise.rgb)
    byte = static_cast<std::uint8_t>((state = 1664525 * state + 1013904223) >> 24);
  const std::filesystem::path file = folder_.filePath("noise.png").toStdString();
  const QString message = errorOf([&] { writePng(file, noise.view()); });
  QVERIFY2(message.contains("noise.png': a PNG of 4700 x 4600 such pixels has ") &&
               message.endsWith(" MB, and at most 64.0 MB can be read again; make the picture smaller"),
           qPrintable(message));
  QVERIFY(!std::filesystem::exists(file));
}

void TestImagesCost::longSheetsAreRefused() {
  std::vector<SheetCell> cells(2, {Image(128, 128), {"a caption"}, false});
  const Image sheet = contactSheet(cells, 1);
  QVERIFY(contactSheetSize(cells, 1) == (ImageSize{sheet.width, sheet.height}));
  cells.resize(400, cells.front());
  QVERIFY(contactSheetSize(cells, 1).height < 65'500);
  cells.resize(500, cells.front());  // of few pixels, but so high that no reader takes it
  QVERIFY(contactSheetSize(cells, 1).height > 65'500);
  const QString message = errorOf([&] { contactSheet(cells, 1); });
  QVERIFY2(message.startsWith("cannot make a contact sheet: ") && message.contains("65,500 a side") &&
               message.endsWith("; show fewer or smaller pictures"),
           qPrintable(message));
}

QTEST_GUILESS_MAIN(TestImagesCost)
#include "tst_images_cost.moc"
