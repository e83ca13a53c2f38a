#include "core/engine/tasks/PriorBoxes.h"

#include <algorithm>
#include <cmath>

namespace uada {
namespace {

constexpr float kMatched = 0.5F;  // least share of a prior that stands for an object
constexpr float kForced = 2;      // more than any share
constexpr float kPlaceVariance = 0.1F, kSizeVariance = 0.2F;

}  // namespace

PriorBoxes::PriorBoxes(const at::Tensor& priors)
    : priors_(priors.defined() ? priors.contiguous() : at::zeros({0, 4})) {
  TORCH_CHECK(priors_.dim() == 2 && priors_.size(1) == 4, "priors want [P, 4], found ", priors_.sizes());
  const auto* values = static_cast<const float*>(priors_.const_data_ptr());
  for (std::int64_t p = 0; p < priors_.size(0); ++p, values += 4) {
    left_.push_back(values[0] - values[2] / 2);
    top_.push_back(values[1] - values[3] / 2);
    right_.push_back(values[0] + values[2] / 2);
    bottom_.push_back(values[1] + values[3] / 2);
    area_.push_back((right_.back() - left_.back()) * (bottom_.back() - top_.back()));
  }
}

/// What the box and each prior share of what they cover together: [P].
void PriorBoxes::shares(const ObjectBox& box, float* out) const {
  const float area = (box.right - box.left) * (box.bottom - box.top);
  for (std::size_t p = 0; p < area_.size(); ++p) {
    const float width = std::min(box.right, right_[p]) - std::max(box.left, left_[p]);
    const float height = std::min(box.bottom, bottom_[p]) - std::max(box.top, top_[p]);
    const float common = std::max(width, 0.0F) * std::max(height, 0.0F);
    out[p] = common / (area + area_[p] - common);
  }
}

void PriorBoxes::encode(const ObjectBox& box, std::size_t prior, float* out) const {
  const float* own = static_cast<const float*>(priors_.const_data_ptr()) + 4 * prior;
  out[0] = ((box.left + box.right) / 2 - own[0]) / (kPlaceVariance * own[2]);
  out[1] = ((box.top + box.bottom) / 2 - own[1]) / (kPlaceVariance * own[3]);
  out[2] = std::log((box.right - box.left) / own[2]) / kSizeVariance;
  out[3] = std::log((box.bottom - box.top) / own[3]) / kSizeVariance;
}

void PriorBoxes::match(BoxesView boxes, std::int64_t* classes, float* offsets) const {
  const std::size_t count = area_.size();
  std::vector<float> share(count), best(count, -1);
  std::vector<std::size_t> owner(count), prior;
  for (std::size_t b = 0; b < boxes.size(); ++b) {
    shares(boxes[b], share.data());
    prior.push_back(static_cast<std::size_t>(std::ranges::max_element(share) - share.begin()));
    for (std::size_t p = 0; p < count; ++p)
      if (share[p] > best[p]) best[p] = share[p], owner[p] = b;
  }
  for (std::size_t b = 0; b < boxes.size(); ++b) best[prior[b]] = kForced, owner[prior[b]] = b;
  for (std::size_t p = 0; p < count; ++p) {
    const bool isMatched = best[p] >= kMatched;
    classes[p] = isMatched ? boxes[owner[p]].label + 1 : 0;
    if (isMatched)
      encode(boxes[owner[p]], p, offsets + 4 * p);
    else
      std::fill_n(offsets + 4 * p, 4, 0.0F);
  }
}

at::Tensor PriorBoxes::decoded(const at::Tensor& offsets) const {
  const at::Tensor middle = priors_.narrow(1, 0, 2), side = priors_.narrow(1, 2, 2);
  const at::Tensor foundMiddle = middle + offsets.narrow(-1, 0, 2) * kPlaceVariance * side;
  const at::Tensor foundSide = side * (offsets.narrow(-1, 2, 2) * kSizeVariance).exp();
  const at::Tensor corner = foundMiddle - foundSide / 2;
  return at::cat({corner, corner + foundSide}, -1);
}

}  // namespace uada
