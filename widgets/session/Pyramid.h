#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace uada {

/// One number of a run, step after step, in bounded memory. Up to kMostValues all are kept. Beyond that the
/// lowest, the highest and the mean of every 8 values, then of every 64 and so on, so that no picture of it
/// loses an extreme. A value that is no finite number is a gap. Copied as a value; any one thread.
class Pyramid {
 public:
  static constexpr std::size_t kMostValues = 1 << 17;  ///< kept one by one; 2 MB
  static constexpr std::size_t kMostBlocks = 1 << 15;  ///< kept on each of the levels above; 3 MB
  static constexpr std::size_t kWidth = 8;             ///< values, or blocks, that one block stands for

  struct Value {
    std::int64_t step = 0;
    double y = 0;
  };
  struct Block {
    std::int64_t first = 0, last = 0;        ///< steps
    std::int64_t lowStep = 0, highStep = 0;  ///< of the extremes
    double low = 0, high = 0, mean = 0;      ///< of the numbers; NaN where there is none
    std::uint64_t values = 0, numbers = 0;   ///< that it stands for; those that are no gaps
    void add(const Block& next);
  };

  /// step  above every earlier one
  void append(std::int64_t step, double y);
  bool empty() const { return count_ == 0; }
  std::uint64_t size() const { return count_; }  ///< values ever appended
  std::int64_t lastStep() const { return last_; }
  /// Of all numbers; NaN: there is none.
  double low() const;
  double high() const;
  /// Whether every value is there.
  bool isExact() const { return base_ == 0; }
  /// take(Block) for each of the finest that is kept and begins after the step, but not for a block that
  /// still grows.
  template <class Take>
  void eachAfter(std::int64_t step, Take take) const {
    const std::size_t grows = base_ > 0 && count(base_) > 0 ? 1 : 0;
    std::size_t i = place(step);
    for (; i + grows < count(base_); ++i)
      if (const Block one = block(base_, i); one.first > step) take(one);
  }
  /// Values that one of the finest blocks stands for; 1: all are kept.
  std::uint64_t width() const;

  /// At most about 4 * most points that draw the same line as all values: the extremes of each block in the
  /// order of their steps, fine between two steps and coarse outside; NaN for gaps. All, if they are so few.
  std::vector<Value> points(std::int64_t from, std::int64_t to, std::size_t most) const;
  /// The value at the step nearest to it, if all are kept and there is one.
  const Value* nearest(std::int64_t step) const;
  /// The step of the value before or after, or `step` itself if there is none. Between the kept blocks, where
  /// steps are left out, the next one that is known.
  std::int64_t before(std::int64_t step) const;
  std::int64_t after(std::int64_t step) const;
  /// Between the kept values, and in a line within a block: of numbers that only grow.
  double between(std::int64_t step) const;
  /// Likewise the first step at which they reach y; the last one if they do not.
  std::int64_t reaches(double y) const;

  /// Gives up the finest level. Returns false if there is no coarser one.
  bool coarsen();
  std::size_t bytes() const;

 private:
  std::size_t count(std::size_t level) const {
    return level == 0 ? values_.size() : blocks_[level - 1].size();
  }
  std::size_t levels() const { return blocks_.size() + 1; }
  Block block(std::size_t level, std::size_t index) const;
  void addLevel();
  void emit(std::size_t level, std::size_t begin, std::size_t end, std::vector<Value>& out) const;
  /// The last of the finest blocks that begins at or before the step; 0 if none does.
  std::size_t place(std::int64_t step) const;

  std::vector<Value> values_;               ///< level 0; empty once it is given up
  std::vector<std::vector<Block>> blocks_;  ///< level 1 and above; the last block of each grows
  std::size_t base_ = 0;                    ///< the finest level that is kept
  std::uint64_t count_ = 0;
  std::int64_t last_ = 0;
};

/// The bias-corrected exponential mean of a curve, kept up as it grows. Where blocks stand for values their
/// mean counts as often as they have numbers.
class Smoothing {
 public:
  /// weight  of the past, below 1
  const Pyramid& of(const Pyramid& raw, double weight);
  std::size_t bytes() const { return smooth_.bytes(); }

 private:
  void add(const Pyramid::Block& block);

  Pyramid smooth_;
  double weight_ = -1, sum_ = 0, mass_ = 0;  ///< mass: what of the weights lies in the data, not before it
  std::uint64_t width_ = 0, size_ = 0;       ///< of raw
  std::int64_t lastStep_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace uada
