#include "core/data/PictureTargets.h"

#include <utility>

#include "core/data/ForwardingDataset.h"

namespace uada {
namespace {

class PictureTargets final : public ForwardingDataset {
 public:
  using ForwardingDataset::ForwardingDataset;

  Held<TargetView> target(std::uint32_t index) const override {
    const auto held = std::make_shared<const Held<ImageView>>(base().image(index));
    return Held<TargetView>(TargetView(**held), held);
  }
  TargetKind targetKind() const override { return TargetKind::picture; }
};

}  // namespace

std::shared_ptr<const Dataset> withTargets(std::shared_ptr<const Dataset> data, TargetKind wanted) {
  if (wanted != TargetKind::picture || data->targetKind() == wanted) return data;
  return std::make_shared<PictureTargets>(std::move(data));
}

}  // namespace uada
