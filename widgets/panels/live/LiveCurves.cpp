#include "widgets/panels/live/LiveCurves.h"

#include <QStringList>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "widgets/session/QtText.h"
#include "widgets/session/Session.h"

namespace uada {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostPoints = 128 * 1024;  // drawn of all curves of a plot
constexpr std::size_t kMostOfSeed = 1024;        // taken of a seed for a mean
constexpr std::size_t kMostMarked = 12;          // lines whose best epoch is marked
constexpr std::string_view kTest = "test/", kEpoch = "epoch/";

const Metrics& metricsOf(const EpochReport& epoch, const std::string& name) {
  return name.starts_with(kTest) ? epoch.test : epoch.train;
}

/// On an axis of powers what is never negative, and not what is a share or in decibels.
bool canBeLogarithmic(const LiveScalar& scalar, const Figure& figure) {
  if (scalar.unit == QStringLiteral("%") || scalar.unit == QStringLiteral("dB")) return false;
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (const Curve& curve : figure.curves)
    for (const double y : curve.y) {
      if (!std::isfinite(y)) continue;
      low = std::min(low, y);
      high = std::max(high, y);
    }
  return low >= 0 && high > 0;
}

bool hasNumber(const SeedValues& seed) {
  return std::ranges::any_of(seed.y, [](double y) { return std::isfinite(y); });
}

}  // namespace

std::optional<double> epochScalarOf(const EpochReport& epoch, const std::string& name) {
  const Metrics& metrics = metricsOf(epoch, name);
  const auto found = std::ranges::find(metrics, name.substr(name.find('/') + 1), &MetricValue::name);
  return found == metrics.end() ? std::nullopt : std::optional(found->value);
}

std::vector<LiveScalar> LiveCurves::recorded(const std::vector<qint64>& runs) const {
  std::vector<LiveScalar> all{{"loss", QObject::tr("Training loss"), {}}, {"gain", QObject::tr("Gain"), {}}};
  std::vector<LiveScalar> tests, steps, epochs;
  std::set<std::string> seen;
  for (const qint64 run : runs) {
    const RunSummary* summary = session_.find(run);
    if (!summary) continue;
    const Task& task = taskOf(*summary);
    for (const Metric& m : task.testMetrics)
      if (const std::string name = std::string(kTest) + m.name; seen.insert(name).second)
        tests.push_back({name, QObject::tr("Test %1").arg(text(m.title)), text(m.unit), m.scale, true, &m,
                         mainMetric(*summary).name == m.name});
    for (const Metric& m : task.trainMetrics)
      if (const std::string name = std::string(kEpoch) + m.name; seen.insert(name).second)
        epochs.push_back({name, QObject::tr("Training %1 of an epoch").arg(text(m.title)), text(m.unit),
                          m.scale, true, nullptr});
  }
  for (const StepScalar& s : stepScalars(session_, runs)) steps.push_back({s.name, s.title, s.unit, s.scale});
  for (const auto& some : {tests, steps, epochs}) all.insert(all.end(), some.begin(), some.end());
  return all;
}

/// ", in lock-step with RA · s1"; "": it is no twin.
static QString twinsText(const RunList& list, qint64 run) {
  QStringList twins;
  for (const qint64 twin : list.twinsOf(run)) twins << list.nameOf(twin, list.commonPart());
  return twins.isEmpty() ? QString()
                         : QObject::tr(", in lock-step with %1").arg(twins.join(QObject::tr(" and ")));
}

std::vector<LiveLine> LiveCurves::lines(const std::vector<qint64>& runs, const LiveSettings& settings) const {
  const RunList& list = *session_.list();
  const CommonPart common = list.commonPart(runs);
  std::vector<LiveLine> lines;
  for (const qint64 run : runs) {
    const SeedGroup* group = list.groupOf(run);
    if (!group) continue;
    const QString title = text(list.find(run)->title) + twinsText(list, run);
    const auto add = [&](const QString& key, const QString& name, const QString& label,
                         const QColor& colour) {
      const QString section = name.chopped(label.size() + (name.size() > label.size() ? 2 : 0));
      lines.push_back({key, name, title, section, label, colour, {run}});
    };
    if (!settings.groups) {
      add(QString::number(run), list.nameOf(run, common), list.nameOf(run), session_.colour(run));
      continue;
    }
    const QString key =
        QStringLiteral("%1/%2/%3").arg(text(group->configHash), text(group->dataHash), text(group->origin));
    const auto known = std::ranges::find(lines, key, &LiveLine::key);
    if (known == lines.end()) {
      add(key, list.nameOf(*group, common), text(group->name.method), session_.groupColour(run));
    } else {
      known->runs.push_back(run);
      known->help += '\n' + title;
    }
  }
  for (LiveLine& line : lines)
    if (std::ranges::any_of(line.runs, [&](qint64 run) { return !list.twinsOf(run).empty(); }))
      line.label += kTwinSign;
  std::ranges::stable_sort(lines, {}, &LiveLine::section);
  return lines;
}

