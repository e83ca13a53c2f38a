#pragma once

#include <QObject>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "widgets/session/History.h"

namespace uada {

class ProjectView;
struct RunList;

/// The histories of the runs that are looked at: read once from the project, then appended to. Live steps
/// come from the run, those of other processes' runs from the project, after the last known step. Takes at
/// most kMostBytes: first runs that are not shown are forgotten, those longest not asked for before others;
/// then the largest give up their finest values. GUI thread.
class Histories : public QObject {
  Q_OBJECT
 public:
  static constexpr std::size_t kMostBytes = 256u << 20;
  explicit Histories(std::size_t mostBytes = kMostBytes) : mostBytes_(mostBytes) {}

  /// Forgets all, and asks this project from now on; null: none.
  void reset(ProjectView* view);
  /// Which runs are to be kept as long as possible.
  std::function<bool(qint64)> isShown = [](qint64) { return true; };

  /// Every step so far. What is not known yet is asked for, and curvesRead() is emitted when it is there.
  /// Valid until the next turn of the event loop.
  const History& of(qint64 run);
  /// Its epochs alone: no step is read for them.
  const std::vector<EpochReport>& epochsOf(qint64 run);
  /// Another list of runs: of those that other processes train what is new is asked for, and changed()
  /// emitted when it is there. live  this one's steps come by append()
  void update(std::shared_ptr<const RunList> list, qint64 live);
  void forget(qint64 run) { entries_.erase(run); }

  /// A live attempt goes on with this step: what is known of that and later steps no longer counts.
  void beginAt(qint64 run, std::int64_t first);
  void append(qint64 run, const std::vector<StepReport>& reports);
  void append(qint64 run, const std::vector<EpochReport>& reports);
  std::size_t bytes() const;

 Q_SIGNALS:
  void curvesRead(qint64 run);
  void changed(qint64 run);  ///< in the project, by another process

 private:
  struct Entry {
    History history;
    bool hasSteps = false, hasEpochs = false;  ///< known, or asked for
    int question = 0;                          ///< that is not answered yet; 0: none
    std::vector<StepReport> steps;             ///< reported live meanwhile
    std::vector<EpochReport> epochs;
    std::uint64_t asked = 0;  ///< when it was last asked for
  };
  Entry& entryOf(qint64 run);
  using Tell = void (Histories::*)(qint64 run);
  void read(qint64 run, Entry& entry, bool withSteps, std::int64_t last, Tell tell);
  void take(qint64 run, std::optional<History> history);
  void readMore(qint64 run, Entry& entry);
  static void addTo(Entry& entry, const std::vector<StepReport>& reports);
  static void addTo(Entry& entry, const std::vector<EpochReport>& reports);
  void shrink(qint64 keep);
  bool forgetOne(qint64 keep);
  bool coarsenOne();

  const std::size_t mostBytes_;
  ProjectView* view_ = nullptr;
  std::shared_ptr<const RunList> list_;
  std::map<qint64, Entry> entries_;
  int questions_ = 0;
  std::uint64_t clock_ = 0;
};

}  // namespace uada
