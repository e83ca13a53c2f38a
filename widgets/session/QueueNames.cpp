#include "widgets/session/QueueNames.h"

#include <algorithm>
#include <deque>

#include "core/tables/GroupNames.h"

namespace uada {

std::map<qint64, QString> queueNames(const RunList& list, const std::map<qint64, RunConfig>& waiting) {
  std::vector<Repeats> groups;
  std::map<std::string, std::size_t> places;  // of configurations that are trained from beginning to end
  for (const SeedGroup& group : list.groups()) {
    const RunSummary* run = list.find(group.runs.front());
    const auto config = list.configs().find(run->configHash);
    if (run->isOfOneConfig()) places.try_emplace(run->configHash, groups.size());
    groups.push_back({run, config == list.configs().end() ? nullptr : config->second, run->isDataPublished});
  }
  std::deque<RunSummary> made;  // where they stay, however many there are
  for (const auto& [id, config] : waiting) {
    const std::string hash = configHash(config);
    if (!places.try_emplace(hash, groups.size()).second) continue;
    RunSummary& run = made.emplace_back();
    run.configHash = hash;
    groups.push_back({&run, std::make_shared<const RunConfig>(config), {}});
  }
  const std::vector<GroupName> names = groupNames(groups);
  std::map<qint64, QString> called;
  for (const auto& [id, config] : waiting) {
    SeedGroup group;
    group.name = names[places.at(configHash(config))];
    called[id] = QStringLiteral("%1 · s%2").arg(list.nameOf(group, list.commonPart())).arg(config.seed);
  }
  return called;
}

}  // namespace uada
