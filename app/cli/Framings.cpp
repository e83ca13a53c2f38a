#include "app/cli/Framings.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/images/ImageIo.h"
#include "core/ops/Crop.h"
#include "core/ops/Resize.h"

namespace uada::cli {
namespace {

/// Width and height of torchvision's Resize(side).
Image resizedTo(ImageView in, int side, Filter filter, double, double) {
  const auto [width, height] = shorterSideTo(side, in.width, in.height);
  requireWritable(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height),
                  fmt::format("the picture of 'resize {}'", side), "give a smaller value");
  return resized(in, width, height, filter);
}

Image centreOf(ImageView in, int side, Filter, double, double) {
  Image out(side, side);
  centreCrop(in, out.span());
  return out;
}

using PadCrop = void (*)(ImageView in, ImageSpan out, int row, int col, int pad);

template <PadCrop Crop>
Image windowOf(ImageView in, int pad, Filter, double x, double y) {
  const double places = 2.0 * pad + 1;
  Image out(in.width, in.height);
  Crop(in, out.span(), static_cast<int>(y * places), static_cast<int>(x * places), pad);
  return out;
}

}  // namespace

const std::vector<Framing>& framings() {
  static const std::vector<Framing> all{
      {"resize", "Resize the shorter side", "torchvision Resize; Pillow's antialiased filters", 1, 8000,
       "filter", resizedTo},
      {"centre_crop", "Square out of the middle", "torchvision CenterCrop", 1, 8000, "", centreOf},
      {"pad_crop", "Window of the image padded with zeros", "torchvision RandomCrop(padding)", 0, 8000,
       "place", windowOf<padCrop>},
      {"pad_crop_reflected", "Window of the image and its reflection", "torchvision RandomCrop, reflect", 0,
       8000, "place", windowOf<padCropReflect>},
  };
  return all;
}

const Framing* findFraming(std::string_view name) {
  const auto at = std::ranges::find(framings(), name, &Framing::name);
  return at == framings().end() ? nullptr : &*at;
}

}  // namespace uada::cli
