#include "core/tables/OwnKeys.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <set>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/data/Dataset.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/tables/Mixture.h"

namespace uada {
namespace {

constexpr double kLast = std::numeric_limits<double>::infinity();  // where a run has nothing of a key

/// The names that groups of these runs have, by configurationOf().
std::map<std::string, GroupName> namesOf(const std::vector<FinishedRun>& runs) {
  std::map<std::string, Repeats> groups;
  for (const FinishedRun& run : runs) {
    Repeats& group = groups.try_emplace(configurationOf(run.summary), &run.summary, run.config, std::nullopt)
                         .first->second;
    if (const auto verdict = run.summary.isDataPublished)
      group.isDataPublished = group.isDataPublished.value_or(true) && *verdict;
  }
  std::vector<Repeats> all;
  for (const auto& [key, group] : groups) all.push_back(group);
  const std::vector<GroupName> names = groupNames(all);
  std::map<std::string, GroupName> byKey;
  std::size_t i = 0;
  for (const auto& [key, group] : groups) byKey.emplace(key, names[i++]);
  return byKey;
}

template <class Entries>
double placeIn(const Entries& entries, const std::string& name) {
  double place = 0;
  for (const auto& entry : entries) {
    if (entry.name == name) return place;
    ++place;
  }
  return kLast;
}

/// A catalogue's entry by its title, in the catalogue's order.
template <class Entries>
Key titled(const Entries& entries, const std::string& name) {
  for (const auto& entry : entries)
    if (entry.name == name) return {placeIn(entries, name), entry.title};
  return {kLast, name};
}

/// "epochs 10"; "-" where the run has no such key.
Key keyIn(const RunColumn& column, const ListedRun& run, bool isNamed) {
  const std::string text = column.shown(run);
  if (text.empty()) return {kLast, "-"};
  const std::string word = column.name.substr(column.name.rfind('.') + 1);
  const auto number = column.isNumber() ? column.number(run) : std::nullopt;
  std::string said = isNamed ? word + ' ' + text : text;
  std::ranges::replace(said, '_', ' ');
  return {number.value_or(0), isNamed ? said : text};
}

}  // namespace

std::vector<KeyOf> OwnKeys::of(const std::vector<std::string>& names) {
  std::vector<KeyOf> all;
  for (const std::string& name : names) all.push_back(one(name));
  return all;
}
std::string OwnKeys::title(const std::string& name) const {
  if (name == "variant") return "Method";
  if (name == "recipe") return "Recipe";
  const RunColumn* const column = listing_.columns().find(name);
  return column ? column->title : name;
}

KeyOf OwnKeys::one(const std::string& name) {
  if (name == "variant" || name == "recipe") return named(name == "recipe");
  if (name == "method") return [](const RunSummary& run) { return titled(methods(), run.method); };
  if (name == "dataset") return [](const RunSummary& run) { return titled(datasets(), run.dataset); };
  if (name == "network") return [](const RunSummary& run) { return titled(models(), run.model); };
  const RunColumn* const column = listing_.columns().find(name);
  if (!column || column->isMeasured()) throw UsageError(unknown(name, column != nullptr));
  const bool isNamed =
      column->isNumber() || std::ranges::binary_search(listing_.settings().keys, column->name);
  return [this, column, isNamed](const RunSummary& run) { return keyIn(*column, listing_.of(run), isNamed); };
}
KeyOf OwnKeys::named(bool isRecipe) {
  if (names_.empty()) names_ = namesOf(runs_);
  return [this, isRecipe](const RunSummary& run) {
    const GroupName& name = names_.at(configurationOf(run));
    return isRecipe ? Key{0, name.recipe()} : Key{placeIn(methods(), run.method), name.method};
  };
}
std::string OwnKeys::unknown(const std::string& name, bool isMeasured) const {
  if (isMeasured)
    return fmt::format("'{}' is measured: it can be a value of a table, not a row or a column",
                       quotable(name));
  std::vector<std::string> known{"variant", "recipe"};
  for (const RunColumn& column : listing_.columns().all()) known.push_back(column.name);
  return fmt::format("there is no column or setting '{}' that rows or columns could be made of{}",
                     quotable(name), suggestion(name, known));
}

std::vector<OwnKey> ownKeys(const std::vector<FinishedRun>& runs) {
  const Listing listing = listingOf(runs, {});
  const auto differs = [&](const RunColumn& column) {
    const auto text = [&](const RunSummary& run) { return column.shown(listing.of(run)); };
    return std::ranges::any_of(
        runs, [&](const FinishedRun& run) { return text(run.summary) != text(runs.front().summary); });
  };
  std::vector<OwnKey> keys{
      {"variant", "Method with settings", "The method with those of its settings that differ", false, true},
      {"recipe", "Recipe", "All but method and seed, in words", false, true}};
  static const std::set<std::string> kAlike{"recipe", "state"};  // of finished runs, without a window
  for (const RunColumn& column : listing.columns().all())
    if (!column.isMeasured() && !kAlike.contains(column.name))
      keys.push_back({column.name, column.title, column.help,
                      std::ranges::binary_search(listing.settings().keys, column.name), differs(column)});
  return keys;
}

}  // namespace uada
