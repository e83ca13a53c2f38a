#include <QTest>
#include <cfloat>
#include <climits>
#include <cmath>
#include <limits>
#include <random>

#include "core/base/Error.h"
#include "core/ops/Crop.h"
#include "core/ops/Cutout.h"
#include "core/ops/Op.h"
#include "tests/core/OpImages.h"

using namespace uada;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Image numbered(int width, int height) {
  Image image(width, height);
  for (int i = 0; i < width * height; ++i) {
    for (int c = 0; c < 3; ++c) image.rgb[3 * i + c] = static_cast<std::uint8_t>(10 * i + c + 1);
  }
  return image;
}

void addOpRows() {
  QTest::addColumn<QString>("name");
  for (const Op& op : ops()) QTest::newRow(op.name.c_str()) << QString::fromStdString(op.name);
}

const Op& opOf(const QString& name) { return findOp(name.toStdString()); }

std::vector<double> extremeValues() {
  return {0,         -0.0,       1,
          -1,        0.5,        2.5,
          7.9,       8,          9,
          256,       -90,        90,
          180,       270,        360,
          1e-9,      -1e4,       32768,
          1e9,       -1e9,       1e15,
          1e300,     -1e300,     DBL_MAX,
          kNan,      1e19,       -1e19,
          4e9,       -4e9,       1e-310,
          -360,      1e38,       1e39,
          kInfinity, -kInfinity, 0.99999999999999989,
          -1e-20,    -0.3,       127.99999999999999,
          -254.5,    254.5,      255.5};
}

}  // namespace

class TestOps : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void listsAllInOrder();
  void unknownNamesAreRefused();
  void filtersHaveNames();
  void lookUpsAreWhatTheySay_data() { addOpRows(); }
  void lookUpsAreWhatTheySay();
  void keepsItsContract_data() { addOpRows(); }
  void keepsItsContract();
  void survivesAnyValue_data() { addOpRows(); }
  void survivesAnyValue();
  void notANumberCopies_data() { addOpRows(); }
  void notANumberCopies();
  void levelZeroChangesNothing_data() { addOpRows(); }
  void levelZeroChangesNothing();
  void uc10Tables_data();
  void uc10Tables();
  void uc10IgnoresSignWhereTheAuthorsDo();
  void uc10ClampsLevels_data() { addOpRows(); }
  void uc10ClampsLevels();
  void uc10TranslateMovesWholePixels();
  void uc10Filters();
  void quarterTurnsMovePixels();
  void contrastRoundsTheMean();
  void fillIsUsedOutside();
  void translatesLeftAndUp();
  void flips();
  void cropsWithZeroPadding();
  void erasesTheClippedBox();
};

void TestOps::listsAllInOrder() {
  QStringList names;
  for (const Op& op : ops()) names << QString::fromStdString(op.name);
  QCOMPARE(names.join(' '),
           QStringLiteral("shear_x shear_y translate_x translate_y rotate color posterize solarize "
                          "contrast sharpness brightness autocontrast equalize identity invert "
                          "solarize_add cutout cutout_abs sample_pairing flip_lr flip_ud blur smooth mixup "
                          "add_below"));
  for (std::size_t i = 0; i < ops().size(); ++i) {
    const Op& op = ops()[i];
    QCOMPARE(opIndex(op.name), i);
    QVERIFY(!op.title.empty() && !op.source.empty());
    QCOMPARE(op.hasValue, op.min < op.max);
    QCOMPARE(op.hasValue, !op.unit.empty());
    QCOMPARE(op.inert(), !op.hasValue);
    QVERIFY(op.valueAt && op.apply);
  }
}

void TestOps::unknownNamesAreRefused() {
  try {
    findOp("rotat");
    QFAIL("no error");
  } catch (const UsageError& error) {
    QVERIFY2(QByteArray(error.what()).startsWith("unknown op 'rotat'; known: shear_x shear_y"), error.what());
  }
}

void TestOps::filtersHaveNames() {
  for (Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic}) {
    QVERIFY(filterFromName(filterName(filter)) == filter);
  }
  QVERIFY_THROWS_EXCEPTION(UsageError, filterFromName("lanczos"));
}

