#include <QTest>
#include <numeric>

#include "core/ops/Blend.h"
#include "core/ops/Crop.h"
#include "core/ops/Cutout.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/OpGolden.h"
#include "tests/core/OpImages.h"

using namespace uada;
using namespace uada::test;

namespace {

/// The picture that the golden vectors begin with.
Image goldenInput() { return Image(makeData(32, 1).view(0)); }

}  // namespace

/// The golden vectors: what Pillow made of one picture.
class TestOpsGolden : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void golden_data();
  void golden();
  void goldenInputIsRight();
  void goldenRectangle();
  void goldenGrey();
};

void TestOpsGolden::golden_data() {
  QTest::addColumn<int>("row");
  for (int i = 0; i < static_cast<int>(std::size(kGolden)); ++i) {
    const Golden& g = kGolden[i];
    QTest::addRow("%s %g %s fill %d", g.op, g.value, std::string(filterName(g.filter)).c_str(), g.fill) << i;
  }
}

void TestOpsGolden::golden() {
  QFETCH(int, row);
  const Golden& g = kGolden[row];
  const auto fill = static_cast<std::uint8_t>(g.fill);
  const Image input = goldenInput();
  Image mirrored(32, 32);
  flipHorizontal(input.view(), mirrored.span());
  Sampling sampling{{fill, fill, fill}, g.filter};
  sampling.other = mirrored.view();
  const Image out = applied(findOp(g.op), input, g.value, sampling);
  quint32 sum = 0;
  for (std::uint8_t v : out.rgb) sum += v;
  QCOMPARE(pixel(out, 5, 7), QString::fromLatin1(g.p57));
  QCOMPARE(pixel(out, 31, 0), QString::fromLatin1(g.p310));
  QCOMPARE(sum, g.sum);
  QCOMPARE(crc32(out.rgb), g.crc);
}

void TestOpsGolden::goldenInputIsRight() {
  const Image input = goldenInput();
  QCOMPARE(crc32(input.rgb), 0xcebce2f8U);
  QCOMPARE(pixel(input, 5, 7), QStringLiteral("106,143,188"));
}

/// "CutoutAbs rect (3,4,10.9,9.2)".
void TestOpsGolden::goldenRectangle() {
  Image image = goldenInput();
  eraseBox(image.span(), inclusiveRectangle(3, 4, 10.9, 9.2, 32, 32), {125, 123, 114});
  QCOMPARE(crc32(image.rgb), 0x64b9cd69U);
  QCOMPARE(pixel(image, 5, 7), QStringLiteral("125,123,114"));
  QCOMPARE(pixel(image, 31, 0), QStringLiteral("120,31,185"));
}

void TestOpsGolden::goldenGrey() {
  const Image input = goldenInput();
  std::vector<std::uint8_t> greys;
  for (std::size_t i = 0; i < input.rgb.size(); i += 3) greys.push_back(std::uint8_t(grey(&input.rgb[i])));
  QCOMPARE(crc32(greys), 0xbc86162dU);
  QCOMPARE(std::accumulate(greys.begin(), greys.end(), 0), 131582);
}

QTEST_GUILESS_MAIN(TestOpsGolden)
#include "tst_ops_golden.moc"
