#include "widgets/panels/ops/OpsModel.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "core/augment/Renderer.h"
#include "core/base/Text.h"
#include "core/ops/Resize.h"

namespace uada {

double rawValueOf(const OpSetting& setting, int width, int height) {
  const Op& op = setting.entry();
  if (setting.typed) return *setting.typed;
  if (!op.hasValue) return 0;
  if (!hasLevels(op, setting.grid)) return std::numeric_limits<double>::quiet_NaN();
  return rawValue(op, setting.grid, setting.level, setting.sign, op.name.ends_with("_y") ? height : width);
}

Sampling samplingFor(const OpSetting& setting) {
  Sampling sampling = samplingOf(setting.grid, setting.entry());
  if (setting.filter) sampling.filter = setting.filter;
  if (setting.fill) sampling.fill = *setting.fill;
  sampling.x = setting.x;
  sampling.y = setting.y;
  return sampling;
}

Image broughtToSize(ImageView other, const Image& picture) {
  if (other.width == picture.width && other.height == picture.height) return Image(other);
  Image fitting(picture.width, picture.height);
  ResizeScratch scratch;
  resizedCentre(other, fitting.span(), scratch);
  return fitting;
}

Image applied(const OpSetting& setting, const Image& image, const Image& partner) {
  Image out(image.width, image.height);
  Sampling sampling = samplingFor(setting);
  if (!partner.empty()) sampling.other = partner.view();
  setting.entry().apply(image.view(), out.span(), rawValueOf(setting, image.width, image.height), sampling);
  return out;
}

PixelDifference differenceOf(const Image& a, const Image& b, int factor) {
  PixelDifference difference{Image(a.width, a.height), factor, 0, 0};
  std::vector<std::uint8_t>& out = difference.image.rgb;
  std::uint8_t most = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto size = static_cast<std::uint8_t>(std::abs(a.rgb[i] - b.rgb[i]));
    out[i] = size;
    most = std::max(most, size);
  }
  std::size_t changed = 0;
  for (std::size_t i = 0; i < out.size(); i += 3) changed += (out[i] | out[i + 1] | out[i + 2]) != 0;
  difference.most = most;
  difference.changedShare = out.empty() ? 0 : static_cast<double>(changed) / (out.size() / 3.0);
  if (factor == 0) difference.factor = most == 0 ? 1 : 255 / most;
  for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(std::min(255, byte * difference.factor));
  return difference;
}

std::string_view opGroup(const Op& op) {
  if (op.geometric) return "Moves pixels";
  if (op.hasPlace || op.hasPartner) return "Hides or mixes";
  if (op.lookUp != LookUp::none) return "Look-up table of each channel";
  return "Blends and filters";
}

std::string opTip(const Op& op) {
  std::vector<std::string> lines{op.title + ": " + op.source};
  lines.push_back(op.hasValue ? fmt::format("Raw value {:g} to {:g}, {}", op.min, op.max, op.unit)
                              : "Takes no magnitude: a moved level changes nothing");
  std::vector<std::string> properties;
  if (op.isSigned) properties.emplace_back("signed");
  if (op.geometric) properties.emplace_back("moves pixels");
  if (op.lookUp == LookUp::fixed) properties.emplace_back("look-up table");
  if (op.lookUp == LookUp::ofImage) properties.emplace_back("look-up table made from the image");
  if (op.hasPlace) properties.emplace_back("has a place");
  if (op.hasPartner) properties.emplace_back("mixes with a second image");
  if (!properties.empty()) lines.push_back(joined(properties, ", "));
  return joined(lines, "\n");
}

}  // namespace uada
