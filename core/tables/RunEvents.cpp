#include "core/tables/RunEvents.h"

#include <fmt/core.h>

#include <cmath>
#include <ctime>
#include <set>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/EventFile.h"

namespace uada {
namespace {

/// A number of a report under its name: "train/loss".
struct Named {
  std::string name;
  double value;
};

/// Lists the numbers of a report; what says where it stands (step, epoch) is left out.
class Lister {
 public:
  /// group  of its own numbers: "train"; costs  of what was computed and how long it took
  Lister(std::string group, std::string costs) : group_(std::move(group)), costs_(std::move(costs)) {}
  std::vector<Named> numbers;
  template <class T>
  void key(const char*, const T&) {}
  template <class T>
  void field(std::string_view name, const T& value) {
    if constexpr (std::is_arithmetic_v<T>)
      if (name != "step" && name != "epoch") add(group_, name, static_cast<double>(value));
  }
  void added(std::string_view name, double value, int) { add(group_, name, value); }
  void passes(std::string_view name, double value) { add(costs_, name, value); }
  void phase(std::string_view name, double seconds) { add(costs_, fmt::format("{}_seconds", name), seconds); }
  void total(double seconds) { add(costs_, "step_seconds", seconds); }
  /// Those of a step are "train/top1", those of an epoch "epoch/train_top1" and "test/top1".
  void metrics(std::string_view part, const Metrics& metrics) {
    for (const auto& [name, value] : metrics)
      part == "train" ? add(group_, fmt::format("train_{}", name), value)
                      : add(part.empty() ? group_ : part, name, value);
  }

 private:
  void add(std::string_view group, std::string_view name, double value) {
    numbers.push_back({fmt::format("{}/{}", group, name), value});
  }
  const std::string group_, costs_;
};

template <class R>
std::vector<Named> numbersOf(const R& report, const std::string& group, const std::string& costs) {
  Lister lister(group, costs);
  R::visit(report, lister);
  return std::move(lister.numbers);
}

double secondsSince1970(const std::string& utc) {
  std::tm parts{};
  return ::strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) ? static_cast<double>(::timegm(&parts)) : 0;
}

/// The values of one run.
class Collector {
 public:
  explicit Collector(double begin) : file_(begin), time_(begin) {}

  template <class R>
  void add(std::int64_t step, const R& report, const std::string& group, const std::string& costs) {
    for (const auto& [tag, value] : numbersOf(report, group, costs)) {
      if (std::isnan(value) && !known_.contains(tag)) continue;
      known_.insert(tag);
      file_.add(time_, step, tag, value);
      ++values_;
    }
  }
  void pass(double seconds) { time_ += seconds; }
  const std::string& bytes() const { return file_.bytes(); }
  std::size_t values() const { return values_; }

 private:
  EventFile file_;
  double time_;
  std::set<std::string> known_;  ///< those that have had a number
  std::size_t values_ = 0;
};

}  // namespace

RunEvents runEvents(const ProjectReader& project, const RunSummary& run) {
  const double begin = secondsSince1970(run.created);
  Collector events(begin);
  const std::vector<EpochReport> epochs = project.epochs(run.id);
  const std::vector<PolicyReport> policy = project.policy(run.id);
  auto epoch = epochs.begin();
  auto moved = policy.begin();
  const auto addEpochs = [&](std::int64_t until) {
    for (; epoch != epochs.end() && epoch->step <= until; ++epoch)
      events.add(epoch->step, *epoch, "epoch", "epoch");
  };
  for (const StepReport& step : project.steps(run.id)) {
    addEpochs(step.step - 1);
    events.pass(step.timings.total());
    events.add(step.step, step, "train", "cost");
    for (; moved != policy.end() && moved->step <= step.step; ++moved)
      for (const OpStatistics& op : moved->ops) events.add(moved->step, op, "policy/" + op.op, "");
  }
  addEpochs(INT64_MAX);
  return {fmt::format("events.out.tfevents.{:.0f}.{}", begin, run.key), events.bytes(), events.values()};
}

}  // namespace uada