Axis LiveCurves::axis(LiveSettings::X x) {
  switch (x) {
    case LiveSettings::epoch: return {QObject::tr("Epoch"), ""};
    case LiveSettings::time: return {QObject::tr("Training time"), QObject::tr("min")};
    case LiveSettings::samples: return {.title = QObject::tr("Samples"), .unit = {}, .isWhole = true};
    default: return {.title = QObject::tr("Step"), .unit = {}, .isWhole = true};
  }
}

double LiveCurves::stepsPerEpoch(qint64 run) const {
  const RunProgress& progress = session_.progress();
  if (run == progress.run && progress.stepsPerEpoch > 0) return static_cast<double>(progress.stepsPerEpoch);
  const RunSummary* summary = session_.find(run);
  return summary ? static_cast<double>(summary->stepsPerEpoch) : 0;
}

bool LiveCurves::hasPlace(qint64 run, LiveSettings::X x) {
  if (x == LiveSettings::samples) return !scalars_.samples(run).empty();
  return x != LiveSettings::epoch || stepsPerEpoch(run) > 0;
}

double LiveCurves::placeOf(qint64 run, std::int64_t step, LiveSettings::X x) {
  switch (x) {
    case LiveSettings::time: return history(run).seconds.between(step) / 60;
    case LiveSettings::epoch: return static_cast<double>(step) / stepsPerEpoch(run);
    case LiveSettings::samples: return scalars_.samples(run).between(step);
    default: return static_cast<double>(step);
  }
}

std::int64_t LiveCurves::stepAt(qint64 run, double place, LiveSettings::X x) {
  switch (x) {
    case LiveSettings::time: return history(run).seconds.reaches(60 * place);
    case LiveSettings::epoch: return std::llround(place * stepsPerEpoch(run));
    case LiveSettings::samples: return scalars_.samples(run).reaches(place);
    default: return std::llround(place);
  }
}

const Pyramid& LiveCurves::raw(const LiveScalar& scalar, qint64 run) {
  if (scalar.name == "loss") return history(run).loss;
  if (scalar.name == "gain") return history(run).gain;
  return scalars_.of(run, scalar.name);
}

const Pyramid& LiveCurves::smooth(const LiveScalar& scalar, qint64 run, double weight) {
  if (scalar.name == "loss") return history(run).smoothLoss(weight);
  if (scalar.name == "gain") return history(run).smoothGain(weight);
  return scalars_.smooth(run, scalar.name, weight);
}

/// As many points as a screen can show, finer where it is zoomed in.
SeedValues LiveCurves::seedValues(const LiveScalar& scalar, const Pyramid& values, qint64 run,
                                  LiveSettings::X x, std::optional<std::pair<double, double>> seen,
                                  std::size_t most) {
  const std::int64_t from = seen ? stepAt(run, seen->first, x) : 0;
  const std::int64_t to = seen ? stepAt(run, seen->second, x) : values.lastStep();
  SeedValues seed;
  for (const Pyramid::Value& value : values.points(from, to, most)) {
    seed.x.push_back(placeOf(run, value.step, x));
    seed.y.push_back(scalar.scale * value.y);
  }
  return seed;
}

SeedValues LiveCurves::epochValues(const LiveScalar& scalar, qint64 run, LiveSettings::X x) {
  SeedValues seed;
  for (const EpochReport& epoch : history(run).epochs) {
    const std::optional<double> value = epochScalarOf(epoch, scalar.name);
    if (!value) continue;
    seed.x.push_back(placeOf(run, epoch.step, x));
    seed.y.push_back(scalar.scale * *value);  // one that is no number is a gap
  }
  return seed;
}

/// The mean of the seeds with its band. curve: with name and colour
void LiveCurves::addGroup(Figure& figure, Curve curve, const std::vector<SeedValues>& raw,
                          const std::vector<SeedValues>& smooth) {
  SeedCurve mean = overSeeds(smooth.empty() ? raw : smooth);
  if (mean.x.empty()) return;
  figure.bands.push_back({.name = curve.name,
                          .colour = curve.colour,
                          .x = std::move(mean.bandX),
                          .low = std::move(mean.bandLow),
                          .high = std::move(mean.bandHigh),
                          .faint = curve.faint,
                          .inLegend = false});
  if (smooth.empty()) {
    curve.x = std::move(mean.x);
    curve.y = std::move(mean.mean);
  } else {
    SeedCurve shadow = overSeeds(raw);
    curve.x = std::move(shadow.x);
    curve.y = std::move(shadow.mean);
    curve.meanX = std::move(mean.x);
    curve.mean = std::move(mean.mean);
  }
  figure.curves.push_back(std::move(curve));
}

