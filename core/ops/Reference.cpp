#include "core/ops/Reference.h"

#include <algorithm>

#include "core/ops/Blend.h"
#include "core/ops/Pixels.h"

namespace uada::reference {

void applyTable(ImageView in, ImageSpan out, const ByteTable& table) {
  for (std::size_t i = 0; i < in.bytes(); ++i) out.rgb[i] = table[in.rgb[i]];
}

void applyTables(ImageView in, ImageSpan out, const ChannelTables& tables) {
  for (std::size_t i = 0; i < in.bytes(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) out.rgb[i + c] = tables[c][in.rgb[i + c]];
}

void mapBits(ImageView in, ImageSpan out, std::uint8_t keep, std::uint8_t turn) {
  for (std::size_t i = 0; i < in.bytes(); ++i)
    out.rgb[i] = static_cast<std::uint8_t>((in.rgb[i] & keep) ^ turn);
}

void invertFrom(ImageView in, ImageSpan out, int lowest) {
  for (std::size_t i = 0; i < in.bytes(); ++i) {
    const std::uint8_t byte = in.rgb[i];
    out.rgb[i] = static_cast<std::uint8_t>(byte < lowest ? byte : 255 - byte);
  }
}

void addInverted(ImageView in, ImageSpan out, int shift) {
  for (std::size_t i = 0; i < in.bytes(); ++i) {
    const int sum = std::clamp(in.rgb[i] + shift, 0, 255);
    out.rgb[i] = static_cast<std::uint8_t>(sum < 128 ? sum : 255 - sum);
  }
}

std::array<Extremes, 3> extremes(ImageView image) {
  std::array<Extremes, 3> found;
  for (std::size_t i = 0; i < image.bytes(); i += 3) {
    for (std::size_t c = 0; c < 3; ++c) {
      const std::uint8_t byte = image.rgb[i + c];
      found[c].low = byte < found[c].low ? byte : found[c].low;
      found[c].high = byte > found[c].high ? byte : found[c].high;
    }
  }
  return found;
}

ByteTable equalizedTable(const Histogram& counts) {
  ByteTable table = identityTable();
  std::uint64_t pixels = 0;
  std::uint32_t last = 0;
  int used = 0;
  for (std::uint32_t count : counts) {
    if (count == 0) continue;
    pixels += count;
    last = count;
    ++used;
  }
  const std::uint64_t step = (pixels - last) / 255;
  if (used <= 1 || step == 0) return table;
  std::uint64_t below = step / 2;
  for (int v = 0; v < 256; ++v) {
    // The quotient can reach 256.
    table[v] = static_cast<std::uint8_t>(std::min<std::uint64_t>(255, below / step));
    below += counts[v];
  }
  return table;
}

ByteTable blendTable(int degenerate, float factor) {
  ByteTable table;
  for (int v = 0; v < 256; ++v) table[v] = blend(degenerate, v, factor);
  return table;
}

std::uint8_t stretched(int value, const Extremes& found) {
  const double scale = 255.0 / (found.high - found.low);
  return static_cast<std::uint8_t>(std::clamp(static_cast<int>(value * scale - found.low * scale), 0, 255));
}

ByteTable stretchTable(const Extremes& found) {
  ByteTable table = identityTable();
  if (found.high <= found.low) return table;
  for (int v = 0; v < 256; ++v) table[v] = stretched(v, found);
  return table;
}

Sums runningSums(const Histogram& counts) {
  Sums sums{};
  for (std::size_t v = 0; v < 256; ++v) {
    sums.before[v] = sums.all;
    sums.all += counts[v];
  }
  return sums;
}

ByteTable shareTable(const Histogram& below, std::uint32_t more, std::uint32_t step) {
  // Without 256 divisions: the half keeps the product away from whole numbers by more than double precision
  // can be wrong.
  const double inverse = 1.0 / step;
  ByteTable table;
  for (std::size_t v = 0; v < 256; ++v)
    table[v] =
        static_cast<std::uint8_t>(static_cast<int>(std::min(255.0, (below[v] + more + 0.5) * inverse)));
  return table;
}

void color(ImageView in, ImageSpan out, float factor) {
  for (std::size_t i = 0; i < in.bytes(); i += 3) {
    const int luma = grey(in.rgb + i);
    for (std::size_t c = i; c < i + 3; ++c) out.rgb[c] = blend(luma, in.rgb[c], factor);
  }
}

std::uint64_t greySum(ImageView image) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < image.bytes(); i += 3) sum += static_cast<std::uint64_t>(grey(image.rgb + i));
  return sum;
}

void mix(ImageView in, ImageView other, ImageSpan out, float factor) {
  for (std::size_t i = 0; i < in.bytes(); ++i) out.rgb[i] = blend(in.rgb[i], other.rgb[i], factor);
}

/// 3x3 kernel (1 1 1; 1 5 1; 1 1 1) / 13 in single precision. The sum starts with the row below: another
/// order rounds differently.
void sharpenRow(ImageView in, ImageSpan out, int y, float factor) {
  constexpr float kSide = 1.0F / 13.0F, kCentre = 5.0F / 13.0F;
  const std::uint8_t *above = in.row(y - 1), *here = in.row(y), *below = in.row(y + 1);
  std::uint8_t* to = out.row(y);
  for (int i = 3; i < 3 * (in.width - 1); ++i) {
    float sum = 0.5F;
    sum += below[i - 3] * kSide + below[i] * kSide + below[i + 3] * kSide;
    sum += here[i - 3] * kSide + here[i] * kCentre + here[i + 3] * kSide;
    sum += above[i - 3] * kSide + above[i] * kSide + above[i + 3] * kSide;
    to[i] = blend(static_cast<int>(std::clamp(sum, 0.0F, 255.0F)), here[i], factor);
  }
}

/// The mean of the 16 pixels on the rim of the 5x5 square. All sums are whole sixteenths, so that integers
/// give what Pillow's single precision does.
void blurRow(ImageView in, ImageSpan out, int y) {
  const std::uint8_t* rows[5];
  for (int k = 0; k < 5; ++k) rows[k] = in.row(y + k - 2);
  std::uint8_t* to = out.row(y);
  for (int i = 6; i < 3 * (in.width - 2); ++i) {
    int sum = 8;
    for (int d = -6; d <= 6; d += 3) sum += rows[0][i + d] + rows[4][i + d];
    for (int k = 1; k <= 3; ++k) sum += rows[k][i - 6] + rows[k][i + 6];
    to[i] = static_cast<std::uint8_t>(sum >> 4);
  }
}

void reversePixels(const std::uint8_t* in, std::uint8_t* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) put(out + 3 * i, in + 3 * (count - 1 - i));
}

void normalise(ImageView in, const NormaliseRule& rule, float* out) {
  for (std::size_t i = 0; i < in.bytes(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) out[i + c] = rule.values[c][in.rgb[i + c]];
}

void normaliseHalf(ImageView in, const NormaliseRule& rule, std::uint16_t* out) {
  for (std::size_t i = 0; i < in.bytes(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) out[i + c] = rule.halves[c][in.rgb[i + c]];
}

}  // namespace uada::reference
