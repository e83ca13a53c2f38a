// Included once for each instruction set, so without #pragma once.
#if defined(UADA_FLAT_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef UADA_FLAT_INL
#undef UADA_FLAT_INL
#else
#define UADA_FLAT_INL
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace uada::HWY_NAMESPACE {

/// Whether this pass compiles kernels, or stands for the processors that run the plain code.
#undef UADA_PLAIN
#if !HWY_ARCH_X86 || HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR
#define UADA_PLAIN 1
#else
#define UADA_PLAIN 0
#endif

namespace hn = hwy::HWY_NAMESPACE;

#if !UADA_PLAIN
/// Calls step(i) for i = 0, n, 2n, ... and once more for the last n of `count`, which may overlap what was
/// done before: right wherever doing a place again gives the same. Does nothing if count < n and says so.
template <class Step>
HWY_INLINE bool covered(std::size_t count, std::size_t n, const Step& step) {
  if (count < n) return false;
  std::size_t i = 0;
  for (; i + n <= count; i += n) step(i);
  if (i < count) step(count - n);
  return true;
}
#endif

}  // namespace uada::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
