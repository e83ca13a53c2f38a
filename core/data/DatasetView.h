#pragma once

#include <memory>
#include <vector>

#include "core/data/ForwardingDataset.h"

namespace uada {

/// Some samples of a data set, in an order of their own, which are numbered anew. Copies no pixels. It has
/// the identity of the whole set: what was chosen of it stands in a run's configuration.
class DatasetView final : public ForwardingDataset {
 public:
  /// indices  into the base
  DatasetView(std::shared_ptr<const Dataset> base, std::vector<std::uint32_t> indices)
      : ForwardingDataset(std::move(base)), indices_(std::move(indices)) {}

  std::size_t size() const override { return indices_.size(); }
  ImageSize imageSize(std::uint32_t index) const override { return base().imageSize(indices_[index]); }
  Held<ImageView> image(std::uint32_t index, const PixelBox* part = nullptr) const override {
    return base().image(indices_[index], part);
  }
  Held<TargetView> target(std::uint32_t index) const override { return base().target(indices_[index]); }
  std::string fileName(std::uint32_t index) const override { return base().fileName(indices_[index]); }
  std::optional<PixelSums> pixelSums(std::uint32_t index) const override {
    return base().pixelSums(indices_[index]);
  }

 private:
  std::vector<std::uint32_t> indices_;
};

}  // namespace uada
