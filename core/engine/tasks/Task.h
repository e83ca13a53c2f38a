#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/data/TargetKind.h"
#include "core/settings/Choice.h"
#include "core/settings/Settings.h"

namespace uada {

/// A number that says how well a network does. It is stored by name and shown by what stands here.
struct Metric {
  std::string name;   ///< in files: "top1"
  std::string title;  ///< for people, within a sentence: "top-1"
  std::string unit;   ///< as shown: "%"; empty: none
  double scale = 1;   ///< shown is the stored value times this: 0..1 as percent with 100
  int digits = 2;     ///< behind the point, as shown
  bool higherIsBetter = true;

  /// Whether `a` is better than `b`. A number is better than what is none; the latter is never better.
  bool isBetter(double a, double b) const;
  /// As shown, with its unit: "93.25 %"; what is not a number: "-".
  std::string text(double value) const;
};

/// A catalogue entry of `tasks.def`, without torch. TASK(X) stands for the settings struct X in tasks/X.h
/// with kName, kTitle, kSource, kTarget, visit() and static trainMetrics() and testMetrics().
struct Task {
  std::string name, title;
  TargetKind target = TargetKind::label;  ///< what it learns from
  std::vector<FieldValue> fields;
  /// Of the trained batches and of the test set. The first is the main one: it is shown where there is room
  /// for one, and "best" means the best by it.
  std::vector<Metric> trainMetrics, testMetrics;

  /// Throws UsageError listing those that there are.
  const Metric& trainMetric(std::string_view metric) const;
  const Metric& testMetric(std::string_view metric) const;

  Choice::Read read = nullptr;
  std::string source = {};  ///< for people
};
const std::vector<Task>& tasks();
const Task& findTask(std::string_view name);

}  // namespace uada
