#include <QTest>
#include <cmath>
#include <limits>

#include "core/base/Error.h"
#include "core/ops/Op.h"

using namespace uada;

namespace {

double at(const char* op, Grid grid, double level, int sign = 1, int side = 32) {
  return rawValue(findOp(op), grid, level, sign, side);
}

/// Values at the lowest, a middle and the highest level.
struct Row {
  const char *grid, *op;
  double low, middleLevel, middle, topLevel, top;
};

constexpr double kThird = 150.0 / 331.0 * 32;  // of torchvision's and DeepVoltaire's translation at 32 pixels

// Computed by hand from the formulas of docs/methods.md, "Levels", for positive sign and images of 32 pixels.
// clang-format off
constexpr Row kRows[] = {
    {"uc10", "shear_x", 0, 3, 0.1, 9, 0.3},
    {"uc10", "translate_y", 0, 3, kThird / 3, 9, kThird},
    {"uc10", "rotate", 0, 6, 20, 9, 30},
    {"uc10", "color", 1, 5, 1.5, 9, 1.9},
    {"uc10", "posterize", 8, 4, 6, 9, 4},
    {"uc10", "solarize", 256, 3, 256 - 256.0 / 3, 9, 0},
    {"dv10", "rotate", 0, 6, 20, 9, 30},
    {"dv10", "solarize", 256, 3, 256 - 256.0 / 3, 9, 0},
    {"dv10", "translate_x", 0, 3, kThird / 3, 9, kThird},
    {"aa10", "shear_y", 0, 5, 0.15, 9, 0.27},
    {"aa10", "translate_x", 0, 7, 7, 9, 9},
    {"aa10", "rotate", 0, 3, 9, 9, 27},
    {"aa10", "solarize", 256, 5, 128, 9, 256 - 230},
    {"aa10", "posterize", 8, 5, 6, 9, 5},
    {"aa10", "contrast", 0.1, 5, 1.0, 9, 1.72},
    {"aa10", "cutout", 0, 5, 10, 9, 18},
    {"aa10-published", "posterize", 4, 5, 2, 9, 1},
    {"aa10-published", "solarize", 256, 5, 128, 9, 26},
    {"ddas", "shear_x", 0, 10, 0.3, 14, 0.42},
    {"ddas", "posterize", 8, 10, 4, 14, 3},
    {"ddas", "brightness", 0.1, 10, 1.9, 14, 2.62},
    {"tv10", "posterize", 8, 4, 6, 9, 4},
    {"tv10", "solarize", 255, 3, 170, 9, 0},
    {"tv10", "translate_x", 0, 3, -4, 9, -14},
    {"tv10", "sharpness", 1, 3, 1.3, 9, 1.9},
    {"tv31", "shear_x", 0, 9, 0.09, 30, 0.3},
    {"tv31", "rotate", 0, 9, 9, 30, 30},
    {"tv31", "color", 1, 9, 1.27, 30, 1.9},
    {"tv31", "posterize", 8, 9, 7, 30, 4},
    {"tv31", "solarize", 255, 9, 178.5, 30, 0},
    {"tv31", "translate_y", 0, 9, -4, 30, -14},
    {"ra30", "shear_x", 0, 9, 0.09, 30, 0.3},
    {"ra30", "translate_x", 0, 9, 30, 30, 100},
    {"ra30", "rotate", 0, 9, 9, 30, 30},
    {"ra30", "solarize", 256, 15, 128, 30, 0},
    {"ra30", "posterize", 8, 15, 6, 30, 4},
    {"ra30", "brightness", 0.1, 15, 1.0, 30, 1.9},
    {"ra30", "solarize_add", 0, 15, 55, 30, 110},
    {"ra30", "cutout_abs", 0, 9, 12, 30, 40},
    {"ra30-published", "solarize", 0, 15, 128, 30, 256},
    {"ra30-published", "posterize", 1, 20, 2, 30, 4},
    {"ta31", "shear_y", 0, 10, 0.1, 30, 0.3},
    {"ta31", "translate_x", 0, 10, 3, 30, 10},
    {"ta31-paper", "translate_y", 0, 10, 4, 30, 14},
    {"ta31-paper", "rotate", 0, 7, 7, 30, 30},
    {"ta31-imagenet", "translate_x", 0, 10, 23, 30, 70},
    {"ta31-imagenet", "solarize", 256, 10, 256 - 85, 30, 0},
    {"ta31-imagenet", "contrast", 0.1, 15, 1.0, 30, 1.9},
    {"ta31", "rotate", 0, 7, 7, 30, 30},
    {"ta31", "solarize", 256, 10, 256 - 85, 30, 0},
    {"ta31", "posterize", 8, 14, 7, 30, 4},
    {"ta31", "contrast", 0.1, 15, 1.0, 30, 1.9},
    {"ta31", "sample_pairing", 0, 15, 0.2, 30, 0.4},
    {"ta-wide31", "shear_x", 0, 10, 0.33, 30, 0.99},
    {"ta-wide31", "translate_x", 0, 10, 10, 30, 32},
    {"ta-wide31", "rotate", 0, 7, 31, 30, 135},
    {"ta-wide31", "solarize", 256, 10, 171, 30, 0},
    {"ta-wide31", "posterize", 8, 14, 6, 30, 2},
    {"ta-wide31", "color", 0.01, 15, 1.005, 30, 2.0},
    {"ta-wide31", "cutout", 0, 15, 9, 30, 19},
    {"tv-wide31", "shear_x", 0, 10, 0.33, 30, 0.99},
    {"tv-wide31", "translate_x", 0, 10, -10, 30, -32},
    {"tv-wide31", "rotate", 0, 10, 45, 30, 135},
    {"tv-wide31", "solarize", 255, 10, 170, 30, 0},
    {"tv-wide31", "posterize", 8, 14, 5, 30, 2},
    {"tv-wide31", "color", 1, 10, 1.33, 30, 1.99},
    {"faa", "shear_x", -0.3, 0.75, 0.15, 1, 0.3},
    {"faa", "translate_x", -14.4, 0.75, 7.2, 1, 14.4},
    {"faa", "rotate", -30, 0.25, -15, 1, 30},
    {"faa", "solarize", 0, 0.25, 64, 1, 256},
    {"faa", "posterize", 4, 0.7, 6, 1, 8},
    {"faa", "sharpness", 0.1, 0.5, 1.0, 1, 1.9},
    {"faa", "cutout_abs", -1, 0.5, 3.2, 1, 6.4},
    {"uniform", "shear_x", 0, 10, 0.1, 30, 0.3},
    {"uniform", "translate_x", 0, 25, 12, 30, 14},
    {"uniform", "rotate", 0, 7, 7, 30, 30},
    {"uniform", "solarize", 256, 10, 171, 30, 0},
    {"uniform", "posterize", 8, 14, 7, 30, 4},
    {"uniform", "contrast", 0.1, 15, 1.0, 30, 1.9},
    {"uniform", "cutout", 0, 15, 3, 30, 6},
    {"ltda", "shear_y", 0, 0.5, 0.15, 1, 0.3},
    {"ltda", "translate_x", 0, 0.25, 2.5, 1, 10},
    {"ltda", "rotate", 0, 0.25, 7.5, 1, 30},
    {"ltda", "solarize", 0, 0.25, 64, 1, 256},
    {"ltda", "posterize", 0, 0.7, 2, 1, 4},
    {"ltda", "color", 0.1, 0.5, 1.0, 1, 1.9},
    {"ltda", "cutout_abs", 0, 0.5, 8, 1, 16},
    {"ltda", "mixup", 0, 0.375, 0.375, 1, 1},
    {"divaug", "shear_x", -0.3, 0.75, 0.15, 1, 0.3},
    {"divaug", "translate_y", -14.4, 0.75, 7.2, 1, 14.4},
    {"divaug", "rotate", -30, 0.25, -15, 1, 30},
    {"divaug", "solarize", 0, 0.25, 64, 1, 256},
    {"divaug", "posterize", 0, 0.7, 2, 1, 4},
    {"divaug", "contrast", 0.1, 0.5, 1.0, 1, 1.9},
    {"divaug", "cutout_abs", -1, 0.5, 3.2, 1, 6.4},
    {"divaug", "sample_pairing", 0, 0.5, 0.2, 1, 0.4},
    {"ohl", "shear_x", 0.1, 1, 0.2, 2, 0.3},
    {"ohl", "translate_x", 5, 1, 9, 2, 14},
    {"ohl", "rotate", 10, 1, 20, 2, 30},
    {"ohl", "color", 0.3, 1, 0.6, 2, 0.9},
    {"ohl", "brightness", 1.3, 1, 1.6, 2, 1.9},
    {"ohl", "posterize", 7, 1, 6, 2, 4},
    {"ohl", "solarize", 179, 1, 103, 2, 26},
    {"timm10", "shear_x", 0, 9, 0.27, 10, 0.3},
    {"timm10", "translate_x", 0, 9, 0.405 * 32, 10, 14.4},
    {"timm10", "rotate", 0, 9, 27, 10, 30},
    {"timm10", "color", 0.1, 9, 1.72, 10, 1.9},
    {"timm10", "posterize", 0, 9, 3, 10, 4},
    {"timm10", "solarize", 0, 9, 230, 10, 256},
    {"timm10", "add_below", 0, 9, 99, 10, 110},
    {"timm10-inc", "shear_y", 0, 9, 0.27, 10, 0.3},
    {"timm10-inc", "translate_y", 0, 4.5, 0.2025 * 32, 10, 14.4},
    {"timm10-inc", "rotate", 0, 7.3, 21.9, 10, 30},
    {"timm10-inc", "sharpness", 1, 9, 1.81, 10, 1.9},
    {"timm10-inc", "posterize", 4, 9, 1, 10, 0},
    {"timm10-inc", "solarize", 256, 9, 26, 10, 0},
    {"timm10-inc", "add_below", 0, 2.75, 30, 10, 110},
    {"fraa", "shear_x", 0, 0.5, 0.15, 1, 0.3},
    {"fraa", "translate_y", 0, 0.5, 7.2, 1, 14.4},
    {"fraa", "rotate", 0, 0.25, 7.5, 1, 30},
    {"fraa", "color", 1, 0.25, 0.5, 1, -1},
    {"fraa", "posterize", 8, 0.3, 6, 1, 0},
    {"fraa", "solarize", 0, 0.2, 51, 1, 255},
    {"fraa-published", "shear_y", -0.3, 0.5, 0.3, 1, 0.9},
    {"fraa-published", "brightness", 3, 0.375, 0, 1, -5},
    {"fraa-published", "posterize", 0, 0.3125, 6, 1, 0},
    {"fraa-published", "solarize", -255, 0.3, 51, 1, 765},
};
// clang-format on

}  // namespace

