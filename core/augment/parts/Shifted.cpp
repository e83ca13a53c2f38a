#include "core/augment/parts/Shifted.h"

#include "core/augment/Renderer.h"
#include "core/ops/Crop.h"

namespace uada {

Map shiftedMap(const Change& change, Corner corner) {
  return Map{{.x0 = 1.0 * corner.left, .y0 = 1.0 * corner.top},
             {0, 0, change.in.width, change.in.height},
             change.out};
}

PixelBox shiftedNeeds(const Change& change, Corner corner, const PixelBox& out) {
  const auto [left, top] = corner;
  return within({out.left + left, out.top + top, out.right + left, out.bottom + top}, change.in.width,
                change.in.height);
}

void drawShifted(Corner corner, const Renderer& renderer, const Excerpt& e) {
  cutWindow(e.in, e.out, std::int64_t{corner.top} + e.outBox.top - e.inBox.top,
            std::int64_t{corner.left} + e.outBox.left - e.inBox.left, renderer.colourOf(BoxFill::mean));
}

}  // namespace uada
