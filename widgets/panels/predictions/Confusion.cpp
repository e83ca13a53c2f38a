#include "widgets/panels/predictions/Confusion.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace uada {

Confusion::Confusion(int classes, std::span<const Guess> guesses)
    : classes_(classes),
      counts_(static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes)),
      rows_(static_cast<std::size_t>(classes)),
      columns_(static_cast<std::size_t>(classes)) {
  const auto isClass = [&](std::int32_t label) { return label >= 0 && label < classes; };
  for (const Guess& guess : guesses) {
    if (!isClass(guess.truth) || !isClass(guess.predicted)) {
      ++outside_;
      continue;
    }
    ++samples_;
    ++counts_[place(guess.truth, guess.predicted)];
    ++rows_[static_cast<std::size_t>(guess.truth)];
    ++columns_[static_cast<std::size_t>(guess.predicted)];
  }
}

std::int64_t Confusion::right() const {
  std::int64_t sum = 0;
  for (int c = 0; c < classes_; ++c) sum += count(c, c);
  return sum;
}

static double shareOf(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole)
                   : std::numeric_limits<double>::quiet_NaN();
}

double Confusion::share(int truth, int predicted) const {
  return shareOf(count(truth, predicted), ofTruth(truth));
}

double Confusion::precision(int label) const { return shareOf(count(label, label), ofPredicted(label)); }

std::int64_t Confusion::mostWrong() const {
  std::int64_t most = 0;
  for (int t = 0; t < classes_; ++t)
    for (int p = 0; p < classes_; ++p)
      if (t != p) most = std::max(most, count(t, p));
  return most;
}

std::vector<int> byConfusion(const Confusion& confusion) {
  const int classes = confusion.classes();
  const auto errors = [&](int c) {
    return confusion.ofTruth(c) + confusion.ofPredicted(c) - 2 * confusion.count(c, c);
  };
  std::vector<int> order, left(static_cast<std::size_t>(classes));
  for (int c = 0; c < classes; ++c) left[static_cast<std::size_t>(c)] = c;
  while (!left.empty()) {
    const int last = order.empty() ? -1 : order.back();
    const auto rank = [&](int c) {
      const std::int64_t mutual = last < 0 ? 0 : confusion.count(c, last) + confusion.count(last, c);
      return std::tuple(-mutual, -errors(c), c);
    };
    const auto next = std::ranges::min_element(left, {}, rank);
    order.push_back(*next);
    left.erase(next);
  }
  return order;
}

}  // namespace uada