/// The decodings of levels that docs/methods.md, "Levels", tells apart.
class TestGrids : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void names();
  void values_data();
  void values();
  void torchvisionPosterize_data();
  void torchvisionPosterize();
  void torchvisionSinglePrecision();
  void whichOpsHaveLevels();
  void missingLevelsAreAnError();
  void signs();
  void clamps();
  void everyValueIsUsable();
};

void TestGrids::names() {
  QCOMPARE(grids().size(), std::size_t{23});
  for (std::size_t i = 0; i < grids().size(); ++i) {
    const GridInfo& info = grids()[i];
    QCOMPARE(static_cast<std::size_t>(info.grid), i);
    QVERIFY(gridFromName(info.name) == info.grid && gridName(info.grid) == info.name &&
            &gridInfo(info.grid) == &info);
    QCOMPARE(info.continuous, info.grid == Grid::faa || info.grid == Grid::ltda ||
                                  info.grid == Grid::divaug || info.name.starts_with("timm") ||
                                  info.name.starts_with("fraa"));
    QCOMPARE(levelsOf(info.grid), info.top + 1);
  }
  for (const char* name : {"aa10", "uc10", "ra30", "tv31", "ta31", "ta-wide31", "faa", "uniform"})
    gridFromName(name);
  try {
    gridFromName("tv30");
    QFAIL("no error");
  } catch (const UsageError& error) {
    QVERIFY2(QByteArray(error.what()).startsWith("unknown grid 'tv30'; known: uc10 dv10 aa10"), error.what());
  }
}

