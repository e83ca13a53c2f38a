#include "core/engine/models/NormRows.h"

#include <algorithm>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engine/models/NormRows.cpp"
#include "hwy/foreach_target.h"
// After it.
#include "core/engine/models/Rows-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace uada::rows::HWY_NAMESPACE {
namespace {

/// Rows whose sums are taken in single precision, before they go on to double.
constexpr std::int64_t kBlock = 64;

template <class D>
HWY_INLINE void addTo(D d, float* sums, hn::Vec<D> v) {
  hn::StoreU(hn::Add(hn::LoadU(d, sums), v), d, sums);
}

/// Sums of blocks of rows: addRow(at, block) adds the row that begins at `at` to 2 * width sums.
template <class AddRow>
HWY_INLINE void inBlocks(Size size, double* sums, AddRow&& addRow) {
  std::vector<float> block(2 * static_cast<std::size_t>(size.width));
  for (std::int64_t begin = 0; begin < size.rows; begin += kBlock) {
    std::fill(block.begin(), block.end(), 0.0F);
    const std::int64_t end = std::min(begin + kBlock, size.rows);
    for (std::int64_t row = begin; row < end; ++row) addRow(row * size.width, block.data());
    for (std::size_t i = 0; i < block.size(); ++i) sums[i] += static_cast<double>(block[i]);
  }
}

template <class T>
void moments(const T* x, Size size, const float* about, double* sums) {
  inBlocks(size, sums, [&](std::int64_t at, float* block) UADA_INLINED {
    alongRow(size.width, [&](auto d, std::int64_t w) UADA_INLINED {
      const auto centred = hn::Sub(load(d, x + at + w), hn::LoadU(d, about + w));
      addTo(d, block + w, centred);
      float* squares = block + size.width + w;
      hn::StoreU(hn::MulAdd(centred, centred, hn::LoadU(d, squares)), d, squares);
    });
  });
}

/// The forward and the backward pass have it from here, so that they agree on its sign.
template <class D>
HWY_INLINE hn::Vec<D> onLine(D d, hn::Vec<D> x, const Line& line, std::int64_t w) {
  return hn::MulAdd(hn::Sub(x, hn::LoadU(d, line.mean + w)), hn::LoadU(d, line.scale + w),
                    hn::LoadU(d, line.shift + w));
}

template <bool kAdds, bool kHasRelu, class T>
void normaliseAs(const T* x, const T* other, T* out, Size size, const Line& line) {
  for (std::int64_t at = 0; at < size.rows * size.width; at += size.width) {
    alongRow(size.width, [&](auto d, std::int64_t w) UADA_INLINED {
      auto y = onLine(d, load(d, x + at + w), line, w);
      if constexpr (kAdds) y = hn::Add(y, load(d, other + at + w));
      if constexpr (kHasRelu) y = hn::IfThenZeroElse(hn::Lt(y, hn::Zero(d)), y);
      store(d, y, out + at + w);
    });
  }
}

template <class T>
void normaliseRows(const T* x, const T* other, T* out, Size size, const Line& line, bool hasRelu) {
  if (other && hasRelu) return normaliseAs<true, true>(x, other, out, size, line);
  if (other) return normaliseAs<true, false>(x, other, out, size, line);
  if (hasRelu) return normaliseAs<false, true>(x, other, out, size, line);
  normaliseAs<false, false>(x, other, out, size, line);
}

/// x  the entry's, as it was loaded
template <Passes kPasses, class D, class T>
HWY_INLINE hn::Vec<D> passedOf(D d, const T* gradient, hn::Vec<D> x, const T* out, const Line& line,
                               std::int64_t w) {
  const auto whole = load(d, gradient);
  if constexpr (kPasses == Passes::all) return whole;
  const auto y = kPasses == Passes::stored ? load(d, out) : onLine(d, x, line, w);
  return hn::IfThenZeroElse(hn::Le(y, hn::Zero(d)), whole);
}

template <Passes kPasses, class T>
void gradientSumsAs(const T* gradient, const T* x, const T* out, T* passed, Size size, const Line& line,
                    double* sums) {
  inBlocks(size, sums, [&](std::int64_t at, float* block) UADA_INLINED {
    alongRow(size.width, [&](auto d, std::int64_t w) UADA_INLINED {
      const auto value = load(d, x + at + w);
      const auto g = passedOf<kPasses>(d, gradient + at + w, value, out + at + w, line, w);
      if (passed) store(d, g, passed + at + w);
      addTo(d, block + w, g);
      float* products = block + size.width + w;
      const auto centred = hn::Sub(value, hn::LoadU(d, line.mean + w));
      hn::StoreU(hn::MulAdd(g, centred, hn::LoadU(d, products)), d, products);
    });
  });
}

template <class T>
void gradientSums(const T* gradient, const T* x, const T* out, T* passed, Size size, const Line& line,
                  Passes passes, double* sums) {
  if (passes == Passes::all) return gradientSumsAs<Passes::all>(gradient, x, out, passed, size, line, sums);
  if (passes == Passes::positive)
    return gradientSumsAs<Passes::positive>(gradient, x, out, passed, size, line, sums);
  gradientSumsAs<Passes::stored>(gradient, x, out, passed, size, line, sums);
}

template <Passes kPasses, class T>
void inputGradientAs(const T* gradient, const T* x, T* inner, Size size, const Line& line,
                     const Factors& factors) {
  for (std::int64_t at = 0; at < size.rows * size.width; at += size.width) {
    alongRow(size.width, [&](auto d, std::int64_t w) UADA_INLINED {
      const auto value = load(d, x + at + w);
      const auto g = passedOf<kPasses>(d, gradient + at + w, value, x, line, w);
      const auto centred = hn::Sub(value, hn::LoadU(d, line.mean + w));
      const auto rest =
          hn::MulAdd(centred, hn::LoadU(d, factors.centred + w), hn::LoadU(d, factors.constant + w));
      store(d, hn::MulAdd(g, hn::LoadU(d, factors.passed + w), rest), inner + at + w);
    });
  }
}

template <class T>
void inputGradients(const T* gradient, const T* x, T* inner, Size size, const Line& line,
                    const Factors& factors, Passes passes) {
  if (passes == Passes::all) return inputGradientAs<Passes::all>(gradient, x, inner, size, line, factors);
  inputGradientAs<Passes::positive>(gradient, x, inner, size, line, factors);
}

}  // namespace

