#pragma once

#include <memory>
#include <utility>

#include "core/data/Dataset.h"

namespace uada {

/// A data set in front of another, whose samples, targets and names it has; what it has otherwise it
/// overrides.
class ForwardingDataset : public Dataset {
 public:
  explicit ForwardingDataset(std::shared_ptr<const Dataset> base) : base_(std::move(base)) {}

  std::size_t size() const override { return base_->size(); }
  ImageSize imageSize(std::uint32_t index) const override { return base_->imageSize(index); }
  Held<ImageView> image(std::uint32_t index, const PixelBox* part = nullptr) const override {
    return base_->image(index, part);
  }
  Held<TargetView> target(std::uint32_t index) const override { return base_->target(index); }
  TargetKind targetKind() const override { return base_->targetKind(); }
  int classes() const override { return base_->classes(); }
  std::vector<std::string> classNames() const override { return base_->classNames(); }
  std::string identity() const override { return base_->identity(); }
  std::string fileName(std::uint32_t index) const override { return base_->fileName(index); }
  bool isPublished() const override { return base_->isPublished(); }
  bool isResident() const override { return base_->isResident(); }
  std::optional<PixelSums> pixelSums(std::uint32_t index) const override { return base_->pixelSums(index); }

 protected:
  const Dataset& base() const { return *base_; }

 private:
  std::shared_ptr<const Dataset> base_;
};

}  // namespace uada
