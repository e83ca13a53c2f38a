#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/augment/Plan.h"

namespace uada {

/// How people read a coordinate of a part.
struct Coordinate {
  /// What a higher number means: more of something, or farther to the right, or farther down.
  enum class Way { more, right, down };

  const char* name;       ///< "brightness"
  int perOne = 1;         ///< how many of its unit people call 1: 1000 of a factor in thousandths
  const char* unit = "";  ///< behind a number: "°", " px"
  Way way = Way::more;
};

/// How far a coordinate was moved.
struct Moved {
  Coordinate coordinate;
  int before = 0, after = 0;
};

/// Between two parts of one kind, of which only the coordinates differ: those that do anything. None where
/// the kind has no words for them.
std::vector<Moved> movedBetween(const Part& before, const Part& after);

/// "brightness 12.5 → 18.9, hue −3° → −6.6°": those that were moved; "unchanged" where none was.
std::string moveText(std::span<const Moved> all);
/// Only how far, for a narrow caption: "brightness +6.4, hue −3.6°", "left → 3 px, top ↑ 2 px".
std::string briefMoveText(std::span<const Moved> all);

}  // namespace uada
