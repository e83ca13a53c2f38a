#include "widgets/panels/live/LivePanel.h"

#include <QGridLayout>
#include <QLabel>
#include <QScopedValueRollback>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/live/LiveCosts.h"
#include "widgets/panels/live/LiveDiverged.h"
#include "widgets/panels/live/LiveLegend.h"
#include "widgets/panels/live/LiveNumbers.h"
#include "widgets/plot/PlotText.h"
#include "widgets/plot/ZoomEdits.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

static constexpr int kRedrawMs = 100;
static constexpr std::size_t kMostRuns = 100;                            // that can be told apart
static constexpr int kPlotWidth = 42 * kGrid, kPlotHeight = 20 * kGrid;  // the least that is read well

LivePanel::LivePanel(const Workbench& workbench)
    : PanelWidget(workbench),
      scalars_(workbench.session),
      around_(workbench.session),
      curves_(workbench.session, scalars_, around_, workbench.theme.colour("muted")) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  pages_ = new QStackedWidget;
  layout->addWidget(pages_);
  auto* page = new QWidget;
  auto* inside = new QVBoxLayout(page);
  inside->setContentsMargins(0, 0, 0, 0);
  inside->setSpacing(0);
  inside->addWidget(makeTools());
  inside->addWidget(makeParts(), 1);
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

QWidget* LivePanel::makeCurves() {
  area_ = new QScrollArea;
  area_->setFrameShape(QFrame::NoFrame);
  area_->setWidgetResizable(true);
  area_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* inside = new QWidget;
  grid_ = new QGridLayout(inside);
  grid_->setContentsMargins(0, 0, 0, 0);
  grid_->setSpacing(1);
  area_->setWidget(inside);
  legend_ = new LiveLegend;
  connect(legend_, &LiveLegend::toggled, this, [this](const QStringList& keys, bool shown) {
    for (const QString& key : keys)
      shown ? (void)settings_.hidden.erase(key) : (void)settings_.hidden.insert(key);
    schedule();
  });
  connect(legend_, &LiveLegend::pointed, this, [this](const QString& key) {
    if (settings_.pointed == key) return;
    settings_.pointed = key;
    schedule();
  });
  auto* split = new QSplitter;
  split->addWidget(area_);
  split->addWidget(legend_);
  split->setStretchFactor(0, 1);
  split->setSizes({70 * kGrid, 38 * kGrid});
  area_->setMinimumWidth(33 * kGrid);
  split->setChildrenCollapsible(false);
  connect(split, &QSplitter::splitterMoved, this, &LivePanel::arrange);
  return split;
}

void LivePanel::followSession() {
  Session& s = workbench_.session;
  connect(&s, &Session::stepped, this, &LivePanel::schedule);
  connect(&s, &Session::epochEnded, this, &LivePanel::schedule);
  connect(&s.histories(), &Histories::curvesRead, this, &LivePanel::schedule);
  connect(&scalars_, &StepScalars::changed, this, &LivePanel::schedule);
  connect(&s, &Session::reloaded, this, &LivePanel::schedule);
  connect(&s.selection(), &Selection::selectionChanged, this, &LivePanel::schedule);
  connect(&s.selection(), &Selection::cursorChanged, this, &LivePanel::schedule);
  connect(&s.selection(), &Selection::checkedChanged, this, &LivePanel::schedule);
  for (const auto signal : {&Session::runsChanged, &Session::projectChanged})
    connect(&s, signal, this, &LivePanel::schedule);
  connect(&around_, &AroundSteps::changed, this, [this] {
    if (pointedPlot_) point(pointedPlot_, pointedX_);
    for (const auto& [name, plot] : plots_) plot->updateReadOut();
  });
}

std::vector<qint64> LivePanel::drawnRuns() const {
  std::vector<qint64> runs = workbench_.session.selection().shown();
  if (runs.size() > kMostRuns) runs.resize(kMostRuns);
  return runs;
}

/// Gain is of methods that have candidates alone.
bool LivePanel::isShown(const LiveScalar& scalar) {
  if (scalar.name != "gain") return true;
  return std::ranges::any_of(lines_, [this](const LiveLine& line) {
    return std::ranges::any_of(
        line.runs, [this](qint64 run) { return workbench_.session.histories().of(run).hasGain(); });
  });
}

