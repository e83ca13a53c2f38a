#include "widgets/session/RunList.h"

#include <QStringList>
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "core/store/LockStep.h"
#include "widgets/session/QtText.h"

namespace uada {
namespace {

/// What recipes may differ in: model, data set, how many of its images, training.
using RecipeParts = std::array<std::string, 4>;
using SharedParts = std::array<std::optional<std::string>, 4>;  ///< none: not shared

/// "r10w8", "CIFAR-10", "6,000 images, 500 test images", "epochs 10"; the last two may be empty.
RecipeParts partsOf(const GroupName& name) {
  const std::size_t comma = name.dataset.find(", ");
  const bool isCut = comma != std::string::npos;
  return {name.model, name.dataset.substr(0, comma), isCut ? name.dataset.substr(comma + 2) : "",
          name.training};
}

/// "r10w8 · CIFAR-10, 6,000 images · epochs 10"; of parts that are empty nothing.
QString joinedParts(const RecipeParts& parts) {
  QString all;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty()) continue;
    const bool isOfDataset = i == 2 && !parts[1].empty();
    if (!all.isEmpty()) all += isOfDataset ? QStringLiteral(", ") : QStringLiteral(" · ");
    all += text(parts[i]);
  }
  return all;
}

SharedParts sharedOf(const CommonPart& common) {
  return {common.model, common.dataset, common.images, common.training};
}

/// What of the recipe is not common; the rest is empty.
RecipeParts unusualOf(const GroupName& name, const CommonPart& common) {
  RecipeParts parts = partsOf(name);
  const SharedParts shared = sharedOf(common);
  constexpr std::size_t kImages = 2;
  if (parts[kImages].empty() && !shared[kImages].value_or("").empty()) parts[kImages] = "all images";
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (shared[i] == parts[i]) parts[i].clear();
  return parts;
}

/// isOfAll  else of most
CommonPart commonOf(const SharedParts& shared, bool isOfAll) {
  RecipeParts told;
  for (std::size_t i = 0; i < told.size(); ++i) told[i] = shared[i].value_or("");
  const QString said = joinedParts(told);
  return {shared[0], shared[1], shared[2], shared[3],
          isOfAll || said.isEmpty() ? said : QObject::tr("mostly %1").arg(said)};
}

/// What more than half of the groups have that have any.
CommonPart usualPart(const std::vector<SeedGroup>& groups) {
  std::array<std::map<std::string, std::size_t>, 4> counts;
  for (const SeedGroup& group : groups) {
    const RecipeParts parts = partsOf(group.name);
    for (std::size_t i = 0; i < parts.size(); ++i) ++counts[i][parts[i]];
  }
  SharedParts shared;
  bool isOfAll = true;
  for (std::size_t i = 0; i < shared.size(); ++i)
    for (const auto& [part, count] : counts[i]) {
      if (part.empty() || 2 * count <= groups.size() - counts[i][""]) continue;
      shared[i] = part;
      isOfAll = isOfAll && count == groups.size();
    }
  return commonOf(shared, isOfAll);
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
  takeColours();
}

/// Those of the list before, for a new group the next one. A group keeps its own when it has read its images.
void RunList::takeColours() {
  std::map<std::string, int> known = colours_ ? *colours_ : std::map<std::string, int>();
  int next = 0;
  for (const auto& [key, colour] : known) next = std::max(next, colour + 1);
  for (SeedGroup& group : groups_) {
    const std::string unread = group.configHash + "\n" + group.origin, key = unread + "\n" + group.dataHash;
    auto found = known.find(key);
    if (found == known.end()) {
      const auto before = group.dataHash.empty() ? known.end() : known.find(unread + "\n");
      found = known.emplace(key, before == known.end() ? next++ : before->second).first;
      if (before != known.end()) known.erase(before);
    }
    group.colour = found->second;
  }
  if (!colours_ || known != *colours_)
    colours_ = std::make_shared<const std::map<std::string, int>>(std::move(known));
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
  for (std::size_t i = 0; i < runs.size(); ++i) {
    places_[runs[i].id] = i;
    if (areTwins(runs[i].experiment)) twins_[runs[i].experiment].push_back(runs[i].id);
  }
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
      const auto [other, isNew] = seeds.try_emplace(find(one)->seed, one);
      if (!isNew) repeats_.insert({one, other->second});
    }
  }
  common_ = usualPart(groups_);
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
  if (before) list->known_ = before->known_, list->colours_ = before->colours_;
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
  if (before) list->known_ = before->known_, list->colours_ = before->colours_;
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
  more->colours_ = list.colours_;
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

std::vector<qint64> RunList::twinsOf(qint64 run) const {
  const RunSummary* summary = find(run);
  const auto found = summary ? twins_.find(summary->experiment) : twins_.end();
  if (found == twins_.end()) return {};
  std::vector<qint64> others = found->second;
  std::erase(others, run);
  return others;
}

CommonPart RunList::commonPart(const std::vector<qint64>& of) const {
  std::optional<SharedParts> shared;
  for (const qint64 run : of) {
    const SeedGroup* group = groupOf(run);
    if (!group) continue;
    const RecipeParts parts = partsOf(group->name);
    if (!shared) shared.emplace(SharedParts{parts[0], parts[1], parts[2], parts[3]});
    for (std::size_t i = 0; i < parts.size(); ++i)
      if ((*shared)[i] != parts[i]) (*shared)[i].reset();
  }
  return commonOf(shared.value_or(SharedParts()), true);
}

QString RunList::nameOf(qint64 run) const { return nameOf(run, commonPart({run})); }

QString RunList::nameOf(qint64 run, const CommonPart& common) const {
  const SeedGroup* group = groupOf(run);
  if (!group) return QString::number(run);
  const RunSummary& summary = *find(run);
  if (summary.isRenamed) return text(summary.title);
  const QString name = QStringLiteral("%1 · s%2").arg(nameOf(*group, common)).arg(summary.seed);
  return repeats_.contains(run) ? QStringLiteral("%1 (%2)").arg(name, text(summary.key)) : name;
}

QString RunList::briefRecipe(qint64 run) const {
  const SeedGroup* group = groupOf(run);
  if (!group || find(run)->isRenamed) return {};
  const RecipeParts parts = unusualOf(group->name, common_);
  for (const std::size_t part : {1, 0, 2, 3})
    if (!parts[part].empty()) return text(parts[part].substr(0, parts[part].find(", ")));
  return {};
}

QString RunList::nameOf(const SeedGroup& group, const CommonPart& common) const {
  const QString recipe = joinedParts(unusualOf(group.name, common)), method = text(group.name.method);
  return recipe.isEmpty() ? method : QStringLiteral("%1: %2").arg(recipe, method);
}

}  // namespace uada
