#include "core/config/Sweep.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/Error.h"
#include "core/base/JsonText.h"
#include "core/base/Philox.h"
#include "core/base/Printable.h"
#include "core/config/SetValue.h"

namespace uada {
namespace {

using Setting = std::pair<std::string, Json>;
using Combination = std::vector<Setting>;  ///< of Sweep::settings, in their order

/// The number with so many digits and no more: 0.3, not 0.30000000000000004.
Json rounded(double value, int digits) {
  return Json(std::strtod(fmt::format("{:.{}g}", value, digits).c_str(), nullptr));
}

bool isWhole(const SweptRange& range) { return range.from.isInt() && range.to.isInt(); }

SweptRange rangeFromJson(const Json& json, const std::string& where) {
  refuseUnknownKeys(json, {"from", "to", "step", "scale"}, where);
  const auto number = [&](const char* key) {
    const Json* given = json.find(key);
    if (!given || !given->isNumber() || !std::isfinite(given->asDouble()))
      throw UsageError(
          fmt::format("{}: {}: a number expected, {} found", where, key, given ? foundText(*given) : "none"));
    return *given;
  };
  SweptRange range{number("from"), number("to")};
  if (json.find("step")) range.step = number("step").asDouble();
  if (json.find("step") && range.step <= 0)
    throw UsageError(fmt::format("{}: step: {} found, a number above 0 expected", where, range.step));
  if (range.to.asDouble() < range.from.asDouble())
    throw UsageError(fmt::format("{}: from {} to {} runs backwards; exchange the two", where,
                                 range.from.dump(), range.to.dump()));
  const Json* scale = json.find("scale");
  if (!scale) return range;
  if (*scale != Json("log") && *scale != Json("linear"))
    throw UsageError(
        fmt::format("{}: scale: \"linear\" or \"log\" expected, {} found", where, foundText(*scale)));
  range.isLogarithmic = *scale == Json("log");
  if (range.isLogarithmic && (range.step > 0 || range.from.asDouble() <= 0))
    throw UsageError(fmt::format("{}: with scale \"log\" a range above 0 without a step expected", where));
  return range;
}

/// Of a range with a step; fewer than kMaxCombinations + 1, or so many.
std::size_t countOf(const SweptRange& range) {
  const double steps = (range.to.asDouble() - range.from.asDouble()) / range.step;
  return static_cast<std::size_t>(std::min(std::floor(steps + 1e-9), 1.0 * kMaxCombinations)) + 1;
}

Json valueAt(const SweptRange& range, std::size_t i) {
  const double value = range.from.asDouble() + static_cast<double>(i) * range.step;
  const bool isWholeStep = range.from.isInt() && range.step == std::floor(range.step);
  return isWholeStep ? Json(static_cast<std::int64_t>(std::llround(value))) : rounded(value, 12);
}

bool isSwept(const std::string& key) {
  return key.starts_with("recipe.") || key.starts_with("recipes.") || key.starts_with("methods.");
}

Sweep sweepFromJson(const Json& json, const std::string& where) {
  refuseUnknownKeys(json, {"settings", "draws", "seed"}, where);
  Sweep sweep;
  const Json* settings = json.find("settings");
  if (!settings || !settings->isObject() || settings->asObject().empty())
    throw UsageError(
        fmt::format("{}: settings: an object expected, such as {{\"methods.0.epsilon\": [1, 2]}}, {} found",
                    where, settings ? foundText(*settings) : "none"));
  for (const auto& [key, values] : settings->asObject()) {
    if (!isSwept(key))
      throw UsageError(
          fmt::format("{}: '{}' found, a setting of the recipe or of a method expected, such as "
                      "recipe.training.epochs or methods.0.epsilon; seeds are listed in 'seeds'",
                      where, quotable(key)));
    sweep.settings.push_back({key, sweptValuesFromJson(values, where + "." + key)});
  }
  const auto whole = [&](const char* key, std::int64_t least, std::int64_t most, std::int64_t usual) {
    const Json* given = json.find(key);
    if (!given) return usual;
    const auto number = wholeNumber(*given);
    if (!number || *number < least || *number > most)
      throw UsageError(fmt::format("{}: {}: a whole number from {} to {} expected, {} found", where, key,
                                   least, most, foundText(*given)));
    return *number;
  };
  sweep.draws = static_cast<int>(whole("draws", 0, kMaxCombinations, 0));
  sweep.seed = whole("seed", 0, std::int64_t{1} << 53, 1);
  if (sweep.draws == 0 && json.find("seed"))
    throw UsageError(fmt::format("{}: seed has no effect without draws; leave it out", where));
  return sweep;
}

Json toJson(const Sweep& sweep) {
  Json json = Json::object();
  json["settings"] = Json::object();
  for (const SweptSetting& setting : sweep.settings) json["settings"][setting.key] = toJson(setting.values);
  if (sweep.draws == 0) return json;
  json["draws"] = sweep.draws;
  json["seed"] = sweep.seed;
  return json;
}

/// Every value of each setting with every one of the others; the last setting changes first.
std::vector<Combination> grid(const Sweep& sweep, const std::string& where) {
  std::vector<Combination> all{{}};
  for (const SweptSetting& setting : sweep.settings) {
    const std::vector<Json> values = allValues(setting.values, where + "." + setting.key);
    if (all.size() * values.size() > static_cast<std::size_t>(kMaxCombinations))
      throw UsageError(
          fmt::format("{}: {} combinations or more, at most {} allowed; sweep fewer values, or draw "
                      "some at random (draws)",
                      where, all.size() * values.size(), kMaxCombinations));
    std::vector<Combination> longer;
    for (const Combination& one : all)
      for (const Json& value : values) {
        longer.push_back(one);
        longer.back().emplace_back(setting.key, value);
      }
    all = std::move(longer);
  }
  return all;
}

/// A draw depends on the seed, its number and the setting's place alone.
std::vector<Combination> drawn(const Sweep& sweep) {
  std::vector<Combination> all;
  for (std::uint32_t draw = 0; draw < static_cast<std::uint32_t>(sweep.draws); ++draw) {
    all.emplace_back();
    for (std::uint32_t i = 0; i < sweep.settings.size(); ++i) {
      Random random(static_cast<std::uint64_t>(sweep.seed), draw, i, Purpose::selection);
      all.back().emplace_back(sweep.settings[i].key, drawnValue(sweep.settings[i].values, random));
    }
  }
  return all;
}

/// The policy that a method has by default is named before one of its settings is set.
void namePolicy(Json& json, const std::string& key, const std::string& where) {
  constexpr std::string_view kStart = "methods.";
  const std::size_t dot = key.find('.', kStart.size());
  const Json* const methods = json.find("methods");
  if (!key.starts_with(kStart) || dot == key.npos || !key.substr(dot).starts_with(".policy.") || !methods)
    return;
  const std::string number = key.substr(kStart.size(), dot - kStart.size());
  for (std::size_t i = 0; i < methods->asArray().size(); ++i) {
    const Json& method = methods->asArray()[i];
    if (number != std::to_string(i) || (method.isObject() && method.find("policy"))) continue;
    const std::string name = policyOf(newMethodFromJson(method, where)).name;
    return setValue(json, key.substr(0, dot) + ".policy=" + Json(name).dump());
  }
}

Json withSettings(Json json, const Combination& settings, const std::string& where) {
  try {
    for (const auto& [key, value] : settings) {
      namePolicy(json, key, where);
      setValue(json, key + "=" + value.dump());
    }
  } catch (const UsageError& error) {
    const std::string text = error.what();
    constexpr std::string_view kOwn = "--set ";
    throw UsageError(where + ": " + (text.starts_with(kOwn) ? text.substr(kOwn.size()) : text));
  }
  return json;
}

/// "-epochs20": what tells a recipe of the sweep from the others in titles.
std::string nameOf(const Combination& settings) {
  std::string name;
  for (const auto& [key, value] : settings) {
    if (!key.starts_with("recipe")) continue;
    std::string text = value.isString() ? value.asString() : value.dump();
    std::ranges::replace_if(
        text, [](unsigned char c) { return !std::isalnum(c) && c != '.' && c != '-' && c < 0x80; }, '_');
    name += "-" + key.substr(key.rfind('.') + 1) + text;
  }
  return name;
}

std::vector<RunConfig> runsOf(const Json& base, const Sweep& sweep, const std::string& where,
                              const std::vector<PolicyFile>& kept) {
  const std::string place = where + ": sweep";
  std::vector<RunConfig> runs;
  std::set<std::pair<std::string, std::int64_t>> seen;
  for (const Combination& settings : sweep.draws > 0 ? drawn(sweep) : grid(sweep, place)) {
    Experiment one = experimentFromJson(withSettings(base, settings, place), where, kept);
    const std::string name = nameOf(settings);
    for (Recipe& recipe : one.recipes)
      if (recipe.name.size() + name.size() <= kMaxNameBytes) recipe.name += name;
    for (RunConfig& run : expand(one))
      if (seen.emplace(configHash(run), run.seed).second) runs.push_back(std::move(run));
    if (runs.size() > kMaxRuns)
      throw UsageError(fmt::format("{}: more than {} runs; sweep fewer values", place, kMaxRuns));
  }
  return runs;
}

}  // namespace

SweptValues sweptValuesFromJson(const Json& json, const std::string& where) {
  if (json.isObject()) return {{}, rangeFromJson(json, where)};
  if (!json.isArray() || json.asArray().empty())
    throw UsageError(
        fmt::format("{}: a list of values expected, or a range {{\"from\", \"to\", \"step\"}}, {} found",
                    where, foundText(json)));
  SweptValues values{json.asArray(), {}};
  for (auto value = values.list.begin(); value != values.list.end(); ++value)
    if (std::find(values.list.begin(), value, *value) != value)
      throw UsageError(fmt::format("{}: {} stands there twice; remove one", where, value->dump()));
  return values;
}

Json toJson(const SweptValues& values) {
  if (!values.range) return Json(values.list);
  Json json = Json::Object{{"from", values.range->from}, {"to", values.range->to}};
  if (values.range->step > 0) json["step"] = values.range->step;
  if (values.range->isLogarithmic) json["scale"] = "log";
  return json;
}

std::vector<Json> allValues(const SweptValues& values, const std::string& where) {
  if (!values.range) return values.list;
  const SweptRange& range = *values.range;
  if (range.step <= 0)
    throw UsageError(fmt::format("{}: a range without a step is drawn from; give a step, or draws", where));
  const std::size_t count = countOf(range);
  if (count > static_cast<std::size_t>(kMaxCombinations))
    throw UsageError(fmt::format("{}: more than {} values; give a larger step", where, kMaxCombinations));
  std::vector<Json> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(valueAt(range, i));
  return all;
}

Json drawnValue(const SweptValues& values, Random& random) {
  if (!values.range) return values.list[random.below(static_cast<std::uint32_t>(values.list.size()))];
  const SweptRange& range = *values.range;
  if (range.step > 0) return valueAt(range, random.below(static_cast<std::uint32_t>(countOf(range))));
  const double from = range.from.asDouble(), to = range.to.asDouble(), share = random.uniform();
  if (isWhole(range) && !range.isLogarithmic)
    return Json(range.from.asInt() + static_cast<std::int64_t>(std::floor(share * (to - from + 1))));
  const double value = range.isLogarithmic ? from * std::pow(to / from, share) : from + share * (to - from);
  constexpr int kDigits = 4;
  return isWhole(range) ? Json(static_cast<std::int64_t>(std::llround(value))) : rounded(value, kDigits);
}

SweptExperiment withoutSweep(Experiment experiment) {
  SweptExperiment swept{std::move(experiment)};
  swept.runs = expand(swept.base);
  return swept;
}

SweptExperiment sweptFromJson(const Json& json, const std::string& where,
                              const std::vector<PolicyFile>& kept) {
  const Json* const sweep = json.find("sweep");
  if (!sweep) return withoutSweep(experimentFromJson(json, where, kept));
  Json base = Json::object();
  for (const auto& [key, value] : json.asObject())
    if (key != "sweep") base[key] = value;
  SweptExperiment swept{experimentFromJson(base, where, kept), sweepFromJson(*sweep, where + ": sweep")};
  swept.runs = runsOf(base, swept.sweep, where, kept);
  return swept;
}

SweptExperiment readSwept(const std::string& file, const std::vector<std::string>& overrides,
                          const std::vector<PolicyFile>& kept) {
  return sweptFromJson(readExperimentJson(file, overrides), file, kept);
}

Json toJson(const SweptExperiment& experiment) {
  Json json = toJson(experiment.base);
  if (!experiment.sweep.settings.empty()) json["sweep"] = toJson(experiment.sweep);
  return json;
}

}  // namespace uada
