#include "core/data/AveragePrecision.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace uada {
namespace {

constexpr double kLeastOverlap = 0.5;  // a box that shares no more belongs to no object

/// The best precision at each point and beyond.
std::vector<double> fallingPrecision(std::span<const CurvePoint> curve) {
  std::vector<double> best(curve.size());
  double so = 0;
  for (std::size_t i = curve.size(); i-- > 0;) best[i] = so = std::max(so, curve[i].precision);
  return best;
}

}  // namespace

double overlap(const ObjectBox& found, const ObjectBox& truth, ApRule rule) {
  const bool isSsd = rule == ApRule::voc07Ssd;
  const double shift = isSsd ? 1 : 0, last = isSsd ? 0 : 1;  // pixels; whether a last one counts
  const auto length = [&](double from, double to) { return to - from + last; };
  const double width = length(std::max(found.left + shift, double{truth.left}),
                              std::min(found.right + shift, double{truth.right}));
  const double height = length(std::max(found.top + shift, double{truth.top}),
                               std::min(found.bottom + shift, double{truth.bottom}));
  const double common = std::max(width, 0.0) * std::max(height, 0.0);
  const auto area = [&](const ObjectBox& box) {
    return length(box.left, box.right) * length(box.top, box.bottom);
  };
  const double both = area(found) + area(truth) - common;
  return both > 0 ? common / both : 0;
}

double elevenPoints(std::span<const CurvePoint> curve) {
  const std::vector<double> best = fallingPrecision(curve);
  double sum = 0;
  std::size_t at = 0;
  for (int i = 0; i <= 10; ++i) {
    const double least = i * 0.1;  // in double precision, so that 0.3 is a little more
    while (at < curve.size() && curve[at].recall < least) ++at;
    if (at < curve.size()) sum += best[at];
  }
  return sum / 11;
}

double areaBelow(std::span<const CurvePoint> curve) {
  const std::vector<double> best = fallingPrecision(curve);
  double area = 0, before = 0;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    area += (curve[i].recall - before) * best[i];
    before = curve[i].recall;
  }
  return area;
}

AveragePrecision::AveragePrecision(int classes) : perClass_(static_cast<std::size_t>(classes)) {}

/// Of the boxes of one image and class, from the surest on.
std::vector<AveragePrecision::Verdict> AveragePrecision::judged(const std::vector<const FoundBox*>& found,
                                                                const std::vector<const ObjectBox*>& truth,
                                                                ApRule rule) {
  std::vector<bool> isTaken(truth.size());
  std::vector<Verdict> verdicts;
  for (const FoundBox* box : found) {
    double most = kLeastOverlap;
    std::size_t owner = truth.size();
    for (std::size_t t = 0; t < truth.size(); ++t)
      if (const double share = overlap(box->box, *truth[t], rule); share > most) most = share, owner = t;
    if (owner == truth.size())
      verdicts.push_back(Verdict::wrong);
    else if (truth[owner]->difficult)
      verdicts.push_back(Verdict::neither);
    else
      verdicts.push_back(isTaken[owner] ? Verdict::wrong : Verdict::right);
    if (owner < truth.size()) isTaken[owner] = true;
  }
  return verdicts;
}

void AveragePrecision::add(std::span<const FoundBox> found, BoxesView truth) {
  std::vector<std::vector<const FoundBox*>> foundOf(perClass_.size());
  std::vector<std::vector<const ObjectBox*>> truthOf(perClass_.size());
  for (const FoundBox& box : found)
    if (box.box.label >= 0 && box.box.label < classes())
      foundOf[static_cast<std::size_t>(box.box.label)].push_back(&box);
  for (const ObjectBox& box : truth)
    if (box.label >= 0 && box.label < classes()) truthOf[static_cast<std::size_t>(box.label)].push_back(&box);
  for (std::size_t c = 0; c < perClass_.size(); ++c) {
    OfClass& own = perClass_[c];
    const auto difficult = static_cast<std::size_t>(
        std::ranges::count_if(truthOf[c], [](const ObjectBox* box) { return box->difficult; }));
    own.difficult += difficult;
    own.objects += truthOf[c].size() - difficult;
    std::ranges::sort(foundOf[c], [](const FoundBox* a, const FoundBox* b) {
      return a->score != b->score ? a->score > b->score : a < b;  // they lie in one row
    });
    const std::vector<Verdict> byPixels = judged(foundOf[c], truthOf[c], ApRule::voc07Rfb);
    const std::vector<Verdict> bySsd = judged(foundOf[c], truthOf[c], ApRule::voc07Ssd);
    for (std::size_t i = 0; i < foundOf[c].size(); ++i)
      own.found.push_back({foundOf[c][i]->score, byPixels[i], bySsd[i]});
  }
  ++images_;
}

double AveragePrecision::average(int label, ApRule rule) const {
  const OfClass& own = of(label);
  if (own.objects == 0) return 0;
  std::vector<std::uint32_t> order(own.found.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return own.found[a].score != own.found[b].score ? own.found[a].score > own.found[b].score : a < b;
  });
  std::vector<CurvePoint> curve;
  curve.reserve(order.size());
  double right = 0, wrong = 0;
  for (const std::uint32_t i : order) {
    const Verdict verdict = rule == ApRule::voc07Ssd ? own.found[i].bySsd : own.found[i].byPixels;
    right += verdict == Verdict::right;
    wrong += verdict == Verdict::wrong;
    curve.push_back({right / static_cast<double>(own.objects),
                     right / std::max(right + wrong, std::numeric_limits<double>::epsilon())});
  }
  return rule == ApRule::voc12Area ? areaBelow(curve) : elevenPoints(curve);
}

double AveragePrecision::mean(ApRule rule) const {
  double sum = 0;
  int occurring = 0;
  for (int c = 0; c < classes(); ++c) {
    if (objects(c) == 0) continue;
    sum += average(c, rule);
    ++occurring;
  }
  return occurring > 0 ? sum / occurring : 0;
}

}  // namespace uada
