#include <algorithm>
#include <utility>

#include "core/augment/Renderer.h"

namespace uada {
namespace {

/// A picture of the opacity and one to make the next in, the thread's own.
struct Pair {
  Image now, next;
  void begin(int side) {
    if (now.width != side || now.height != side) now = next = Image(side, side);
    std::fill(now.rgb.begin(), now.rgb.end(), 255);
  }
};

}  // namespace

/// Where the plan's picture is opaque by the AutoAugment authors' code (Outside::mean): [side, side, 3], 0
/// where it is transparent, until the thread's next call. It goes the way of the picture: cut, turned and
/// moved like it, with nothing outside; and is whole again behind each op that makes the image opaque.
ImageView Renderer::opacity(const Plan& clamped) const {
  thread_local Pair pair;
  pair.begin(settings_.side);
  const ChangeList list = changesOf(clamped);
  for (const Change& change : list.all()) {
    if (change.kind == Change::Kind::part) continue;  // the image begins there
    if (change.kind != Change::Kind::op) {            // crop, flip
      draw(change, pair.now.view(), pair.next.span());
      std::swap(pair.now, pair.next);
      continue;
    }
    const Op& op = ops()[change.op];
    if (op.alpha == Alpha::reset) std::fill(pair.now.rgb.begin(), pair.now.rgb.end(), 255);
    if (op.alpha != Alpha::cut && !op.geometric) continue;
    Sampling sampling = samplingFor(change);
    sampling.fill = {0, 0, 0};
    sampling.cover = {0, 0, 0};
    op.apply(pair.now.view(), pair.next.span(), change.value, sampling);
    std::swap(pair.now, pair.next);
  }
  return pair.now.view();
}

}  // namespace uada
