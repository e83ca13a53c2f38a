#include "widgets/session/RunList.h"

#include <QStringList>
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "widgets/session/QtText.h"

namespace uada {
namespace {

/// The wanted parts of a recipe.
QString joinedParts(const GroupName& name, bool model, bool dataset, bool training) {
  QStringList parts;
  if (model) parts << text(name.model);
  if (dataset) parts << text(name.dataset);
  if (training && !name.training.empty()) parts << text(name.training);
  return parts.join(QStringLiteral(" · "));
}

}  // namespace

struct RunList::Known {
  /// What defines the name of a group: configuration, images, whether they are the published ones, and of a
  /// run that is none of its repeats what tells it from them.
  using Key = std::tuple<std::string, std::string, std::optional<bool>, std::string, int>;
  std::vector<Key> groups;
  std::vector<GroupName> names;  ///< of each
  ConfigsByHash configs;
};

/// Groups without names.
void RunList::makeGroups() {
  std::unordered_map<std::string_view, std::string_view> images;  // that a configuration was first run on
  for (std::size_t i = runs.size(); i-- > 0;)
    if (!runs[i].dataHash.empty()) images.try_emplace(runs[i].configHash, runs[i].dataHash);
  std::map<std::tuple<std::string_view, std::string_view, std::string>, int> places;
  groupOf_.assign(runs.size(), 0);
  seedPlace_.assign(runs.size(), 0);
  for (std::size_t i = runs.size(); i-- > 0;) {
    const RunSummary& run = runs[i];
    std::string_view data = run.dataHash;
    if (const auto known = images.find(run.configHash); data.empty() && known != images.end())
      data = known->second;
    const int next = static_cast<int>(groups_.size());
    const auto [place, isNew] = places.try_emplace({run.configHash, data, run.origin()}, next);
    if (isNew) groups_.push_back({run.configHash, std::string(data), run.origin(), {}, {}, next});
    SeedGroup& group = groups_[place->second];
    groupOf_[i] = place->second;
    seedPlace_[i] = static_cast<int>(group.runs.size());
    group.runs.push_back(run.id);
  }
  for (SeedGroup& group : groups_) std::ranges::reverse(group.runs);
}

/// What the groups' names are made from, but for the configurations.
std::vector<Repeats> RunList::repeats() const {
  std::vector<Repeats> all(groups_.size());
  for (std::size_t i = runs.size(); i-- > 0;) {
    Repeats& one = all[groupOf_[i]];
    if (!one.run || one.run->dataHash.empty()) one.run = &runs[i];
    if (const auto verdict = runs[i].isDataPublished)
      one.isDataPublished = one.isDataPublished.value_or(true) && *verdict;
  }
  return all;
}

/// configs  null: a group that is not known yet is named by what its run says
void RunList::index(const Configs& configs) {
  for (std::size_t i = 0; i < runs.size(); ++i) places_[runs[i].id] = i;
  makeGroups();
  std::vector<Repeats> groups = repeats();
  std::vector<Known::Key> keys;
  for (const Repeats& group : groups)
    keys.emplace_back(group.run->configHash, group.run->dataHash, group.isDataPublished, group.run->origin(),
                      std::min(group.run->edits, 1));
  if (!known_) known_ = std::make_shared<Known>();
  if (configs && known_->groups != keys) {
    auto known = std::make_shared<Known>();
    known->configs = configs(known_->configs);
    for (Repeats& group : groups) {
      const auto config = known->configs.find(group.run->configHash);
      if (config != known->configs.end()) group.config = config->second;
    }
    known->names = groupNames(groups);
    known->groups = std::move(keys);
    known_ = std::move(known);
  }
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const RunSummary& run = *groups[i].run;
    groups_[i].name =
        i < known_->names.size() ? known_->names[i] : GroupName{run.model, run.dataset, "", run.method};
    std::map<std::int64_t, qint64> seeds;
    for (const qint64 one : groups_[i].runs) {
      const auto [twin, isNew] = seeds.try_emplace(find(one)->seed, one);
      if (!isNew) twins_.insert({one, twin->second});
    }
  }
  std::vector<qint64> all;
  for (const SeedGroup& group : groups_) all.push_back(group.runs.front());
  common_ = commonPart(all);
}

const ConfigsByHash& RunList::configs() const {
  static const ConfigsByHash none;
  return known_ ? known_->configs : none;
}

