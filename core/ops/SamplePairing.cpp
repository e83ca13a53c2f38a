#include <cmath>

#include "core/ops/Blend.h"
#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {

namespace {

Op blendWithAnother(const char* name, const char* title, const char* source) {
  Op op{.name = name, .title = title, .source = source, .unit = "weight"};
  op.min = 0;
  op.max = 1;
  op.hasValue = op.hasPartner = true;
  op.alpha = Alpha::band;
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling& sampling) {
    const ImageView other = sampling.other;
    if (std::isnan(value) || !other.rgb || other.width != in.width || other.height != in.height)
      return copyImage(in, out);
    simd::mix(in, other, out, blendFactor(value));
  };
  return op;
}

}  // namespace

/// Blends with a second image, as Pillow's Image.blend: this + weight * (other - this) in single precision,
/// truncated and, as a weight beyond 0..1 needs, clamped. Weight 0 is this image, 1 the other. Without a
/// partner of the same size, unchanged.
Op samplePairing() {
  Op op = blendWithAnother("sample_pairing", "Sample pairing",
                           "Pillow Image.blend; AutoAugment, CVPR 2019, after Inoue 2018");
  op.valueAt = [](Grid grid, double level, int, int) { return samplePairingLevel(grid, level); };
  return op;
}

/// The same, with the label mixed by the same weight.
Op mixup() {
  Op op = blendWithAnother("mixup", "Mixup", "Zhang et al., ICLR 2018; Pillow Image.blend");
  op.mixesLabels = true;
  op.valueAt = [](Grid grid, double level, int, int) { return mixupLevel(grid, level); };
  return op;
}

}  // namespace uada
