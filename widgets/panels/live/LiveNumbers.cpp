#include "widgets/panels/live/LiveNumbers.h"

#include <QEventLoop>
#include <QObject>
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "core/base/Error.h"
#include "core/store/Project.h"
#include "widgets/plot/PlotText.h"
#include "widgets/session/MachineHistory.h"
#include "widgets/session/Session.h"

namespace uada {
namespace {

/// Where steps lie on the x axis; they are asked for in their order.
class StepPlaces {
 public:
  StepPlaces(LiveSettings::X x, double stepsPerEpoch) : x_(x), stepsPerEpoch_(stepsPerEpoch) {}
  double after(const StepReport& step) {
    seconds_ += step.timings.total();
    samples_ += step.count;
    return of(step.step);
  }
  /// Of the last of the steps so far, or of one whose place needs no others.
  double of(std::int64_t step) const {
    switch (x_) {
      case LiveSettings::time: return seconds_ / 60;
      case LiveSettings::samples: return samples_;
      case LiveSettings::epoch: return static_cast<double>(step) / stepsPerEpoch_;
      default: return static_cast<double>(step);
    }
  }

 private:
  LiveSettings::X x_;
  double stepsPerEpoch_, seconds_ = 0, samples_ = 0;
};

SeedValues stepNumbers(const ProjectReader& project, const LiveNumbers& numbers, const NumbersRun& run) {
  SeedValues seed;
  StepPlaces places(numbers.x, run.stepsPerEpoch);
  for (const StepReport& step : project.steps(run.run, 0, run.lastStep)) {
    seed.x.push_back(places.after(step));
    seed.y.push_back(numbers.scalar.scale * scalarOf(step, numbers.scalar.name));
  }
  return seed;
}

/// Numbers that not every step has. value(row): none: this row has it not.
/// rows  with the steps at whose end they were, in order
template <class Rows, class Value>
SeedValues numbersAt(const ProjectReader& project, const LiveNumbers& numbers, const NumbersRun& run,
                     const Rows& rows, Value value) {
  SeedValues seed;
  StepPlaces places(numbers.x, run.stepsPerEpoch);
  std::vector<StepReport> steps;
  if (numbers.x == LiveSettings::time || numbers.x == LiveSettings::samples)
    steps = project.steps(run.run, 0, run.lastStep);
  auto next = steps.begin();
  for (const auto& row : rows) {
    if (row.step > run.lastStep) break;
    for (; next != steps.end() && next->step <= row.step; ++next) places.after(*next);
    const std::optional<double> y = value(row);
    if (!y) continue;
    seed.x.push_back(places.of(row.step));
    seed.y.push_back(numbers.scalar.scale * *y);
  }
  return seed;
}

SeedValues epochNumbers(const ProjectReader& project, const LiveNumbers& numbers, const NumbersRun& run) {
  return numbersAt(project, numbers, run, project.epochs(run.run),
                   [&](const EpochReport& epoch) { return epochScalarOf(epoch, numbers.scalar.name); });
}

SeedValues machineNumbers(const ProjectReader& project, const LiveNumbers& numbers, const NumbersRun& run) {
  return numbersAt(project, numbers, run, bySteps(project.machine(run.run)),
                   [&](const MachineAtStep& at) { return machineScalarOf(at.reading, numbers.scalar.name); });
}

/// Empty: the run does not have this number. Every run has a loss, if one that is no number.
SeedValues numbersOf(const ProjectReader& project, const LiveNumbers& numbers, const NumbersRun& run) {
  const bool isMachine = numbers.scalar.name.starts_with(kMachineScalar);
  SeedValues seed = isMachine                ? machineNumbers(project, numbers, run)
                    : numbers.scalar.isEpoch ? epochNumbers(project, numbers, run)
                                             : stepNumbers(project, numbers, run);
  const bool hasNone = std::ranges::all_of(seed.y, [](double y) { return std::isnan(y); });
  return hasNone && numbers.scalar.name != "loss" ? SeedValues() : seed;
}

Curve namedCurve(const QString& name, std::vector<double> x, std::vector<double> y) {
  Curve curve;
  curve.name = name;
  curve.x = std::move(x);
  curve.y = std::move(y);
  return curve;
}

/// seeds  with what each of them is called
void addNumbers(Figure& figure, const QString& name, SeedCurve mean,
                std::vector<std::pair<QString, SeedValues>> seeds) {
  if (seeds.empty()) return;
  if (seeds.size() == 1) {
    SeedValues& only = seeds.front().second;
    figure.curves.push_back(namedCurve(name, std::move(only.x), std::move(only.y)));
    return;
  }
  figure.curves.push_back(
      namedCurve(QObject::tr("%1 mean").arg(name), std::move(mean.x), std::move(mean.mean)));
  for (auto& [seed, values] : seeds)
    figure.curves.push_back(namedCurve(name + ' ' + seed, std::move(values.x), std::move(values.y)));
  figure.bands.push_back({.name = name,
                          .colour = {},
                          .x = std::move(mean.bandX),
                          .low = std::move(mean.bandLow),
                          .high = std::move(mean.bandHigh)});
}

void addLine(Figure& figure, const ProjectReader& project, const LiveNumbers& numbers,
             const NumbersLine& line) {
  std::vector<std::pair<QString, SeedValues>> seeds;
  std::vector<SeedValues> values;
  for (const NumbersRun& run : line.runs) {
    SeedValues seed = numbersOf(project, numbers, run);
    if (seed.x.empty()) continue;
    if (line.runs.size() > 1) values.push_back(seed);
    seeds.emplace_back(run.seed, std::move(seed));
  }
  addNumbers(figure, line.name, overSeeds(values, kEveryPlace), std::move(seeds));
}

void addDifferences(Figure& figure, const ProjectReader& project, const LiveNumbers& numbers,
                    const NumbersLine& line) {
  std::vector<std::pair<SeedValues, SeedValues>> pairs;
  std::vector<std::pair<QString, SeedValues>> differences;
  for (const NumbersRun& run : line.runs) {
    const auto other = std::ranges::find(numbers.minus->runs, run.number, &NumbersRun::number);
    if (other == numbers.minus->runs.end()) continue;  // of a seed that was repeated the newest
    pairs.emplace_back(numbersOf(project, numbers, run), numbersOf(project, numbers, *other));
    SeedValues difference = differenceOf(pairs.back().first, pairs.back().second);
    if (difference.x.empty())
      pairs.pop_back();
    else
      differences.emplace_back(run.seed, std::move(difference));
  }
  addNumbers(figure, QObject::tr("%1 minus %2").arg(line.name, numbers.minus->name),
             overPairs(pairs, kEveryPlace), std::move(differences));
}

}  // namespace

QByteArray csvOf(const ProjectReader& project, const LiveNumbers& numbers) {
  Figure figure;
  figure.x = LiveCurves::axis(numbers.x);
  figure.left = {numbers.scalar.title, numbers.scalar.unit};
  if (numbers.minus) figure.left.title = QObject::tr("%1, difference").arg(numbers.scalar.title);
  for (const NumbersLine& line : numbers.lines)
    numbers.minus ? addDifferences(figure, project, numbers, line) : addLine(figure, project, numbers, line);
  return csvOf(figure);
}

QByteArray readNumbers(Session& session, LiveNumbers numbers) {
  struct Read {  // on the GUI thread alone
    QEventLoop* loop = nullptr;
    std::optional<QByteArray> text;
    bool isOver = false;
    void end() {
      isOver = true;
      if (loop) loop->quit();
    }
  };
  const auto read = std::make_shared<Read>();  // an answer may come after the project was closed
  const auto closed = QObject::connect(&session, &Session::projectChanged, [read] { read->end(); });
  session.ask(
      &session,
      [numbers = std::move(numbers)](const OpenProject& project) {
        project.flush();
        return csvOf(project.reader, numbers);
      },
      [read](std::optional<QByteArray> text) {
        read->text = std::move(text);
        read->end();
      },
      Access::write);
  if (!read->isOver) {
    QEventLoop loop;
    read->loop = &loop;
    loop.exec(QEventLoop::ExcludeUserInputEvents);
    read->loop = nullptr;
  }
  QObject::disconnect(closed);
  if (!read->text) throw Error("the numbers could not be read from the project; the log says why");
  return *read->text;
}

NumbersLine LiveCurves::numbersLine(const LiveLine& line, LiveSettings::X x) const {
  NumbersLine named{line.name, {}};
  for (const qint64 run : line.runs) {
    const RunSummary* const summary = session_.find(run);
    if (!summary || (x == LiveSettings::epoch && stepsPerEpoch(run) <= 0)) continue;
    const QString seed =
        QObject::tr("seed %1 (%2)").arg(summary->seed).arg(QString::fromStdString(summary->key));
    named.runs.push_back({run, seed, static_cast<std::int64_t>(summary->seed), stepsPerEpoch(run)});
  }
  return named;
}

LiveNumbers LiveCurves::numbers(const LiveScalar& scalar, const std::vector<LiveLine>& lines,
                                const LiveSettings& settings) const {
  LiveNumbers numbers{scalar, settings.x, {}, {}};
  const auto minus =
      settings.minus.isEmpty() ? lines.end() : std::ranges::find(lines, settings.minus, &LiveLine::key);
  if (minus != lines.end()) numbers.minus = numbersLine(*minus, settings.x);
  for (const LiveLine& line : lines) {
    if (settings.hidden.contains(line.key) || (numbers.minus && line.key == minus->key)) continue;
    numbers.lines.push_back(numbersLine(line, settings.x));
    if (numbers.minus) continue;
    for (const LiveParent& parent : parentsOf(line, settings.x))
      numbers.lines.push_back(
          {parentName(parent), {{parent.run, {}, 0, stepsPerEpoch(parent.run), parent.lastStep}}});
  }
  return numbers;
}

}  // namespace uada
