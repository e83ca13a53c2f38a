#include "widgets/panels/live/LiveCosts.h"

#include <map>
#include <set>
#include <tuple>

#include "core/engine/methods/MethodEntry.h"
#include "core/tables/Table.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"

namespace uada {
namespace {

/// A run of a line, as far as it is now: a live one is further than the list says.
struct Spent {
  RunSummary run;
  Timings timings;
};

/// Host, device and threads.
using Machine = std::tuple<std::string, std::string, int>;

QString nameOf(const Machine& machine) {
  const auto& [host, device, threads] = machine;
  return QObject::tr("%1, %2, threads: %3").arg(q(host), q(device)).arg(threads);
}

std::map<Machine, std::vector<Spent>> byMachine(Session& session, const std::vector<qint64>& runs) {
  std::map<Machine, std::vector<Spent>> machines;
  for (const qint64 run : runs) {
    const History& history = session.histories().of(run);
    const RunSummary* const summary = session.find(run);
    if (history.empty() || !summary) continue;
    Spent spent{*summary, history.timings};
    spent.run.step = static_cast<std::int64_t>(history.steps());
    spent.run.seconds = history.timings.total();
    machines[{summary->host, summary->device, summary->threads}].push_back(std::move(spent));
  }
  return machines;
}

/// "4.10 ± 0.05 ×" of the ratios of several runs.
QString ratiosText(const std::vector<double>& ratios) {
  const Cell cell{ratios, {}, {}};
  const QString mean = ratioText(*cell.mean());
  return cell.spread() ? QStringLiteral("%1 ± %2").arg(mean.chopped(2)).arg(ratioText(*cell.spread())) : mean;
}

/// What a step takes beside those of the reference.
void addRatio(CostBars::Row& row, const std::vector<Spent>& runs, const CostReference& reference) {
  if (!runs.front().run.lineage.run.empty()) {  // all of a line are, or none
    row.ratio = QObject::tr("a fork: not compared");
    row.ratioHelp = QObject::tr("A fork's time is not compared: its steps began in another run");
    return;
  }
  std::vector<double> ratios;
  for (const Spent& spent : runs)
    if (const auto ratio = reference.timePerStep(spent.run)) ratios.push_back(*ratio);
  const std::string known = reference.nameFor(runs.front().run);
  const QString name = q(known.empty() ? referenceMethod().name : known);
  const QString which =
      QObject::tr("of the same recipe and images on the same host, device and number of threads");
  if (ratios.empty()) {
    row.ratio = QObject::tr("no %1 to compare").arg(name);
    row.ratioHelp = QObject::tr("There is no finished %1 run %2 to compare with").arg(name, which);
    return;
  }
  row.ratio = QObject::tr("%1 %2").arg(ratiosText(ratios), name);
  const int count = reference.timedRuns(runs.front().run);
  row.ratioHelp = count == 1
                      ? QObject::tr("Time per step relative to the one finished %1 run %2").arg(name, which)
                      : QObject::tr("Time per step relative to the mean of %1 finished %2 runs %3")
                            .arg(count)
                            .arg(name, which);
  if (ratios.size() > 1)
    row.ratioHelp +=
        QObject::tr("; mean ± sample standard deviation of %1 runs, as in Table 3").arg(ratios.size());
}

CostBars::Row rowOf(const std::vector<Spent>& runs, const CostReference& reference) {
  CostBars::Row row;
  row.runs = static_cast<int>(runs.size());
  for (const Spent& spent : runs) {
    row.timings += spent.timings;
    row.steps += spent.run.step;
  }
  addRatio(row, runs, reference);
  return row;
}

}  // namespace

std::vector<CostBars::Row> liveCosts(Session& session, const std::vector<LiveLine>& lines) {
  std::vector<CostBars::Row> rows;
  for (const LiveLine& line : lines) {
    const auto machines = byMachine(session, line.runs);
    for (const auto& [machine, runs] : machines) {
      CostBars::Row& row = rows.emplace_back(rowOf(runs, session.list()->reference));
      row.name = machines.size() > 1 ? line.name + QObject::tr(" · %1").arg(nameOf(machine)) : line.name;
      row.colour = line.colour;
    }
  }
  return rows;
}

}  // namespace uada
