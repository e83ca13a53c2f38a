#pragma once

#include <hwy/highway.h>

#include <QTest>
#include <cstring>
#include <vector>

#include "tests/core/OpImages.h"

// For tests of kernels on every instruction set of this machine.

namespace uada {

constexpr unsigned kSeed = 20261123;

/// Sizes at which vectors end in every way: below one, just below and above 16, 32 and 64 bytes or pixels.
constexpr std::pair<int, int> kSizes[] = {
    {1, 1},   {1, 7},  {7, 1},  {2, 3},  {3, 3},   {5, 5},   {4, 6},   {9, 2},   {15, 3},
    {16, 4},  {17, 5}, {21, 6}, {22, 7}, {31, 5},  {32, 32}, {33, 32}, {43, 29}, {63, 5},
    {64, 64}, {65, 6}, {85, 3}, {86, 4}, {97, 61}, {128, 7}, {131, 9}, {257, 5}, {224, 224}};

/// Numbers with a margin behind them that must not change.
template <class T>
struct Guarded {
  static constexpr std::size_t kMargin = 64;
  std::vector<T> values;
  explicit Guarded(std::size_t count, T stain) : values(count + kMargin, stain) {}
  T* data() { return values.data(); }
  bool operator==(const Guarded& other) const {
    return values.size() == other.values.size() &&
           std::memcmp(values.data(), other.values.data(), values.size() * sizeof(T)) == 0;
  }
};

/// One call of a kernel and one of its reference, out = f(in), into memory with margins.
template <class Kernel, class Reference>
bool sameImage(const Image& image, const Kernel& kernel, const Reference& reference) {
  Guarded<std::uint8_t> wanted(image.rgb.size(), 7), got = wanted;
  reference(image.view(), ImageSpan{wanted.data(), image.width, image.height});
  kernel(image.view(), ImageSpan{got.data(), image.width, image.height});
  return got == wanted;
}

inline QString sizeText(const Image& image) {
  return QStringLiteral("%1 x %2").arg(image.width).arg(image.height);
}

constexpr Filter kFilters[] = {Filter::nearest, Filter::bilinear, Filter::bicubic};

/// A row for each instruction set.
inline void addTargets() {
  QTest::addColumn<qint64>("target");
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets())
    QTest::newRow(hwy::TargetName(target)) << qint64{target};
}

/// While it lives, all kernels run as on a processor that has just the instruction set of the test's row.
class SimdTarget {
 public:
  SimdTarget() {
    QFETCH(qint64, target);
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  SimdTarget(const SimdTarget&) = delete;
  SimdTarget& operator=(const SimdTarget&) = delete;
  ~SimdTarget() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

}  // namespace uada
