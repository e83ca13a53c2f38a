#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/augment/Renderer.h"

namespace uada {

/// A picture on the way through a plan: behind one of its parts.
struct Stage {
  std::string part;             ///< PartKind::name; empty: the sample itself
  int step = -1;                ///< of the chain; -1: another part
  bool done = true;             ///< false: an op that did not fire, no flip, an empty box
  std::optional<double> level;  ///< as used (clamped); of ops that take a value
  std::optional<double> value;  ///< raw, in the op's unit
  std::string title;            ///< "Rotate", "Crop"
  std::string detail;           ///< "level 6 of 9: 20 degrees", "not applied"; for people
  Image image;                  ///< 8-bit, before normalisation
  Target target;                ///< of the sample, moved as the picture is
};

/// What a plan does to a sample, one picture for each of its parts in the order they are rendered: the first
/// is the sample as it lies in the data set, the last what the network sees. Each is the renderer's own
/// picture of the plan's first parts, so nothing here can differ from training.
/// throws  Error if the plan's grid has no levels for one of its ops, or there is no such sample
std::vector<Stage> stagesOf(const Renderer& renderer, std::uint32_t index, const Plan& plan);

/// SHA-256 of the pixels [height, width, 3] as 64 hexadecimal digits: what a decision records of the image
/// that was trained on.
std::string pixelHash(ImageView image);

/// "shear x": the op's title within a caption.
std::string wordOf(const Op& op);
/// Whether the unit stands behind the number, as people say it: "20 degrees", but "factor 1.6".
bool unitFollows(const Op& op);
/// "20 degrees", "factor 1.6", "4 bits"; empty for an op that takes no value.
std::string rawValueText(const Op& op, double value);

}  // namespace uada
