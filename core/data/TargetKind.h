#pragma once

#include <cstdint>

namespace uada {

/// What belongs to each image of a data set, and is learned.
enum class TargetKind : std::uint8_t {
  label,     ///< one class
  labelMap,  ///< a class for each pixel
  boxes,     ///< objects: a class and a box each
  picture,   ///< another image
};

/// In words, for messages: "a label", "a label map", "boxes", "a picture".
const char* targetText(TargetKind kind);

}  // namespace uada
