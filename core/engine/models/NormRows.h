#pragma once

#include <cstdint>

/// Batch normalisation over rows of numbers, as a channels-last tensor lies in memory: of each row, entry w
/// belongs to channel w % channels, so that several pixels may make one row of at least kWidth entries. The
/// loops are compiled for each instruction set that the compiler knows and chosen when the program runs.
/// T is float, or std::uint16_t for bfloat16; all arithmetic is in float, sums end in double.
namespace uada::rows {

constexpr std::int64_t kWidth = 128;  ///< entries that hide the latency of sums

/// What each entry of a row is normalised with: (x - mean) * scale + shift. Each [width].
struct Line {
  const float *mean, *scale, *shift;
};

/// Of which outputs the gradient goes on.
enum class Passes {
  all,       ///< of all: there is no ReLU
  positive,  ///< of those that the line makes positive
  stored     ///< of those that were positive in the output, which is read
};

struct Size {
  std::int64_t rows, width;
};

/// Adds to sums[w] the sum of x - about[w], to sums[width + w] that of the squares.
template <class T>
void addMoments(const T* x, Size size, const float* about, double* sums);

/// out = line(x) + other, and 0 where that is negative if there is a ReLU. NaN stays.
/// other  null: none
template <class T>
void normalise(const T* x, const T* other, T* out, Size size, const Line& line, bool hasRelu);

/// The gradient of the output, where it passes.
/// adds to sums[w] the sum of it, to sums[width + w] that of it times x - mean
/// out     the output; read only where Passes::stored
/// passed  it is written there; null: nowhere
template <class T>
void addGradientSums(const T* gradient, const T* x, const T* out, T* passed, Size size, const Line& line,
                     Passes passes, double* sums);

/// What of each entry's gradient is a multiple of what passed, of x - mean, and constant. Each [width].
struct Factors {
  const float *passed, *centred, *constant;
};

/// inner = passed * factors.passed + (x - mean) * factors.centred + factors.constant
/// passes  all or positive
template <class T>
void inputGradient(const T* gradient, const T* x, T* inner, Size size, const Line& line,
                   const Factors& factors, Passes passes);

}  // namespace uada::rows
