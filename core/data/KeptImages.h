#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "core/data/ForwardingDataset.h"

namespace uada {

/// Bytes that may be taken, by several data sets, from any thread.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t bytes) : left_(bytes) {}
  /// False: so many are not left, and nothing is taken.
  bool take(std::size_t bytes) {
    std::size_t left = left_;
    while (left >= bytes)
      if (left_.compare_exchange_weak(left, left - bytes)) return true;
    return false;
  }
  void giveBack(std::size_t bytes) { left_ += bytes; }

 private:
  std::atomic<std::size_t> left_;
};

/// A data set whose images stay decoded, with their label maps or pictures, once they were asked for and as
/// far as the budget lasts; the others are decoded each time, as before. None gives way to another: an epoch
/// asks for each once, so that the one that was asked for last is needed last. Pixels are those of the set
/// behind it. Any thread may use it at any time.
class KeptImages final : public ForwardingDataset {
 public:
  /// budget  of decoded pixels; what is kept is given back when the set goes
  KeptImages(std::shared_ptr<const Dataset> base, std::shared_ptr<ByteBudget> budget);
  ~KeptImages() override;

  Held<ImageView> image(std::uint32_t index, const PixelBox* part = nullptr) const override;
  Held<TargetView> target(std::uint32_t index) const override;
  bool isResident() const override { return false; }

 private:
  /// By sample; none: a thread decodes it.
  template <class View>
  using Kept = std::unordered_map<std::uint32_t, std::optional<Held<View>>>;
  template <class View, class Copy>
  Held<View> kept(Kept<View>& all, std::uint32_t index, const Copy& copy, std::size_t bytesOfPixel) const;
  std::size_t pixelsOf(std::uint32_t index) const;

  std::shared_ptr<ByteBudget> budget_;
  mutable std::mutex mutex_;
  mutable Kept<ImageView> images_;
  mutable Kept<TargetView> targets_;
  mutable std::size_t taken_ = 0;  ///< of the budget
};

}  // namespace uada