Plot* LivePanel::makePlot() {
  auto* plot = new Plot(workbench_.theme, area_->widget());
  plot->setHasReadOut(false);  // the legend has the values
  plot->setMinimumSize(30 * kGrid, kPlotHeight);
  connect(plot, &Plot::zoomed, this, [this, plot] { zoomLike(plot); });
  keepZooms(*plot, workbench_.session);
  connect(plot, &Plot::hovered, this, [this, plot](double x, double) { point(plot, x); });
  connect(plot, &Plot::left, this, [this, plot] { point(plot, std::nullopt); });
  connect(plot, &Plot::clicked, this, [this](double x, double) {
    const qint64 run = workbench_.session.selection().run();
    if (run != 0 && curves_.hasPlace(run, settings_.x))
      workbench_.session.selection().setCursor(curves_.stepAt(run, x, settings_.x));
  });
  return plot;
}

/// A plot for each chosen number that has been recorded, the loss first, the main metrics last of the usual:
/// one for each task of the runs.
void LivePanel::choosePlots() {
  std::vector<std::string> wanted;
  bool isFirstTest = true;
  for (const LiveScalar& scalar : recorded_) {
    if (!chosen_.contains(scalar.isMain ? kMainTest : scalar.name) || !isShown(scalar)) continue;
    wanted.push_back(scalar.name);
    Plot*& plot = plots_[scalar.name];
    if (!plot) {
      plot = makePlot();
      plot->readNumbers = [this, name = scalar.name] { return numbersOf(name); };
    }
    const bool isTest = scalar.isMain && std::exchange(isFirstTest, false);
    plot->setObjectName(isTest ? QStringLiteral("test") : QString::fromStdString(scalar.name));
  }
  for (auto it = plots_.begin(); it != plots_.end();) {
    const bool stays = std::ranges::find(wanted, it->first) != wanted.end();
    if (!stays && pointedPlot_ == it->second) pointedPlot_ = nullptr;
    if (!stays) delete it->second;
    it = stays ? std::next(it) : plots_.erase(it);
  }
  if (drawn_ == wanted) return;
  drawn_ = std::move(wanted);
  arrange();
}

/// As many plots side by side as are read well.
void LivePanel::arrange() {
  const int count = static_cast<int>(drawn_.size());
  const int fit = std::max(1, area_->width() / kPlotWidth);
  const int columns = std::max(1, std::min(fit, count <= 4 ? 2 : 3));
  while (grid_->count() > 0) delete grid_->takeAt(0);
  for (int i = 0; i < 8; ++i) {
    grid_->setColumnStretch(i, i < columns ? 1 : 0);
    grid_->setRowStretch(i, 0);
  }
  for (int i = 0; i < count; ++i) {
    const bool isLastAlone = i == count - 1 && i % columns == 0;
    grid_->addWidget(plots_.at(drawn_[i]), i / columns, i % columns, 1, isLastAlone ? columns : 1);
    grid_->setRowStretch(i / columns, 1);
    plots_.at(drawn_[i])->show();
  }
}

void LivePanel::resizeEvent(QResizeEvent* event) {
  PanelWidget::resizeEvent(event);
  arrange();
}

const LiveScalar* LivePanel::scalarOf(const Plot* plot) const {
  for (const LiveScalar& scalar : recorded_) {
    const auto known = plots_.find(scalar.name);
    if (known != plots_.end() && known->second == plot) return &scalar;
  }
  return nullptr;
}

/// All plots show the same part of the x axis.
void LivePanel::zoomLike(const Plot* plot) {
  for (const auto& [name, other] : plots_)
    if (other != plot) other->showX(plot->zoomedTo());
  schedule();
}

/// x  under the pointer in that plot; none: it has left
void LivePanel::point(const Plot* plot, std::optional<double> x) {
  pointedPlot_ = x ? plot : nullptr;
  pointedX_ = x;
  for (const auto& [name, other] : plots_)
    if (other != plot) other->setHair(x);
  if (const LiveScalar* scalar = x ? scalarOf(plot) : nullptr)
    curves_.readAround(*scalar, lines_, settings_, *x);
  showLegend();
}

