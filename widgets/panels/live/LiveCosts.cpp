#include "widgets/panels/live/LiveCosts.h"

#include "core/engine/methods/MethodEntry.h"
#include "widgets/models/Numbers.h"

namespace uada {

/// What a run's step takes beside those of the reference, if there are any to compare with.
static void addRatio(CostBars::Row& row, const RunSummary& summary, const CostReference& reference) {
  RunSummary measured = summary;  // a live run is further than the list says
  measured.step = row.steps;
  measured.seconds = row.timings.total();
  const std::optional<double> ratio = reference.timePerStep(measured);
  const std::string known = reference.nameFor(measured);
  const QString name = QString::fromStdString(known.empty() ? referenceMethod().name : known);
  row.ratio =
      ratio ? QObject::tr("%1 %2").arg(ratioText(ratio), name) : QObject::tr("no %1 to compare").arg(name);
  const QString which =
      QObject::tr("of the same recipe and images on the same host, device and number of threads");
  const int count = reference.timedRuns(measured);
  row.ratioHelp = !ratio ? QObject::tr("There is no finished %1 run %2 to compare with").arg(name, which)
                  : count == 1
                      ? QObject::tr("Time per step relative to the one finished %1 run %2").arg(name, which)
                      : QObject::tr("Time per step relative to the mean of %1 finished %2 runs %3")
                            .arg(count)
                            .arg(name, which);
}

std::vector<CostBars::Row> liveCosts(Session& session, const std::vector<qint64>& runs) {
  std::vector<CostBars::Row> rows;
  const CommonPart common = session.list()->commonPart(runs);
  for (const qint64 run : runs) {
    CostBars::Row row;
    const History& history = session.histories().of(run);
    row.timings = history.timings;
    row.steps = static_cast<std::int64_t>(history.steps());
    const RunSummary* summary = session.find(run);
    if (row.steps == 0 || !summary) continue;
    row.name = session.list()->nameOf(run, common);
    row.colour = session.colour(run);
    addRatio(row, *summary, session.list()->reference);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace uada