// What is exported has one name for each kind of number.
#define UADA_ROWS(T, Kind)                                                                              \
  void moments##Kind(const T* x, Size size, const float* about, double* sums) {                         \
    moments(x, size, about, sums);                                                                      \
  }                                                                                                     \
  void normalise##Kind(const T* x, const T* other, T* out, Size size, const Line& line, bool hasRelu) { \
    normaliseRows(x, other, out, size, line, hasRelu);                                                  \
  }                                                                                                     \
  void gradientSums##Kind(const T* gradient, const T* x, const T* out, T* passed, Size size,            \
                          const Line& line, Passes passes, double* sums) {                              \
    gradientSums(gradient, x, out, passed, size, line, passes, sums);                                   \
  }                                                                                                     \
  void inputGradients##Kind(const T* gradient, const T* x, T* inner, Size size, const Line& line,       \
                            const Factors& factors, Passes passes) {                                    \
    inputGradients(gradient, x, inner, size, line, factors, passes);                                    \
  }
UADA_ROWS(float, Float)
UADA_ROWS(std::uint16_t, Half)
#undef UADA_ROWS

}  // namespace uada::rows::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace uada::rows {

#define UADA_ROWS(T, Kind)                                                                                  \
  HWY_EXPORT(moments##Kind);                                                                                \
  HWY_EXPORT(normalise##Kind);                                                                              \
  HWY_EXPORT(gradientSums##Kind);                                                                           \
  HWY_EXPORT(inputGradients##Kind);                                                                         \
  template <>                                                                                               \
  void addMoments(const T* x, Size size, const float* about, double* sums) {                                \
    HWY_DYNAMIC_DISPATCH(moments##Kind)(x, size, about, sums);                                              \
  }                                                                                                         \
  template <>                                                                                               \
  void normalise(const T* x, const T* other, T* out, Size size, const Line& line, bool hasRelu) {           \
    HWY_DYNAMIC_DISPATCH(normalise##Kind)(x, other, out, size, line, hasRelu);                              \
  }                                                                                                         \
  template <>                                                                                               \
  void addGradientSums(const T* gradient, const T* x, const T* out, T* passed, Size size, const Line& line, \
                       Passes passes, double* sums) {                                                       \
    HWY_DYNAMIC_DISPATCH(gradientSums##Kind)(gradient, x, out, passed, size, line, passes, sums);           \
  }                                                                                                         \
  template <>                                                                                               \
  void inputGradient(const T* gradient, const T* x, T* inner, Size size, const Line& line,                  \
                     const Factors& factors, Passes passes) {                                               \
    HWY_DYNAMIC_DISPATCH(inputGradients##Kind)(gradient, x, inner, size, line, factors, passes);            \
  }
UADA_ROWS(float, Float)
UADA_ROWS(std::uint16_t, Half)
#undef UADA_ROWS

}  // namespace uada::rows
#endif
