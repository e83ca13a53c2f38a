#pragma once

#include <span>
#include <string>

namespace uada {

/// How far a coordinate of a part was moved.
struct Moved {
  /// What a higher number means: more of something, or farther to the right, or farther down.
  enum class Way { more, right, down };

  const char* name;  ///< "brightness"
  int before = 0, after = 0;
  int perOne = 1;         ///< how many of its unit people call 1
  const char* unit = "";  ///< behind a number: "°", " px"
  Way way = Way::more;
};

/// "brightness 12.5 → 18.9, hue −3° → −6.6°": those that were moved; "unchanged" where none was.
std::string moveText(std::span<const Moved> all);
/// Only how far, for a narrow caption: "brightness +6.4, hue −3.6°", "left → 3 px, top ↑ 2 px".
std::string briefMoveText(std::span<const Moved> all);

}  // namespace uada