static QString shownValue(double value, const LiveScalar& scalar) {
  if (std::isnan(value)) return {};
  return scalar.metric ? QString::number(value, 'f', scalar.metric->digits) : valueText(value, {});
}

/// Under the pointer, or the last ones; without what is taken off.
LiveValues LivePanel::legendValues(const LiveScalar& scalar, const LiveLine& line) {
  const std::optional<double> x = pointedPlot_ ? pointedX_ : std::nullopt;
  const auto minus = std::ranges::find(lines_, settings_.minus, &LiveLine::key);
  return minus == lines_.end() ? curves_.valuesAt(scalar, line, settings_, x)
                               : curves_.differenceAt(scalar, line, *minus, settings_, x);
}

void LivePanel::showLegend() {
  const LiveScalar* scalar = pointedPlot_ ? scalarOf(pointedPlot_) : nullptr;
  for (std::size_t i = 0; !scalar && i < recorded_.size(); ++i)
    if (!drawn_.empty() && recorded_[i].name == drawn_.front()) scalar = &recorded_[i];
  LiveLegend::Content content;
  content.common = workbench_.session.list()->commonPart(drawnRuns()).text;
  if (!scalar) return legend_->show(content);
  const bool isSmoothed = !scalar->isEpoch && settings_.smoothing > 0;
  content.first = isSmoothed ? tr("smoothed") : settings_.groups ? tr("mean") : tr("value");
  content.second = isSmoothed ? tr("raw") : settings_.groups ? tr("± s.d.") : QString();
  const Axis axis = LiveCurves::axis(settings_.x);
  double place = std::nan("");
  if (!settings_.minus.isEmpty()) content.first = tr("difference"), content.second.clear();
  for (const LiveLine& line : lines_) {
    const LiveValues values = legendValues(*scalar, line);
    LiveLegend::Row row{line.key,     line.label,  line.help,
                        line.section, line.colour, !settings_.hidden.contains(line.key),
                        {},           {}};
    row.first = shownValue(values.smooth, *scalar);
    row.second = isSmoothed ? values.isReading ? QStringLiteral("…") : shownValue(values.raw, *scalar)
                            : shownValue(values.deviation, *scalar);
    if (line.runs.size() > 1)
      row.help = tr("%1 of %2 seeds here, sample standard deviation of the raw values %3\n%4")
                     .arg(values.count)
                     .arg(line.runs.size())
                     .arg(orDash(shownValue(values.deviation, *scalar)), line.help);
    if (pointedX_ && (std::isnan(place) || std::abs(values.x - *pointedX_) < std::abs(place - *pointedX_)))
      place = values.x;
    content.rows.push_back(std::move(row));
  }
  const QString what =
      scalar->unit.isEmpty() ? scalar->title : tr("%1 in %2").arg(scalar->title, scalar->unit);
  content.head = !pointedPlot_ || std::isnan(place)
                     ? tr("%1, last").arg(what)
                     : tr("%1 at %2 %3").arg(what, axis.title.toLower(), valueText(place, axis.unit));
  legend_->show(content);
}

/// The steps of an epoch are over, and its test has not been reported.
QString LivePanel::testing() const {
  Session& s = workbench_.session;
  const RunProgress& progress = s.progress();
  if (!s.isLive() || progress.stepsPerEpoch <= 0 || progress.step == 0) return {};
  const std::int64_t over = progress.step / progress.stepsPerEpoch;
  const auto& epochs = s.histories().epochsOf(progress.run);
  const bool isTested = !epochs.empty() && epochs.back().epoch >= over;
  if (progress.step % progress.stepsPerEpoch != 0 || isTested) return {};
  return tr("testing after epoch %1").arg(over);
}

void LivePanel::drawCursor() {
  const Selection& selection = workbench_.session.selection();
  const qint64 run = selection.run();
  const bool cursor =
      run != 0 && selection.cursor() > 0 && !selection.followsLive() && curves_.hasPlace(run, settings_.x);
  const std::optional<double> x =
      cursor ? std::optional(curves_.placeOf(run, selection.cursor(), settings_.x)) : std::nullopt;
  for (const auto& [name, plot] : plots_) plot->setCursor(x);
}

