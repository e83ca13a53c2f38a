#include "widgets/panels/live/LivePanel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QSettings>
#include <QSlider>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/base/Files.h"
#include "core/engine/methods/MethodEntry.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/live/LossNumbers.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

static constexpr int kRedrawMs = 100;
static constexpr std::size_t kMostRuns = 100;           // that can be told apart
static constexpr std::size_t kMostPoints = 128 * 1024;  // drawn of all runs' losses

LivePanel::LivePanel(const Workbench& workbench) : PanelWidget(workbench) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  pages_ = new QStackedWidget;
  layout->addWidget(pages_);
  auto* page = new QWidget;
  auto* inside = new QVBoxLayout(page);
  inside->setContentsMargins(0, 0, 0, 0);
  inside->setSpacing(0);
  QWidget* plots = makePlots();
  inside->addWidget(makeTools());
  inside->addWidget(plots, 1);
  inside->addWidget(cost_ = new CostBars(workbench.theme));
  pages_->addWidget(page);
  pages_->addWidget(emptyState(workbench, tr("Loss, gain, test metric and cost will be drawn here"),
                               tr("Start a run (Ctrl+Return), or tick stored runs in the list on the left"),
                               "live"));
  redraw_.setSingleShot(true);
  redraw_.setInterval(kRedrawMs);
  connect(&redraw_, &QTimer::timeout, this, &LivePanel::redraw);
  followSession();
  redraw();
}

QWidget* LivePanel::makePlots() {
  loss_ = new Plot(workbench_.theme);
  loss_->setObjectName("loss");
  test_ = new Plot(workbench_.theme);
  test_->setObjectName("test");
  auto* plots = new QSplitter;
  plots->addWidget(loss_);
  plots->addWidget(test_);
  plots->setSizes({600, 400});
  plots->setChildrenCollapsible(false);
  connect(loss_, &Plot::zoomed, this, &LivePanel::schedule);
  connect(loss_, &Plot::hovered, this, &LivePanel::readAround);
  for (Plot* plot : {loss_, test_}) {
    connect(plot, &Plot::clicked, this, [this](double x, double) {
      if (x_->currentIndex() == step) workbench_.session.selection().setCursor(std::llround(x));
    });
  }
  return plots;
}

void LivePanel::followSession() {
  Session& s = workbench_.session;
  connect(&s, &Session::stepped, this, &LivePanel::schedule);
  connect(&s, &Session::epochEnded, this, &LivePanel::schedule);
  connect(&s.histories(), &Histories::curvesRead, this, &LivePanel::schedule);
  connect(&s, &Session::reloaded, this, &LivePanel::schedule);
  connect(&s.selection(), &Selection::selectionChanged, this, &LivePanel::schedule);
  connect(&s.selection(), &Selection::cursorChanged, this, &LivePanel::schedule);
  connect(&s.selection(), &Selection::checkedChanged, this, &LivePanel::schedule);
  for (const auto signal : {&Session::runsChanged, &Session::projectChanged})
    connect(&s, signal, this, &LivePanel::schedule);
  connect(&s, &Session::projectChanged, this, [this] { forgetAround(0); });
  connect(&s, &Session::reloaded, this, &LivePanel::forgetAround);
}

QWidget* LivePanel::makeTools() {
  auto* bar = new QWidget;
  auto* layout = new QHBoxLayout(bar);
  layout->setContentsMargins(kGrid, kGrid, kGrid, 0);
  layout->setSpacing(kGrid);
  QSettings& settings = workbench_.settings;
  x_ = new QComboBox;
  x_->setObjectName("x");
  x_->addItems({tr("step"), tr("epoch"), tr("time")});
  x_->setCurrentIndex(std::clamp(settings.value("live/x", 0).toInt(), 0, 2));
  log_ = new QCheckBox(tr("log loss"));
  log_->setObjectName("log");
  log_->setChecked(settings.value("live/log", false).toBool());
  smoothing_ = new QSlider(Qt::Horizontal);
  smoothing_->setObjectName("smoothing");
  smoothing_->setRange(0, 99);
  smoothing_->setValue(settings.value("live/smoothing", 90).toInt());
  smoothing_->setFixedWidth(14 * kGrid);
  smoothing_->setToolTip(tr("Weight of the past in the bold line; 0 draws the raw values alone"));
  const auto changed = [this] {
    workbench_.settings.setValue("live/x", x_->currentIndex());
    workbench_.settings.setValue("live/log", log_->isChecked());
    workbench_.settings.setValue("live/smoothing", smoothing_->value());
    schedule();
  };
  connect(x_, &QComboBox::currentIndexChanged, this, [this, changed] {
    changed();
    loss_->fit();
    test_->fit();
  });
  connect(log_, &QCheckBox::toggled, this, changed);
  connect(smoothing_, &QSlider::valueChanged, this, changed);
  auto* fit = new QToolButton;
  fit->setAutoRaise(true);
  fit->setIcon(workbench_.theme.icon("fit"));
  fit->setToolTip(tr("Fit both plots (or double click in one)"));
  connect(fit, &QToolButton::clicked, this, [this] {
    loss_->fit();
    test_->fit();
  });
  auto* label = new QLabel(tr("x"));
  auto* smooth = new QLabel(tr("smoothing"));
  for (QLabel* l : {label, smooth}) l->setObjectName("muted");
  layout->addWidget(label);
  layout->addWidget(x_);
  layout->addSpacing(kGrid);
  layout->addWidget(smooth);
  layout->addWidget(smoothing_);
  layout->addSpacing(kGrid);
  layout->addWidget(log_);
  layout->addStretch();
  layout->addWidget(fit);
  return bar;
}

