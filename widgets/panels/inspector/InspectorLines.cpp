#include "widgets/panels/inspector/InspectorLines.h"

#include <algorithm>
#include <cmath>

#include "core/base/Text.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/MachineLabel.h"
#include "widgets/plot/PlotText.h"
#include "widgets/session/QtText.h"
#include "widgets/session/Session.h"

namespace uada {

std::vector<InspectorLine> resultLines(const RunSummary& run) {
  std::vector<InspectorLine> lines{
      {QObject::tr("State"), stateWord(run.state)},
      {QObject::tr("Epoch"), QStringLiteral("%1 of %2").arg(run.epoch).arg(run.epochs)},
      {QObject::tr("Step"), text(groupedText(run.step))},
      {QObject::tr("Test %1, best").arg(text(mainMetric(run).title)),
       text(mainMetric(run).text(run.best.value_or(std::nan(""))))}};
  if (run.best) {
    lines.back().value += QObject::tr(" (epoch %1)").arg(run.bestEpoch);
    lines.back().step = run.bestEpoch * run.stepsPerEpoch;
  }
  for (const Metric& metric : taskOf(run).testMetrics)
    if (const auto value = run.lastOf(metric.name))
      lines.emplace_back(QObject::tr("Test %1, last").arg(text(metric.title)), text(metric.text(*value)));
  if (!run.certificate.empty()) lines.emplace_back(QObject::tr("Trained again"), text(run.certificate));
  if (!run.problem.empty()) lines.emplace_back(QObject::tr("Problem"), text(run.problem));
  if (!run.damage.empty()) lines.emplace_back(QObject::tr("Damaged"), text(run.damage));
  return lines;
}

/// Whose checkpoint it began with, and what was changed while it trained.
std::vector<InspectorLine> originLines(const Session& session, const RunSummary& run) {
  std::vector<InspectorLine> lines;
  const RunList& list = *session.list();
  if (const Lineage& from = run.lineage; !from.run.empty()) {
    const auto parent = std::ranges::find(list.runs, from.run, &RunSummary::key);
    const QString name = parent == list.runs.end()
                             ? QObject::tr("%1 (deleted)").arg(text(from.run))
                             : QStringLiteral("%1 (%2)").arg(list.nameOf(parent->id), text(from.run));
    lines.emplace_back(QObject::tr("Forked from"),
                       QObject::tr("%1 at step %2").arg(name, text(groupedText(from.step))));
  }
  if (const auto edits = list.edits.find(run.id); edits != list.edits.end())
    for (const EditReport& edit : edits->second)
      lines.emplace_back(
          QObject::tr("Edited at step %1").arg(text(groupedText(edit.step))),
          QStringLiteral("%1: %2 → %3").arg(text(edit.key), text(edit.before), text(edit.after)), edit.step);
  if (!run.isOfOneConfig())
    lines.emplace_back(QObject::tr("In tables"),
                       QObject::tr("not counted: not trained with one configuration"));
  return lines;
}

std::vector<InspectorLine> costLines(const RunSummary& run) {
  const auto& c = run.counts;
  return {{QObject::tr("Training time"), text(durationText(run.seconds))},
          {QObject::tr("No-gradient forwards"), text(passesText(c.forwardsNoGrad))},
          {QObject::tr("Training forwards"), text(passesText(c.forwardsTrain))},
          {QObject::tr("Backwards"), text(passesText(c.backwards))},
          {QObject::tr("Images rendered"), text(groupedText(c.chains))},
          {QObject::tr("Attempts"), QString::number(run.attempts)}};
}

static QString loadText(double percent) { return QObject::tr("%1 %").arg(percent, 0, 'f', 0); }

std::vector<InspectorLine> stepLines(const RunSummary& run, const StepReport& step,
                                     const MachineReading* machine) {
  std::vector<InspectorLine> lines;
  const auto add = [&](const QString& name, double value, const QString& unit = {}) {
    if (!std::isnan(value)) lines.emplace_back(name, valueText(value, unit));
  };
  lines.emplace_back(QObject::tr("Epoch"), QString::number(step.epoch));
  add(QObject::tr("Loss"), step.loss);
  add(QObject::tr("Unperturbed loss"), step.unperturbedLoss);
  add(QObject::tr("Gain"), step.gain);
  for (const Metric& metric : taskOf(run).trainMetrics)
    if (const double value = metricOf(step.metrics, metric.name); !std::isnan(value))
      lines.emplace_back(QObject::tr("Training %1").arg(text(metric.title)), text(metric.text(value)));
  add(QObject::tr("Learning rate"), step.learningRate);
  add(QObject::tr("Gradient norm"), step.gradientNorm);
  add(QObject::tr("Throughput"), step.count / step.timings.total(), QObject::tr("images/s"));
  if (!machine) return lines;
  if (!std::isnan(machine->programPercent))
    lines.emplace_back(QObject::tr("Processor, program"), loadText(machine->programPercent));
  lines.emplace_back(QObject::tr("Memory, program"),
                     text(bytesText(static_cast<double>(machine->memory.program))));
  for (std::size_t i = 0; i < machine->gpus.size(); ++i)
    lines.emplace_back(QObject::tr("GPU %1").arg(i), gpuText(machine->gpus[i]));
  return lines;
}

QString changesLine() { return QObject::tr("Changes since the commit"); }

std::vector<InspectorLine> machineLines(const RunDetail& detail, const std::string& changes) {
  std::vector<InspectorLine> lines;
  const auto add = [&](const QString& name, const std::string& value) {
    if (!value.empty()) lines.emplace_back(name, text(value));
  };
  if (detail.attempts.empty()) return lines;
  const Manifest& m = detail.attempts.back();
  add(QObject::tr("Device"), m.device);
  if (m.threads > 0) lines.emplace_back(QObject::tr("Threads"), QString::number(m.threads));
  add(QObject::tr("Host"), m.host);
  add(QObject::tr("Processor"), m.cpu);
  add(QObject::tr("Program"), m.program);
  add(QObject::tr("Git"), m.git);
  add(changesLine(), changes);
  add(QObject::tr("LibTorch"), m.libtorch);
  if (!m.dataHash.empty()) add(QObject::tr("Data"), verdictText(m.isDataPublished));
  add(QObject::tr("Data hash"), m.dataHash);
  const auto isEnd = [](const std::string& event) {
    return event.starts_with("pruned after ") || event.starts_with("training ended after ");
  };
  if (const auto end = std::find_if(detail.events.rbegin(), detail.events.rend(), isEnd);
      end != detail.events.rend())
    add(QObject::tr("Ended early"), *end);
  add(QObject::tr("Started"), detail.summary.created);
  add(QObject::tr("Ended"), detail.summary.ended);
  return lines;
}

/// "12 % of the time: power cap", or that it never was; empty: the driver does not tell.
static QString throttleText(const std::vector<MachineRow>& rows, std::size_t gpu) {
  double all = 0, held = 0;
  QStringList reasons;
  for (const MachineRow& row : rows) {
    if (gpu >= row.reading.gpus.size() || row.reading.gpus[gpu].throttle == GpuLoad::kUntold) continue;
    all += row.reading.seconds;
    if (!row.reading.gpus[gpu].isThrottled()) continue;
    held += row.reading.seconds;
    reasons << text(row.reading.gpus[gpu].throttle).split(QStringLiteral(", "));
  }
  reasons.removeDuplicates();
  if (all == 0) return {};
  if (held == 0) return QObject::tr("never");
  return QObject::tr("%1 of the time: %2").arg(percentText(100 * held / all), reasons.join(", "));
}

std::vector<InspectorLine> loadLines(const std::vector<MachineRow>& rows) {
  std::vector<InspectorLine> lines;
  if (rows.empty()) return lines;
  std::vector<MachineReading> readings;
  for (const MachineRow& row : rows) readings.push_back(row.reading);
  const MachineReading all = together(readings);
  const auto add = [&](const QString& name, double percent) {
    if (!std::isnan(percent)) lines.emplace_back(name, loadText(percent));
  };
  add(QObject::tr("Processor, mean"), all.programPercent);
  lines.emplace_back(QObject::tr("Memory, at most"),
                     text(bytesText(static_cast<double>(all.memory.program))));
  for (std::size_t i = 0; i < all.gpus.size(); ++i) {
    lines.emplace_back(QObject::tr("GPU %1").arg(i), text(all.gpus[i].name));
    add(QObject::tr("GPU %1, computing").arg(i), all.gpus[i].percent);
    if (const QString held = throttleText(rows, i); !held.isEmpty())
      lines.emplace_back(QObject::tr("GPU %1, clock held down").arg(i), held);
  }
  return lines;
}

/// "Table 2", "Tables 1, 2, 6"
QString tablesText(const std::vector<int>& numbers) {
  QStringList texts;
  for (const int number : numbers) texts << QString::number(number);
  return (numbers.size() == 1 ? QObject::tr("Table %1") : QObject::tr("Tables %1")).arg(texts.join(", "));
}

}  // namespace uada
