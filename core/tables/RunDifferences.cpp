#include "core/tables/RunDifferences.h"

#include <algorithm>
#include <unordered_map>

#include "core/base/Text.h"
#include "core/config/FlatConfig.h"
#include "core/tables/RunColumns.h"

namespace uada {
namespace {

using Values = std::unordered_map<std::string, std::string>;

/// order  gets keys that it has not, each behind the key before it
Values valuesOf(const RunConfig& config, std::vector<std::string>& order) {
  Values values;
  std::size_t place = 0;
  for (const auto& [path, value] : flatConfig(config)) {
    if (value.isObject()) continue;
    values[path] = settingText(value);
    const auto known = std::ranges::find(order, path);
    place = static_cast<std::size_t>(
                (known == order.end() ? order.insert(order.begin() + static_cast<std::ptrdiff_t>(place), path)
                                      : known) -
                order.begin()) +
            1;
  }
  return values;
}

}  // namespace

RunDifferences differencesOf(const std::vector<RunConfig>& configs) {
  std::vector<std::string> order;
  std::vector<Values> all;
  for (const RunConfig& config : configs) all.push_back(valuesOf(config, order));
  RunDifferences found;
  for (const std::string& key : order) {
    std::vector<std::string> values;
    for (const Values& one : all) {
      const auto value = one.find(key);
      values.push_back(value == one.end() ? std::string() : value->second);
    }
    if (std::ranges::adjacent_find(values, std::not_equal_to()) == values.end()) continue;
    found.keys.push_back(key);
    found.values.push_back(std::move(values));
  }
  return found;
}

std::string tabbedText(const RunDifferences& differences, const std::vector<std::string>& names) {
  std::string text = "setting\t" + joined(names, "\t") + "\n";
  for (std::size_t i = 0; i < differences.keys.size(); ++i)
    text += differences.keys[i] + "\t" + joined(differences.values[i], "\t") + "\n";
  return text;
}

}  // namespace uada
