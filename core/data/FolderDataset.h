#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/data/BufferPool.h"
#include "core/data/Dataset.h"
#include "core/data/FolderIndex.h"

namespace uada {

/// A data set whose images are files of any size, decoded when they are asked for. Each has a label, or a
/// file with its label map, which is decoded likewise, or boxes.
class FolderDataset final : public Dataset {
 public:
  /// index  of sound files of the listing only
  FolderDataset(const FolderListing& listing, FolderIndex index);

  std::size_t size() const override { return index_.files.size(); }
  ImageSize imageSize(std::uint32_t index) const override {
    return {index_.files[index].width, index_.files[index].height};
  }
  Held<ImageView> image(std::uint32_t index, const PixelBox* part = nullptr) const override;
  Held<TargetView> target(std::uint32_t index) const override;
  TargetKind targetKind() const override { return kind_; }
  int classes() const override { return static_cast<int>(index_.classes.size()); }
  std::vector<std::string> classNames() const override { return index_.classes; }
  std::string identity() const override { return identity_; }
  std::string fileName(std::uint32_t index) const override { return index_.files[index].file.name; }
  std::optional<PixelSums> pixelSums(std::uint32_t index) const override { return index_.files[index].sums; }
  /// Where the sample's file lies.
  std::filesystem::path path(std::uint32_t index) const { return folder_ / index_.files[index].file.name; }

 private:
  /// Throws Error naming the file, if it does not have the size that the index has.
  void requireSize(const std::filesystem::path& file, ImageSize found, std::uint32_t index) const;
  std::filesystem::path folder_;
  FolderIndex index_;
  TargetKind kind_;
  MakeClasses makeClasses_;
  std::string identity_;  ///< SHA-256 of the classes and of each file's name, label and content
  std::shared_ptr<BufferPool> pool_ = std::make_shared<BufferPool>();  ///< of images
  std::shared_ptr<BufferPool> maps_ = std::make_shared<BufferPool>();
};

/// Opens a split by its listing, through the index.
/// throws  Error naming and counting the damaged files, unless they are left out; where no file is left
std::shared_ptr<const FolderDataset> openFolder(const FolderListing& listing, const Loading& loading);

/// The damaged files of an index, in words: "2 of 100 images in '/x' are damaged: ... and ...". Empty: none.
std::string damageText(const FolderListing& listing, const FolderIndex& index);

}  // namespace uada