void TestGrids::values_data() {
  QTest::addColumn<int>("row");
  for (int i = 0; i < static_cast<int>(std::size(kRows)); ++i)
    QTest::addRow("%s %s", kRows[i].grid, kRows[i].op) << i;
}

void TestGrids::values() {
  QFETCH(int, row);
  const Row& r = kRows[row];
  const Grid grid = gridFromName(r.grid);
  QCOMPARE(topLevel(grid), r.topLevel);
  for (auto [level, expected] : {std::pair{0.0, r.low}, {r.middleLevel, r.middle}, {r.topLevel, r.top}}) {
    const double got = at(r.op, grid, level);
    QVERIFY2(std::abs(got - expected) < 1e-5,
             qPrintable(QStringLiteral("level %1: %2").arg(level).arg(got, 0, 'g', 17)));
  }
}

void TestGrids::torchvisionPosterize_data() {
  QTest::addColumn<QString>("grid");
  QTest::addColumn<QString>("bits");
  QTest::newRow("AutoAugment") << "tv10" << "8877665544";
  QTest::newRow("RandAugment") << "tv31" << "8888777777776666666555555554444";
  QTest::newRow("TrivialAugmentWide") << "tv-wide31" << "8887777766666555554444433333222";
}

/// Bits at each level, as torchvision computes them.
void TestGrids::torchvisionPosterize() {
  QFETCH(QString, grid);
  QFETCH(QString, bits);
  const Grid g = gridFromName(grid.toStdString());
  QString got;
  for (int level = 0; level < levelsOf(g); ++level) got += QString::number(at("posterize", g, level));
  QCOMPARE(got, bits);
}

