#include "core/data/KeptImages.h"

#include <utility>

namespace uada {
namespace {

/// Copies take just the bytes that they have: the decoder's buffers may be larger.
Held<ImageView> ownImage(ImageView view) {
  const auto image = std::make_shared<const Image>(view);
  return Held<ImageView>(image->view(), image);
}

/// Of what is decoded as images are; others lie in memory and stay where they are.
std::size_t targetBytes(TargetKind kind) {
  return kind == TargetKind::labelMap ? 1 : kind == TargetKind::picture ? 3 : 0;
}

Held<TargetView> ownTarget(const TargetView& view) {
  if (const auto* map = std::get_if<LabelMapView>(&view)) {
    const auto own = std::make_shared<const LabelMap>(*map);
    return Held<TargetView>(own->view(), own);
  }
  const auto picture = std::make_shared<const Image>(std::get<ImageView>(view));
  return Held<TargetView>(picture->view(), picture);
}

}  // namespace

KeptImages::KeptImages(std::shared_ptr<const Dataset> base, std::shared_ptr<ByteBudget> budget)
    : ForwardingDataset(std::move(base)), budget_(std::move(budget)) {}

KeptImages::~KeptImages() { budget_->giveBack(taken_); }

std::size_t KeptImages::pixelsOf(std::uint32_t index) const {
  const auto [width, height] = base().imageSize(index);
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

/// What is kept; or else decoded now, by copy(), and kept if nobody else is at it and the budget lasts.
/// copy(isKept)  decodes, and where isKept copies to memory of its own
template <class View, class Copy>
Held<View> KeptImages::kept(Kept<View>& all, std::uint32_t index, const Copy& copy,
                            std::size_t bytesOfPixel) const {
  const std::size_t bytes = bytesOfPixel * pixelsOf(index);
  std::unique_lock lock(mutex_);
  const auto known = all.find(index);
  if (known != all.end() && known->second) return *known->second;
  if (known != all.end() || !budget_->take(bytes)) {
    lock.unlock();
    return copy(false);
  }
  all.emplace(index, std::nullopt);
  taken_ += bytes;
  lock.unlock();
  try {
    Held<View> held = copy(true);
    lock.lock();
    all[index] = held;
    return held;
  } catch (...) {
    lock.lock();
    all.erase(index);
    taken_ -= bytes;
    budget_->giveBack(bytes);
    throw;
  }
}

Held<ImageView> KeptImages::image(std::uint32_t index, const PixelBox* part) const {
  constexpr std::size_t kBytes = 3;  // of a pixel
  return kept(
      images_, index,
      [&](bool isKept) { return isKept ? ownImage(*base().image(index)) : base().image(index, part); },
      kBytes);
}

Held<TargetView> KeptImages::target(std::uint32_t index) const {
  const std::size_t bytes = targetBytes(base().targetKind());
  if (bytes == 0) return base().target(index);
  return kept(
      targets_, index,
      [&](bool isKept) { return isKept ? ownTarget(*base().target(index)) : base().target(index); }, bytes);
}

}  // namespace uada
