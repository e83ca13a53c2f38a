#include "widgets/session/Pyramid.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace uada {

static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

void Pyramid::Block::add(const Block& next) {
  if (values == 0) {
    *this = next;
    return;
  }
  last = next.last;
  values += next.values;
  if (next.numbers == 0) return;
  if (numbers == 0 || next.low < low) {
    low = next.low;
    lowStep = next.lowStep;
  }
  if (numbers == 0 || next.high > high) {
    high = next.high;
    highStep = next.highStep;
  }
  const double share = static_cast<double>(next.numbers) / static_cast<double>(numbers + next.numbers);
  mean = numbers == 0 ? next.mean : mean + share * (next.mean - mean);
  numbers += next.numbers;
}

static Pyramid::Block blockOf(std::int64_t step, double y) {
  const bool isNumber = std::isfinite(y);
  if (!isNumber) y = kNone;
  return {step, step, step, step, y, y, y, 1, isNumber ? 1ULL : 0ULL};
}

Pyramid::Block Pyramid::block(std::size_t level, std::size_t index) const {
  return level == 0 ? blockOf(values_[index].step, values_[index].y) : blocks_[level - 1][index];
}

void Pyramid::append(std::int64_t step, double y) {
  ++count_;
  last_ = step;
  const Block one = blockOf(step, y);
  if (base_ == 0) values_.push_back({step, y});  // as it is: what is read out may be infinite
  std::uint64_t full = 1;
  for (auto& level : blocks_) {
    full *= kWidth;
    if (&level - blocks_.data() + 1 < static_cast<std::ptrdiff_t>(base_)) continue;  // given up
    if (level.empty() || level.back().values == full) level.emplace_back();
    level.back().add(one);
  }
  if (count(levels() - 1) > kWidth) addLevel();
  while (count(base_) > (base_ == 0 ? kMostValues : kMostBlocks)) coarsen();
}

void Pyramid::addLevel() {
  const std::size_t top = levels() - 1;
  std::vector<Block> level;
  for (std::size_t i = 0; i < count(top); ++i) {
    if (i % kWidth == 0) level.emplace_back();
    level.back().add(block(top, i));
  }
  blocks_.push_back(std::move(level));
}

bool Pyramid::coarsen() {
  if (base_ + 1 >= levels()) return false;
  if (base_ == 0)
    std::vector<Value>().swap(values_);
  else
    std::vector<Block>().swap(blocks_[base_ - 1]);
  ++base_;
  return true;
}

std::size_t Pyramid::bytes() const {
  std::size_t sum = values_.capacity() * sizeof(Value);
  for (const auto& level : blocks_) sum += level.capacity() * sizeof(Block);
  return sum;
}

std::uint64_t Pyramid::width() const {
  std::uint64_t width = 1;
  for (std::size_t level = 0; level < base_; ++level) width *= kWidth;
  return width;
}

double Pyramid::low() const {
  Block all;
  for (std::size_t i = 0; i < count(levels() - 1); ++i) all.add(block(levels() - 1, i));
  return all.numbers > 0 ? all.low : kNone;
}

double Pyramid::high() const {
  Block all;
  for (std::size_t i = 0; i < count(levels() - 1); ++i) all.add(block(levels() - 1, i));
  return all.numbers > 0 ? all.high : kNone;
}

void Pyramid::emit(std::size_t level, std::size_t begin, std::size_t end, std::vector<Value>& out) const {
  for (std::size_t i = begin; i < end; ++i) {
    const Block one = block(level, i);
    if (one.numbers == 0) {
      out.push_back({one.first, kNone});
      continue;
    }
    const Value low{one.lowStep, one.low}, high{one.highStep, one.high};
    const bool rises = low.step <= high.step;
    out.push_back(rises ? low : high);
    if (low.step != high.step) out.push_back(rises ? high : low);
  }
}