/// Learns table by table what the op makes of each byte, and says how far that holds: for all images, or only
/// within each.
LookUp seenLookUp(const Op& op, double value, std::mt19937& random) {
  LookUp seen = LookUp::fixed;
  std::array<std::array<int, 256>, 3> all{};
  for (auto& table : all) table.fill(-1);
  for (int kind : {0, 1, 2, 3, 0}) {
    const Image image = randomImage(43, 29, kind, random), out = applied(op, image, value);
    std::array<std::array<int, 256>, 3> own{};
    for (auto& table : own) table.fill(-1);
    for (std::size_t i = 0; i < image.rgb.size(); ++i) {
      for (auto* tables : {&own, &all}) {
        int& known = (*tables)[i % 3][image.rgb[i]];
        if (known >= 0 && known != out.rgb[i]) {
          if (tables == &own) return LookUp::none;
          seen = LookUp::ofImage;
        }
        known = out.rgb[i];
      }
    }
  }
  return seen;
}

void TestOps::lookUpsAreWhatTheySay() {
  QFETCH(QString, name);
  const Op& op = opOf(name);
  std::mt19937 random(9);
  const bool mixes = op.hasPartner;  // without a partner it does nothing
  QCOMPARE(op.lookUp, mixes ? LookUp::none : seenLookUp(op, op.hasValue ? 0.1 * op.max : 0, random));
}

void TestOps::keepsItsContract() {
  QFETCH(QString, name);
  const Op& op = opOf(name);
  std::mt19937 random(7);
  for (auto [width, height] : {std::pair{1, 1}, {7, 1}, {1, 7}, {2, 3}, {33, 32}}) {
    const Image image = randomImage(width, height, 0, random);
    for (int level = 0; level < levelsOf(Grid::uc10); ++level) {
      const double value = hasLevels(op, Grid::uc10)
                               ? op.valueAt(Grid::uc10, level, level % 2 ? 1 : -1, width)
                               : op.min + (op.max - op.min) * level / 9;
      QVERIFY(std::isfinite(value));
      QVERIFY(!op.hasValue || op.geometric || (value >= op.min && value <= op.max));
      Image before = image;
      const Image once = applied(op, image, value);
      const Image twice = applied(op, image, value);
      QVERIFY(image == before);
      QVERIFY(once == twice);
    }
  }
}

void TestOps::survivesAnyValue() {
  QFETCH(QString, name);
  const Op& op = opOf(name);
  std::mt19937 random(8);
  for (auto [width, height] : {std::pair{1, 1}, {5, 4}, {1, 9}}) {
    const Image image = randomImage(width, height, 0, random);
    for (double value : extremeValues()) {
      for (Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic}) {
        const Sampling sampling{{1, 2, 3}, filter};
        QVERIFY(applied(op, image, value, sampling) == applied(op, image, value, sampling));
      }
    }
  }
}

void TestOps::notANumberCopies() {
  QFETCH(QString, name);
  const Op& op = opOf(name);
  if (!op.hasValue) return;
  const Image input = numbered(32, 32);
  QVERIFY(applied(op, input, kNan) == input);
}

void TestOps::levelZeroChangesNothing() {
  QFETCH(QString, name);
  const Op& op = opOf(name);
  const Image input = numbered(32, 32);
  if (!hasLevels(op, Grid::uc10)) return;
  const bool expected = op.hasValue || op.name == "identity";
  for (int sign : {-1, 1}) {
    for (Filter filter : {Filter::nearest, Filter::bicubic}) {
      const Image out = applied(op, input, op.valueAt(Grid::uc10, 0, sign, 32), {{128, 128, 128}, filter});
      QCOMPARE(out == input, expected);
    }
  }
}

