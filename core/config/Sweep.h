#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/RunConfig.h"

namespace uada {

class Random;

/// Values from `from` to `to`, both included.
struct SweptRange {
  Json from, to;  ///< numbers; where both are whole, so is what is drawn
  double step =
      0;  ///< above 0: only every so much from `from` on; 0: any value between, which can only be drawn
  bool isLogarithmic = false;  ///< drawn evenly in their logarithm; then without a step, and above 0
};

/// What a sweep gives to one setting: a list, or a range.
struct SweptValues {
  std::vector<Json> list;  ///< at least one, unless there is a range
  std::optional<SweptRange> range;
};

struct SweptSetting {
  std::string key;  ///< as --set has it: "recipe.training.epochs", "methods.1.epsilon"
  SweptValues values;
};

/// The sweep of an experiment (docs/formats.md, "Sweep").
struct Sweep {
  std::vector<SweptSetting> settings;  ///< empty: there is none
  int draws = 0;                       ///< 0: every combination; else so many at random
  std::int64_t seed = 1;               ///< of the draws
};

/// An experiment and its sweep.
struct SweptExperiment {
  Experiment base;  ///< without the sweep: what it says of a swept setting does not count
  Sweep sweep = {};
  /// The runs that it makes, each configuration and seed once: combination by combination as
  /// expand(Experiment) orders them.
  std::vector<RunConfig> runs = {};
};

constexpr int kMaxCombinations = 1'000;  ///< of a sweep

SweptExperiment withoutSweep(Experiment experiment);
/// As experimentFromJson(), with the key "sweep".
SweptExperiment sweptFromJson(const Json& json, const std::string& where,
                              const std::vector<PolicyFile>& kept = {});
/// As readExperiment(), with the key "sweep".
SweptExperiment readSwept(const std::string& file, const std::vector<std::string>& overrides = {},
                          const std::vector<PolicyFile>& kept = {});
Json toJson(const SweptExperiment& experiment);

/// [1, 2], or {"from": 0.5, "to": 2, "step": 0.5}. Throws UsageError.
SweptValues sweptValuesFromJson(const Json& json, const std::string& where);
Json toJson(const SweptValues& values);
/// All of them, in order: at most kMaxCombinations. Throws UsageError for a range without a step.
std::vector<Json> allValues(const SweptValues& values, const std::string& where);
/// One of them. Real numbers have four digits.
Json drawnValue(const SweptValues& values, Random& random);

/// The JSON of an experiment file, with the recipes that it names in it and the settings changed.
/// overrides  see readExperiment()
Json readExperimentJson(const std::string& file, const std::vector<std::string>& overrides);

}  // namespace uada
