#include <fmt/core.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <random>

#include "core/base/Files.h"
#include "core/ops/Op.h"
#include "tests/core/OpImages.h"

using namespace uada;

namespace {

struct Case {
  const Op* op;
  double value;
  Sampling sampling;
  Image image;
};

/// A Python that has Pillow, and says which; empty when there is none.
QString pythonWithPillow(QString& version) {
  for (const char* python : {"/usr/bin/python3", "python3"}) {
    QProcess process;
    process.start(python, {"-c", "import PIL; print(PIL.__version__)"});
    if (process.waitForFinished() && process.exitStatus() == QProcess::NormalExit &&
        process.exitCode() == 0) {
      version = QString::fromLatin1(process.readAllStandardOutput()).trimmed();
      return python;
    }
  }
  return {};
}

/// Values that Pillow accepts: those of the grid, special ones, random ones beyond the sensible range.
std::vector<double> valuesFor(const Op& op, int side, std::mt19937& random) {
  if (!op.hasValue) return {0};
  std::vector<double> values;
  if (op.name == "posterize") {
    for (int bits = 0; bits <= 8; ++bits) values.push_back(bits);
    return values;
  }
  const double middle = (op.min + op.max) / 2, half = op.max - op.min;
  std::uniform_real_distribution<double> spread(middle - half, middle + half);
  for (int i = 0; i < 3; ++i) values.push_back(spread(random));
  for (int sign : {-1, 1}) values.push_back(op.valueAt(Grid::uc10, 1 + random() % 9, sign, side));
  if (op.unit == "degrees")
    values.insert(values.end(), {90, -90, 180, 270, 360, 45, 1e-14, -1e-20, 179.99999});
  if (op.unit == "pixels")
    values.insert(values.end(), {0.5, -0.5, 1, -1, 0.49999999999999994, spread(random) / 50});
  if (op.unit == "factor") values.insert(values.end(), {0, 1, -0.5, spread(random) / 10, 3, 1e9});
  return values;
}

std::vector<Case> pillowCases(std::mt19937& random) {
  std::vector<Case> cases;
  const std::pair<int, int> sizes[] = {{1, 1},   {1, 7},   {7, 1},   {2, 2},   {3, 3},    {3, 2},
                                       {33, 32}, {64, 48}, {31, 57}, {300, 5}, {224, 224}};
  for (const Op& op : ops()) {
    int kind = 0;
    for (auto [width, height] : sizes) {
      const Image image = randomImage(width, height, width < 4 ? 0 : kind++ % 4 == 3 ? 3 : kind % 3, random);
      for (double value : valuesFor(op, width, random)) {
        for (Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic}) {
          if (!op.geometric && filter != Filter::nearest) continue;
          const auto r = random();
          const Sampling sampling{{std::uint8_t(r), std::uint8_t(r >> 8), std::uint8_t(r >> 16)}, filter};
          cases.push_back({&op, value, sampling, image});
        }
      }
    }
    // Wider than the 16 bits of Pillow's fixed point.
    if (op.geometric) cases.push_back({&op, 0.37, {{9, 8, 7}, {}}, randomImage(40000, 2, 0, random)});
  }
  return cases;
}

/// "rotate 10 nearest 1 2 3 33 32": as pillow_ops.py reads it, but for the offset.
std::string caseText(const Case& c) {
  const auto& [red, green, blue] = c.sampling.fill;
  return fmt::format("{} {} {} {} {} {} {} {}", c.op->name, c.value,
                     filterName(c.sampling.filter.value_or(Filter::nearest)), red, green, blue, c.image.width,
                     c.image.height);
}

void writeCases(const std::vector<Case>& cases, const QDir& folder) {
  std::string text, pixels;
  for (const Case& c : cases) {
    text += fmt::format("{} {}\n", caseText(c), pixels.size());
    pixels.append(c.image.rgb.begin(), c.image.rgb.end());
  }
  writeFileAtomically(folder.filePath("cases").toStdString(), text);
  writeFileAtomically(folder.filePath("images").toStdString(), pixels);
}

int differingBytes(const Image& got, const QByteArray& wanted) {
  int count = 0;
  for (std::size_t i = 0; i < got.rgb.size(); ++i) {
    count += got.rgb[i] != static_cast<std::uint8_t>(wanted[static_cast<qsizetype>(i)]);
  }
  return count;
}

}  // namespace

/// Every operation against a Pillow that is installed, on images of many shapes: no byte may differ.
class TestPillow : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsPillow();
};

void TestPillow::equalsPillow() {
  QString version;
  const QString python = pythonWithPillow(version);
  if (python.isEmpty()) QSKIP("not run: the comparison with Pillow needs Debian's package python3-pil");
  const unsigned seed = 20261122;
  std::mt19937 random(seed);
  const std::vector<Case> cases = pillowCases(random);
  QTemporaryDir folder;
  writeCases(cases, folder.path());

  QProcess process;
  process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
  process.setWorkingDirectory(folder.path());
  process.start(python, {PROJECT_DIR "/tests/golden/pillow_ops.py", "cases", "images", "results"});
  QVERIFY(process.waitForFinished(60000));
  QCOMPARE(process.exitCode(), 0);

  QFile results(folder.filePath("results"));
  QVERIFY(results.open(QIODevice::ReadOnly));
  for (const Case& c : cases) {
    const Image got = applied(*c.op, c.image, c.value, c.sampling);
    const QByteArray wanted = results.read(static_cast<qint64>(got.rgb.size()));
    QCOMPARE(static_cast<std::size_t>(wanted.size()), got.rgb.size());
    const int differing = differingBytes(got, wanted);
    QVERIFY2(differing == 0,
             fmt::format("{}: {} bytes differ (seed {})", caseText(c), differing, seed).c_str());
  }
  QVERIFY(results.atEnd());
  qInfo("%zu cases equal Pillow %s", cases.size(), qPrintable(version));
}

QTEST_GUILESS_MAIN(TestPillow)
#include "tst_pillow.moc"
