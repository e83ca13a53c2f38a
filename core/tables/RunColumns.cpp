#include "core/tables/RunColumns.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/Text.h"
#include "core/config/FlatConfig.h"
#include "core/engine/tasks/Task.h"
#include "core/tables/Table.h"

namespace uada {
namespace {

using Kind = RunColumn::Kind;

/// Whether a setting tells nothing of the result, and may be another run's of the same hash.
bool isIncidental(const std::string& key) {
  return key == "experiment" || key == "seed" || key == "name" || key == "dataset.folder" ||
         key.starts_with("runtime.");
}

std::string fixedText(double value, int digits) { return fmt::format("{:.{}f}", value, digits); }

/// Four significant digits.
std::string plainText(double value) { return fmt::format("{:.4g}", value); }

std::string wholeText(double value) { return groupedText(static_cast<long long>(value)); }

/// The ISO 8601 time as its date and minute, still UTC.
std::string minuteText(const std::string& time) {
  std::string text = time.substr(0, 16);
  std::ranges::replace(text, 'T', ' ');
  return text;
}

RunColumn textColumn(std::string name, std::string title, std::string help, std::string RunSummary::* member,
                     std::vector<std::string> aliases = {}) {
  return {std::move(name),    std::move(title),
          std::move(help),    Kind::text,
          std::move(aliases), [member](const ListedRun& listed) { return listed.run.*member; }};
}

template <class Number>
RunColumn numberColumn(std::string name, std::string title, std::string help, Kind kind, Number number,
                       std::vector<std::string> aliases = {}) {
  return {std::move(name), std::move(title), std::move(help), kind, std::move(aliases), {}, number};
}

RunColumn ratioColumn(std::string name, std::string title, std::string help,
                      std::optional<double> CostRatios::* member) {
  return numberColumn(std::move(name), std::move(title), std::move(help), Kind::measured,
                      [member](const ListedRun& listed) -> std::optional<double> {
                        // Runs that are not whole, or have nothing to compare with, have no ratio.
                        if (!listed.reference || listed.run.state != RunState::finished) return {};
                        return listed.reference->ratios(listed.run).*member;
                      });
}

std::string epochText(const RunSummary& run) { return fmt::format("{}/{}", run.epoch, run.epochs); }

RunColumn settingColumn(const std::string& key, bool isNumber) {
  RunColumn column{key, key, "Setting of the configuration", isNumber ? Kind::number : Kind::text, {}};
  const auto found = [key](const ListedRun& listed) -> const Json* {
    if (!listed.settings) return nullptr;
    const auto place = listed.settings->find(key);
    return place == listed.settings->end() ? nullptr : &place->second;
  };
  column.text = [found](const ListedRun& listed) {
    const Json* value = found(listed);
    return value ? settingText(*value) : std::string();
  };
  if (isNumber)
    column.number = [found](const ListedRun& listed) -> std::optional<double> {
      const Json* value = found(listed);
      return value && value->isNumber() ? std::optional(value->asDouble()) : std::nullopt;
    };
  return column;
}

/// The spread's digits are the mean's.
std::string meanText(const RunColumn& column, const std::vector<double>& values, const RunSummary& run) {
  const Cell cell{values, {}, {}};
  const std::string mean = column.shown(*cell.mean(), run);
  if (!cell.spread()) return mean;
  const std::string spread = column.shown(*cell.spread(), run);
  const std::size_t unit = mean.ends_with(" %") && spread.ends_with(" %") ? 2 : 0;
  return fmt::format("{} ± {}", mean.substr(0, mean.size() - unit), spread);
}

}  // namespace

std::string lowered(std::string_view text) {
  std::string low(text);
  for (char& letter : low)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return low;
}

std::string settingText(const Json& value) {
  if (value.isBool()) return value.asBool() ? "on" : "off";
  if (value.isNull()) return "none";
  return value.isString() ? value.asString() : value.dump();
}

std::shared_ptr<const SettingsOfRuns> settingsOfRuns(const ConfigsByHash& configs,
                                                     const std::shared_ptr<const SettingsOfRuns>& known) {
  auto all = std::make_shared<SettingsOfRuns>();
  if (known) all->byHash = known->byHash;
  for (const auto& [hash, config] : configs) {
    if (all->byHash.contains(hash)) continue;
    auto flat = std::make_shared<FlatSettings>();
    for (auto& [key, value] : flatConfig(*config))
      if (!value.isObject() && !isIncidental(key)) flat->emplace(std::move(key), std::move(value));
    all->byHash.emplace(hash, std::move(flat));
  }
  struct Seen {
    const Json* first;
    std::size_t equal = 0;
    bool areNumbers = true;
  };
  std::unordered_map<std::string_view, Seen> seen;
  for (const auto& [hash, flat] : all->byHash)
    for (const auto& [key, value] : *flat) {
      Seen& place = seen.try_emplace(key, Seen{&value}).first->second;
      place.equal += *place.first == value;
      place.areNumbers = place.areNumbers && value.isNumber();
    }
  for (const auto& [key, place] : seen) {
    all->keys.emplace_back(key);
    if (place.equal < all->byHash.size()) all->differing.emplace_back(key);
    if (place.areNumbers) all->numbers.emplace_back(key);
  }
  for (auto* keys : {&all->keys, &all->differing, &all->numbers}) std::ranges::sort(*keys);
  return all;
}

std::string RunColumn::shown(double value, const RunSummary& run) const {
  if (!std::isfinite(value)) return std::isnan(value) ? "NaN" : value > 0 ? "inf" : "-inf";
  if (kind == Kind::share) return fixedText(100 * value, 2) + " %";
  if (kind == Kind::seconds) return durationText(value);
  if (kind == Kind::number) return value == std::floor(value) ? wholeText(value) : plainText(value);
  if (name == "best" || name == "last") return mainMetric(run).text(value);
  return name.ends_with("_ratio") ? fixedText(value, 2) + " ×" : plainText(value);
}

std::string RunColumn::shown(const ListedRun& listed) const {
  if (text) return text(listed);
  const std::optional<double> value = number(listed);
  return value ? shown(*value, listed.run) : std::string();
}

RunColumns::RunColumns() {
  add({"name", "Run", "What the list calls the run", Kind::text, {"run"}, [](const ListedRun& listed) {
         return std::string(listed.name);
       }});
  add(textColumn("title", "Title", "Its title, as files and the command line have it", &RunSummary::title));
  add(textColumn("key", "Key", "What names the run's folder", &RunSummary::key, {"id"}));
  add({"state",
       "State",
       "Running, finished, stopped, failed, interrupted ...",
       Kind::text,
       {},
       [](const ListedRun& listed) { return std::string(stateName(listed.run.state)); }});
  add(textColumn("method", "Method", "How it is trained, by its name in the catalogue", &RunSummary::method));
  add({"recipe", "Recipe", "All but method and seed, in words", Kind::text, {}, [](const ListedRun& listed) {
         return std::string(listed.recipe);
       }});
  add(textColumn("dataset", "Data set", "By its name in the catalogue", &RunSummary::dataset, {"data"}));
  add(textColumn("network", "Network", "By its name in the catalogue", &RunSummary::model, {"model"}));
  add(numberColumn("seed", "Seed", "Of all its random numbers", Kind::number,
                   [](const ListedRun& l) { return std::optional(static_cast<double>(l.run.seed)); }));
  RunColumn epoch = numberColumn("epoch", "Epoch", "Trained epochs of those planned", Kind::number,
                                 [](const ListedRun& l) { return std::optional<double>(l.run.epoch); });
  epoch.text = [](const ListedRun& listed) { return epochText(listed.run); };
  add(std::move(epoch));
  add(numberColumn("step", "Step", "Trained steps", Kind::number,
                   [](const ListedRun& l) { return std::optional(static_cast<double>(l.run.step)); }));
  add(numberColumn("last", "Last", "Main metric of the test after the last epoch", Kind::measured,
                   [](const ListedRun& l) { return l.run.lastMain(); }));
  add(numberColumn("best", "Best", "Main metric, the best of the tests after its epochs", Kind::measured,
                   [](const ListedRun& l) { return l.run.best; }, {"acc"}));
  add(numberColumn("loss", "Loss", "Of the last training step", Kind::measured,
                   [](const ListedRun& l) { return l.run.loss; }));
  add(numberColumn("seconds", "Time", "Of training, all attempts", Kind::seconds,
                   [](const ListedRun& l) { return std::optional(l.run.seconds); }, {"time", "duration"}));
  add(ratioColumn("time_ratio", "Time ×", "Training time over that of the reference on the same machine",
                  &CostRatios::time));
  add(ratioColumn("forward_ratio", "Forwards ×", "Forward-equivalents over those of the reference",
                  &CostRatios::forwards));
  add(ratioColumn("chain_ratio", "Chains ×", "Rendered images over those of the reference",
                  &CostRatios::chains));
  add(textColumn("device", "Device", "That its last attempt trained on", &RunSummary::device));
  add(textColumn("host", "Host", "That its last attempt trained on", &RunSummary::host));
  add(numberColumn("threads", "Threads", "Of its last attempt", Kind::number,
                   [](const ListedRun& l) -> std::optional<double> {
                     if (l.run.threads == 0) return {};
                     return l.run.threads;
                   }));
  for (const auto& [name, title, help, member] :
       {std::tuple("created", "Created", "When it was set up (UTC)", &RunSummary::created),
        std::tuple("ended", "Ended", "When its last attempt ended (UTC)", &RunSummary::ended)})
    add({name, title, help, Kind::text, {}, [member](const ListedRun& listed) {
           return minuteText(listed.run.*member);
         }});
  add({"tags", "Tags", "Words that you gave it", Kind::words, {"tag"}, [](const ListedRun& listed) {
         return listed.run.tags;
       }});
  add(textColumn("notes", "Notes", "What you wrote about it", &RunSummary::notes, {"note"}));
  add(textColumn("experiment", "Experiment", "The experiment it came from", &RunSummary::experiment));
  add(textColumn("problem", "Problem", "Why it failed", &RunSummary::problem));
  add({"forked_from",
       "Forked from",
       "The run whose checkpoint it began with, and the step",
       Kind::text,
       {"fork", "parent"},
       [](const ListedRun& listed) {
         const Lineage& from = listed.run.lineage;
         return from.run.empty() ? std::string()
                                 : fmt::format("{} at step {}", from.run, groupedText(from.step));
       }});
  add(numberColumn("edits", "Edits", "Settings that were changed while it trained", Kind::number,
                   [](const ListedRun& l) -> std::optional<double> {
                     if (l.run.edits == 0) return {};
                     return l.run.edits;
                   },
                   {"edited"}));
  add(textColumn("certificate", "Trained again", "What came of it when steps were trained again and compared",
                 &RunSummary::certificate, {"verified"}));
  add(numberColumn("attempts", "Attempts", "Start and resumes", Kind::number,
                   [](const ListedRun& l) { return std::optional<double>(l.run.attempts); }));
}

RunColumns::RunColumns(const std::vector<RunSummary>& runs,
                       const std::shared_ptr<const SettingsOfRuns>& settings)
    : RunColumns() {
  addMetrics(runs);
  if (settings) addSettings(*settings);
}

void RunColumns::add(RunColumn column) {
  const std::size_t place = columns_.size();
  places_.emplace(lowered(column.name), place);
  for (const std::string& alias : column.aliases) places_.emplace(lowered(alias), place);
  columns_.push_back(std::move(column));
}

/// Those that are shares are told by the catalogue of tasks.
void RunColumns::addMetrics(const std::vector<RunSummary>& runs) {
  std::set<std::string> names;
  for (const RunSummary& run : runs)
    for (const MetricValue& metric : run.last) names.insert(metric.name);
  for (const std::string& name : names) {
    const Metric* known = nullptr;
    for (const Task& task : tasks())
      for (const Metric& metric : task.testMetrics)
        if (metric.name == name) known = &metric;
    const bool isShare = known && known->scale == 100;
    add(numberColumn("test." + name, "Test " + (known ? known->title : name),
                     "Of the test after the last epoch", isShare ? Kind::share : Kind::measured,
                     [name](const ListedRun& l) { return l.run.lastOf(name); }, {name}));
  }
}

void RunColumns::addSettings(const SettingsOfRuns& settings) {
  std::unordered_map<std::string, int> lastWords;
  const auto lastWord = [](const std::string& key) { return key.substr(key.rfind('.') + 1); };
  for (const std::string& key : settings.keys) ++lastWords[lastWord(key)];
  for (const std::string& key : settings.keys) {
    RunColumn column = settingColumn(key, std::ranges::binary_search(settings.numbers, key));
    if (lastWords[lastWord(key)] == 1) column.aliases.push_back(lastWord(key));
    add(std::move(column));
  }
}

std::optional<std::size_t> RunColumns::place(std::string_view name) const {
  const auto found = places_.find(lowered(name));
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

const RunColumn* RunColumns::find(std::string_view name) const {
  const auto found = place(name);
  return found ? &columns_[*found] : nullptr;
}

std::optional<double> meanOfAll(const RunColumn& column, std::span<const ListedRun> runs) {
  std::vector<double> values;
  for (const ListedRun& run : runs)
    if (const auto value = column.number(run); value && std::isfinite(*value)) values.push_back(*value);
  return Cell{values, {}, {}}.mean();
}

std::string shownOfAll(const RunColumn& column, std::span<const ListedRun> runs) {
  if (runs.empty()) return {};
  if (column.isMeasured()) {
    std::vector<double> values;
    for (const ListedRun& run : runs)
      if (const auto value = column.number(run); value && std::isfinite(*value)) values.push_back(*value);
    return values.empty() ? std::string() : meanText(column, values, runs.front().run);
  }
  std::set<std::string> texts;
  std::set<double> numbers;
  for (const ListedRun& run : runs) {
    texts.insert(column.shown(run));
    if (!column.isNumber()) continue;
    if (const auto value = column.number(run)) numbers.insert(*value);
  }
  if (texts.size() == 1) return *texts.begin();
  if (!column.isNumber() || numbers.size() < 2) return fmt::format("{} values", texts.size());
  return fmt::format("{} to {}", column.shown(*numbers.begin(), runs.front().run),
                     column.shown(*numbers.rbegin(), runs.front().run));
}

}  // namespace uada