double LivePanel::smoothing() const { return smoothing_->value() / 100.0; }

QString LivePanel::nameOf(qint64 run) const { return workbench_.session.nameOf(run); }

Axis LivePanel::xAxis() const {
  switch (x_->currentIndex()) {
    case epoch: return {tr("Epoch"), ""};
    case time: return {tr("Training time"), tr("min")};
    default: return {.title = tr("Step"), .unit = {}, .isWhole = true};
  }
}

double LivePanel::stepsPerEpoch(qint64 run) {
  const RunProgress& progress = workbench_.session.progress();
  if (run == progress.run && progress.stepsPerEpoch > 0) return static_cast<double>(progress.stepsPerEpoch);
  const RunSummary* summary = workbench_.session.find(run);
  return summary ? static_cast<double>(summary->stepsPerEpoch) : 0;
}

bool LivePanel::hasPlace(qint64 run) { return x_->currentIndex() != epoch || stepsPerEpoch(run) > 0; }

std::vector<qint64> LivePanel::drawnRuns() const {
  std::vector<qint64> runs = workbench_.session.selection().shown();
  if (runs.size() > kMostRuns) runs.resize(kMostRuns);
  return runs;
}

double LivePanel::placeOf(qint64 run, std::int64_t step) {
  switch (x_->currentIndex()) {
    case time: return history(run).seconds.between(step) / 60;
    case epoch: return static_cast<double>(step) / stepsPerEpoch(run);
    default: return static_cast<double>(step);
  }
}

std::int64_t LivePanel::stepAt(qint64 run, double x) {
  switch (x_->currentIndex()) {
    case time: return history(run).seconds.reaches(60 * x);
    case epoch: return std::llround(x * stepsPerEpoch(run));
    default: return std::llround(x);
  }
}

/// As many points as a screen can show, finer where it is zoomed in.
Curve LivePanel::curveOf(qint64 run, const Pyramid& raw, const Pyramid& smooth) {
  const std::size_t most = std::clamp<std::size_t>(kMostPoints / drawnRuns().size(), 2048, 16384);
  const auto seen = loss_->zoomedTo();
  const std::int64_t from = seen ? stepAt(run, seen->first) : 0;
  const std::int64_t to = seen ? stepAt(run, seen->second) : raw.lastStep();
  Curve curve;
  const auto take = [&](const Pyramid& pyramid, std::vector<double>& x, std::vector<double>& y) {
    for (const Pyramid::Value& value : pyramid.points(from, to, most)) {
      x.push_back(placeOf(run, value.step));
      y.push_back(value.y);
    }
  };
  take(raw, curve.x, curve.y);
  if (smoothing() > 0) take(smooth, curve.meanX, curve.mean);
  curve.name = nameOf(run);
  curve.colour = workbench_.session.colour(run);
  return curve;
}

void LivePanel::addLoss(Figure& figure, qint64 run) {
  const History& known = history(run);
  if (known.empty() || !hasPlace(run)) return;
  const auto add = [&](Curve curve, double StepReport::* value) {
    if (curve.x.size() < known.steps())
      curve.exact = [this, run, value](double x) { return exactAt(run, x, value); };
    figure.curves.push_back(std::move(curve));
  };
  Curve loss = curveOf(run, known.loss, known.smoothLoss(smoothing()));
  if (known.hasGain() && !log_->isChecked()) {
    Curve gain = curveOf(run, known.gain, known.smoothGain(smoothing()));
    gain.name = tr("%1 gain").arg(loss.name);
    gain.dashed = true;
    gain.inLegend = false;  // the axis says what is dashed
    add(std::move(gain), &StepReport::gain);
  }
  add(std::move(loss), &StepReport::loss);
}

