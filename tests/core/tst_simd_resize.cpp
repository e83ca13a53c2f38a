#include <hwy/highway.h>

#include <QTest>
#include <algorithm>
#include <random>

#include "core/ops/Crop.h"
#include "core/ops/ResizePasses.h"
#include "tests/core/OpImages.h"

using namespace uada;

namespace {

constexpr unsigned kSeed = 20261123;
constexpr std::size_t kMargin = 64;
constexpr std::uint8_t kStain = 0xA5;

/// Taps as a resize has them, with weights of any size and sign that eight bits of result can bear; or of
/// halves, so that sums end on the point where rounding turns.
ResizeTaps randomTaps(int from, int to, std::mt19937& random) {
  ResizeTaps taps;
  taps.stride = 1 + static_cast<int>(random() % 12);
  const bool halves = random() % 3 == 0;
  for (int i = 0; i < to; ++i) {
    const int first = static_cast<int>(static_cast<std::int64_t>(i) * from / to);
    taps.first.push_back(first);
    taps.count.push_back(
        1 + static_cast<int>(random() % static_cast<unsigned>(std::min(taps.stride, from - first))));
    for (int k = 0; k < taps.stride; ++k) {
      // The sum of 255 times each weight stays below 2^31, as that of a resize does.
      const int any =
          (static_cast<int>(random() % (1u << 22)) - (1 << 20)) / taps.stride * (random() % 3 ? 3 : 8) / 3;
      const int half = k < 4 ? (1 << 21) * (static_cast<int>(random() % 3) - 1) : 0;
      taps.weights.push_back(halves ? half : any);
    }
  }
  return taps;
}

std::vector<std::uint8_t> stained(std::size_t bytes) {
  return std::vector<std::uint8_t>(bytes + kMargin, kStain);
}

}  // namespace

/// Both passes of a resize on every instruction set of this machine against the plain code: no byte may
/// differ, inside the result or behind it.
class TestSimdResize : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void passesAreEqual_data();
  void passesAreEqual();
  void cleanup();
};

void TestSimdResize::passesAreEqual_data() {
  QTest::addColumn<qint64>("target");
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets())
    QTest::newRow(hwy::TargetName(target)) << qint64{target};
}

void TestSimdResize::cleanup() {
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

void TestSimdResize::passesAreEqual() {
  QFETCH(qint64, target);
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  std::mt19937 random(kSeed);
  std::ptrdiff_t low = 0, high = 0;
  for (auto [width, height] :
       {std::pair{1, 1}, {1, 40}, {5, 1}, {6, 16}, {7, 17}, {16, 15}, {31, 33}, {97, 61}, {224, 50}})
    for (const int to : {1, 3, 5, 6, 15, 16, 17, 33, 64, 101}) {
      // The image lies in a block of its own, so that a sanitizer sees what is read beyond it; its rows are a
      // part of it.
      const Image image = randomImage(width, height, 0, random);
      const int left = static_cast<int>(random() % static_cast<unsigned>(width)), used = width - left;
      const PixelRows rows{image.rgb.data() + 3 * left, std::size_t{3} * width, used, height};
      const ResizeTaps across = randomTaps(used, to, random), down = randomTaps(height, to, random);
      std::vector<std::uint8_t> room(std::size_t{kRowsAtOnce} * 3 * used);

      auto wanted = stained(std::size_t{3} * to * height), got = wanted;
      reference::resizeAcross(rows, across, wanted.data(), room.data());
      simd::resizeAcross(rows, across, got.data(), room.data());
      QVERIFY2(got == wanted,
               qPrintable(QStringLiteral("%1 x %2 across to %3").arg(used).arg(height).arg(to)));
      low += std::count(wanted.begin(), wanted.end(), 0);
      high += std::count(wanted.begin(), wanted.end(), 255);

      wanted = got = stained(std::size_t{3} * used * to);
      reference::resizeDown(rows, down, wanted.data());
      simd::resizeDown(rows, down, got.data());
      QVERIFY2(got == wanted, qPrintable(QStringLiteral("%1 x %2 down to %3").arg(used).arg(height).arg(to)));
    }
  // Sums beyond 0 and 255 must be among them.
  QVERIFY2(low > 1000 && high > 500, qPrintable(QStringLiteral("%1 and %2").arg(low).arg(high)));
}

QTEST_GUILESS_MAIN(TestSimdResize)
#include "tst_simd_resize.moc"