/// All begin and end at the same places.
static void shareX(std::vector<Figure>& figures) {
  double low = std::nan(""), high = std::nan("");
  for (const Figure& figure : figures)
    for (const Curve& curve : figure.curves) {
      if (curve.x.empty()) continue;
      low = std::fmin(low, curve.x.front());
      high = std::fmax(high, curve.x.back());
    }
  if (!(high > low)) return;
  const double pad = 0.015 * (high - low);  // a mark at the end is seen whole
  for (Figure& figure : figures) {
    figure.x.min = low - pad;
    figure.x.max = high + pad;
  }
}

void LivePanel::redraw() {
  if (isReadingNumbers_) return schedule();  // the plot that is written must not go
  Session& s = workbench_.session;
  const std::vector<qint64> runs = drawnRuns();
  recorded_ = curves_.recorded(runs);
  lines_ = curves_.lines(runs, settings_);
  offerMinus();
  choosePlots();
  const QString test = testing();
  bool nothing = !s.isLive();
  std::vector<Figure> figures;
  int beyond = 0;  // diverged curves, of the plot that has most of them
  for (const std::string& name : drawn_) {
    const LiveScalar& scalar = *std::ranges::find(recorded_, name, &LiveScalar::name);
    Figure& figure =
        figures.emplace_back(curves_.figure(scalar, lines_, settings_, plots_.at(name)->zoomedTo()));
    nothing = nothing && figure.curves.empty() && figure.title == scalar.title;
    if (mayDiverge(name) && settings_.minus.isEmpty() && !figure.left.log) {
      const DivergedCut cut = divergedCut(figure);
      beyond = std::max(beyond, cut.curves);
      if (cut.curves > 0 && !diverged_->isChecked()) {
        figure.left.min = cut.begin;
        figure.left.max = cut.end;
      }
    }
    if (scalar.metric && !test.isEmpty()) figure.title += QStringLiteral(" (%1)").arg(test);
  }
  shareX(figures);
  for (std::size_t i = 0; i < drawn_.size(); ++i) plots_.at(drawn_[i])->show(std::move(figures[i]));
  nothing = nothing && settings_.hidden.empty() && !drawn_.empty();
  pages_->setCurrentIndex(nothing ? 1 : 0);
  const std::size_t all = s.selection().shown().size();
  diverged_->setVisible(beyond > 0);
  diverged_->setText(diverged_->isChecked() ? tr("%1 diverged: shown whole").arg(beyond)
                                            : tr("%1 diverged: cut, show all").arg(beyond));
  note_->setText(all > kMostRuns ? tr("the first %1 of %2 runs").arg(kMostRuns).arg(all) : test);
  drawCursor();
  showLegend();
  showCosts();
  scalars_.forgetUnused();
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
  if (ending == "csv") {
    const QByteArray text = numbersOf(recorded_.front().name);
    return writeFileAtomically(file.toStdString(), std::string_view(text.constData(), text.size()));
  }
  Plot paper(workbench_.theme);
  paper.resize(size().boundedTo({1200, 800}));
  Figure figure = curves_.figure(recorded_.front(), lines_, settings_, std::nullopt);
  figure.legend = true;  // nothing stands beside it there
  paper.show(std::move(figure));
  paper.exportTo(file);
}

QByteArray LivePanel::numbersOf(const std::string& scalar) {
  const auto known = std::ranges::find(recorded_, scalar, &LiveScalar::name);
  if (known == recorded_.end()) throw Error("'" + scalar + "' is no longer recorded of the shown runs");
  const QScopedValueRollback reading(isReadingNumbers_, true);
  return readNumbers(workbench_.session, curves_.numbers(*known, lines_, settings_));
}

Panel panel::live() {
  return {"live", "Live", "Loss, gain, test metric and cost of the shown runs",
          [](const Workbench& workbench) -> PanelWidget* { return new LivePanel(workbench); }};
}

}  // namespace uada
