#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <array>
#include <cerrno>
#include <functional>
#include <random>

#include "core/base/Error.h"
#include "core/images/ContactSheet.h"
#include "core/images/ImageIo.h"
#include "tests/core/TinyPng.h"

using namespace uada;
using tinypng::Bytes;

namespace {

Image noise(int width, int height, unsigned seed) {
  std::mt19937 random(seed);
  Image image(width, height);
  for (std::uint8_t& v : image.rgb) v = static_cast<std::uint8_t>(random());
  return image;
}

Image constant(int width, int height, std::array<std::uint8_t, 3> colour) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = colour[i % 3];
  return image;
}

QString errorOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return QString::fromUtf8(error.what());
  }
  return QStringLiteral("no error");
}

bool isOneLineWith(const QString& message, const QStringList& parts) {
  bool all = !message.contains('\n');
  for (const QString& part : parts) all = all && message.contains(part);
  if (!all) qWarning() << "message:" << message;
  return all;
}

QString jpeg(const char* name) {
  return QStringLiteral(PROJECT_DIR "/tests/golden/jpeg/") + QLatin1String(name);
}

std::filesystem::path pathOf(const QString& text) { return text.toStdString(); }

Bytes fileBytes(const QString& path) { return readBinaryFile(pathOf(path), 1 << 20); }

/// Fails the system call of a save that a test names.
class FullDisk : public FileCalls {
  ssize_t write(int, const void*, std::size_t) override {
    errno = ENOSPC;
    return -1;
  }
};

const std::uint8_t* at(const Image& image, int x, int y) { return image.view().row(y) + 3 * x; }

}  // namespace

class TestImages : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void pngKeepsEveryByte_data();
  void pngKeepsEveryByte();
  void writesAndReadsFiles();
  void failedWriteLeavesTheOldFile();
  void pngKinds_data();
  void pngKinds();
  void jpegsEqualPillow_data();
  void jpegsEqualPillow();
  void truncatedPngsAreRefused();
  void damagedPngsAreRefused();
  void truncatedJpegsAreRefused();
  void tooManyPixelsAreRefusedBeforeDecoding();
  void tooManyBytesAreRefused();
  void otherFilesAreRefused();
  void contentDecidesNotTheName();

  void sheetEnlargesByWholePixels();
  void sheetPlacesCellsInRows();
  void sheetFramesTheWinner();
  void sheetDrawsCaptionsAndHeadings();
  void sheetWrapsLongLines();
  void sheetKeepsNumberAndUnitTogether();
  void sheetTakesOddInput();
  void sheetIsDeterministic();
};

void TestImages::pngKeepsEveryByte_data() {
  QTest::addColumn<int>("width");
  QTest::addColumn<int>("height");
  for (auto [width, height] : {std::pair{1, 1}, {1, 9}, {9, 1}, {32, 32}, {211, 97}}) {
    QTest::addRow("%d x %d", width, height) << width << height;
  }
}

void TestImages::pngKeepsEveryByte() {
  QFETCH(int, width);
  QFETCH(int, height);
  const Image image = noise(width, height, 5);
  QVERIFY(decodePng(encodePng(image.view())) == image);
}

void TestImages::writesAndReadsFiles() {
  QTemporaryDir folder;
  const auto path = pathOf(folder.filePath("a picture.png"));
  const Image image = noise(20, 10, 6);
  writePng(path, image.view());
  QVERIFY(readImage(path) == image);
  QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList{"a picture.png"});
}

void TestImages::failedWriteLeavesTheOldFile() {
  QTemporaryDir folder;
  const auto path = pathOf(folder.filePath("old.png"));
  const Image image = noise(4, 4, 7);
  writePng(path, image.view());
  FullDisk calls;
  QVERIFY_THROWS_EXCEPTION(Error, writePng(path, noise(4, 4, 8).view(), calls));
  QVERIFY(readImage(path) == image);
  QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList{"old.png"});
}