/// torch.linspace(0, 0.3, 31) and its like, as single precision prints them.
void TestGrids::torchvisionSinglePrecision() {
  QCOMPARE(at("shear_x", Grid::tv31, 30), double{0.3F});
  QCOMPARE(at("shear_x", Grid::tv31, 1), double{0.3F / 30});
  QCOMPARE(at("shear_x", Grid::tv31, 29), double{0.3F - 0.3F / 30});
  QCOMPARE(at("translate_x", Grid::tv31, 9, -1), 4.0);
  QCOMPARE(at("solarize", Grid::tv31, 9), 178.5);
}

void TestGrids::whichOpsHaveLevels() {
  const QStringList everywhere{"shear_x",  "shear_y",   "translate_x", "translate_y", "rotate",  "color",
                               "contrast", "sharpness", "brightness",  "posterize",   "solarize"};
  const QHash<QString, QStringList> some{
      {"solarize_add", {"ra30", "ra30-published"}},
      {"add_below", {"timm10", "timm10-inc"}},
      {"cutout",
       {"aa10", "aa10-published", "ddas", "ra30", "ra30-published", "ta-wide31", "faa", "uniform", "ltda",
        "divaug"}},
      {"mixup", {"ltda"}},
      {"sample_pairing", {"ta31", "ta31-paper", "ta31-imagenet", "uniform", "divaug"}}};
  for (const Op& op : ops()) {
    const QString name = QString::fromStdString(op.name);
    const QString row = name == QStringLiteral("cutout_abs") ? QStringLiteral("cutout") : name;
    for (const GridInfo& info : grids()) {
      const bool expected =
          !op.hasValue || everywhere.contains(name) ||
          some.value(row).contains(QString::fromLatin1(info.name.data(), qsizetype(info.name.size())));
      QVERIFY2(hasLevels(op, info.grid) == expected, qPrintable(name + ' ' + info.name.data()));
      if (!op.hasValue) QCOMPARE(rawValue(op, info.grid, 5, 1, 32), 0.0);
    }
  }
  QCOMPARE(cutoutOf(Grid::faa), std::string_view("cutout_abs"));
  QCOMPARE(cutoutOf(Grid::ra30), std::string_view("cutout_abs"));
  QCOMPARE(cutoutOf(Grid::aa10), std::string_view("cutout"));
}