void TestOps::uc10Tables_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<QList<double>>("values");
  QTest::addColumn<double>("tolerance");
  const QList<double> shear{0, .0333, .0667, .1, .1333, .1667, .2, .2333, .2667, .3};
  const QList<double> translate{0, 1.611, 3.223, 4.834, 6.445, 8.056, 9.668, 11.279, 12.890, 14.502};
  const QList<double> factor{1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9};
  const QList<double> none(10, 0.0);
  QTest::newRow("shear_x") << "shear_x" << shear << 5.1e-5;
  QTest::newRow("shear_y") << "shear_y" << shear << 5.1e-5;
  QTest::newRow("translate_x") << "translate_x" << translate << 6e-4;
  QTest::newRow("translate_y") << "translate_y" << translate << 6e-4;
  QTest::newRow("rotate") << "rotate" << QList<double>{0, 3.33, 6.67, 10, 13.33, 16.67, 20, 23.33, 26.67, 30}
                          << 5e-3;
  for (const char* name : {"color", "contrast", "sharpness", "brightness"}) {
    QTest::newRow(name) << name << factor << 1e-15;
  }
  QTest::newRow("posterize") << "posterize" << QList<double>{8, 8, 7, 7, 6, 6, 5, 5, 4, 4} << 0.0;
  QTest::newRow("solarize") << "solarize" << QList<double>{256,    227.56, 199.11, 170.67, 142.22,
                                                           113.78, 85.33,  56.89,  28.44,  0}
                            << 5e-3;
  for (const char* name : {"autocontrast", "equalize", "identity"})
    QTest::newRow(name) << name << none << 0.0;
}

void TestOps::uc10Tables() {
  QFETCH(QString, name);
  QFETCH(QList<double>, values);
  QFETCH(double, tolerance);
  const Op& op = opOf(name);
  for (int level = 0; level < 10; ++level) {
    const double got = op.valueAt(Grid::uc10, level, 1, 32);
    QVERIFY2(std::abs(got - values[level]) <= tolerance,
             qPrintable(QStringLiteral("level %1: %2").arg(level).arg(got)));
  }
}

void TestOps::uc10IgnoresSignWhereTheAuthorsDo() {
  for (const Op& op : ops()) {
    if (!hasLevels(op, Grid::uc10)) continue;
    const double plus = op.valueAt(Grid::uc10, 6, 1, 32), minus = op.valueAt(Grid::uc10, 6, -1, 32);
    QCOMPARE(plus != minus, signCounts(op, Grid::uc10));
    if (plus == minus) continue;
    QVERIFY(op.isSigned);
    const double middle = op.geometric ? 0 : 1;
    QVERIFY(std::abs((plus - middle) + (minus - middle)) < 1e-15);
    QVERIFY(plus > middle);
  }
  for (const char* name : {"rotate", "posterize", "solarize"}) QVERIFY(!signCounts(findOp(name), Grid::uc10));
}

void TestOps::uc10ClampsLevels() {
  QFETCH(QString, name);
  const Op& op = opOf(name);
  if (!hasLevels(op, Grid::uc10)) return;
  for (int sign : {-1, 1}) {
    QCOMPARE(op.valueAt(Grid::uc10, -1, sign, 32), op.valueAt(Grid::uc10, 0, sign, 32));
    QCOMPARE(op.valueAt(Grid::uc10, 12, sign, 32), op.valueAt(Grid::uc10, 9, sign, 32));
  }
}

void TestOps::uc10TranslateMovesWholePixels() {
  const Op& op = findOp("translate_x");
  Image image(32, 1);
  for (int x = 0; x < 32; ++x) image.rgb[3 * x] = static_cast<std::uint8_t>(100 + x);
  const int shifts[10] = {0, 2, 3, 5, 6, 8, 10, 11, 13, 15};
  for (int level = 0; level < 10; ++level) {
    const Image out = applied(op, image, op.valueAt(Grid::uc10, level, 1, 32));
    QCOMPARE(int{out.rgb[0]}, 100 + shifts[level]);
  }
}

void TestOps::uc10Filters() {
  for (const Op& op : ops()) {
    const bool shear = op.name.starts_with("shear");
    QVERIFY(op.uc10Filter == (shear ? Filter::bicubic : Filter::nearest));
  }
}

void TestOps::quarterTurnsMovePixels() {
  const Op& op = findOp("rotate");
  const Image square = numbered(2, 2);  // 1 11 / 21 31 in red
  const auto red = [](const Image& image) {
    QString text;
    for (std::size_t i = 0; i < image.rgb.size(); i += 3) text += QString::number(image.rgb[i]) + ' ';
    return text.trimmed();
  };
  QCOMPARE(red(applied(op, square, 90)), QStringLiteral("11 31 1 21"));
  QCOMPARE(red(applied(op, square, -90)), QStringLiteral("21 1 31 11"));
  QCOMPARE(red(applied(op, square, 270)), QStringLiteral("21 1 31 11"));
  QCOMPARE(red(applied(op, square, 180)), QStringLiteral("31 21 11 1"));
  QCOMPARE(red(applied(op, square, 720)), QStringLiteral("1 11 21 31"));
  QCOMPARE(red(applied(op, numbered(3, 1), 180)), QStringLiteral("21 11 1"));
  // A quarter turn of another shape keeps the size and shows what fits.
  QCOMPARE(red(applied(op, numbered(3, 1), 90, {{9, 9, 9}, {}})), QStringLiteral("9 11 9"));
}

