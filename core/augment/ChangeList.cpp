#include "core/augment/ChangeList.h"

#include <algorithm>

#include "core/augment/Clamp.h"

namespace uada {
namespace {

/// The part of the box that lies in the picture; an empty one is the same wherever it lies.
PixelBox boxIn(const PixelBox& box, ImageSize size) {
  const PixelBox part{std::clamp(box.left, 0, size.width), std::clamp(box.top, 0, size.height),
                      std::clamp(box.right, 0, size.width), std::clamp(box.bottom, 0, size.height)};
  return part.width() > 0 && part.height() > 0 ? part : PixelBox{};
}

}  // namespace

void listChanges(const Plan& plan, const Input& input, ChangeList& list) {
  list.begin(sourceSize(plan).value_or(input.size()));
  eachClamped(plan, input,
              [&](const Part& part, const Frame& frame) { kindOf(part).append(part, frame, list); });
}

bool showSame(const ChangeList& a, const ChangeList& b) {
  if (a.size() != b.size() || !std::ranges::equal(a.changes(), b.changes())) return false;
  return std::ranges::equal(a.covers(), b.covers(), [&](const Cover& x, const Cover& y) {
    return boxIn(x.box, a.size()) == boxIn(y.box, a.size()) && x.fill == y.fill;
  });
}

}  // namespace uada
