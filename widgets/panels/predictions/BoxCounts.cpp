#include "widgets/panels/predictions/BoxCounts.h"

#include <algorithm>
#include <functional>
#include <limits>

namespace uada {
namespace {

double shareOf(std::size_t part, std::size_t rest) {
  return part + rest > 0 ? static_cast<double>(part) / static_cast<double>(part + rest)
                         : std::numeric_limits<double>::quiet_NaN();
}

/// How many of falling scores are at least this one.
std::size_t atLeast(const std::vector<double>& scores, double score) {
  const auto end = std::ranges::partition_point(scores, [&](double own) { return own >= score; });
  return static_cast<std::size_t>(end - scores.begin());
}

}  // namespace

double BoxTally::precision() const { return shareOf(right, wrong); }
double BoxTally::recall() const { return shareOf(right, missed); }

BoxTally& BoxTally::operator+=(const BoxTally& other) {
  right += other.right;
  wrong += other.wrong;
  missed += other.missed;
  neither += other.neither;
  return *this;
}

void BoxCounts::add(std::span<const FoundBox> found, std::span<const JudgedBox> judged, BoxesView truth) {
  const auto classOf = [this](const ObjectBox& box) {
    const bool isClass = box.label >= 0 && box.label < classes();
    return isClass ? &perClass_[static_cast<std::size_t>(box.label)] : nullptr;
  };
  for (const ObjectBox& box : truth)
    if (OfClass* own = classOf(box); own && !box.difficult) ++own->objects;
  for (std::size_t i = 0; i < found.size(); ++i) {
    OfClass* own = classOf(found[i].box);
    if (!own) continue;
    const Verdict verdict = judged[i].verdict;
    auto& scores = verdict == Verdict::right   ? own->right
                   : verdict == Verdict::wrong ? own->wrong
                                               : own->neither;
    scores.push_back(found[i].score);
  }
}

void BoxCounts::finish() {
  for (OfClass& own : perClass_)
    for (auto* scores : {&own.right, &own.wrong, &own.neither})
      std::ranges::sort(*scores, std::ranges::greater());
}

BoxTally BoxCounts::tally(int label, double score) const {
  if (label < 0) {
    BoxTally sum;
    for (int c = 0; c < classes(); ++c) sum += tally(c, score);
    return sum;
  }
  const OfClass& own = perClass_[static_cast<std::size_t>(label)];
  BoxTally tally{atLeast(own.right, score), atLeast(own.wrong, score), 0, atLeast(own.neither, score)};
  tally.missed = own.objects - tally.right;
  return tally;
}

}  // namespace uada
