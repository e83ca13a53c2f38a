#include "widgets/session/StepScalars.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "widgets/session/MachineHistory.h"
#include "widgets/session/Session.h"

namespace uada {
namespace {

constexpr std::int64_t kRead = 20'000;  // steps at a time
constexpr std::string_view kTrain = "train/";

std::vector<StepScalar> machineScalars(bool hasGpu) {
  const auto named = [](const char* name, const QString& title, const QString& unit, double scale = 1) {
    return StepScalar{std::string(kMachineScalar) + name, title, unit, scale};
  };
  constexpr double kGiga = 1e-9, kMega = 1e-6;
  std::vector<StepScalar> all{
      named("program_percent", QObject::tr("Processor, of the program (100 % is one core)"), "%"),
      named("machine_percent", QObject::tr("Processor, of all that ran"), "%"),
      named("memory_program", QObject::tr("Memory of the program"), "GB", kGiga),
      named("written", QObject::tr("Written to disks"), "MB/s", kMega)};
  if (!hasGpu) return all;
  all.push_back(named("gpu_percent", QObject::tr("GPU, computing"), "%"));
  all.push_back(named("gpu_memory", QObject::tr("GPU, memory"), "GB", kGiga));
  all.push_back(named("gpu_watts", QObject::tr("GPU, power"), "W"));
  all.push_back(named("gpu_celsius", QObject::tr("GPU, temperature"), QObject::tr("°C")));
  all.push_back(named("gpu_throttled", QObject::tr("GPU, clock held down (1: yes)"), {}));
  return all;
}

}  // namespace

std::vector<StepScalar> stepScalars(const Session& session, const std::vector<qint64>& runs) {
  std::vector<StepScalar> all{{"learning_rate", QObject::tr("Learning rate"), {}},
                              {"gradient_norm", QObject::tr("Gradient norm"), {}},
                              {"images_per_second", QObject::tr("Throughput"), QObject::tr("images/s")}};
  bool hasGpu = false;
  for (const qint64 run : runs) {
    const RunSummary* summary = session.find(run);
    if (!summary) continue;
    hasGpu = hasGpu || summary->device.starts_with("cuda");
    for (const Metric& metric : taskOf(*summary).trainMetrics) {
      const std::string name = std::string(kTrain) + metric.name;
      if (metric.name == "loss" || std::ranges::find(all, name, &StepScalar::name) != all.end()) continue;
      all.push_back({name, QObject::tr("Training %1").arg(QString::fromStdString(metric.title)),
                     QString::fromStdString(metric.unit), metric.scale});
    }
  }
  std::ranges::move(machineScalars(hasGpu), std::back_inserter(all));
  return all;
}

double scalarOf(const StepReport& step, const std::string& name) {
  if (name == "loss") return step.loss;
  if (name == "gain") return step.gain;
  if (name == "learning_rate") return step.learningRate;
  if (name == "gradient_norm") return step.gradientNorm;
  if (name == "images_per_second") return step.count / step.timings.total();
  return name.starts_with(kTrain) ? metricOf(step.metrics, name.substr(kTrain.size()))
                                  : std::numeric_limits<double>::quiet_NaN();
}

StepScalars::StepScalars(Session& session, QObject* parent) : QObject(parent), session_(session) {
  connect(&session, &Session::stepped, this, [this](qint64 run, const std::vector<StepReport>& reports) {
    const auto place = runs_.find(run);
    if (place == runs_.end()) return;
    Run& known = place->second;
    if (known.isAsked) {
      known.live.insert(known.live.end(), reports.begin(), reports.end());
      return;
    }
    // Steps before these are in the project alone.
    if (!reports.empty() && reports.front().step > known.last + 1) return read(run);
    for (const StepReport& report : reports) known.add(report);
  });
  connect(&session, &Session::reloaded, this, &StepScalars::follow);
  connect(&MachineHistory::of(session), &MachineHistory::changed, this, [this](qint64 run) {
    const auto place = runs_.find(run);
    if (place == runs_.end() || !place->second.hasMachine) return;
    place->second.hasMachine = false;
    Q_EMIT changed();
  });
  connect(&session, &Session::projectChanged, this, [this] { runs_.clear(); });
}

void StepScalars::Run::add(const StepReport& step) {
  if (step.step <= last) return;
  last = step.step;
  samples += step.count;
  curves[kSamples].append(step.step, samples);
  const auto take = [&](const std::string& name) {
    curves[name].append(step.step, scalarOf(step, name));  // one that is no number is a gap
  };
  take("learning_rate");
  take("gradient_norm");
  take("images_per_second");
  for (const MetricValue& metric : step.metrics) take(std::string(kTrain) + metric.name);
}

StepScalars::Run& StepScalars::runOf(qint64 run) {
  Run& known = runs_[run];
  known.isUsed = true;
  if (!known.hasAll && !known.isAsked) read(run);
  return runs_[run];  // it may have been answered at once
}

/// Made anew of the rows that are known by now.
StepScalars::Run& StepScalars::machineOf(qint64 run) {
  Run& known = runs_[run];
  known.isUsed = true;
  if (std::exchange(known.hasMachine, true)) return known;
  const std::vector<MachineAtStep> steps = bySteps(MachineHistory::of(session_).rows(run));
  for (const StepScalar& scalar : machineScalars(true)) {
    Pyramid curve;
    for (const MachineAtStep& at : steps) curve.append(at.step, machineScalarOf(at.reading, scalar.name));
    known.curves[scalar.name] = std::move(curve);
    known.smooth.erase(scalar.name);
  }
  return known;
}

StepScalars::Run& StepScalars::runWith(qint64 run, const std::string& name) {
  return name.starts_with(kMachineScalar) ? machineOf(run) : runOf(run);
}

const Pyramid& StepScalars::of(qint64 run, const std::string& name) {
  return runWith(run, name).curves[name];
}

const Pyramid& StepScalars::smooth(qint64 run, const std::string& name, double weight) {
  Run& known = runWith(run, name);
  return known.smooth[name].of(known.curves[name], weight);
}

void StepScalars::forgetUnused() {
  std::erase_if(runs_, [](const auto& run) { return !run.second.isUsed; });
  for (auto& [id, run] : runs_) run.isUsed = false;
}

void StepScalars::read(qint64 run) {
  Run& known = runs_[run];
  const RunSummary* summary = session_.find(run);
  if (known.isAsked || !summary || !session_.hasProject()) return;
  known.isAsked = true;
  known.attempts = summary->attempts;
  known.last = std::max(known.last, summary->lineage.step);  // a fork's steps begin there
  session_.ask(
      this,
      [run, after = known.last](const OpenProject& project) {
        project.flush();
        return project.reader.steps(run, after, after + kRead);
      },
      [this, run, after = known.last](std::optional<std::vector<StepReport>> steps) {
        take(run, after, std::move(steps));
      });
}

void StepScalars::take(qint64 run, std::int64_t after, std::optional<std::vector<StepReport>> steps) {
  const auto place = runs_.find(run);
  if (place == runs_.end() || place->second.last != after || !place->second.isAsked) return;
  Run& known = place->second;
  known.isAsked = false;
  known.hasAll = true;  // also where it could not be read: it would be asked for again and again
  if (!steps) return;
  for (const StepReport& step : *steps) known.add(step);
  const RunSummary* summary = session_.find(run);
  if (!steps->empty() && summary && known.last < summary->step) return read(run);
  for (const StepReport& step : std::exchange(known.live, {})) known.add(step);
  Q_EMIT changed();
}

/// It has steps that were not known: more of them, or others since it was resumed.
void StepScalars::follow(qint64 run) {
  const auto place = runs_.find(run);
  if (place == runs_.end()) return;
  const RunSummary* summary = session_.find(run);
  if (summary && run != session_.liveRun() && summary->attempts == place->second.attempts) return read(run);
  runs_.erase(place);
  Q_EMIT changed();
}

}  // namespace uada
