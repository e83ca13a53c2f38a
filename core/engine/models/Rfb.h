#pragma once

#include <string>

#include "core/engine/models/DetectorShape.h"

namespace uada {

/// SSD with receptive field blocks behind VGG16: branches of several kernels and dilations. As published with
/// width 64 and an input of 300 pixels. Its parameters have the names of the authors' code.
struct Rfb {
  static constexpr const char* kName = "rfb";
  static constexpr const char* kTitle = "RFBNet (VGG16)";
  static constexpr const char* kSource = "Liu et al., ECCV 2018; github.com/GOATmessi7/RFBNet";
  static constexpr const char* kTask = "detection";

  int width = 64;

  void visit(SettingsVisitor& v) {
    v.field({.name = "width",
             .title = "Width",
             .help = "Channels of VGG16's first stage, an even number; 64 as published",
             .min = 2,
             .max = 256,
             .step = 2},
            width);
  }

  static std::int64_t parameters(const Rfb& settings, const ModelContext& context) {
    const std::int64_t w = settings.width;
    const std::int64_t extras = block(16 * w, 16 * w) + block(16 * w, 8 * w) + block(8 * w, 4 * w) +
                                2 * (conv(4 * w, 2 * w, 1) + conv(2 * w, 4 * w, 9));
    return DetectorShape::vggParameters(w) + firstBlock(w) + extras +
           kRfbShape.headParameters(w, context.classes);
  }
  static std::string inputProblem(const Input& input) { return DetectorShape::inputProblem(input, kName); }
  static std::string shortName(const Rfb& settings) {
    return settings.width == 64 ? "rfb" : "rfbw" + std::to_string(settings.width);
  }

 private:
  static std::int64_t conv(std::int64_t in, std::int64_t out, std::int64_t pixels) {
    return pixels * in * out + 2 * out;  // with its batch normalisation
  }
  static std::int64_t firstBlock(std::int64_t w) {
    const std::int64_t in = 8 * w, c = 2 * w, across = conv(in, c, 1) + conv(c, c, 3) + conv(c, c, 9);
    return conv(in, c, 1) + conv(c, c, 9) + 2 * across + conv(in, w, 1) + conv(w, 3 * w / 2, 3) +
           conv(3 * w / 2, c, 3) + conv(c, c, 9) + 2 * conv(in, in, 1);
  }
  static std::int64_t block(std::int64_t in, std::int64_t out) {
    const std::int64_t c = in / 8;
    return conv(in, 2 * c, 1) + conv(2 * c, 2 * c, 9) +                  // one branch
           conv(in, c, 1) + conv(c, 2 * c, 9) + conv(2 * c, 2 * c, 9) +  // and the next
           conv(in, c, 1) + conv(c, 3 * c / 2, 9) + conv(3 * c / 2, 2 * c, 9) + conv(2 * c, 2 * c, 9) +
           conv(6 * c, out, 1) + conv(in, out, 1);  // joined, and the shortcut
  }
};

}  // namespace uada
