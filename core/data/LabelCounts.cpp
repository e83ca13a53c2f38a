#include "core/data/LabelCounts.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "core/base/Error.h"

namespace uada {
namespace {

constexpr double kLeast = 1e-10;  // pixels, added to a divisor

double share(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / (static_cast<double>(whole) + kLeast);
}

/// How often each pair of a true and a predicted label occurs, [true][predicted], with one row and column for
/// the labels that are no class.
class Pairs {
 public:
  explicit Pairs(std::size_t classes) : side_(classes + 1), counts_(side_ * side_) {}

  void add(LabelMapView predicted, LabelMapView truth, int ignore) {
    const std::uint8_t *t = truth.labels, *p = predicted.labels, *const end = t + truth.size();
    // Labels run over many pixels: where a run has both, it counts at once.
    for (; end - t >= kRun; t += kRun, p += kRun)
      if (isOne(t) && isOne(p))
        count(*t, *p, ignore, kRun);
      else
        for (int i = 0; i < kRun; ++i) count(t[i], p[i], ignore, 1);
    for (; t < end; ++t, ++p) count(*t, *p, ignore, 1);
  }
  std::uint64_t at(std::size_t truth, std::size_t predicted) const {
    return counts_[truth * side_ + predicted];
  }
  std::uint64_t ignored() const { return ignored_; }

 private:
  static constexpr int kRun = 8;
  /// Whether all labels of a run are the first one.
  static bool isOne(const std::uint8_t* labels) {
    std::uint64_t run = 0;
    std::memcpy(&run, labels, sizeof run);
    return run == *labels * std::uint64_t{0x0101010101010101};
  }
  void count(std::size_t truth, std::size_t predicted, int ignore, std::uint64_t pixels) {
    if (static_cast<int>(truth) == ignore) {
      ignored_ += pixels;
      return;
    }
    counts_[std::min(truth, side_ - 1) * side_ + std::min(predicted, side_ - 1)] += pixels;
  }
  std::size_t side_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t ignored_ = 0;
};

}  // namespace

LabelCounts::LabelCounts(int classes) : perClass_(static_cast<std::size_t>(classes) + 1) {}

void LabelCounts::add(LabelMapView predicted, LabelMapView truth, int ignore) {
  if (predicted.width != truth.width || predicted.height != truth.height)
    throw Error(
        fmt::format("a predicted label map of {} x {} pixels has a true one of {} x {}; both need "
                    "one size",
                    predicted.width, predicted.height, truth.width, truth.height));
  const std::size_t side = perClass_.size();
  Pairs pairs(side - 1);
  pairs.add(predicted, truth, ignore);
  for (std::size_t t = 0; t < side; ++t)
    for (std::size_t p = 0; p < side; ++p) {
      perClass_[t].truth += pairs.at(t, p);
      perClass_[p].predicted += pairs.at(t, p);
      if (t == p) perClass_[t].intersection += pairs.at(t, p);
    }
  ignored_ += pairs.ignored();
  ++images_;
}

void LabelCounts::merge(const LabelCounts& other) {
  if (other.classes() != classes())
    throw Error(
        fmt::format("counts of {} classes cannot be joined with those of {}", other.classes(), classes()));
  for (std::size_t c = 0; c < perClass_.size(); ++c) {
    perClass_[c].intersection += other.perClass_[c].intersection;
    perClass_[c].predicted += other.perClass_[c].predicted;
    perClass_[c].truth += other.perClass_[c].truth;
  }
  ignored_ += other.ignored_;
  images_ += other.images_;
}

std::vector<double> LabelCounts::numbers() const {
  std::vector<double> all{static_cast<double>(ignored_), static_cast<double>(images_)};
  for (const ClassPixels& one : perClass_)
    for (const std::uint64_t pixels : {one.intersection, one.predicted, one.truth})
      all.push_back(static_cast<double>(pixels));
  return all;
}

void LabelCounts::merge(std::span<const double> numbers) {
  if (numbers.size() != 2 + 3 * perClass_.size())
    throw Error(fmt::format("{} numbers are no counts of {} classes", numbers.size(), classes()));
  auto next = numbers.begin();
  const auto take = [&] { return static_cast<std::uint64_t>(*next++); };
  ignored_ += take();
  images_ += take();
  for (ClassPixels& one : perClass_)
    for (std::uint64_t* pixels : {&one.intersection, &one.predicted, &one.truth}) *pixels += take();
}

double LabelCounts::iou(int label) const {
  const ClassPixels& own = pixels(label);
  return share(own.intersection, own.predicted + own.truth - own.intersection);
}

double LabelCounts::accuracy(int label) const {
  return share(pixels(label).intersection, pixels(label).truth);
}

namespace {

/// The mean of a value over the classes; over those of the truth alone.
template <class Value>
double meanOf(const LabelCounts& counts, const Value& value, bool occurring) {
  double sum = 0;
  int number = 0;
  for (int c = 0; c < counts.classes(); ++c) {
    if (occurring && counts.pixels(c).truth == 0) continue;
    sum += value(c);
    ++number;
  }
  return number > 0 ? sum / number : 0;
}

}  // namespace

double LabelCounts::meanIou() const {
  return meanOf(*this, [this](int c) { return iou(c); }, false);
}
double LabelCounts::meanAccuracy() const {
  return meanOf(*this, [this](int c) { return accuracy(c); }, false);
}
double LabelCounts::meanIouOccurring() const {
  return meanOf(*this, [this](int c) { return iou(c); }, true);
}
double LabelCounts::meanAccuracyOccurring() const {
  return meanOf(*this, [this](int c) { return accuracy(c); }, true);
}

double LabelCounts::overallAccuracy() const {
  std::uint64_t found = 0;
  for (int c = 0; c < classes(); ++c) found += pixels(c).intersection;
  return share(found, counted());
}

std::uint64_t LabelCounts::counted() const {
  std::uint64_t all = 0;
  for (int c = 0; c < classes(); ++c) all += pixels(c).truth;
  return all;
}

}  // namespace uada
