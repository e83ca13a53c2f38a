#pragma once

#include "core/augment/PartKind.h"

namespace uada {

/// Where the picture that a change makes begins in the one before it; outside that one it shows the data
/// set's mean in 8 bits.
struct Corner {
  int left = 0, top = 0;
};

Map shiftedMap(const Change& change, Corner corner);
PixelBox shiftedNeeds(const Change& change, Corner corner, const PixelBox& out);
void drawShifted(Corner corner, const Renderer& renderer, const Excerpt& excerpt);

/// Makes it a kind of window, crop or canvas: pixels stay what they are and lie in another frame.
/// cornerOf  Corner(const Change&)
template <auto cornerOf>
void showsFrom(PartKind& kind) {
  constexpr auto needs = [](const Change& change, const PixelBox& out) {
    return shiftedNeeds(change, cornerOf(change), out);
  };
  constexpr auto drawBox = [](const Change& change, const Renderer& renderer, const Excerpt& excerpt) {
    drawShifted(cornerOf(change), renderer, excerpt);
  };
  kind.map = [](const Change& change, const Input&) {
    return std::optional(shiftedMap(change, cornerOf(change)));
  };
  drawsInBoxes<+needs, +drawBox>(kind);
}

}  // namespace uada
