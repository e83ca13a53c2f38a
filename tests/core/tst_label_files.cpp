#include <QTemporaryDir>
#include <QTest>

#include "core/base/Files.h"
#include "core/data/LabelFile.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/JpegMaker.h"
#include "tests/core/LabelTools.h"

using namespace uada;
using namespace uada::test;

namespace {

using Labels = std::vector<std::uint8_t>;

/// What both ways of reading give; fails where they differ.
Labels read(const tinypng::Bytes& bytes, ImageSize size) {
  Labels strict{9, 9}, trusted(99, 9);
  if (decodeLabels(bytes, "labels", strict) != size) return {};
  if (decodeLabelsTrusted(bytes, "labels", trusted) != size || trusted != strict) return {};
  return strict;
}

const Labels kSix{0, 7, 255, 33, 1, 254};

}  // namespace

/// Label maps from PNG files: the numbers as they are stored, and every other file refused.
class TestLabelFiles : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void greyIsTheLabel();
  void filtersAreUndone();
  void interlacedIsTheSame();
  void paletteGivesItsNumbers_data();
  void paletteGivesItsNumbers();
  void coloursAreNotLookedAt();
  void otherFilesAreRefused_data();
  void otherFilesAreRefused();
  void claimsTakeNoMemory();
  void everyCutIsFound();
  void filesAreNamed();
};

void TestLabelFiles::greyIsTheLabel() {
  QCOMPARE(read(labelPng(3, 2, kSix), {3, 2}), kSix);
  QCOMPARE(read(labelPng(2, 3, kSix), {2, 3}), kSix);
  QCOMPARE(read(labelPng(1, 1, {200}), {1, 1}), Labels{200});
}

void TestLabelFiles::filtersAreUndone() {
  // The first row adds the label before, the second the one above.
  const auto bytes = tinypng::make({.width = 3,
                                    .height = 2,
                                    .depth = 8,
                                    .colourType = 0,
                                    .rows = {1, 10, 5, 5, 2, 1, 1, 250},
                                    .isFiltered = true});
  QCOMPARE(read(bytes, {3, 2}), (Labels{10, 15, 20, 11, 16, 14}));
}

void TestLabelFiles::interlacedIsTheSame() {
  // Of 3 x 2 pixels the passes 1, 4, 6 and 7 have some: (0, 0), (2, 0), (1, 0), and the second row.
  const auto grey = tinypng::make({.width = 3,
                                   .height = 2,
                                   .depth = 8,
                                   .colourType = 0,
                                   .rows = {0, 0, 0, 255, 0, 7, 0, 33, 1, 254},
                                   .interlaced = true});
  QCOMPARE(read(grey, {3, 2}), kSix);
  const auto four = tinypng::make({.width = 3,
                                   .height = 2,
                                   .depth = 4,
                                   .colourType = 3,
                                   .rows = {0, 0x10, 0, 0x30, 0, 0x20, 0, 0x45, 0x60},
                                   .palette = Labels(48, 1),
                                   .interlaced = true});
  QCOMPARE(read(four, {3, 2}), (Labels{1, 2, 3, 4, 5, 6}));
}

void TestLabelFiles::paletteGivesItsNumbers_data() {
  QTest::addColumn<int>("depth");
  QTest::addColumn<Labels>("rows");
  QTest::addColumn<Labels>("labels");
  QTest::newRow("8 bits") << 8 << kSix << kSix;
  QTest::newRow("4 bits") << 4 << Labels{0x1f, 0x20, 0x34, 0x50} << Labels{1, 15, 2, 3, 4, 5};
  QTest::newRow("2 bits") << 2 << Labels{0b00011000, 0b11100100} << Labels{0, 1, 2, 3, 2, 1};
  QTest::newRow("1 bit") << 1 << Labels{0b10100000, 0b01000000} << Labels{1, 0, 1, 0, 1, 0};
}

void TestLabelFiles::paletteGivesItsNumbers() {
  QFETCH(const int, depth);
  QFETCH(const Labels, rows);
  QFETCH(const Labels, labels);
  Labels palette;  // colours that are like no label
  for (int i = 0; i < 3 << depth; ++i) palette.push_back(static_cast<std::uint8_t>(7 * i + 100));
  const auto bytes = tinypng::make({.width = 3,
                                    .height = 2,
                                    .depth = static_cast<std::uint8_t>(depth),
                                    .colourType = 3,
                                    .rows = rows,
                                    .palette = palette,
                                    .transparency = {0}});
  QCOMPARE(read(bytes, {3, 2}), labels);
}

/// A palette of the classes alone is usual, beside pixels that are ignored by the number 255.
void TestLabelFiles::coloursAreNotLookedAt() {
  const auto bytes = tinypng::make(
      {.width = 3, .height = 2, .depth = 8, .colourType = 3, .rows = kSix, .palette = Labels(6, 50)});
  QCOMPARE(read(bytes, {3, 2}), kSix);
  QVERIFY(errorOf([&] { decodeImage(bytes, "a picture"); }).contains("of a palette of 2"));
}