void TestGrids::missingLevelsAreAnError() {
  try {
    at("solarize_add", Grid::uc10, 3);
    QFAIL("no error");
  } catch (const Error& error) {
    QCOMPARE(
        QString::fromUtf8(error.what()),
        QStringLiteral("the op solarize_add has no levels on the grid uc10; it has on: ra30 ra30-published"));
  }
}

void TestGrids::signs() {
  const auto names = [](Grid grid) {
    QStringList list;
    for (const Op& op : ops())
      if (signCounts(op, grid)) list << QString::fromStdString(op.name);
    return list.join(' ');
  };
  const QString moving = "shear_x shear_y translate_x translate_y",
                enhancing = "color contrast sharpness brightness";
  QCOMPARE(names(Grid::uc10), moving + ' ' + enhancing);
  for (Grid grid : {Grid::dv10, Grid::tv10, Grid::tv31, Grid::tvWide31, Grid::timm10Inc})
    QCOMPARE(names(grid), moving + " rotate " + enhancing);
  for (Grid grid : {Grid::aa10, Grid::aa10Published, Grid::ddas, Grid::ra30, Grid::ra30Published, Grid::ta31,
                    Grid::ta31Paper, Grid::ta31Imagenet, Grid::taWide31, Grid::faa, Grid::uniform, Grid::ltda,
                    Grid::divaug, Grid::ohl, Grid::timm10, Grid::fraa, Grid::fraaPublished})
    QCOMPARE(names(grid), moving + " rotate");
}

void TestGrids::clamps() {
  for (const Op& op : ops())
    for (const GridInfo& info : grids()) {
      if (!hasLevels(op, info.grid)) continue;
      const double low = rawValue(op, info.grid, 0, -1, 32), high = rawValue(op, info.grid, info.top, -1, 32);
      for (double level : {-1.0, -1e300, std::numeric_limits<double>::quiet_NaN()})
        QCOMPARE(rawValue(op, info.grid, level, -1, 32), low);
      for (double level : {info.top + 1, 1e300}) QCOMPARE(rawValue(op, info.grid, level, -1, 32), high);
    }
}

/// In the ranges that the catalogue names, but for what the published formulas themselves exceed.
void TestGrids::everyValueIsUsable() {
  for (const Op& op : ops())
    for (const GridInfo& info : grids()) {
      if (!op.hasValue || !hasLevels(op, info.grid)) continue;
      for (int i = 0; i <= 30; ++i)
        for (int sign : {-1, 1}) {
          const double value = rawValue(op, info.grid, info.top * i / 30, sign, 32);
          QVERIFY(std::isfinite(value));
          if (info.grid == Grid::ddas || info.grid == Grid::fraaPublished ||
              (info.grid == Grid::fraa && op.unit == "factor") ||
              ((info.grid == Grid::faa || info.grid == Grid::divaug) && op.name.starts_with("cutout")))
            continue;
          QVERIFY2(value >= op.min && value <= op.max, op.name.c_str());
        }
    }
}

QTEST_GUILESS_MAIN(TestGrids)
#include "tst_grids.moc"
