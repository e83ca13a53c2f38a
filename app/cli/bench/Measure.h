#pragma once

#include <functional>
#include <vector>

namespace uada::cli {

/// Runs so many calls and says how many seconds they took, by the clock that fits the work.
using Block = std::function<double(long calls)>;

/// CPU seconds of this process: not lengthened by what else runs on the machine.
double cpuSeconds();
double wallSeconds();

/// Times `call` by a clock, after one that is not timed: the caches are as the other side left them.
template <class Call>
Block timed(double (*clock)(), Call call) {
  return [clock, call](long calls) mutable {
    call();
    const double start = clock();
    for (long i = 0; i < calls; ++i) call();
    return clock() - start;
  };
}

/// How much of a core the timed calls of one thread got.
struct CoreShare {
  double work = 0, wall = 0;  ///< seconds of the CPU and by the clock on the wall, of the same calls
  double share() const { return wall > 0 ? work / wall : 0; }
};

/// As timed(wall, call); both clocks' seconds of the timed calls are added to `share`, which must outlive it.
template <class Call>
Block timedWithShare(CoreShare& share, Call call, double (*cpu)() = cpuSeconds,
                     double (*wall)() = wallSeconds) {
  return [&share, call, cpu, wall](long calls) mutable {
    call();
    const double work = cpu(), start = wall();
    for (long i = 0; i < calls; ++i) call();
    const double seconds = wall() - start;
    share.work += cpu() - work;
    share.wall += seconds;
    return seconds;
  };
}

/// One side of a comparison.
struct Arm {
  Block run;
  double items = 1;  ///< images or samples that a call is about
};

/// Median and quartiles.
struct Spread {
  double median = 0, low = 0, high = 0;
};
Spread spreadOf(std::vector<double> values);

struct Measured {
  std::vector<Spread> micros;  ///< microseconds an item, of each arm
  std::vector<Spread> ratios;  ///< of each arm to the first, block by block
};

/// Measures the arms in turn, in short blocks: A B C, C B A, A B C ... A ratio is the median over the pairs
/// of neighbouring blocks, so that what slows the machine for a while slows both sides.
/// seconds  of all blocks together, about; at least one call each
Measured measure(const std::vector<Arm>& arms, double seconds);

/// The share of the machine's time that its host gave to others, since it was made: 0..1.
class StealWatch {
 public:
  StealWatch();
  double share() const;

 private:
  double stolen_ = 0, total_ = 0;
};

/// Above this share of stolen time nothing is judged.
constexpr double kMostSteal = 0.2;

}  // namespace uada::cli