void TestLabelFiles::otherFilesAreRefused_data() {
  QTest::addColumn<QByteArray>("bytes");
  QTest::addColumn<QString>("found");
  const auto row = [](const char* name, const tinypng::Bytes& bytes, const char* found) {
    QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()), bytes.size()) << found;
  };
  const auto png = [](std::uint8_t depth, std::uint8_t colours, std::size_t bytes) {
    return tinypng::make(
        {.width = 2, .height = 1, .depth = depth, .colourType = colours, .rows = Labels(bytes, 1)});
  };
  row("colours", png(8, 2, 6), "as labels: its pixels are colours; a label map is a PNG of 8-bit grey");
  row("alpha", png(8, 6, 8), "its pixels are colours with alpha;");
  row("grey and alpha", png(8, 4, 4), "its pixels are 8-bit grey with alpha;");
  row("16 bits", png(16, 0, 4), "its pixels are 16-bit grey;");
  row("4 bits", png(4, 0, 1), "its pixels are 4-bit grey;");
  row("no palette", png(8, 3, 2), "is damaged");
  row("palette of 16", png(16, 3, 4), "16-bit numbers of a palette");
  row("JPEG", jpegmaker::packed(jpegmaker::scene(8, 8, 3), {}), "it is a JPEG, not a PNG; a label map is");
  row("GIF", tinypng::Bytes{std::byte{'G'}, std::byte{'I'}, std::byte{'F'}, std::byte{'8'}},
      "it is a GIF, not a PNG;");
  row("empty", {}, "it is empty");
  tinypng::Bytes wrong = labelPng(3, 2, kSix);
  wrong[wrong.size() - 20] ^= std::byte{1};  // in the packed pixels
  row("damaged", wrong, "is damaged");
  row("too few pixels", tinypng::make({.width = 3, .height = 3, .depth = 8, .colourType = 0, .rows = kSix}),
      "is damaged");
}

void TestLabelFiles::otherFilesAreRefused() {
  QFETCH(const QByteArray, bytes);
  QFETCH(const QString, found);
  const auto view = std::as_bytes(std::span(bytes.data(), static_cast<std::size_t>(bytes.size())));
  Labels labels;
  const QString strict = errorOf([&] { decodeLabels(view, "'x.png'", labels); });
  QVERIFY2(strict.startsWith("cannot read 'x.png'") && strict.contains(found), qPrintable(strict));
  const QString trusted = errorOf([&] { decodeLabelsTrusted(view, "'x.png'", labels); });
  QVERIFY2(trusted.startsWith("cannot read 'x.png'"), qPrintable(trusted));
}

void TestLabelFiles::claimsTakeNoMemory() {
  Labels labels;
  const auto claim = [](std::uint32_t width, std::uint32_t height) {
    return tinypng::make({.width = width, .height = height, .depth = 8, .colourType = 0, .rows = {1, 2}});
  };
  const auto refusal = [&](const tinypng::Bytes& bytes, const ImageLimits& limits = {}) {
    return errorOf([&] { decodeLabels(bytes, "x", labels, limits); });
  };
  QVERIFY(refusal(claim(7999, 7999)).contains("cannot hold 7999 x 7999 pixels"));
  QVERIFY(refusal(claim(9000, 9000)).contains("limit of 64 million"));
  QVERIFY(refusal(claim(0, 5)).contains("at least 1 x 1"));
  QVERIFY(refusal(labelPng(3, 2, kSix), {.maxPixels = 5}).contains("more than the limit"));
  QVERIFY(refusal(labelPng(3, 2, kSix), {.maxFileBytes = 20}).contains("more than the limit"));
  // What only the unpacking shows is found before memory is taken, too.
  QVERIFY(refusal(tinypng::make({.width = 3, .height = 3, .depth = 8, .colourType = 0, .rows = kSix}))
              .contains("is damaged"));
  QCOMPARE(labels.capacity(), std::size_t{0});
  for (const auto& [width, height] : {std::pair(9000U, 9000U), {0U, 5U}})
    QVERIFY(!errorOf([&] { decodeLabelsTrusted(claim(width, height), "x", labels); }).isEmpty());
  QCOMPARE(labels.capacity(), std::size_t{0});
}

void TestLabelFiles::everyCutIsFound() {
  const tinypng::Bytes whole = labelPng(3, 2, kSix);
  Labels labels;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = std::span(whole).first(size);
    QVERIFY2(!errorOf([&] { decodeLabels(cut, "x", labels); }).isEmpty(), std::to_string(size).c_str());
    QVERIFY2(!errorOf([&] { decodeLabelsTrusted(cut, "x", labels); }).isEmpty(),
             std::to_string(size).c_str());
  }
}

void TestLabelFiles::filesAreNamed() {
  const QTemporaryDir folder;
  const std::filesystem::path file = folder.path().toStdString() + "/a.png";
  QVERIFY(errorOf([&] { readLabelMap(file); }).contains("a.png"));
  QVERIFY(errorOf([&] { readLabelMap(folder.path().toStdString()); }).contains(folder.path()));
  writeFileAtomically(file, textOf(labelPng(3, 2, kSix)));
  QVERIFY(readLabelMap(file) == mapOf(3, 2, kSix));
}

QTEST_GUILESS_MAIN(TestLabelFiles)
#include "tst_label_files.moc"
