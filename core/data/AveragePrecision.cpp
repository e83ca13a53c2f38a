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

namespace {

/// The boxes of one class, from the surest on. found, truth: their places
void judgeClass(std::span<const FoundBox> all, std::span<const std::uint32_t> found, BoxesView objects,
                const std::vector<int>& truth, ApRule rule, std::vector<JudgedBox>& judged) {
  std::vector<bool> isTaken(truth.size());
  for (const std::uint32_t place : found) {
    JudgedBox& own = judged[place];
    std::size_t owner = truth.size();
    double most = kLeastOverlap;
    for (std::size_t t = 0; t < truth.size(); ++t) {
      const double share = overlap(all[place].box, objects[static_cast<std::size_t>(truth[t])], rule);
      own.share = std::max(own.share, share);
      if (share > most) most = share, owner = t;
    }
    if (owner == truth.size()) continue;
    own.object = truth[owner];
    if (objects[static_cast<std::size_t>(own.object)].difficult)
      own.verdict = Verdict::neither;
    else
      own.verdict = isTaken[owner] ? Verdict::wrong : Verdict::right;
    isTaken[owner] = true;
  }
}

}  // namespace

std::vector<JudgedBox> judged(std::span<const FoundBox> found, BoxesView truth, ApRule rule) {
  std::vector<JudgedBox> judged(found.size());
  std::vector<std::uint32_t> order(found.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    if (found[a].box.label != found[b].box.label) return found[a].box.label < found[b].box.label;
    return found[a].score != found[b].score ? found[a].score > found[b].score : a < b;
  });
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    const std::int32_t label = found[order[begin]].box.label;
    while (end < order.size() && found[order[end]].box.label == label) ++end;
    std::vector<int> own;
    for (std::size_t t = 0; t < truth.size(); ++t)
      if (truth[t].label == label) own.push_back(static_cast<int>(t));
    judgeClass(found, std::span(order).subspan(begin, end - begin), truth, own, rule, judged);
  }
  return judged;
}

void AveragePrecision::add(std::span<const FoundBox> found, BoxesView truth) {
  const auto isClass = [this](const ObjectBox& box) { return box.label >= 0 && box.label < classes(); };
  for (const ObjectBox& box : truth) {
    if (!isClass(box)) continue;
    OfClass& own = perClass_[static_cast<std::size_t>(box.label)];
    ++(box.difficult ? own.difficult : own.objects);
  }
  const std::vector<JudgedBox> byPixels = judged(found, truth, ApRule::voc07Rfb);
  const std::vector<JudgedBox> bySsd = judged(found, truth, ApRule::voc07Ssd);
  for (std::size_t i = 0; i < found.size(); ++i)
    if (isClass(found[i].box))
      perClass_[static_cast<std::size_t>(found[i].box.label)].found.push_back(
          {found[i].score, byPixels[i].verdict, bySsd[i].verdict});
  ++images_;
}

std::vector<double> AveragePrecision::numbers() const {
  std::vector<double> all{static_cast<double>(images_)};
  for (const OfClass& one : perClass_) {
    for (const std::size_t count : {one.objects, one.difficult, one.found.size()})
      all.push_back(static_cast<double>(count));
    for (const Judged& box : one.found)
      all.insert(all.end(), {box.score, static_cast<double>(box.byPixels), static_cast<double>(box.bySsd)});
  }
  return all;
}

void AveragePrecision::merge(std::span<const double> numbers) {
  auto next = numbers.begin();
  const auto count = [&] { return static_cast<std::size_t>(*next++); };
  const auto verdict = [&] { return static_cast<Verdict>(static_cast<int>(*next++)); };
  images_ += count();
  for (OfClass& one : perClass_) {
    one.objects += count();
    one.difficult += count();
    for (std::size_t left = count(); left > 0; --left) {
      const double score = *next++;
      const Verdict byPixels = verdict(), bySsd = verdict();
      one.found.push_back({score, byPixels, bySsd});
    }
  }
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
