#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/data/ForwardingDataset.h"

namespace uada {

/// A data set whose images are decoded ahead on threads of its own, with their label maps or pictures, in the
/// order in which they will be asked for. Its pixels are those of the set behind it, whichever thread decodes
/// them: numbers of threads and bytes change nothing but time. What a decoding throws is thrown again where
/// that sample is asked for.
/// image(), target() and release() may be called from any thread; expect() while no other asks.
class Prefetch final : public ForwardingDataset {
 public:
  /// Which part of an image will be asked for; called on any thread. An image that is then asked for beyond
  /// it is decoded again.
  using PartOf = std::function<PixelBox(std::uint32_t index)>;

  /// threads  at least 1
  /// bytes    of decoded pixels that are held ahead. More are held only where a single image, or what was
  ///          asked for and not yet released, is larger
  Prefetch(std::shared_ptr<const Dataset> base, int threads, std::size_t bytes);
  ~Prefetch() override;

  /// What will be asked for, in place of what was expected before; each index at most once.
  void expect(std::vector<std::uint32_t> order, PartOf partOf);
  /// The first `count` images of the order are not asked for again: their memory is freed.
  void release(std::size_t count);

  Held<ImageView> image(std::uint32_t index, const PixelBox* part = nullptr) const override;
  Held<TargetView> target(std::uint32_t index) const override;
  bool isResident() const override { return false; }

 private:
  struct Ahead;  // shared with the threads
  std::unique_ptr<Ahead> ahead_;
};

}  // namespace uada
