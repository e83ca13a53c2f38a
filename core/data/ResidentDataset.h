#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/data/Dataset.h"

namespace uada {

/// A data set for classification in memory: equal-sized 8-bit RGB images and a label each. A value: filled by
/// one thread, then only read.
class ResidentDataset final : public Dataset {
 public:
  int width = 0, height = 0, classCount = 0;
  std::vector<std::uint8_t> rgb;     ///< [N, height, width, 3]
  std::vector<std::int32_t> labels;  ///< [N], 0..classCount-1
  std::string hash;                  ///< SHA-256 over the files' unpacked bytes, in the order read
  bool published = false;            ///< its files are those that were published

  std::size_t size() const override { return labels.size(); }
  ImageSize imageSize(std::uint32_t) const override { return {width, height}; }
  ImageView view(std::size_t index) const {
    return {rgb.data() + std::size_t{3} * width * height * index, width, height};
  }
  Held<ImageView> image(std::uint32_t index, const PixelBox* = nullptr) const override {
    return Held<ImageView>(view(index));
  }
  Held<TargetView> target(std::uint32_t index) const override {
    return Held<TargetView>(Label{labels[index]});
  }
  TargetKind targetKind() const override { return TargetKind::label; }
  int classes() const override { return classCount; }
  std::string identity() const override { return hash; }
  bool isPublished() const override { return published; }
  bool isResident() const override { return true; }
};

/// A data set of this one image, with the label 0.
std::shared_ptr<const ResidentDataset> oneImageSet(Image image);

}  // namespace uada
