#include "app/cli/bench/Measure.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>
#include <string>
#include <tuple>
#include <utility>

namespace uada::cli {
namespace {

constexpr int kRounds = 16;  ///< each has one block of every arm

/// How many calls take about so long. Also warms up.
long callsFor(const Block& run, double seconds) {
  long calls = 1;
  double span = run(calls);
  while (span < seconds / 4) span = run(calls *= 2);
  return std::max(1L, std::lround(static_cast<double>(calls) * seconds / span));
}

/// All and stolen processor time since the machine started, in ticks; 0 where the system does not say.
std::pair<double, double> ticks() {
  std::ifstream file("/proc/stat");
  std::string word;
  file >> word;  // "cpu": user, nice, system, idle, iowait, irq, softirq, steal; guests are counted in user
  double total = 0, steal = 0;
  for (int i = 0; i < 8 && file >> steal; ++i) total += steal;
  return file ? std::pair(total, steal) : std::pair(0.0, 0.0);
}

}  // namespace

double cpuSeconds() {
  std::timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double wallSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Spread spreadOf(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {  // between neighbours where it falls between them
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  };
  return {at(0.5), at(0.25), at(0.75)};
}

Measured measure(const std::vector<Arm>& arms, double seconds) {
  const std::size_t count = arms.size();
  std::vector<long> calls;
  for (const Arm& arm : arms)
    calls.push_back(callsFor(arm.run, seconds / static_cast<double>(kRounds * count)));
  std::vector<std::vector<double>> micros(count), ratios(count);
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t a = round % 2 == 0 ? i : count - 1 - i;
      micros[a].push_back(1e6 * arms[a].run(calls[a]) / (static_cast<double>(calls[a]) * arms[a].items));
    }
    for (std::size_t a = 0; a < count; ++a) ratios[a].push_back(micros[a].back() / micros[0].back());
  }
  Measured measured;
  for (std::size_t a = 0; a < count; ++a) {
    measured.micros.push_back(spreadOf(std::move(micros[a])));
    measured.ratios.push_back(spreadOf(std::move(ratios[a])));
  }
  return measured;
}

StealWatch::StealWatch() { std::tie(total_, stolen_) = ticks(); }

double StealWatch::share() const {
  const auto [total, stolen] = ticks();
  return total > total_ ? (stolen - stolen_) / (total - total_) : 0;
}

}  // namespace uada::cli