std::shared_ptr<RunList> RunList::read(const ProjectReader& reader, const RunList* before,
                                       const std::vector<qint64>& hidden) {
  auto list = std::make_shared<RunList>();
  list->dataVersion = reader.dataVersion();
  list->runs = reader.runs();
  if (!hidden.empty())
    std::erase_if(list->runs,
                  [&](const RunSummary& run) { return std::ranges::find(hidden, run.id) != hidden.end(); });
  for (const RunSummary& run : list->runs)
    if (run.edits > 0) list->edits[run.id] = reader.edits(run.id);
  list->queue = reader.queue();
  list->queueRules = reader.queueRules();
  list->reference = costReference(list->runs);
  if (before) list->known_ = before->known_;
  constexpr std::size_t kMany = 500;  // 30 ms
  std::unordered_set<std::string_view> configs;
  for (const RunSummary& run : list->runs) configs.insert(run.configHash);
  if (before || configs.size() <= kMany)
    list->index([&](ConfigsByHash known) { return reader.configs(std::move(known)); });
  else
    list->index(nullptr);
  return list;
}

std::shared_ptr<RunList> RunList::of(std::vector<RunSummary> runs, const ConfigsByHash& configs,
                                     const RunList* before) {
  auto list = std::make_shared<RunList>();
  list->runs = std::move(runs);
  list->reference = costReference(list->runs);
  if (before) list->known_ = before->known_;
  list->index([&](const ConfigsByHash&) { return configs; });
  return list;
}

std::shared_ptr<RunList> RunList::with(const RunList& list, const RunSummary& run) {
  auto more = std::make_shared<RunList>();
  more->runs.reserve(list.runs.size() + 1);
  more->runs.push_back(run);
  more->runs.insert(more->runs.end(), list.runs.begin(), list.runs.end());
  more->dataVersion = list.dataVersion;
  more->edits = list.edits;
  more->queue = list.queue;
  more->queueRules = list.queueRules;
  more->reference = list.reference;
  more->known_ = list.known_;
  more->index(nullptr);
  return more;
}

bool RunList::isNamed() const { return groups_.empty() || !known_->groups.empty(); }

const RunSummary* RunList::find(qint64 run) const {
  const auto place = places_.find(run);
  return place == places_.end() ? nullptr : &runs[place->second];
}

const SeedGroup* RunList::groupOf(qint64 run) const {
  const auto place = places_.find(run);
  return place == places_.end() ? nullptr : &groups_[groupOf_[place->second]];
}

int RunList::seedPlace(qint64 run) const {
  const auto place = places_.find(run);
  return place == places_.end() ? 0 : seedPlace_[place->second];
}

CommonPart RunList::commonPart(const std::vector<qint64>& of) const {
  const GroupName* first = nullptr;
  CommonPart common;
  for (const qint64 run : of) {
    const SeedGroup* group = groupOf(run);
    if (!group) continue;
    const GroupName& name = group->name;
    if (!first) common = {true, true, true, {}};
    if (!first) first = &name;
    common.model = common.model && name.model == first->model;
    common.dataset = common.dataset && name.dataset == first->dataset;
    common.training = common.training && name.training == first->training;
  }
  if (first) common.text = joinedParts(*first, common.model, common.dataset, common.training);
  return common;
}

QString RunList::nameOf(qint64 run) const {
  return nameOf(run, {.model = true, .dataset = true, .training = true, .text = {}});
}

QString RunList::nameOf(qint64 run, const CommonPart& common) const {
  const SeedGroup* group = groupOf(run);
  if (!group) return QString::number(run);
  const RunSummary& summary = *find(run);
  if (summary.isRenamed) return text(summary.title);
  const QString name = QStringLiteral("%1 · s%2").arg(nameOf(*group, common)).arg(summary.seed);
  return twins_.contains(run) ? QStringLiteral("%1 (%2)").arg(name, text(summary.key)) : name;
}

QString RunList::nameOf(const SeedGroup& group, const CommonPart& common) const {
  const QString recipe = joinedParts(group.name, !common.model, !common.dataset, !common.training);
  return recipe.isEmpty() ? text(group.name.method)
                          : QStringLiteral("%1: %2").arg(recipe, text(group.name.method));
}

}  // namespace uada
