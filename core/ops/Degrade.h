#pragma once

#include <cstdint>

#include "core/images/Image.h"

/// What spoils a picture: blur, noise and coarse levels. Whole numbers throughout, so that the pixels are the
/// same on every machine. A level is one of 255.
namespace uada {

/// Of noise: a deviation of one level; of blur: one pixel.
constexpr int kNoisePerOne = 10, kBlurPerOne = 100;
/// The strongest that the functions below take.
constexpr int kMostNoise = 255 * kNoisePerOne, kMostBlur = 20 * kBlurPerOne, kMostStep = 255;

/// Adds to every number of every pixel a normally distributed one of its own, and cuts at 0 and 255.
/// in, out  the same size; may be the same memory
/// tenths   the deviation in tenths of a level, 0..kMostNoise
/// key      of the pattern that the deviation is multiplied with: the same at every deviation
/// source   numbers are quantiles of the normal distribution at 65,536 even places, which 16 bits of Philox
///          choose: their deviation is 0.99999, the largest 4.3
void addNoise(ImageView in, ImageSpan out, int tenths, std::uint32_t key);

/// A Gaussian in both directions, as far as three deviations reach; the picture is mirrored about its
/// outermost pixels.
/// in, out     the same size, not the same memory
/// hundredths  the deviation in hundredths of a pixel, 0..kMostBlur
void blurGaussian(ImageView in, ImageSpan out, int hundredths);

/// Every number becomes the nearest multiple of a step, of two the larger, at most 255.
/// in, out  the same size; may be the same memory
/// step     levels, 1..kMostStep
void quantise(ImageView in, ImageSpan out, int step);

}  // namespace uada
