#pragma once

#include <QString>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/store/Project.h"
#include "core/tables/Cost.h"
#include "core/tables/GroupNames.h"

namespace uada {

/// All runs that differ in nothing but the seed.
struct SeedGroup {
  std::string configHash, dataHash;
  std::string origin;        ///< RunSummary::origin()
  GroupName name;            ///< no other group of the project has it
  std::vector<qint64> runs;  ///< newest first
  int colour = 0;            ///< of Theme::groupColour(): its place among the groups, by their oldest run
};

/// What the recipes of runs share, or most of them: names leave it out.
struct CommonPart {
  std::optional<std::string> model, dataset, images, training;  ///< none: it is told
  QString text;  ///< "r18w16 · Fashion-MNIST, 6,000 images", "r18w16 · 6,000 images"; empty: nothing
};

/// Behind the names of runs that were trained in lock-step.
inline const QString kTwinSign = QStringLiteral(" ⇄");

/// What the window shows of all runs at one moment. Handed out whole, and never changed from then on.
struct RunList {
  std::vector<RunSummary> runs;                     ///< newest first
  std::map<qint64, std::vector<EditReport>> edits;  ///< of the runs that have some, in order
  std::vector<QueuedRun> queue;                     ///< the next one first
  QueueRules queueRules;
  std::int64_t dataVersion = -1;  ///< ProjectReader::dataVersion() before it was read
  CostReference reference;        ///< what the costs of the runs are divided by
  /// Null: there is no such run.
  const RunSummary* find(qint64 run) const;

  /// Of the runs, by their hash; a damaged one is left out. Empty where it was not read.
  const ConfigsByHash& configs() const;

  /// By their oldest run, oldest first. A run whose images are not known yet counts to the first group of its
  /// configuration.
  const std::vector<SeedGroup>& groups() const { return groups_; }
  /// Null: there is no such run.
  const SeedGroup* groupOf(qint64 run) const;
  /// Of the runs of its group, by the order in which they were made: 0, 1, 2 ...
  int seedPlace(qint64 run) const;

  /// The runs with which it was trained in lock-step, newest first.
  std::vector<qint64> twinsOf(qint64 run) const;

  /// Of some runs, or of all.
  CommonPart commonPart(const std::vector<qint64>& of) const;
  /// Of all runs: what more than half of the groups have, so that only what is unusual is told of a name.
  const CommonPart& commonPart() const { return common_; }
  /// "UADA (ε=2) · s3", with the run's key where another run of its group has that seed.
  QString nameOf(qint64 run) const;
  /// The same, after what is not common of its recipe: "r10w16: UADA (ε=2) · s3". No two of the runs that
  /// have `common` in common are named alike.
  QString nameOf(qint64 run, const CommonPart& common) const;
  /// "CamVid": the most telling of what is unusual of the run's recipe, its data set, else its network, else
  /// the number of images. Empty: nothing is, or the run was renamed.
  QString briefRecipe(qint64 run) const;
  /// "UADA (ε=2)", "r10w16: UADA (ε=2)"
  QString nameOf(const SeedGroup& group, const CommonPart& common) const;

  /// Whether the groups' names are made from their configurations. Until then a run is called as its row in
  /// the project says.
  bool isNamed() const;

  /// From the project. Any thread; the reader's own. Without names where there are so many groups that
  /// nobody should wait for them: they come when it is read again.
  /// before  what is known from it is not read again; null: nothing, it is read for the first time
  /// hidden  runs that are left out
  static std::shared_ptr<RunList> read(const ProjectReader& reader, const RunList* before = nullptr,
                                       const std::vector<qint64>& hidden = {});
  /// Of runs at hand.
  static std::shared_ptr<RunList> of(std::vector<RunSummary> runs, const ConfigsByHash& configs,
                                     const RunList* before = nullptr);
  /// The same with a run that has just begun, which the project may not have told of yet.
  static std::shared_ptr<RunList> with(const RunList& list, const RunSummary& run);

 private:
  struct Known;
  void makeGroups();
  void takeColours();
  std::vector<Repeats> repeats() const;
  using Configs = std::function<ConfigsByHash(ConfigsByHash known)>;
  void index(const Configs& configs);

  std::vector<SeedGroup> groups_;
  CommonPart common_;
  std::shared_ptr<const Known> known_;  ///< the names of groups, and what they were made from
  /// SeedGroup::colour of each group that was ever listed, so that others keep theirs when one goes.
  std::shared_ptr<const std::map<std::string, int>> colours_;
  std::vector<int> groupOf_;            ///< of each run
  std::vector<int> seedPlace_;          ///< likewise
  std::unordered_set<qint64> repeats_;  ///< runs with a seed that another of their group has
  std::unordered_map<std::string, std::vector<qint64>> twins_;  ///< by their experiment
  std::unordered_map<qint64, std::size_t> places_;              ///< of the runs, by their number
};

}  // namespace uada
