#include <QTest>
#include <cmath>
#include <limits>

#include "core/ops/Op.h"

using namespace uada;

namespace {

Image pattern(int width, int height) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); ++i)
    image.rgb[i] = static_cast<std::uint8_t>(37 * i + i / 256);
  return image;
}

/// Around every bound of the whole numbers that coordinates and tables are computed in, and far beyond.
std::vector<double> extremes() {
  std::vector<double> values{0, 1e-300, 0.5, 1, 255, 256, 257};
  for (const double bound : {0x1p15, 0x1p16, 0x1p31, 0x1p32, 0x1p53, 0x1p63, 0x1p64, 1e100})
    for (const double factor : {1 - 0x1p-40, 1.0, 1 + 0x1p-40}) values.push_back(bound * factor);
  values.push_back(std::numeric_limits<double>::max());
  for (const std::size_t count = values.size(); values.size() < 2 * count;)
    values.push_back(-values[values.size() - count]);
  return values;
}

}  // namespace

/// Ops with raw values that nobody wants but anybody can type: no crash, and under the sanitizers no
/// conversion of a number that does not fit.
class TestOpExtremes : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void anyFiniteValueGivesAPicture_data();
  void anyFiniteValueGivesAPicture();
};

void TestOpExtremes::anyFiniteValueGivesAPicture_data() {
  QTest::addColumn<int>("index");
  for (std::size_t i = 0; i < ops().size(); ++i) QTest::newRow(ops()[i].name.c_str()) << static_cast<int>(i);
}

void TestOpExtremes::anyFiniteValueGivesAPicture() {
  QFETCH(int, index);
  const Op& op = ops().at(static_cast<std::size_t>(index));
  // Sides beyond 2^15 and 2^16 are where 16.16 fixed-point coordinates end.
  for (const auto& [width, height] :
       {std::pair{1, 1}, {1, 7}, {9, 1}, {33, 17}, {40'000, 1}, {1, 70'000}, {33'000, 2}}) {
    const Image in = pattern(width, height), other = pattern(width, height);
    for (const double value : extremes())
      for (const Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic}) {
        Sampling sampling;
        sampling.filter = filter;
        sampling.other = other.view();
        Image out(width, height), again = pattern(width, height);
        op.apply(in.view(), out.span(), value, sampling);
        op.apply(in.view(), again.span(), value, sampling);
        QVERIFY2(out == again, qPrintable(QString("%1 on %2 x %3").arg(value).arg(width).arg(height)));
        if (!op.geometric) break;
      }
  }
}

QTEST_GUILESS_MAIN(TestOpExtremes)
#include "tst_op_extremes.moc"