void TestImages::pngKinds_data() {
  QTest::addColumn<int>("depth");
  QTest::addColumn<int>("colourType");
  QTest::addColumn<QByteArray>("rows");
  QTest::addColumn<QByteArray>("palette");
  QTest::addColumn<QByteArray>("transparency");
  QTest::addColumn<QByteArray>("wanted");  // two pixels
  const auto hex = [](const char* text) { return QByteArray::fromHex(text); };
  QTest::newRow("rgb") << 8 << 2 << hex("0102030a0b0c") << hex("") << hex("") << hex("0102030a0b0c");
  QTest::newRow("rgb, a transparent colour")
      << 8 << 2 << hex("0102030a0b0c") << hex("") << hex("000100020003") << hex("0102030a0b0c");
  QTest::newRow("rgb, 16 bits") << 16 << 2 << hex("01ff02ff03ff0a000b000c00") << hex("") << hex("")
                                << hex("0102030a0b0c");
  QTest::newRow("grey") << 8 << 0 << hex("05c8") << hex("") << hex("") << hex("050505c8c8c8");
  QTest::newRow("grey, 16 bits") << 16 << 0 << hex("05ffc800") << hex("") << hex("") << hex("050505c8c8c8");
  QTest::newRow("grey, 1 bit") << 1 << 0 << hex("40") << hex("") << hex("") << hex("000000ffffff");
  QTest::newRow("grey, 4 bits") << 4 << 0 << hex("1f") << hex("") << hex("") << hex("111111ffffff");
  QTest::newRow("grey and alpha") << 8 << 4 << hex("0500c880") << hex("") << hex("") << hex("050505c8c8c8");
  QTest::newRow("rgb and alpha") << 8 << 6 << hex("010203000a0b0c80") << hex("") << hex("")
                                 << hex("0102030a0b0c");
  QTest::newRow("palette") << 8 << 3 << hex("0100") << hex("0a0b0c010203") << hex("") << hex("0102030a0b0c");
  QTest::newRow("palette with alpha")
      << 8 << 3 << hex("0100") << hex("0a0b0c010203") << hex("00ff") << hex("0102030a0b0c");
}

void TestImages::pngKinds() {
  QFETCH(int, depth);
  QFETCH(int, colourType);
  QFETCH(QByteArray, rows);
  QFETCH(QByteArray, palette);
  QFETCH(QByteArray, transparency);
  QFETCH(QByteArray, wanted);
  tinypng::Spec spec{2, 1, std::uint8_t(depth), std::uint8_t(colourType), {rows.begin(), rows.end()}};
  spec.palette = {palette.begin(), palette.end()};
  spec.transparency = {transparency.begin(), transparency.end()};
  const Image image = decodeImage(tinypng::make(spec), "a test picture");
  QCOMPARE(image.width, 2);
  QCOMPARE(image.height, 1);
  QCOMPARE(QByteArray(reinterpret_cast<const char*>(image.rgb.data()), 6).toHex(), wanted.toHex());
}

void TestImages::jpegsEqualPillow_data() {
  QTest::addColumn<quint32>("crc");  // printed by tests/golden/make_jpegs.py
  QTest::newRow("halved.jpg") << 0xc7012db0U;
  QTest::newRow("progressive.jpg") << 0x5d27662bU;
  QTest::newRow("grey.jpg") << 0x081ad064U;
  QTest::newRow("cmyk.jpg") << 0xcb6707bfU;
}

void TestImages::jpegsEqualPillow() {
  QFETCH(quint32, crc);
  const Image image = readImage(pathOf(jpeg(QTest::currentDataTag())));
  QCOMPARE(image.width, 23);
  QCOMPARE(image.height, 17);
  QCOMPARE(static_cast<quint32>(crc32(0, image.rgb.data(), static_cast<uInt>(image.rgb.size()))), crc);
}

void TestImages::truncatedPngsAreRefused() {
  const Bytes whole = encodePng(noise(16, 16, 9).view());
  // The last four bytes are the checksum of the empty end mark.
  for (std::size_t size = 0; size < whole.size() - 4; ++size) {
    const QString message = errorOf([&] { decodeImage(std::span(whole).first(size), "'cut.png'"); });
    QVERIFY2(message.startsWith("cannot read 'cut.png': "),
             qPrintable(QStringLiteral("%1 of %2: %3").arg(size).arg(whole.size()).arg(message)));
  }
}

void TestImages::damagedPngsAreRefused() {
  const Image image = noise(8, 8, 10);
  const Bytes whole = encodePng(image.view());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (int bit : {0, 3, 7}) {
      Bytes flipped = whole;
      flipped[i] ^= static_cast<std::byte>(1 << bit);
      // Every byte is under a checksum, or is one: what is read must be the picture itself or an error.
      try {
        QVERIFY2(decodeImage(flipped, "flipped") == image, qPrintable(QString::number(i)));
      } catch (const Error&) {
      }
    }
  }
}

void TestImages::truncatedJpegsAreRefused() {
  for (const char* name : {"halved.jpg", "progressive.jpg", "grey.jpg"}) {
    const Bytes whole = fileBytes(jpeg(name));
    // The last two bytes are the end mark.
    for (std::size_t size = 0; size < whole.size() - 2; ++size) {
      const QString message = errorOf([&] { decodeImage(std::span(whole).first(size), "'cut.jpg'"); });
      QVERIFY2(message.startsWith("cannot read 'cut.jpg': "),
               qPrintable(QStringLiteral("%1 of %2: %3").arg(size).arg(name, message)));
    }
  }
}