void LiveCurves::addSteps(Figure& figure, const LiveScalar& scalar, const LiveLine& line,
                          const LiveSettings& settings, std::optional<std::pair<double, double>> seen,
                          std::size_t most) {
  std::vector<SeedValues> raws, smooths;
  bool isWhole = true;
  if (line.runs.size() > 1) most = std::min(most, kMostOfSeed);
  for (const qint64 run : line.runs) {
    const Pyramid& values = raw(scalar, run);
    if (std::isnan(values.high()) || !hasPlace(run, settings.x)) continue;
    raws.push_back(seedValues(scalar, values, run, settings.x, seen, most));
    isWhole = isWhole && raws.back().x.size() >= values.size();
    if (settings.smoothing > 0)
      smooths.push_back(
          seedValues(scalar, smooth(scalar, run, settings.smoothing), run, settings.x, seen, most));
  }
  if (raws.empty()) return;
  figure.isReduced = figure.isReduced || !isWhole;
  Curve curve;
  curve.name = line.name;
  curve.colour = line.colour;
  curve.faint = !settings.pointed.isEmpty() && settings.pointed != line.key;
  if (!isWhole || line.runs.size() > 1)
    curve.exact = [this, scalar, line, settings](double x) -> std::optional<std::pair<double, double>> {
      const LiveValues values = valuesAt(scalar, line, settings, x);
      if (values.isReading) return std::nullopt;
      return std::pair(values.x, values.raw);
    };
  if (raws.size() > 1) return addGroup(figure, std::move(curve), raws, smooths);
  curve.x = std::move(raws[0].x);
  curve.y = std::move(raws[0].y);
  if (!smooths.empty()) {
    curve.meanX = std::move(smooths[0].x);
    curve.mean = std::move(smooths[0].y);
  }
  figure.curves.push_back(std::move(curve));
}

void LiveCurves::addEpochs(Figure& figure, const LiveScalar& scalar, const LiveLine& line,
                           const LiveSettings& settings, bool marksBest) {
  std::vector<SeedValues> seeds;
  for (const qint64 run : line.runs) {
    if (!hasPlace(run, settings.x)) continue;
    SeedValues seed = epochValues(scalar, run, settings.x);
    if (hasNumber(seed)) seeds.push_back(std::move(seed));
  }
  if (seeds.empty()) return;
  Curve curve;
  curve.name = line.name;
  curve.colour = line.colour;
  curve.faint = !settings.pointed.isEmpty() && settings.pointed != line.key;
  curve.points = true;
  if (seeds.size() > 1) {
    addGroup(figure, std::move(curve), seeds, {});
  } else {
    curve.x = std::move(seeds[0].x);
    curve.y = std::move(seeds[0].y);
    figure.curves.push_back(std::move(curve));
  }
  Curve& drawn = figure.curves.back();
  double best = kNone;
  for (std::size_t i = 0; scalar.metric && marksBest && i < drawn.y.size(); ++i)
    if (scalar.metric->isBetter(drawn.y[i], best)) {
      best = drawn.y[i];
      drawn.marked = i;
    }
}

Figure LiveCurves::figure(const LiveScalar& scalar, const std::vector<LiveLine>& lines,
                          const LiveSettings& settings, std::optional<std::pair<double, double>> seen) {
  Figure figure;
  figure.title = scalar.title;
  figure.x = axis(settings.x);
  figure.left = {scalar.title, scalar.unit};
  figure.left.clip = settings.clip;
  figure.legend = false;
  figure.empty = scalar.isEpoch ? QObject::tr("Appears with the first epoch")
                                : QObject::tr("Appears with the first training step");
  const std::size_t most =
      std::clamp<std::size_t>(kMostPoints / std::max<std::size_t>(1, lines.size()), 1024, 16384);
  const auto minus =
      settings.minus.isEmpty() ? lines.end() : std::ranges::find(lines, settings.minus, &LiveLine::key);
  if (minus != lines.end()) {
    figure.title = QObject::tr("%1 minus that of %2").arg(scalar.title, minus->name);
    figure.left.title = QObject::tr("Difference");
    figure.empty = QObject::tr("No other run that is drawn has a seed of %1").arg(minus->name);
  }
  QStringList placeless;
  for (const LiveLine& line : lines) {
    if (settings.hidden.contains(line.key)) continue;
    if (minus != lines.end()) {
      if (line.key == minus->key) continue;
      addDifference(figure, scalar, line, *minus, settings, seen, most);
      addMarkers(figure, line, settings);
      continue;
    }
    addParents(figure, scalar, line, settings, seen, most);
    scalar.isEpoch ? addEpochs(figure, scalar, line, settings, lines.size() <= kMostMarked)
                   : addSteps(figure, scalar, line, settings, seen, most);
    addMarkers(figure, line, settings);
    for (const qint64 run : line.runs)
      if (settings.x == LiveSettings::epoch && !history(run).empty() && !hasPlace(run, settings.x))
        placeless << session_.nameOf(run);
  }
  figure.left.log = settings.log && minus == lines.end() && canBeLogarithmic(scalar, figure);
  if (!placeless.empty()) {
    const QString what = QObject::tr("the steps of an epoch are not known of %1").arg(placeless.join(", "));
    figure.title += QObject::tr(" (%1)").arg(what);
    figure.empty = QObject::tr("Nothing by epoch: %1; choose x: step").arg(what);
  }
  return figure;
}

