#pragma once

#include <array>
#include <cstdint>

namespace uada {

/// One block of Philox4x32-10: 128 random bits from a 128-bit counter and a 64-bit key.
/// source  Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011; Random123 known answers
inline std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// What a stream of numbers is for. The values are part of every stored plan's meaning: never renumber.
enum class Purpose : std::uint32_t {
  shuffle = 1,
  plan = 2,
  probe = 3,
  weights = 4,
  dropout = 5,
  update = 6,
  validation = 7,
  policy = 8,
  landscape = 9,
  selection = 20,
  magnitude = 21,
  warp = 22,
  noise = 23,  ///< of denoising: the seed is the key that a plan holds
  test = 99
};

/// Random numbers that depend on nothing but (seed, epoch, index, purpose) and how many were drawn before.
/// A value, about 40 bytes: make one where it is needed; never share one between threads.
class Random {
 public:
  /// epoch  also: the step, for streams drawn once a step
  /// index  the sample's index in the data set, or 0
  Random(std::uint64_t seed, std::uint32_t epoch, std::uint32_t index, Purpose purpose)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        counter_{0, index, epoch, static_cast<std::uint32_t>(purpose)} {}

  std::uint32_t next() {
    if (used_ == 4) {
      block_ = philox(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return block_[used_++];
  }
  /// Uniform in 0..n-1, without bias. n > 0.
  std::uint32_t below(std::uint32_t n) {
    for (const std::uint32_t reject = -n % n;;) {  // Lemire's method: drop the few low products
      const std::uint64_t product = std::uint64_t{next()} * n;
      if (static_cast<std::uint32_t>(product) >= reject) return static_cast<std::uint32_t>(product >> 32);
    }
  }
  bool coin() { return next() >> 31; }
  int sign() { return coin() ? 1 : -1; }
  /// Uniform in [0, 1), 53 bits.
  double uniform() {
    const std::uint64_t high = next() >> 5, low = next() >> 6;
    return static_cast<double>(high << 26 | low) * 0x1p-53;
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
};

}  // namespace uada
