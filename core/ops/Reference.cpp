#include "core/ops/Reference.h"

#include <algorithm>

#include "core/ops/Blend.h"

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

std::array<Extremes, 3> extremes(ImageView image) {
  std::array<Extremes, 3> found;
  for (std::size_t i = 0; i < image.bytes(); ++i) {
    Extremes& e = found[i % 3];
    e.low = std::min(e.low, image.rgb[i]);
    e.high = std::max(e.high, image.rgb[i]);
  }
  return found;
}

std::array<Histogram, 3> histograms(ImageView image) {
  std::array<Histogram, 3> counts{};
  for (std::size_t i = 0; i < image.bytes(); ++i) ++counts[i % 3][image.rgb[i]];
  return counts;
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

ByteTable stretchTable(double scale, double offset) {
  ByteTable table;
  for (int v = 0; v < 256; ++v)
    table[v] = static_cast<std::uint8_t>(std::clamp(static_cast<int>(v * scale + offset), 0, 255));
  return table;
}

ByteTable addTable(double value) {
  ByteTable table;
  for (int v = 0; v < 256; ++v) table[v] = static_cast<std::uint8_t>(std::clamp(v + value, 0.0, 255.0));
  return table;
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
