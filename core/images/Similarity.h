#pragma once

#include "core/images/Image.h"

/// How near a picture is to another one of the same size. Both throw Error where the sizes differ.
namespace uada {

/// No picture is nearer than this, decibels: equal ones would be infinitely near.
constexpr double kMostPsnr = 100;
/// Of the window of ssim(), pixels.
constexpr int kSsimSide = 11;

/// The PSNR of a mean squared error, of numbers of 0 to 1.
/// returns  -10 log10(error) decibels, at most kMostPsnr
double psnrOfError(double squaredError);
/// Of all pixels and channels together.
double psnr(ImageView a, ImageView b);

/// The mean over the three channels of the mean structural similarity.
/// returns  -1..1; of equal pictures 1
/// source   Wang et al., IEEE TIP 2004, equations (13) to (17): a Gaussian of 11 x 11 pixels, deviation 1.5,
///          K1 = 0.01, K2 = 0.03, range 255, at each place where it lies in the picture. The paper has none
///          for smaller pictures: in a direction in which the picture is shorter the window is as long as it
double ssim(ImageView a, ImageView b);

}  // namespace uada
