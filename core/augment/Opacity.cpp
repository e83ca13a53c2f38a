#include <algorithm>
#include <utility>

#include "core/augment/Renderer.h"

namespace uada {
namespace {

/// A picture of the alpha, one to make the next in, and one that is opaque: the thread's own.
struct Pictures {
  Image now, next, opaque;
  /// now: opaque, of this size
  void begin(ImageSize size) {
    shape(now, size);
    std::fill(now.rgb.begin(), now.rgb.end(), 255);
  }
  const Image& opaqueLikeNow() {
    if (opaque.width != now.width || opaque.height != now.height) {
      shape(opaque, {now.width, now.height});
      std::fill(opaque.rgb.begin(), opaque.rgb.end(), 255);
    }
    return opaque;
  }
};

}  // namespace

/// The alpha of the plan's picture by the AutoAugment authors' code (Outside::mean): [height, width, 3], the
/// same in all channels, until the thread's next call; where it is 0, and only there, the mean shows. It goes
/// the way of the picture: cut, filtered, turned and moved like it, with nothing outside; and is whole again
/// behind each op that makes the image opaque.
ImageView Renderer::opacity(const ChangeList& list) const {
  thread_local Pictures pictures;
  const auto changes = list.changes();
  const ImageSize whole = changes.empty() ? list.size() : changes.front().in;
  // Behind a part that takes images of any size the picture begins anew.
  const bool isMade = !changes.empty() && kindOf(changes.front().part).phase == RenderPhase::source;
  pictures.begin(isMade ? changes.front().out : whole);
  for (const Change& change : changes.subspan(isMade ? 1 : 0)) {
    const PartKind& kind = kindOf(change.part);
    shape(pictures.next, change.out);
    if (const std::optional<Map> map = mapOf(change)) {
      const std::optional<Filter> filter = kind.isOp ? samplingFor(change).filter : std::nullopt;
      warp(pictures.now.view(), pictures.next.span(), *map, filter.value_or(Filter::nearest), {0, 0, 0});
      std::swap(pictures.now, pictures.next);
      continue;
    }
    if (!kind.isOp) continue;
    const Op& op = ops()[change.part.op];
    if (op.alpha == Alpha::reset) pictures.begin(change.in);
    if (op.alpha == Alpha::kept || op.alpha == Alpha::reset) continue;
    Sampling sampling = samplingFor(change);
    const std::uint8_t inBox = op.alpha == Alpha::painted ? 255 : 0;
    sampling.fill = {0, 0, 0};
    sampling.cover = {inBox, inBox, inBox};
    sampling.other = pictures.opaqueLikeNow().view();
    op.apply(pictures.now.view(), pictures.next.span(), change.value, sampling);
    std::swap(pictures.now, pictures.next);
  }
  return pictures.now.view();
}

}  // namespace uada
