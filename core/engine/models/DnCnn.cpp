#include "core/engine/models/DnCnn.h"

#include "core/engine/models/Layers.h"

namespace uada {
namespace {

class DnCnnNetwork : public Network {
 public:
  explicit DnCnnNetwork(const DnCnn& settings) {
    ConvShape first = sameSize(3, settings.width, {3, 3});
    first.hasBias = true;
    first_ = std::make_shared<Conv>(first);
    register_module("first", first_);
    for (int i = 2; i < settings.depth; ++i) {
      convs_.push_back(std::make_shared<Conv>(settings.width, settings.width, 3, 1));
      norms_.push_back(std::make_shared<BatchNorm>(settings.width));
      register_module("conv" + std::to_string(i), convs_.back());
      register_module("bn" + std::to_string(i), norms_.back());
    }
    last_ = std::make_shared<Conv>(settings.width, 3, 3, 1);
    register_module("last", last_);
  }

  Output forward(const at::Tensor& x) override {
    at::Tensor h = first_->forward(x).relu_();  // [B, width, H, W]
    for (std::size_t i = 0; i < convs_.size(); ++i) h = norms_[i]->activated(convs_[i]->forward(h));
    return {x - last_->forward(h)};  // [B, 3, H, W]
  }

 private:
  std::shared_ptr<Conv> first_, last_;
  std::vector<std::shared_ptr<Conv>> convs_;
  std::vector<std::shared_ptr<BatchNorm>> norms_;
};

}  // namespace

std::shared_ptr<Network> make(const DnCnn& settings, const ModelContext&) {
  return std::make_shared<DnCnnNetwork>(settings);
}

}  // namespace uada
