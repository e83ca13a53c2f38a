#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/config/RunConfig.h"
#include "core/engine/Reports.h"
#include "core/engine/tasks/Task.h"

namespace uada::cli {

/// How far a run is, how fast and how long still; nothing is printed here.
/// Rates are over the last half minute, so that a pause or a slow start is soon forgotten.
class Pace {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Pace(const RunConfig& config);

  void add(const StateReport& report);
  void add(const StepReport& report, Clock::time_point now);
  void add(const EpochReport& report);
  std::int64_t step() const { return step_; }
  std::int64_t steps() const { return steps_; }  ///< planned, as the engine says; 0: not known yet
  double share() const;
  std::optional<double> stepsPerSecond() const;
  std::optional<double> imagesPerSecond() const;
  std::optional<double> secondsLeft() const;

 private:
  struct Mark {
    Clock::time_point time;
    std::int64_t step, images;
  };
  std::deque<Mark> marks_;
  std::int64_t step_ = 0, steps_ = 0, images_ = 0;
  int epoch_ = 0, epochs_ = 1;
  double testSeconds_ = 0;
};

/// Shows one run's progress on standard error: a bar that is redrawn on a terminal, else plain lines, one an
/// epoch and one every ten seconds. Used on the main thread.
class ProgressLine {
 public:
  /// prefix  before everything: "[2/4] r18-c10-uada-s1"
  ProgressLine(const RunConfig& config, std::string prefix, bool quiet);
  ~ProgressLine();

  void show(const StateReport& report);
  void show(const StepReport& report);
  void show(const EpochReport& report);
  void show(const CheckpointReport&) {}
  void show(const ResultReport&) {}
  void show(const EventReport& event);
  /// A line of its own; the bar moves below it.
  void line(const std::string& text);
  /// Call now and then: redraws what has changed, not oftener than eye or file need it.
  void refresh();

 private:
  std::string bar(int width) const;
  std::string plain() const;
  std::vector<std::string> parts() const;
  void clear();

  Pace pace_;
  std::string prefix_, state_;
  bool quiet_, terminal_, drawn_ = false, changed_ = false;
  int epoch_ = 0, epochs_ = 1;
  double loss_ = 0;
  const uada::Task& task_;
  std::vector<MetricValue> sums_;  ///< of this epoch's trained images, each times its image
  std::int64_t count_ = 0;
  std::optional<double> test_;  ///< of the main metric
  Pace::Clock::time_point shown_;
};

}  // namespace uada::cli