std::optional<std::pair<std::int64_t, double>> LiveCurves::exactAt(const LiveScalar& scalar, qint64 run,
                                                                   std::int64_t step) {
  const Pyramid& values = raw(scalar, run);
  if (const Pyramid::Value* point = values.nearest(step)) return std::pair(point->step, point->y);
  if (const StepReport* report = around_.at(run, step))
    return std::pair(report->step, scalarOf(*report, scalar.name));
  return std::nullopt;
}

LiveValues LiveCurves::epochValuesAt(const LiveScalar& scalar, const LiveLine& line, LiveSettings::X x,
                                     std::optional<double> place) {
  std::vector<double> values;
  LiveValues found;
  found.x = kNone;
  for (const qint64 run : line.runs) {
    if (!hasPlace(run, x)) continue;
    const SeedValues seed = epochValues(scalar, run, x);
    if (seed.x.empty() || (place && line.runs.size() > 1 && hasEnded(scalar, run, x, *place))) continue;
    std::size_t i = seed.x.size() - 1;
    if (place) {
      i = static_cast<std::size_t>(std::ranges::lower_bound(seed.x, *place) - seed.x.begin());
      if (i == seed.x.size() || (i > 0 && *place - seed.x[i - 1] < seed.x[i] - *place)) --i;
    }
    found.x = std::isnan(found.x) ? seed.x[i] : found.x;
    values.push_back(seed.y[i]);
  }
  const SeedMoment moment = momentOf(values);
  found.smooth = found.raw = moment.mean;
  found.deviation = moment.deviation;
  found.count = moment.count;
  return found;
}

LiveValues LiveCurves::valuesAt(const LiveScalar& scalar, const LiveLine& line, const LiveSettings& settings,
                                std::optional<double> x) {
  if (scalar.isEpoch) return epochValuesAt(scalar, line, settings.x, x);
  std::vector<double> raws, smooths;
  LiveValues found;
  found.x = kNone;
  for (const qint64 run : line.runs) {
    const Pyramid& values = raw(scalar, run);
    if (std::isnan(values.high()) || !hasPlace(run, settings.x)) continue;
    const std::int64_t wanted = x ? stepAt(run, *x, settings.x) : values.lastStep();
    if (x && line.runs.size() > 1 && hasEnded(scalar, run, settings.x, *x)) continue;
    const std::int64_t step = std::clamp<std::int64_t>(wanted, 1, values.lastStep());
    const auto exact = exactAt(scalar, run, step);
    found.isReading = found.isReading || !exact;
    if (std::isnan(found.x)) found.x = placeOf(run, exact ? exact->first : step, settings.x);
    raws.push_back(exact ? scalar.scale * exact->second : kNone);
    if (settings.smoothing > 0)
      smooths.push_back(scalar.scale * smooth(scalar, run, settings.smoothing).between(step));
  }
  const SeedMoment moment = momentOf(raws);
  found.raw = found.isReading ? kNone : moment.mean;
  found.deviation = found.isReading ? kNone : moment.deviation;
  found.count = static_cast<int>(raws.size());
  found.smooth = settings.smoothing > 0 ? momentOf(smooths).mean : found.raw;
  return found;
}

void LiveCurves::readAround(const LiveScalar& scalar, const std::vector<LiveLine>& lines,
                            const LiveSettings& settings, double x) {
  if (scalar.isEpoch) return;
  for (const LiveLine& line : lines) {
    for (const qint64 run : line.runs) {
      const Pyramid& values = raw(scalar, run);
      if (values.isExact() || values.empty() || !hasPlace(run, settings.x)) continue;
      const std::int64_t step = std::clamp<std::int64_t>(stepAt(run, x, settings.x), 1, values.lastStep());
      if (!exactAt(scalar, run, step)) return around_.read(run, step);
    }
  }
}

}  // namespace uada
