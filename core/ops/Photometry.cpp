#include "core/ops/Photometry.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "core/images/OpenCv.h"

namespace uada {
namespace {

std::uint8_t level(float value) {
  return static_cast<std::uint8_t>(std::lrint(std::clamp(value, 0.0F, 255.0F)));
}

/// Without HSV every channel is a function of its own level.
void changeLevels(ImageView in, ImageSpan out, const LightChange& change) {
  std::array<std::uint8_t, 256> levels;
  for (int i = 0; i < 256; ++i)
    levels[static_cast<std::size_t>(i)] =
        level((static_cast<float>(i) + change.brightness) * change.contrast);
  const auto [red, green, blue] = change.channels;
  for (int y = 0; y < in.height; ++y) {
    const std::uint8_t* from = in.row(y);
    std::uint8_t* to = out.row(y);
    for (int x = 0; x < in.width; ++x, from += 3, to += 3) {
      to[0] = levels[from[red]];
      to[1] = levels[from[green]];
      to[2] = levels[from[blue]];
    }
  }
}

/// A row through HSV.
class RowThroughHsv {
 public:
  explicit RowThroughHsv(int width) : colours_(1, width, CV_32FC3), hsv_(1, width, CV_32FC3) {}

  void operator()(const std::uint8_t* from, std::uint8_t* to, const LightChange& change) {
    const int count = 3 * colours_.cols;
    auto* values = colours_.ptr<float>();
    const float before = change.contrastLast ? 1 : change.contrast;
    for (int i = 0; i < count; ++i) values[i] = (static_cast<float>(from[i]) + change.brightness) * before;
    cv::cvtColor(colours_, hsv_, cv::COLOR_RGB2HSV);
    auto* hsv = hsv_.ptr<float>();
    for (int i = 0; i < count; i += 3) {
      float hue = hsv[i] + change.hue;
      if (hue > 360) hue -= 360;
      if (hue < 0) hue += 360;
      hsv[i] = hue;
      hsv[i + 1] *= change.saturation;
    }
    cv::cvtColor(hsv_, colours_, cv::COLOR_HSV2RGB);
    const float after = change.contrastLast ? change.contrast : 1;
    values = colours_.ptr<float>();
    const auto [red, green, blue] = change.channels;
    for (int i = 0; i < count; i += 3) {
      to[i] = level(values[i + red] * after);
      to[i + 1] = level(values[i + green] * after);
      to[i + 2] = level(values[i + blue] * after);
    }
  }

 private:
  cv::Mat colours_, hsv_;
};

using Levels = std::array<std::uint8_t, 256>;

/// value * factor + sum, cut to 0 to 255 and rounded down.
std::uint8_t cutLevel(double value, double factor, double sum) {
  return static_cast<std::uint8_t>(std::clamp(value * factor + sum, 0.0, 255.0));
}

Levels levelsOf(double factor, double sum) {
  Levels levels;
  for (int i = 0; i < 256; ++i) levels[static_cast<std::size_t>(i)] = cutLevel(i, factor, sum);
  return levels;
}

Levels shiftedHues(int shift) {
  constexpr int kHues = 180;
  Levels hues{};
  for (int i = 0; i < kHues; ++i)
    hues[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(((i + shift) % kHues + kHues) % kHues);
  return hues;
}

/// OpenCV has no view that cannot be written to.
cv::Mat rowOf(const std::uint8_t* row, int width) {
  return {1, width, CV_8UC3, const_cast<std::uint8_t*>(row)};
}

}  // namespace

void changeLight(ImageView in, ImageSpan out, const EightBitLight& change) {
  keepOpenCvSerial();
  const Levels brighter = levelsOf(1, change.brightness), stronger = levelsOf(change.contrast, 0),
               hues = shiftedHues(change.hue), saturations = levelsOf(change.saturation, 0);
  Levels light;
  for (std::size_t i = 0; i < light.size(); ++i) light[i] = stronger[brighter[i]];
  cv::Mat hsv(1, in.width, CV_8UC3);
  std::uint8_t* const values = hsv.ptr();
  for (int y = 0; y < in.height; ++y) {
    std::uint8_t* const row = out.row(y);
    for (int i = 0; i < 3 * in.width; ++i) row[i] = light[in.row(y)[i]];
    cv::Mat pixels = rowOf(row, in.width);
    cv::cvtColor(pixels, hsv, cv::COLOR_RGB2HSV);
    for (int i = 0; i < 3 * in.width; i += 3) {
      values[i] = hues[values[i]];
      values[i + 1] = saturations[values[i + 1]];
    }
    cv::cvtColor(hsv, pixels, cv::COLOR_HSV2RGB);
  }
}

void changeLight(ImageView in, ImageSpan out, const LightChange& change) {
  if (!change.usesHsv()) return changeLevels(in, out, change);
  keepOpenCvSerial();
  RowThroughHsv row(in.width);
  for (int y = 0; y < in.height; ++y) row(in.row(y), out.row(y), change);
}

}  // namespace uada
