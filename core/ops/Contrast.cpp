#include <cmath>

#include "core/ops/Blend.h"
#include "core/ops/Levels.h"
#include "core/ops/Op.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {
namespace {

int meanGrey(ImageView image) {
  const double pixels = static_cast<double>(image.bytes() / 3);
  return static_cast<int>(static_cast<double>(simd::greySum(image)) / pixels + 0.5);
}

ByteTable contrasted(ImageView image, double value) {
  return std::isnan(value) ? identityTable() : simd::blendTable(meanGrey(image), blendFactor(value));
}

}  // namespace

/// Blends with the image's mean grey, one rounded integer: 0 flat grey, 1 unchanged.
Op contrast() {
  Op op = enhancer("contrast", "Contrast", "Pillow ImageEnhance.Contrast; AutoAugment, CVPR 2019");
  op.apply = [](ImageView in, ImageSpan out, double value, const Sampling&) {
    simd::applyTable(in, out, contrasted(in, value));
  };
  op.lookUp = LookUp::ofImage;
  return op;
}

}  // namespace uada
