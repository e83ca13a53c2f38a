#include "core/engine/tasks/Suppression.h"

#include <algorithm>
#include <functional>
#include <span>

namespace uada {
namespace {

/// What two boxes share of what they cover together.
float shareOf(const float* a, const float* b) {
  const float width = std::max(0.0F, std::min(a[2], b[2]) - std::max(a[0], b[0]));
  const float height = std::max(0.0F, std::min(a[3], b[3]) - std::max(a[1], b[1]));
  const float common = width * height;
  return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common);
}

/// The priors that are surest of a class, surest first; of equal ones the first.
std::vector<std::int64_t> surest(const float* chances, std::int64_t priors, std::int64_t stride,
                                 const SuppressionRule& rule) {
  std::vector<std::int64_t> order;
  for (std::int64_t p = 0; p < priors; ++p)
    if (chances[p * stride] > rule.leastScore) order.push_back(p);
  const auto isSurer = [&](std::int64_t a, std::int64_t b) {
    const float first = chances[a * stride], second = chances[b * stride];
    return first != second ? first > second : a < b;
  };
  const std::size_t kept = std::min(order.size(), rule.perClass);
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(kept), isSurer);
  order.resize(kept);
  return order;
}

/// Without those of scores below that of the last that is wanted.
void keepSurest(std::vector<FoundBox>& found, std::size_t count) {
  if (count == 0 || found.size() <= count) return;
  std::vector<double> scores;
  for (const FoundBox& box : found) scores.push_back(box.score);
  std::ranges::nth_element(scores, scores.begin() + static_cast<std::ptrdiff_t>(count) - 1, std::greater());
  const double least = scores[count - 1];
  std::erase_if(found, [&](const FoundBox& box) { return box.score < least; });
}

}  // namespace

std::vector<FoundBox> keptBoxes(const float* chances, const float* edges, std::int64_t priors, int classes,
                                const SuppressionRule& rule) {
  std::vector<FoundBox> found;
  for (int label = 0; label < classes; ++label) {
    const float* own = chances + label + 1;
    const std::int64_t stride = classes + 1;
    std::vector<const float*> kept;
    for (const std::int64_t p : surest(own, priors, stride, rule)) {
      const float* box = edges + 4 * p;
      if (std::ranges::any_of(kept, [&](const float* surer) { return shareOf(surer, box) > rule.overlap; }))
        continue;
      kept.push_back(box);
      found.push_back({{box[0], box[1], box[2], box[3], label}, own[p * stride]});
    }
  }
  keepSurest(found, rule.perImage);
  return found;
}

}  // namespace uada