/// What a person points at is never one of the drawn points alone.
std::optional<std::pair<double, double>> LivePanel::exactAt(qint64 run, double x,
                                                            double StepReport::* value) {
  const History& known = history(run);
  if (known.empty()) return std::nullopt;  // the curve that is drawn is older
  const std::int64_t step = std::clamp<std::int64_t>(stepAt(run, x), 1, known.lastStep());
  const Pyramid& curve = value == &StepReport::gain ? known.gain : known.loss;
  if (const Pyramid::Value* point = curve.nearest(step))
    return std::pair(placeOf(run, point->step), point->y);
  const std::vector<StepReport>& rows = around_[run];
  if (rows.empty() || step < rows.front().step || step > rows.back().step) return std::nullopt;
  const auto row = std::ranges::lower_bound(rows, step, {}, &StepReport::step);
  return std::pair(placeOf(run, row->step), (*row).*value);
}

/// What was read is of steps that may have been trained anew, or of another project, which answers no more.
/// run  0: of all of them
void LivePanel::forgetAround(qint64 run) {
  if (run == 0)
    around_.clear();
  else
    around_.erase(run);
  aroundAnswer_.drop();
}

/// Exact values of long runs are in the project alone: those around the pointer are read.
void LivePanel::readAround(double x) {
  constexpr std::int64_t kReach = 500;  // steps
  if (aroundAnswer_.isWaiting()) return;
  for (const qint64 run : drawnRuns()) {
    if (history(run).isExact() || history(run).empty() || !hasPlace(run)) continue;
    if (exactAt(run, x, &StepReport::loss)) continue;
    const std::int64_t step = std::clamp<std::int64_t>(stepAt(run, x), 1, history(run).lastStep());
    aroundAnswer_.ask(
        workbench_.session, this,
        [run, step](const OpenProject& project) {
          return project.reader.steps(run, step - kReach, step + kReach);
        },
        [this, run, x](std::optional<std::vector<StepReport>> rows) {
          if (!rows) return;
          around_[run] = std::move(*rows);
          loss_->updateReadOut();
          if (exactAt(run, x, &StepReport::loss)) readAround(x);  // the next run
        });
    return;
  }
}

void LivePanel::addTest(Figure& figure, qint64 run) {
  const auto& epochs = history(run).epochs;
  if (epochs.empty() || !hasPlace(run)) return;
  Curve curve;
  const RunSummary* summary = workbench_.session.find(run);
  if (!summary) return;
  const Metric& metric = mainMetric(*summary);
  double best = std::nan("");
  for (const EpochReport& report : epochs) {
    const double value = metricOf(report.test, metric.name);
    curve.x.push_back(placeOf(run, report.step));
    curve.y.push_back(metric.scale * value);
    if (metric.isBetter(value, best)) best = value;
  }
  curve.name = tr("%1, best %2").arg(nameOf(run), QString::fromStdString(metric.text(best)));
  curve.colour = workbench_.session.colour(run);
  curve.points = true;
  figure.curves.push_back(std::move(curve));
}

/// What a run's step takes beside those of the reference, if there are any to compare with.
void LivePanel::addRatio(CostBars::Row& row, const RunSummary& summary) const {
  RunSummary measured = summary;  // a live run is further than the list says
  measured.step = row.steps;
  measured.seconds = row.timings.total();
  const CostReference& reference = workbench_.session.list()->reference;
  const std::optional<double> ratio = reference.timePerStep(measured);
  const std::string known = reference.nameFor(measured);
  const QString name = QString::fromStdString(known.empty() ? referenceMethod().name : known);
  row.ratio = ratio ? tr("%1 %2").arg(ratioText(ratio), name) : tr("no %1 to compare").arg(name);
  const QString which = tr("of the same recipe and images on the same host, device and number of threads");
  const int count = reference.timedRuns(measured);
  row.ratioHelp =
      !ratio ? tr("There is no finished %1 run %2 to compare with").arg(name, which)
      : count == 1
          ? tr("Time per step relative to the one finished %1 run %2").arg(name, which)
          : tr("Time per step relative to the mean of %1 finished %2 runs %3").arg(count).arg(name, which);
}