void TestImages::tooManyPixelsAreRefusedBeforeDecoding() {
  QTemporaryDir folder;
  const QString path = folder.filePath("bomb.png");
  // The rows are missing: reading them would give another error.
  const Bytes bomb = tinypng::make({30000, 30000, 1, 0, std::vector<std::uint8_t>(30000)});
  writeFileAtomically(pathOf(path), {reinterpret_cast<const char*>(bomb.data()), bomb.size()});
  const QString message = errorOf([&] { readImage(pathOf(path)); });
  QVERIFY(isOneLineWith(message, {"bomb.png", "30000 x 30000", "limit of 64 million", "scale it down"}));

  const ImageLimits small{.maxPixels = 390, .maxFileBytes = 100000};
  QVERIFY(isOneLineWith(errorOf([&] { readImage(pathOf(jpeg("halved.jpg")), small); }),
                        {"halved.jpg", "23 x 17"}));
  const ImageLimits justEnough{.maxPixels = 391, .maxFileBytes = 100000};
  QCOMPARE(readImage(pathOf(jpeg("halved.jpg")), justEnough).width, 23);

  const Bytes widest =
      tinypng::make({0x7fffffff, 0x7fffffff, 8, 2, std::vector<std::uint8_t>(0x7fffffff % 9)});
  QVERIFY(isOneLineWith(errorOf([&] { decodePng(widest, "'widest.png'"); }), {"widest.png"}));
}

void TestImages::tooManyBytesAreRefused() {
  const ImageLimits limits{.maxPixels = 1000, .maxFileBytes = 100};
  QVERIFY(
      isOneLineWith(errorOf([&] { readImage(pathOf(jpeg("halved.jpg")), limits); }), {"halved.jpg", "100"}));
  QVERIFY(isOneLineWith(errorOf([&] { decodeImage(fileBytes(jpeg("halved.jpg")), "'x'", limits); }),
                        {"'x'", "100 B"}));
}

void TestImages::otherFilesAreRefused() {
  QTemporaryDir folder;
  const QString path = folder.filePath("text.png");
  writeFileAtomically(pathOf(path), "GIF89a is not what we read");
  QVERIFY(isOneLineWith(errorOf([&] { readImage(pathOf(path)); }),
                        {"text.png", "neither", "convert it to PNG or JPEG"}));
  writeFileAtomically(pathOf(path), "");
  QVERIFY(isOneLineWith(errorOf([&] { readImage(pathOf(path)); }), {"text.png", "empty"}));
  const QString missing = folder.filePath("missing.png");
  QVERIFY(isOneLineWith(errorOf([&] { readImage(pathOf(missing)); }), {"missing.png", "No such file"}));
  QVERIFY(isOneLineWith(errorOf([&] { readImage(pathOf(folder.path())); }), {folder.path()}));
}

void TestImages::contentDecidesNotTheName() {
  QTemporaryDir folder;
  const QString path = folder.filePath("named.png");
  QVERIFY(QFile::copy(jpeg("grey.jpg"), path));
  QCOMPARE(readImage(pathOf(path)).width, 23);
}

void TestImages::sheetEnlargesByWholePixels() {
  const Image picture = noise(32, 16, 11);
  const Image sheet = contactSheet({{picture, {}, false}}, 1, {{}, 128});
  // The factor is 4; the picture stands somewhere with all its pixels as 4 x 4 blocks.
  const int left = 12, top = 12;
  for (int y = 0; y < 16 * 4; ++y) {
    for (int x = 0; x < 32 * 4; ++x) {
      QVERIFY(std::equal(at(sheet, left + x, top + y), at(sheet, left + x, top + y) + 3,
                         at(picture, x / 4, y / 4)));
    }
  }
  QCOMPARE(int{at(sheet, left + 128, top)[0]}, 255);
  QCOMPARE(int{at(sheet, left - 1, top)[0]}, 255);
  // Larger than asked: shown as it is, never shrunk.
  QVERIFY(contactSheet({{noise(300, 3, 1), {}, false}}, 1, {{}, 128}).width >= 300);
}

void TestImages::sheetPlacesCellsInRows() {
  std::vector<SheetCell> cells;
  for (int i = 0; i < 5; ++i) cells.push_back({constant(10, 10, {std::uint8_t(40 * i), 0, 0}), {}, false});
  const Image sheet = contactSheet(cells, 3, {{}, 100});
  std::vector<int> order;
  for (int y = 0; y < sheet.height; y += 4) {
    for (int x = 0; x < sheet.width; x += 4) {
      const std::uint8_t* p = at(sheet, x, y);
      const int cell = p[0] / 40;
      if (p[1] == 0 && p[2] == 0 && std::find(order.begin(), order.end(), cell) == order.end())
        order.push_back(cell);
    }
  }
  QCOMPARE(order, (std::vector<int>{0, 1, 2, 3, 4}));
  QVERIFY(sheet.width > 3 * 100 && sheet.width < 4 * 100);
  QVERIFY(sheet.height > 2 * 100 && sheet.height < 3 * 100);
}

