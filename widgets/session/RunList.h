#pragma once

#include <QString>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/store/Project.h"
#include "core/tables/Cost.h"

namespace uada {

/// What the window shows of all runs at one moment. Handed out whole, and never changed from then on.
struct RunList {
  std::vector<RunSummary> runs;   ///< newest first
  std::vector<QueuedRun> queue;   ///< the next one first
  std::int64_t dataVersion = -1;  ///< ProjectReader::dataVersion() before it was read
  CostReference reference;        ///< what the costs of the runs are divided by
  /// Null: there is no such run.
  const RunSummary* find(qint64 run) const;
  /// Its title, with its key where another run has that title; no two runs of the list have one name.
  QString nameOf(qint64 run) const;

  /// From the project. Any thread; the reader's own.
  static std::shared_ptr<RunList> read(const ProjectReader& reader);
  /// The same with a run that has just begun, which the project may not have told of yet.
  static std::shared_ptr<RunList> with(const RunList& list, const RunSummary& run);

 private:
  void index();
  std::vector<std::string> names_;                  ///< of each run
  std::unordered_map<qint64, std::size_t> places_;  ///< of the runs, by their number
};

}  // namespace uada
