#include "widgets/session/MachineHistory.h"

#include <QDateTime>
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include "widgets/session/Session.h"

namespace uada {

static constexpr std::size_t kMostRuns = 64;
static constexpr qint64 kAgainMs = 10'000;
static constexpr qint64 kShare = 20;  // of the time, one part at most is spent on reading a run again

MachineHistory& MachineHistory::of(Session& session) {
  if (auto* known = session.findChild<MachineHistory*>()) return *known;
  return *new MachineHistory(session);
}

MachineHistory::MachineHistory(Session& session) : QObject(&session), session_(session) {
  connect(&session, &Session::projectChanged, this, [this] { runs_.clear(); });
  connect(&session, &Session::reloaded, this, [this](qint64 run) {
    const auto known = runs_.find(run);
    if (known == runs_.end()) return;
    known->second.end = {};
    read(run);
  });
  connect(&session, &Session::runsChanged, this, [this] {
    std::vector<qint64> behind;  // an answer that comes at once may forget runs
    for (const auto& [id, run] : runs_)
      if (isBehind(id, run)) behind.push_back(id);
    for (const qint64 id : behind) read(id);
  });
}

const std::vector<MachineRow>& MachineHistory::rows(qint64 run) {
  {
    Run& known = runs_[run];
    known.used = ++calls_;
    if (!known.isKnown && !known.isAsked) read(run);
  }
  forgetOldest();
  return runs_[run].rows;  // it may have been answered at once
}

bool MachineHistory::isReading(qint64 run) const {
  const auto known = runs_.find(run);
  return known != runs_.end() && known->second.isAsked;
}

/// It has ended since it was read, or it trains and was read some time ago.
bool MachineHistory::isBehind(qint64 id, const Run& run) const {
  const RunSummary* const summary = session_.find(id);
  if (!summary || !run.isKnown || run.isAsked) return false;
  return isLive(summary->state) ? run.read.hasExpired(std::max(kAgainMs, kShare * run.tookMs)) : run.wasLive;
}

void MachineHistory::forgetOldest() {
  if (runs_.size() <= kMostRuns) return;
  runs_.erase(std::ranges::min_element(runs_, {}, [](const auto& run) { return run.second.used; }));
}

void MachineHistory::read(qint64 run) {
  struct Answer {
    MachineRows found;
    qint64 tookMs = 0;
  };
  const RunSummary* const summary = session_.hasProject() ? session_.find(run) : nullptr;
  if (!summary || runs_[run].isAsked) return;
  Run& known = runs_[run];
  known.isAsked = true;
  known.wasLive = isLive(summary->state);
  known.read.start();
  session_.ask(
      this,
      [run, end = known.end](const OpenProject& project) {
        QElapsedTimer clock;
        clock.start();
        Answer answer{project.reader.machineAfter(run, end)};
        joinRows(answer.found.rows, kMostRows);
        answer.tookMs = clock.elapsed();
        return answer;
      },
      [this, run](std::optional<Answer> answer) {
        const auto place = runs_.find(run);
        if (place == runs_.end()) return;
        Run& known = place->second;
        known.isAsked = false;
        known.isKnown = true;  // also where it could not be read: it would be asked for again and again
        if (answer) known.take(std::move(answer->found), answer->tookMs);
        const bool hasEnded = isBehind(run, known);  // meanwhile
        Q_EMIT changed(run);
        if (hasEnded) read(run);
      });
}

void MachineHistory::Run::take(MachineRows found, qint64 ms) {
  if (found.isWhole) rows.clear();
  std::ranges::move(found.rows, std::back_inserter(rows));
  joinRows(rows, kMostRows);
  end = found.end;
  tookMs = ms;
}

void joinRows(std::vector<MachineRow>& rows, std::size_t most) {
  while (rows.size() > most) {
    std::vector<MachineRow> fewer;
    for (std::size_t i = 0; i < rows.size(); i += 2) {
      fewer.push_back(rows[std::min(i + 1, rows.size() - 1)]);
      if (i + 1 < rows.size())
        fewer.back().reading = together(std::array{rows[i].reading, rows[i + 1].reading});
    }
    rows = std::move(fewer);
  }
}

std::vector<double> secondsOf(const std::vector<MachineRow>& rows) {
  std::vector<double> seconds;
  QDateTime begin;
  for (const MachineRow& row : rows) {
    const QDateTime end = QDateTime::fromString(QString::fromStdString(row.time), Qt::ISODate);
    const auto span = static_cast<qint64>(std::llround(1000 * row.reading.seconds));
    if (!begin.isValid()) begin = end.addMSecs(-span);
    const double at = end.isValid() ? 0.001 * static_cast<double>(begin.msecsTo(end)) : 0;
    // Times are whole seconds, and somebody may have set the clock: the rows are in order all the same.
    seconds.push_back(seconds.empty() ? at : std::max(at, std::nextafter(seconds.back(), HUGE_VAL)));
  }
  return seconds;
}

double machineScalarOf(const MachineReading& reading, const std::string& name) {
  const std::string which = name.substr(kMachineScalar.size());
  if (which == "program_percent") return reading.programPercent;
  if (which == "machine_percent") return reading.machinePercent;
  if (which == "memory_program") return static_cast<double>(reading.memory.program);
  if (which == "written") return reading.written;
  const auto gpu = std::ranges::max_element(
      reading.gpus, {}, [](const GpuLoad& one) { return std::isnan(one.percent) ? -1.0 : one.percent; });
  if (gpu == reading.gpus.end()) return MachineReading::kUnknown;
  if (which == "gpu_percent") return gpu->percent;
  if (which == "gpu_memory") return gpu->used;
  if (which == "gpu_watts") return gpu->watts;
  if (which == "gpu_celsius") return gpu->celsius;
  if (which == "gpu_throttled" && gpu->throttle != GpuLoad::kUntold) return gpu->isThrottled() ? 1 : 0;
  return MachineReading::kUnknown;
}

std::vector<MachineAtStep> bySteps(const std::vector<MachineRow>& rows) {
  std::vector<MachineAtStep> steps;
  std::vector<MachineReading> same;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    same.push_back(rows[i].reading);
    if (i + 1 < rows.size() && rows[i + 1].step == rows[i].step) continue;
    if (rows[i].step > 0 && (steps.empty() || rows[i].step > steps.back().step))
      steps.push_back({rows[i].step, together(same)});
    same.clear();
  }
  return steps;
}

}  // namespace uada