void TestOps::contrastRoundsTheMean() {
  Image image(2, 1);
  image.rgb = {10, 10, 10, 11, 11, 11};
  QCOMPARE(pixel(applied(findOp("contrast"), image, 0), 0, 0), QStringLiteral("11,11,11"));
  image = Image(3, 1);
  image.rgb = {10, 10, 10, 10, 10, 10, 11, 11, 11};
  QCOMPARE(pixel(applied(findOp("contrast"), image, 0), 0, 2), QStringLiteral("10,10,10"));
}

void TestOps::fillIsUsedOutside() {
  const Image input = numbered(32, 32);
  for (Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic}) {
    const Image out = applied(findOp("translate_x"), input, -40, {{7, 8, 9}, filter});
    for (int y : {0, 31}) QCOMPARE(pixel(out, y, 15), QStringLiteral("7,8,9"));
    const Image turned = applied(findOp("rotate"), input, 45, {{7, 8, 9}, filter});
    QCOMPARE(pixel(turned, 0, 0), QStringLiteral("7,8,9"));
  }
}

void TestOps::translatesLeftAndUp() {
  const Image image = numbered(3, 2);
  const Image left = applied(findOp("translate_x"), image, 1);
  QCOMPARE(pixel(left, 0, 0), pixel(image, 0, 1));
  QCOMPARE(pixel(left, 0, 2), QStringLiteral("0,0,0"));
  const Image up = applied(findOp("translate_y"), image, 1);
  QCOMPARE(pixel(up, 0, 2), pixel(image, 1, 2));
  QCOMPARE(pixel(up, 1, 2), QStringLiteral("0,0,0"));
}

void TestOps::flips() {
  const Image image = numbered(3, 2);
  Image out(3, 2), back(3, 2);
  flipHorizontal(image.view(), out.span());
  for (int x = 0; x < 3; ++x) QCOMPARE(pixel(out, 1, x), pixel(image, 1, 2 - x));
  flipHorizontal(out.view(), back.span());
  QVERIFY(back == image);
}

void TestOps::cropsWithZeroPadding() {
  const Image image = numbered(3, 3);
  for (int row = -3; row <= 8; ++row) {
    for (int col = -3; col <= 8; ++col) {
      Image out(4, 2);
      std::fill(out.rgb.begin(), out.rgb.end(), 200);
      padCrop(image.view(), out.span(), row, col, 2);
      for (int y = 0; y < 2; ++y) {
        for (int x = 0; x < 4; ++x) {
          const int sy = row + y - 2, sx = col + x - 2;
          const bool known = sy >= 0 && sy < 3 && sx >= 0 && sx < 3;
          QCOMPARE(pixel(out, y, x), known ? pixel(image, sy, sx) : QStringLiteral("0,0,0"));
        }
      }
    }
  }
  Image out(3, 3);
  padCrop(image.view(), out.span(), 4, 4, 4);
  QVERIFY(out == image);
  padCrop(image.view(), out.span(), INT_MAX, INT_MIN, INT_MAX);
  QVERIFY(out == Image(3, 3));
}

void TestOps::erasesTheClippedBox() {
  for (auto [top, bottom, left, right] : {std::array{1, 3, 0, 2},
                                          {-8, 1, 2, 99},
                                          {3, 3, 0, 4},
                                          {2, 1, 0, 4},
                                          {INT_MIN, INT_MAX, INT_MIN, INT_MAX}}) {
    const Image image = numbered(4, 4);
    Image out = image;
    eraseBox(out.span(), top, bottom, left, right, {5, 6, 7});
    for (int y = 0; y < 4; ++y) {
      for (int x = 0; x < 4; ++x) {
        const bool erased = y >= top && y < bottom && x >= left && x < right;
        QCOMPARE(pixel(out, y, x), erased ? QStringLiteral("5,6,7") : pixel(image, y, x));
      }
    }
  }
}

QTEST_GUILESS_MAIN(TestOps)
#include "tst_ops.moc"
