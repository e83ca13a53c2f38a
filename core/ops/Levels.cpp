#include "core/ops/Levels.h"

#include <algorithm>
#include <cmath>

namespace uada {
namespace {

double bounded(Grid grid, double level) {
  return std::isnan(level) ? 0.0 : std::clamp(level, 0.0, topLevel(grid));
}

/// torch.linspace(start, end, top + 1)[level]: single precision, from the nearer end.
double line(double start, double end, double level, double top) {
  const auto from = static_cast<float>(start), to = static_cast<float>(end);
  const float step = (to - from) / static_cast<float>(top);
  const bool lower = level < (static_cast<int>(top) + 1) / 2;
  return lower ? from + step * static_cast<float>(level) : to - step * static_cast<float>(top - level);
}

bool isTorchvision(Grid grid) { return grid == Grid::tv10 || grid == Grid::tv31 || grid == Grid::tvWide31; }

bool isStandardTa(Grid grid) {
  return grid == Grid::ta31 || grid == Grid::ta31Paper || grid == Grid::ta31Imagenet;
}

/// Of Faster AutoAugment: eight less the cleared ones. Its code clears all where there are less than none.
double keptBits(double cleared) { return cleared < 0 ? 0.0 : std::max(0.0, 8.0 - std::floor(cleared)); }

bool isWide(Grid grid) { return grid == Grid::taWide31 || grid == Grid::tvWide31; }

}  // namespace

double scaled(Grid grid, double level, double span) {
  level = bounded(grid, level);
  switch (grid) {
    case Grid::uc10:
    case Grid::dv10: return span * level / 9.0;
    case Grid::aa10:
    case Grid::aa10Published:
    case Grid::ddas: return span * level / 10.0;
    case Grid::timm10:
    case Grid::timm10Inc: return level / 10.0 * span;
    case Grid::ra30:
    case Grid::ra30Published: return level / 30.0 * span;
    case Grid::ta31:
    case Grid::ta31Paper:
    case Grid::ta31Imagenet:
    case Grid::taWide31:
    case Grid::uniform: return span * level / 30.0;
    case Grid::tv10:
    case Grid::tv31:
    case Grid::tvWide31: return line(0.0, span, level, topLevel(grid));
    case Grid::faa:
    case Grid::ltda:
    case Grid::divaug: return level * span;
    case Grid::fraa: return level * span;
    case Grid::fraaPublished: return (4 * level - 1) * span;
    case Grid::ohl: return span * level / 2.0;
  }
  return kNoLevel;
}

double wholeScaled(Grid grid, double level, double span) { return std::trunc(scaled(grid, level, span)); }

double symmetric(Grid grid, double level, int sign, double span) {
  if (grid == Grid::faa || grid == Grid::divaug) return signOf(sign) * (scaled(grid, level, 2 * span) - span);
  return signOf(sign) * scaled(grid, level, span);
}

double shearLevel(Grid grid, double level, int sign) {
  if (grid == Grid::ohl) return signOf(sign) * (scaled(grid, level, 0.2) + 0.1);
  return symmetric(grid, level, sign, isWide(grid) ? 0.99 : 0.3);
}

double translateLevel(Grid grid, double level, int sign, int side) {
  constexpr double kShare = 150.0 / 331.0;
  switch (grid) {
    case Grid::uc10:
    case Grid::dv10: return signOf(sign) * scaled(grid, level, kShare) * side;
    case Grid::aa10:
    case Grid::aa10Published:
    case Grid::ddas:
    case Grid::ta31: return signOf(sign) * wholeScaled(grid, level, 10);
    case Grid::ta31Paper: return signOf(sign) * wholeScaled(grid, level, 14.4);
    case Grid::ta31Imagenet: return signOf(sign) * wholeScaled(grid, level, 70);
    case Grid::ra30:
    case Grid::ra30Published: return symmetric(grid, level, sign, 100);
    case Grid::taWide31: return signOf(sign) * wholeScaled(grid, level, 32);
    case Grid::uniform: return signOf(sign) * wholeScaled(grid, level, 14.4);
    // Of these a positive magnitude moves the content right or down, our raw value left or up.
    case Grid::tv10:
    case Grid::tv31: return -signOf(sign) * wholeScaled(grid, level, kShare * side);
    case Grid::tvWide31: return -signOf(sign) * wholeScaled(grid, level, 32);
    case Grid::ltda: return symmetric(grid, level, sign, 10);
    case Grid::ohl: return signOf(sign) * (wholeScaled(grid, level, 9) + 5);
    case Grid::timm10:
    case Grid::timm10Inc:
    case Grid::fraa:
    case Grid::fraaPublished:
    case Grid::faa:
    case Grid::divaug: return symmetric(grid, level, sign, 0.45) * side;
  }
  return kNoLevel;
}

double rotateLevel(Grid grid, double level, int sign) {
  switch (grid) {
    case Grid::uc10: return scaled(grid, level, 30);  // draws a sign but does not use it here
    case Grid::dv10:
    case Grid::tv10:
    case Grid::tv31:
    case Grid::ra30:
    case Grid::ra30Published:
    case Grid::timm10:
    case Grid::timm10Inc:
    case Grid::fraa:
    case Grid::fraaPublished:
    case Grid::faa:
    case Grid::ltda:
    case Grid::divaug: return symmetric(grid, level, sign, 30);
    case Grid::tvWide31: return symmetric(grid, level, sign, 135);
    case Grid::aa10:
    case Grid::aa10Published:
    case Grid::ddas:
    case Grid::ta31:
    case Grid::ta31Paper:
    case Grid::ta31Imagenet:
    case Grid::uniform: return signOf(sign) * wholeScaled(grid, level, 30);
    case Grid::taWide31: return signOf(sign) * wholeScaled(grid, level, 135);
    case Grid::ohl: return signOf(sign) * (wholeScaled(grid, level, 20) + 10);
  }
  return kNoLevel;
}

double factorLevel(Grid grid, double level, int sign) {
  switch (grid) {
    case Grid::uc10:
    case Grid::dv10:
    case Grid::tv10:
    case Grid::tv31: return 1.0 + signOf(sign) * scaled(grid, level, 0.9);
    case Grid::tvWide31: return 1.0 + signOf(sign) * scaled(grid, level, 0.99);
    case Grid::aa10:
    case Grid::aa10Published:
    case Grid::ddas:
    case Grid::ta31:
    case Grid::ta31Paper:
    case Grid::ta31Imagenet:
    case Grid::timm10:
    case Grid::uniform: return scaled(grid, level, 1.8) + 0.1;
    case Grid::timm10Inc: return std::max(0.1, 1.0 + signOf(sign) * scaled(grid, level, 0.9));
    case Grid::ra30:
    case Grid::ra30Published:
    case Grid::faa:
    case Grid::ltda:
    case Grid::divaug: return scaled(grid, level, 1.9 - 0.1) + 0.1;
    case Grid::taWide31: return scaled(grid, level, 1.99) + 0.01;
    case Grid::ohl: return scaled(grid, level, 0.6) + 1.3;
    case Grid::fraa:
    case Grid::fraaPublished: return 1.0 - scaled(grid, level, 2);
  }
  return kNoLevel;
}

double colorLevel(Grid grid, double level, int sign) {
  return grid == Grid::ohl ? scaled(grid, level, 0.6) + 0.3 : factorLevel(grid, level, sign);
}

Op enhancer(const char* name, const char* title, const char* source) {
  Op op{.name = name, .title = title, .source = source, .unit = "factor"};
  op.min = 0;
  op.max = 2;
  op.hasValue = op.isSigned = true;
  op.valueAt = [](Grid grid, double level, int sign, int) { return factorLevel(grid, level, sign); };
  return op;
}

double posterizeLevel(Grid grid, double level) {
  if (isTorchvision(grid)) {
    // Ties to even, as torch.round.
    return 8.0 - std::nearbyint(bounded(grid, level) / (topLevel(grid) / (isWide(grid) ? 6.0 : 4.0)));
  }
  switch (grid) {
    case Grid::uc10:
    case Grid::dv10: return std::round(8.0 - scaled(grid, level, 4));
    case Grid::timm10Inc:
    case Grid::aa10Published: return 4.0 - wholeScaled(grid, level, 4);
    case Grid::timm10: return wholeScaled(grid, level, 4);
    case Grid::ra30Published: return std::max(1.0, wholeScaled(grid, level, 4));
    case Grid::taWide31: return 8.0 - wholeScaled(grid, level, 6);
    case Grid::faa: return std::trunc(scaled(grid, level, 4) + 4.0);
    case Grid::ltda:
    case Grid::divaug: return wholeScaled(grid, level, 4);
    case Grid::ohl: return 7.0 - wholeScaled(grid, level, 3);
    case Grid::fraa:
    case Grid::fraaPublished: return keptBits(scaled(grid, level, 8));
    default: return 8.0 - wholeScaled(grid, level, 4);
  }
}

double solarizeLevel(Grid grid, double level) {
  if (isTorchvision(grid)) return line(255.0, 0.0, bounded(grid, level), topLevel(grid));
  switch (grid) {
    case Grid::uc10:
    case Grid::dv10:
    case Grid::ra30: return 256.0 - scaled(grid, level, 256);
    case Grid::ra30Published:
    case Grid::faa:
    case Grid::ltda:
    case Grid::divaug: return scaled(grid, level, 256);
    case Grid::ohl: return 179.0 - wholeScaled(grid, level, 153);
    case Grid::timm10: return wholeScaled(grid, level, 256);
    case Grid::fraa:
    case Grid::fraaPublished: return scaled(grid, level, 255);
    default: return 256.0 - wholeScaled(grid, level, 256);
  }
}

double solarizeAddLevel(Grid grid, double level) {
  const bool known = grid == Grid::ra30 || grid == Grid::ra30Published;
  return known ? scaled(grid, level, 110) : kNoLevel;
}

double addBelowLevel(Grid grid, double level) {
  const bool known = grid == Grid::timm10 || grid == Grid::timm10Inc;
  return known ? wholeScaled(grid, level, 110) : kNoLevel;
}

double cutoutLevel(Grid grid, double level, int side) {
  switch (grid) {
    case Grid::aa10:
    case Grid::aa10Published:
    case Grid::ddas: return wholeScaled(grid, level, 20);
    case Grid::ra30:
    case Grid::ra30Published: return scaled(grid, level, 40);
    case Grid::taWide31: return wholeScaled(grid, level, 0.6 * side);
    case Grid::uniform: return wholeScaled(grid, level, 0.2 * side);
    // At 0 this code leaves the image alone; a rectangle of side 0 would hide a pixel.
    case Grid::faa:
    case Grid::divaug: return bounded(grid, level) > 0 ? scaled(grid, level, 0.2) * side : -1.0;
    case Grid::ltda: return wholeScaled(grid, level, side / 2);
    default: return kNoLevel;
  }
}

double samplePairingLevel(Grid grid, double level) {
  const bool known = isStandardTa(grid) || grid == Grid::uniform || grid == Grid::divaug;
  return known ? scaled(grid, level, 0.4) : kNoLevel;
}

double mixupLevel(Grid grid, double level) { return grid == Grid::ltda ? scaled(grid, level, 1) : kNoLevel; }

}  // namespace uada
