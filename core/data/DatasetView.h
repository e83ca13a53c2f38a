#pragma once

#include <memory>
#include <vector>

#include "core/data/Dataset.h"

namespace uada {

/// Some samples of a data set, in an order of their own, which are numbered anew. Copies no pixels. It has
/// the identity of the whole set: what was chosen of it stands in a run's configuration.
class DatasetView final : public Dataset {
 public:
  /// indices  into the base
  DatasetView(std::shared_ptr<const Dataset> base, std::vector<std::uint32_t> indices)
      : base_(std::move(base)), indices_(std::move(indices)) {}

  std::size_t size() const override { return indices_.size(); }
  ImageSize imageSize(std::uint32_t index) const override { return base_->imageSize(indices_[index]); }
  Held<ImageView> image(std::uint32_t index, const PixelBox* part = nullptr) const override {
    return base_->image(indices_[index], part);
  }
  Held<TargetView> target(std::uint32_t index) const override { return base_->target(indices_[index]); }
  TargetKind targetKind() const override { return base_->targetKind(); }
  int classes() const override { return base_->classes(); }
  std::vector<std::string> classNames() const override { return base_->classNames(); }
  std::string identity() const override { return base_->identity(); }
  std::string fileName(std::uint32_t index) const override { return base_->fileName(indices_[index]); }
  bool isPublished() const override { return base_->isPublished(); }
  bool isResident() const override { return base_->isResident(); }
  std::optional<PixelSums> pixelSums(std::uint32_t index) const override {
    return base_->pixelSums(indices_[index]);
  }

 private:
  std::shared_ptr<const Dataset> base_;
  std::vector<std::uint32_t> indices_;
};

}  // namespace uada