std::vector<Pyramid::Value> Pyramid::points(std::int64_t from, std::int64_t to, std::size_t most) const {
  std::size_t coarse = base_;
  while (coarse + 1 < levels() && count(coarse) > most) ++coarse;
  // Of the coarse blocks those that reach into the range are drawn by what they were made of.
  std::size_t begin = 0, end = count(coarse);
  while (begin < end && block(coarse, begin).last < from) ++begin;
  while (end > begin && block(coarse, end - 1).first > to) --end;
  std::size_t fine = coarse, scale = 1;
  while (fine > base_ && (end - begin) * scale * kWidth <= most) {
    --fine;
    scale *= kWidth;
  }
  std::vector<Value> out;
  emit(coarse, 0, begin, out);
  emit(fine, begin * scale, std::min(end * scale, count(fine)), out);
  emit(coarse, end, count(coarse), out);
  return out;
}

std::size_t Pyramid::place(std::int64_t step) const {
  std::size_t low = 0, high = count(base_);
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    (block(base_, middle).first <= step ? low = middle + 1 : high = middle);
  }
  return low > 0 ? low - 1 : 0;
}

const Pyramid::Value* Pyramid::nearest(std::int64_t step) const {
  if (!isExact() || values_.empty()) return nullptr;
  const std::size_t i = place(step);
  const bool isNextNearer =
      i + 1 < values_.size() && std::abs(values_[i + 1].step - step) < std::abs(step - values_[i].step);
  return &values_[isNextNearer ? i + 1 : i];
}

/// Whether no step between its first and its last is left out.
static bool isDense(const Pyramid::Block& block) {
  return static_cast<std::int64_t>(block.values) == block.last - block.first + 1;
}

std::int64_t Pyramid::before(std::int64_t step) const {
  if (empty()) return step;
  std::size_t i = place(step - 1);
  const Block at = block(base_, i);
  if (at.first >= step) return step;
  if (at.last < step) return at.last;
  return isDense(at) ? step - 1 : at.first;
}

std::int64_t Pyramid::after(std::int64_t step) const {
  if (empty() || step >= last_) return step;
  const std::size_t i = place(step);
  const Block at = block(base_, i);
  if (step < at.first) return at.first;
  if (step < at.last) return isDense(at) ? step + 1 : at.last;
  return block(base_, i + 1).first;
}

double Pyramid::between(std::int64_t step) const {
  if (empty()) return kNone;
  const Block at = block(base_, place(step));
  if (at.highStep <= at.lowStep || step >= at.highStep) return at.high;
  if (step <= at.lowStep) return at.low;
  const double share = static_cast<double>(step - at.lowStep) / static_cast<double>(at.highStep - at.lowStep);
  return at.low + share * (at.high - at.low);
}

std::int64_t Pyramid::reaches(double y) const {
  std::size_t low = 0, high = count(base_);
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    (block(base_, middle).high < y ? low = middle + 1 : high = middle);
  }
  if (low == count(base_)) return last_;
  const Block at = block(base_, low);
  if (at.high <= at.low || y <= at.low) return at.lowStep;
  const double share = (y - at.low) / (at.high - at.low);
  return at.lowStep + std::llround(share * static_cast<double>(at.highStep - at.lowStep));
}

const Pyramid& Smoothing::of(const Pyramid& raw, double weight) {
  if (weight != weight_ || raw.width() != width_ || raw.size() < size_) {
    *this = {};
    weight_ = weight;
    width_ = raw.width();
  }
  if (raw.size() == size_) return smooth_;
  size_ = raw.size();
  raw.eachAfter(lastStep_, [this](const Pyramid::Block& block) { add(block); });
  return smooth_;
}

void Smoothing::add(const Pyramid::Block& block) {
  double value = kNone;
  if (block.numbers > 0) {
    const double kept = std::pow(weight_, static_cast<double>(block.numbers));
    sum_ = kept * sum_ + (1 - kept) * block.mean;
    mass_ = kept * mass_ + (1 - kept);
    value = sum_ / mass_;
  }
  smooth_.append(block.last, value);
  lastStep_ = block.last;
}

}  // namespace uada
