#include "core/data/PictureTargets.h"

#include <utility>

namespace uada {
namespace {

class PictureTargets final : public Dataset {
 public:
  explicit PictureTargets(std::shared_ptr<const Dataset> base) : base_(std::move(base)) {}

  std::size_t size() const override { return base_->size(); }
  ImageSize imageSize(std::uint32_t index) const override { return base_->imageSize(index); }
  Held<ImageView> image(std::uint32_t index, const PixelBox* part) const override {
    return base_->image(index, part);
  }
  Held<TargetView> target(std::uint32_t index) const override {
    const auto held = std::make_shared<const Held<ImageView>>(base_->image(index));
    return Held<TargetView>(TargetView(**held), held);
  }
  TargetKind targetKind() const override { return TargetKind::picture; }
  int classes() const override { return base_->classes(); }
  std::vector<std::string> classNames() const override { return base_->classNames(); }
  std::string identity() const override { return base_->identity(); }
  std::string fileName(std::uint32_t index) const override { return base_->fileName(index); }
  bool isPublished() const override { return base_->isPublished(); }
  bool isResident() const override { return base_->isResident(); }
  std::optional<PixelSums> pixelSums(std::uint32_t index) const override { return base_->pixelSums(index); }

 private:
  std::shared_ptr<const Dataset> base_;
};

}  // namespace

std::shared_ptr<const Dataset> withTargets(std::shared_ptr<const Dataset> data, TargetKind wanted) {
  if (wanted != TargetKind::picture || data->targetKind() == wanted) return data;
  return std::make_shared<PictureTargets>(std::move(data));
}

}  // namespace uada