void TestImages::sheetFramesTheWinner() {
  const Image picture = constant(32, 32, {200, 10, 10});
  const Image plain = contactSheet({{picture, {}, false}}, 1);
  const Image framed = contactSheet({{picture, {}, true}}, 1);
  QCOMPARE(plain.width, framed.width);
  for (auto [x, y] : {std::pair{10, 10}, {70, 9}, {9, 70}, {141, 141}}) {
    QCOMPARE(int{at(plain, x, y)[1]}, 255);
    QCOMPARE(int{at(framed, x, y)[1]}, 110);
  }
  QVERIFY(std::equal(at(framed, 12, 12), at(framed, 12, 12) + 3, at(picture, 0, 0)));
}

void TestImages::sheetDrawsCaptionsAndHeadings() {
  const Image picture = constant(32, 32, {200, 200, 200});
  const auto darkPixels = [](const Image& image) {
    int count = 0;
    for (std::size_t i = 0; i < image.rgb.size(); i += 3) count += image.rgb[i] < 128;
    return count;
  };
  const Image bare = contactSheet({{picture, {}, false}}, 1);
  const Image captioned = contactSheet({{picture, {"rotate 6"}, false}}, 1);
  const Image headed = contactSheet({{picture, {"rotate 6"}, false}}, 1, {{"original"}, 128});
  QCOMPARE(darkPixels(bare), 0);
  QVERIFY(darkPixels(captioned) > 50);
  QVERIFY(darkPixels(headed) > darkPixels(captioned) + 50);
  QVERIFY(bare.height < captioned.height && captioned.height < headed.height);
}

void TestImages::sheetWrapsLongLines() {
  const Image picture = constant(32, 32, {200, 200, 200});
  const Image one = contactSheet({{picture, {"rotate 6"}, false}}, 1);
  const Image many =
      contactSheet({{picture, {"rotate 6 + color -3 + shear_x 2 + equalize and more"}, false}}, 1);
  const Image unbroken = contactSheet({{picture, {std::string(100, 'W')}, false}}, 1);
  QCOMPARE(one.width, many.width);
  QCOMPARE(one.width, unbroken.width);
  QVERIFY(many.height > one.height && unbroken.height > many.height);
  // Nothing is drawn over the edge.
  for (const Image& sheet : {many, unbroken}) {
    for (int y = 0; y < sheet.height; ++y) QCOMPARE(int{at(sheet, sheet.width - 1, y)[0]}, 255);
  }
}

/// Under 112 pixels of picture "level 0 of 9: 8 bits" fits but for its last word.
void TestImages::sheetKeepsNumberAndUnitTogether() {
  const Image picture = constant(28, 28, {200, 200, 200});
  const auto sheet = [&](const std::vector<std::string>& lines) {
    return contactSheet({{picture, lines, false}}, 1, {{}, 112});
  };
  QVERIFY(sheet({"level 0 of 9: 8 bits"}) == sheet({"level 0 of 9:", "8 bits"}));
  QVERIFY(sheet({"level 9 of 9: factor -0.5"}) == sheet({"level 9 of 9:", "factor -0.5"}));
  QVERIFY(sheet({"one two three four"}) == sheet({"one two three", "four"}));
  QVERIFY(sheet({"10 20 30 40 50 60 70"}) == sheet({"10 20 30 40 50", "60 70"}));  // no better place
}

void TestImages::sheetTakesOddInput() {
  QVERIFY(contactSheet({{Image(), {"nothing here"}, true}}, 4).height > 0);
  QVERIFY(contactSheet({{noise(1, 1, 1), {"", "\n", "crop (4, 7) \u00b7 \u0394 \u4e2d"}, true}}, 1).height >
          100);
  QVERIFY(contactSheet({{noise(1, 1, 1), {}, false}}, 1, {{"a", "b", "c"}, 0}).width > 0);
  QVERIFY_THROWS_EXCEPTION(Error, contactSheet({}, 3));
  QVERIFY_THROWS_EXCEPTION(Error, contactSheet({{noise(1, 1, 1), {}, false}}, 0));
  QVERIFY_THROWS_EXCEPTION(Error, contactSheet({{noise(2, 2, 1), {}, false}}, 1, {{}, 20000}));
}

void TestImages::sheetIsDeterministic() {
  const std::vector<SheetCell> cells{{noise(8, 8, 1), {"a b c"}, true}, {noise(9, 7, 2), {"d"}, false}};
  QVERIFY(contactSheet(cells, 2, {{"x", "y"}, 64}) == contactSheet(cells, 2, {{"x", "y"}, 64}));
}

QTEST_GUILESS_MAIN(TestImages)
#include "tst_images.moc"
