#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/Json.h"
#include "core/store/Records.h"
#include "core/tables/Cost.h"

namespace uada {

/// The settings that define a run's result, one level deep: "model.depth", "training.epochs",
/// "method.epsilon".
using FlatSettings = std::unordered_map<std::string, Json>;
/// Of the runs of a project, by the hash of their configuration.
struct SettingsOfRuns {
  std::unordered_map<std::string, std::shared_ptr<const FlatSettings>> byHash;
  std::vector<std::string> keys;       ///< that any of them has, in alphabetical order
  std::vector<std::string> differing;  ///< of these, those in which not all agree
  std::vector<std::string> numbers;    ///< of these, those whose values are all numbers
};
/// known  what was made before of some of the configurations; null: nothing
std::shared_ptr<const SettingsOfRuns> settingsOfRuns(const ConfigsByHash& configs,
                                                     const std::shared_ptr<const SettingsOfRuns>& known);
/// A setting's value as people read it: "0.1", "on", "cosine", "[1,2]".
std::string settingText(const Json& value);

/// What is known of one run of a list of them. Refers to what must outlive it.
struct ListedRun {
  const RunSummary& run;
  std::string_view name;                     ///< as the list calls it
  std::string_view recipe;                   ///< in words; "": not known
  const FlatSettings* settings = nullptr;    ///< null: not known
  const CostReference* reference = nullptr;  ///< what its costs are divided by; null: nothing
};

/// A column of a list of runs, which also is a key of RunQuery.
struct RunColumn {
  enum class Kind {
    text,
    words,     ///< several, of which each counts: tags
    number,    ///< means nothing when averaged: a seed
    measured,  ///< may be averaged
    share,     ///< measured, stored in 0..1 and shown in percent
    seconds
  };
  std::string name;   ///< "last"
  std::string title;  ///< of the column
  std::string help;   ///< one sentence
  Kind kind = Kind::text;
  std::vector<std::string> aliases;  ///< further names in queries
  /// Of text and words; as shown, of a number without Kind::measured.
  std::function<std::string(const ListedRun&)> text = {};
  /// Of all others. none: there is none; NaN: it is no number
  std::function<std::optional<double>(const ListedRun&)> number = {};

  bool isNumber() const { return kind != Kind::text && kind != Kind::words; }
  bool isMeasured() const { return kind == Kind::measured || kind == Kind::share || kind == Kind::seconds; }
  /// As people read it; "": nothing.
  std::string shown(const ListedRun& run) const;
  /// A number of this column as people read it, with its unit.
  std::string shown(double value, const RunSummary& run) const;
};

/// The columns that a list of runs may have.
class RunColumns {
 public:
  /// Those that do not depend on the runs.
  RunColumns();
  /// And one for each metric of their last tests and each setting of their configurations.
  /// settings  null: those are not known yet
  RunColumns(const std::vector<RunSummary>& runs, const std::shared_ptr<const SettingsOfRuns>& settings);

  const std::vector<RunColumn>& all() const { return columns_; }
  /// By name or alias, whatever its case; of a setting also by its last word where no other column has that.
  /// null: there is none
  const RunColumn* find(std::string_view name) const;
  /// The index in all().
  std::optional<std::size_t> place(std::string_view name) const;

 private:
  void add(RunColumn column);
  void addMetrics(const std::vector<RunSummary>& runs);
  void addSettings(const SettingsOfRuns& settings);
  std::vector<RunColumn> columns_;
  std::unordered_map<std::string, std::size_t> places_;  ///< by names and aliases in small letters
};

/// What a row that stands for several runs shows in a column: "92.13 ± 0.24 %" of what is measured, their
/// common value where they agree, "1 to 3" of other numbers, "3 values" of other text.
std::string shownOfAll(const RunColumn& column, std::span<const ListedRun> runs);
/// What it is sorted by: the mean. none: no run has a number
std::optional<double> meanOfAll(const RunColumn& column, std::span<const ListedRun> runs);

/// The text in small letters, of ASCII alone: what comparisons of names are made of.
std::string lowered(std::string_view text);

}  // namespace uada
