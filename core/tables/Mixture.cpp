#include "core/tables/Mixture.h"

#include <fmt/core.h>

#include <map>
#include <set>
#include <utility>

#include "core/base/Text.h"

namespace uada {
namespace {

constexpr std::size_t kMostNamed = 3;  // keys, and values of each

/// "a, b, c and 4 more"
std::string listed(const std::vector<std::string>& all) {
  if (all.size() <= kMostNamed) return joined(all, ", ");
  return fmt::format("{} and {} more", joined({all.begin(), all.begin() + kMostNamed}, ", "),
                     all.size() - kMostNamed);
}

/// "mixes 2 configurations, 3 machines"
std::string countsText(const Mixture& mixture) {
  std::vector<std::string> parts;
  if (mixture.configurations > 1) parts.push_back(fmt::format("{} configurations", mixture.configurations));
  if (mixture.machines > 1) parts.push_back(fmt::format("{} machines", mixture.machines));
  return "mixes " + joined(parts, ", ");
}

/// In what the settings of configurations differ, by key.
std::vector<std::pair<std::string, std::vector<std::string>>> differing(
    const std::vector<const FlatSettings*>& all) {
  std::map<std::string, std::set<std::string>> values;
  std::map<std::string, std::size_t> counts;
  for (const FlatSettings* flat : all)
    for (const auto& [key, value] : *flat) {
      values[key].insert(settingText(value));
      ++counts[key];
    }
  std::vector<std::pair<std::string, std::vector<std::string>>> found;
  for (auto& [key, texts] : values) {
    if (counts[key] < all.size()) texts.insert("none");
    if (texts.size() > 1) found.emplace_back(key, std::vector(texts.begin(), texts.end()));
  }
  return found;
}

}  // namespace

std::string mixtureText(const Mixture& mixture) {
  std::vector<std::string> keys;
  for (const auto& [key, values] : mixture.differing) keys.push_back(key);
  return fmt::format("{} ({})", countsText(mixture), listed(keys));
}

std::string mixtureDetails(const Mixture& mixture) {
  std::vector<std::string> keys;
  for (const auto& [key, values] : mixture.differing)
    keys.push_back(fmt::format("{} ({})", key, listed(values)));
  return fmt::format("{}, which differ in {}", countsText(mixture), joined(keys, ", "));
}

std::string configurationOf(const RunSummary& run) { return run.configHash + '\n' + run.dataHash; }

std::shared_ptr<const Mixture> mixtureOf(const std::vector<const FinishedRun*>& runs, const Listing& listing,
                                         bool isTime) {
  std::set<std::string> configurations, hosts, devices, threads, machines;
  std::map<std::string, const FlatSettings*> settings;
  std::set<std::string> images;
  for (const FinishedRun* run : runs) {
    const RunSummary& summary = run->summary;
    configurations.insert(configurationOf(summary));
    images.insert(shortDataHash(summary.dataHash));
    settings[summary.configHash] = listing.of(summary).settings;
    hosts.insert(summary.host);
    devices.insert(summary.device);
    threads.insert(fmt::format("{}", summary.threads));
    machines.insert(fmt::format("{}\n{}\n{}", summary.host, summary.device, summary.threads));
  }
  if (configurations.size() < 2 && (!isTime || machines.size() < 2)) return nullptr;
  std::vector<const FlatSettings*> flats;
  for (const auto& [hash, flat] : settings)
    if (flat) flats.push_back(flat);
  Mixture mixture{configurations.size(), isTime ? machines.size() : 1, differing(flats)};
  const auto add = [&](const char* key, const std::set<std::string>& values) {
    if (values.size() > 1) mixture.differing.emplace_back(key, std::vector(values.begin(), values.end()));
  };
  add("images", images);
  if (isTime) {
    add("host", hosts);
    add("device", devices);
    add("threads", threads);
  }
  return std::make_shared<const Mixture>(std::move(mixture));
}

}  // namespace uada