std::vector<CostBars::Row> LivePanel::costs() {
  Session& s = workbench_.session;
  std::vector<CostBars::Row> rows;
  for (const qint64 run : drawnRuns()) {
    CostBars::Row row;
    row.timings = history(run).timings;
    row.steps = static_cast<std::int64_t>(history(run).steps());
    const RunSummary* summary = s.find(run);
    if (row.steps == 0 || !summary) continue;
    row.name = nameOf(run);
    row.colour = s.colour(run);
    addRatio(row, *summary);
    rows.push_back(std::move(row));
  }
  return rows;
}

void LivePanel::redraw() {
  Session& s = workbench_.session;
  Figure loss, test;
  loss.title = tr("Training loss and gain");
  loss.x = test.x = xAxis();
  loss.left = {tr("Loss, gain (dashed)"), ""};
  loss.left.log = log_->isChecked();
  std::vector<RunSummary> shown;
  for (const qint64 run : drawnRuns())
    if (const RunSummary* summary = s.find(run)) shown.push_back(*summary);
  const MetricTitle metric = metricTitle(shown);
  test.title = tr("Test %1").arg(metric.title);
  test.left = {metric.title, metric.unit};
  loss.empty = tr("Appears with the first training step");
  test.empty = tr("Appears with the first epoch");
  QStringList placeless;
  for (const qint64 run : drawnRuns()) {
    addLoss(loss, run);
    addTest(test, run);
    if (!history(run).empty() && !hasPlace(run)) placeless << nameOf(run);
  }
  if (s.selection().shown().size() > kMostRuns) loss.title += tr(" of the first %1 runs").arg(kMostRuns);
  if (!placeless.empty()) {
    const QString what = tr("the steps of an epoch are not known of %1").arg(placeless.join(", "));
    loss.title += tr(" (%1)").arg(what);
    loss.empty = test.empty = tr("Nothing by epoch: %1; choose x: step").arg(what);
  }
  const auto isGain = [](const Curve& curve) { return curve.dashed; };
  if (std::none_of(loss.curves.begin(), loss.curves.end(), isGain)) loss.left.title = tr("Loss");
  const bool nothing = loss.curves.empty() && test.curves.empty() && placeless.empty() && !s.isLive();
  pages_->setCurrentIndex(nothing ? 1 : 0);
  loss_->show(std::move(loss));
  test_->show(std::move(test));
  const qint64 run = s.selection().run();
  const bool cursor = run != 0 && s.selection().cursor() > 0 && !s.selection().followsLive() && hasPlace(run);
  const std::optional<double> x = cursor ? std::optional(placeOf(run, s.selection().cursor())) : std::nullopt;
  loss_->setCursor(x);
  test_->setCursor(x);
  cost_->show(costs());
}

QStringList LivePanel::exportFilters() const {
  return {tr("Picture (*.png)"), tr("Loss as PDF for a paper (*.pdf)"),
          tr("Numbers of the loss plot (*.csv)")};
}

void LivePanel::writeExport(const QString& file, const std::string& ending) {
  if (redraw_.isActive()) {
    redraw_.stop();
    redraw();
  }
  if (ending == "png") return PanelWidget::writeExport(file, ending);
  if (ending == "csv") return writeNumbers(file);
  loss_->exportTo(file);
}

void LivePanel::writeNumbers(const QString& file) {
  std::vector<LossNumbers> runs;
  const bool isTime = x_->currentIndex() == time;
  for (const qint64 run : drawnRuns()) {
    const double unit = x_->currentIndex() == epoch ? stepsPerEpoch(run) : 1;
    if (!history(run).empty() && hasPlace(run))
      runs.push_back({run, nameOf(run), unit, isTime, !log_->isChecked()});
  }
  workbench_.session.ask(
      this,
      [runs, file](const OpenProject& project) {
        project.flush();  // what has just been reported, too
        const QByteArray text = lossNumbers(project.reader, runs);
        writeFileAtomically(file.toStdString(), std::string_view(text.constData(), text.size()));
        return true;
      },
      [this, file](std::optional<bool> written) {
        if (written) Q_EMIT workbench_.session.logged(tr("wrote the numbers to %1").arg(file));
      },
      Access::write);
}

Panel panel::live() {
  return {"live", "Live", "Loss, gain, test metric and cost of the shown runs",
          [](const Workbench& workbench) -> PanelWidget* { return new LivePanel(workbench); }};
}

}  // namespace uada
