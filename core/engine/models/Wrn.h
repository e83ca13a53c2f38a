#pragma once

#include <string>

#include "core/engine/models/Model.h"

namespace uada {

/// Wide ResNet: three groups of blocks in which batch normalisation and ReLU come before each convolution.
/// Two variants are in use, and both are called WRN-28-10.
struct Wrn {
  static constexpr const char* kName = "wrn";
  static constexpr const char* kTitle = "Wide ResNet";
  static constexpr const char* kSource =
      "Zagoruyko & Komodakis 2016; UADA authors' code, model/wideresnet2.py; pytorch-randaugment";
  static constexpr const char* kTask = "classification";
  static constexpr int kStem = 16;      ///< channels before the first group
  static constexpr int kLeastSide = 4;  ///< it is halved twice

  int depth = 28;
  int widthFactor = 10;
  std::string variant = "bias-free";
  double dropout = 0.3;

  void visit(SettingsVisitor& v) {
    v.field({.name = "depth",
             .title = "Depth",
             .help = "Layers with weights, 6n + 4: n blocks in each of the three groups",
             .min = 10,
             .max = 130,
             .step = 6},
            depth);
    v.field({.name = "width_factor",
             .title = "Width factor",
             .help = "Channels of the first group in units of 16; doubled in each group",
             .min = 1,
             .max = 64},
            widthFactor);
    v.field({.name = "variant",
             .title = "Variant",
             .help = "bias-free as in UADA's authors' code; biased as where RandAugment and TrivialAugment "
                     "were re-implemented: convolutions with bias, stride in the second",
             .choices = {"bias-free", "biased"}},
            variant);
    v.field({.name = "dropout",
             .title = "Dropout",
             .help = "Share of the values between a block's convolutions that are zero while training; 0.3 "
                     "for UADA and Cutout, 0 for AutoAugment and RandAugment",
             .min = 0,
             .max = 0.9},
            dropout);
  }

  bool isBiased() const { return variant == "biased"; }
  int blocks() const { return (depth - 4) / 6; }
  /// Channels of group 0, 1 or 2.
  int channels(int group) const { return (kStem * widthFactor) << group; }

  static std::int64_t parameters(const Wrn& settings, const ModelContext& context) {
    const auto conv = [&](std::int64_t in, std::int64_t out, std::int64_t kernel) {
      return kernel * kernel * in * out + (settings.isBiased() ? out : 0);
    };
    std::int64_t in = kStem, sum = conv(3, in, 3);
    for (int group = 0; group < 3; ++group) {
      const std::int64_t out = settings.channels(group);
      for (int block = 0; block < settings.blocks(); ++block, in = out) {
        sum += 2 * in + conv(in, out, 3) + 2 * out + conv(out, out, 3);
        if (in != out) sum += conv(in, out, 1);
      }
    }
    return sum + 2 * in + in * context.classes + context.classes;
  }
  static std::string inputProblem(const Input& input) {
    return sideProblem(input, kLeastSide, "wrn, which halves them twice,");
  }
  static std::string shortName(const Wrn& settings) {
    return "wrn" + std::to_string(settings.depth) + "-" + std::to_string(settings.widthFactor) +
           (settings.isBiased() ? "b" : "");
  }
};

}  // namespace uada
