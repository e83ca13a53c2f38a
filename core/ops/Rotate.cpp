#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

#include "core/ops/Affine.h"
#include "core/ops/Levels.h"
#include "core/ops/Tables.h"
#include "core/ops/simd/Kernels.h"

namespace uada {
namespace {

/// Correctly rounded to 15 decimals, as Python's round(v, 15). |v| <= 1.
double rounded15(double v) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, v, std::chars_format::fixed, 15).ptr;
  std::from_chars(digits, end, v);
  return v;
}

/// The angle in 0..360 with the sign rule of Python's %.
double fullTurn(double degrees) {
  const double rest = std::fmod(degrees, 360.0);
  return rest < 0 ? rest + 360.0 : rest;
}

void halfTurn(ImageView in, ImageSpan out) { simd::reversePixels(in.rgb, out.rgb, in.bytes() / 3); }

/// Square images only. quarters: 1 counter-clockwise, 3 clockwise.
void quarterTurn(ImageView in, ImageSpan out, int quarters) {
  const int last = in.width - 1;
  for (int y = 0; y <= last; ++y) {
    for (int x = 0; x <= last; ++x) {
      const auto* from =
          quarters == 1 ? in.row(x) + std::size_t{3} * (last - y) : in.row(last - x) + std::size_t{3} * y;
      std::copy_n(from, 3, out.row(y) + std::size_t{3} * x);
    }
  }
}

/// From output to source, about the centre of the image. degrees: in 0..360
Affine rotation(double degrees, int width, int height) {
  const double angle = -(degrees * (std::numbers::pi / 180.0));
  const double cosine = rounded15(std::cos(angle)), sine = rounded15(std::sin(angle));
  const double cx = width / 2.0, cy = height / 2.0;
  Affine a{.xx = cosine, .xy = sine, .x0 = 0, .yx = rounded15(-std::sin(angle)), .yy = cosine, .y0 = 0};
  a.x0 = a.xx * -cx + a.xy * -cy + 0.0 + cx;
  a.y0 = a.yx * -cx + a.yy * -cy + 0.0 + cy;
  return a;
}

void turn(ImageView in, ImageSpan out, double value, const Sampling& sampling) {
  const double degrees = fullTurn(value);
  const bool square = in.width == in.height;
  if (!std::isfinite(value) || degrees == 0) return copyImage(in, out);
  if (degrees == 180) return halfTurn(in, out);
  if (degrees == 90 && square) return quarterTurn(in, out, 1);
  if (degrees == 270 && square) return quarterTurn(in, out, 3);
  applyAffine(in, out, rotation(degrees, in.width, in.height), sampling);
}

}  // namespace

/// Turns counter-clockwise about the centre. Whole quarter turns of a square, and half turns, only move
/// pixels.
Op rotate() {
  Op op{.name = "rotate",
        .title = "Rotate",
        .source = "Pillow Image.rotate; AutoAugment, CVPR 2019",
        .unit = "degrees"};
  op.min = -180;
  op.max = 180;
  op.hasValue = op.isSigned = op.geometric = true;
  op.valueAt = [](Grid grid, double level, int sign, int) { return rotateLevel(grid, level, sign); };
  op.map = [](double value, ImageSize size) {
    return std::isfinite(value) ? rotation(fullTurn(value), size.width, size.height) : Affine{};
  };
  op.apply = turn;
  return op;
}

}  // namespace uada
