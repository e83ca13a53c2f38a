#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/panels/Panel.h"
#include "widgets/panels/machine/MachineFigures.h"
#include "widgets/plot/Plot.h"
#include "widgets/plot/ZoomEdits.h"
#include "widgets/session/MachineHistory.h"
#include "widgets/session/MachineWatch.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

namespace {

constexpr int kPlotWidth = 280, kPlotHeight = 128;  // pixels, at least
constexpr int kSecondsAMinute = 60;

/// Processor, memory, disk, each GPU: what this machine did lately, once a second, or what the machine of the
/// selected run did while it trained.
class MachinePanel : public PanelWidget {
 public:
  explicit MachinePanel(const Workbench& workbench);
  QStringList exportFilters() const override { return {tr("Picture (*.png)")}; }
  /// A row of plots, where there is room for it.
  QSize sizeHint() const override { return {3 * kPlotWidth, kPlotHeight + 8 * kGrid}; }
  bool isReading() const override { return isOfRun() && history_.isReading(run()); }

 protected:
  void showEvent(QShowEvent* event) override {
    PanelWidget::showEvent(event);
    draw();
  }
  void resizeEvent(QResizeEvent* event) override {
    PanelWidget::resizeEvent(event);
    arrange();
  }

 private:
  void makeBar(QVBoxLayout* layout);
  void follow();
  void draw();
  void arrange();
  void drawNow();
  void drawRun();
  void show(std::vector<NamedFigure> figures);
  void showCursor();
  void moveCursor(double minutes);
  Plot* plotOf(const QString& name);
  bool isOfRun() const { return source_->currentIndex() == 1; }
  qint64 run() const { return workbench_.session.selection().run(); }

  const MachineWatch& watch_;
  MachineHistory& history_;
  QComboBox* source_ = new QComboBox;
  QComboBox* span_ = new QComboBox;
  QLabel* note_ = new QLabel;
  QScrollArea* area_ = new QScrollArea;
  QGridLayout* grid_ = new QGridLayout;
  std::vector<Plot*> plots_;
  std::vector<double> minutes_;      ///< of the rows of the run that is drawn
  std::vector<std::int64_t> steps_;  ///< likewise
};

MachinePanel::MachinePanel(const Workbench& workbench)
    : PanelWidget(workbench),
      watch_(MachineWatch::of(workbench.session)),
      history_(MachineHistory::of(workbench.session)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(kGrid, 0, kGrid, 0);
  layout->setSpacing(kGrid / 2);
  makeBar(layout);
  area_->setWidgetResizable(true);
  area_->setFrameShape(QFrame::NoFrame);
  auto* page = new QWidget;
  page->setLayout(grid_);
  grid_->setContentsMargins(0, 0, 0, 0);
  grid_->setSpacing(kGrid);
  area_->setWidget(page);
  layout->addWidget(area_, 1);
  follow();
}

void MachinePanel::makeBar(QVBoxLayout* layout) {
  auto* bar = new QHBoxLayout;
  bar->setSpacing(kGrid);
  source_->setObjectName("machineSource");
  source_->setAccessibleName(tr("Which machine, and when"));
  source_->setToolTip(
      tr("This machine as it is now, or the machine of the selected run as it was while the run trained: "
         "click a plot to move the step cursor there"));
  source_->addItems({tr("This machine, now"), tr("Selected run")});
  span_->setObjectName("machineSpan");
  span_->setAccessibleName(tr("How far back"));
  for (const int minutes : {2, 10, 60}) span_->addItem(tr("Last %1 minutes").arg(minutes), minutes);
  note_->setObjectName("muted");
  note_->setTextFormat(Qt::PlainText);
  note_->setMinimumWidth(1);  // a narrow dock cuts it
  bar->addWidget(source_);
  bar->addWidget(span_);
  bar->addWidget(note_, 1);
  layout->addLayout(bar);
}

void MachinePanel::follow() {
  connect(span_, &QComboBox::currentIndexChanged, this, &MachinePanel::draw);
  connect(source_, &QComboBox::currentIndexChanged, this, [this] {
    span_->setVisible(!isOfRun());
    for (Plot* plot : plots_) plot->fit();
    draw();
  });
  connect(&watch_, &MachineWatch::read, this, [this] {
    if (isVisible() && !isOfRun()) draw();
  });
  const auto drawRunAgain = [this] {
    if (isVisible() && isOfRun()) draw();
  };
  Session& session = workbench_.session;
  connect(&history_, &MachineHistory::changed, this, drawRunAgain);
  connect(&session.selection(), &Selection::selectionChanged, this, drawRunAgain);
  connect(&session, &Session::projectChanged, this, drawRunAgain);
  connect(&session.selection(), &Selection::cursorChanged, this, [this] {
    if (isVisible()) showCursor();
  });
}

Plot* MachinePanel::plotOf(const QString& name) {
  for (Plot* plot : plots_)
    if (plot->objectName() == name) return plot;
  auto* plot = new Plot(workbench_.theme);
  plot->setObjectName(name);
  plot->setMinimumSize(kPlotWidth, kPlotHeight);
  connect(plot, &Plot::clicked, this, [this](double x, double) { moveCursor(x); });
  keepZooms(*plot, workbench_.session);
  plots_.push_back(plot);
  arrange();
  return plot;
}

/// As many beside each other as there is room for; where there is height for one row alone, all of them, and
/// the area scrolls sideways.
void MachinePanel::arrange() {
  const bool isLow = area_->height() < 2 * (kPlotHeight + kGrid);
  const int fit = std::max(1, width() / (kPlotWidth + kGrid));
  const int columns = isLow ? std::max<int>(fit, static_cast<int>(plots_.size())) : fit;
  for (Plot* plot : plots_) grid_->removeWidget(plot);
  for (int i = 0; i < static_cast<int>(plots_.size()); ++i)
    grid_->addWidget(plots_[static_cast<std::size_t>(i)], i / columns, i % columns);
}

/// A plot for each, and no other.
void MachinePanel::show(std::vector<NamedFigure> figures) {
  const auto isDrawn = [&](const Plot* plot) {
    return std::ranges::any_of(figures,
                               [&](const NamedFigure& one) { return one.name == plot->objectName(); });
  };
  const std::size_t before = plots_.size();
  std::erase_if(plots_, [&](Plot* plot) {
    const bool isOver = !isDrawn(plot);
    if (isOver) delete plot;
    return isOver;
  });
  if (plots_.size() != before) arrange();
  for (NamedFigure& one : figures) plotOf(one.name)->show(std::move(one.figure));
}

void MachinePanel::draw() {
  isOfRun() ? drawRun() : drawNow();
  showCursor();
}

void MachinePanel::drawNow() {
  minutes_.clear();
  steps_.clear();
  const double span = span_->currentData().toDouble();
  const auto& readings = watch_.readings();
  std::vector<MachinePoint> points;
  for (const MachineReading& reading : readings) {
    const double x = (reading.time - readings.back().time) / kSecondsAMinute;
    if (x >= -span) points.push_back({x, reading});
  }
  Axis axis{tr("Time before now"), tr("min")};
  axis.min = -span;
  axis.max = 0;
  show(machineFigures(points, axis, tr("The first reading comes in a second"), workbench_.theme));
  const bool hasGpu = !readings.empty() && !readings.back().gpus.empty();
  note_->setText(hasGpu || watch_.whyNoGpu().isEmpty() ? QString()
                                                       : tr("No GPU is shown: %1").arg(watch_.whyNoGpu()));
}

void MachinePanel::drawRun() {
  const RunSummary* const summary = workbench_.session.find(run());
  const std::vector<MachineRow> rows = summary ? history_.rows(run()) : std::vector<MachineRow>();
  minutes_ = secondsOf(rows);
  steps_.clear();
  std::vector<MachinePoint> points;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    minutes_[i] /= kSecondsAMinute;
    steps_.push_back(rows[i].step);
    points.push_back({minutes_[i], rows[i].reading});
  }
  const QString empty = !summary ? tr("Select a run in the list of runs")
                        : history_.isReading(run())
                            ? tr("Is being read ...")
                            : tr("Nothing was recorded: it trained for less than a second, "
                                 "or with an older version of the program");
  show(machineFigures(points, Axis{tr("Time since it was started"), tr("min")}, empty, workbench_.theme));
  note_->setText(
      summary ? tr("%1, on %2").arg(workbench_.session.nameOf(run()), QString::fromStdString(summary->host))
              : QString());
}

/// At the first row in which the step of the cursor was done.
void MachinePanel::showCursor() {
  const Selection& selection = workbench_.session.selection();
  std::optional<double> x;
  if (const auto row = std::ranges::lower_bound(steps_, selection.cursor());
      row != steps_.end() && selection.cursor() > 0 && !selection.followsLive())
    x = minutes_[static_cast<std::size_t>(row - steps_.begin())];
  for (Plot* plot : plots_) plot->setCursor(x);
}

void MachinePanel::moveCursor(double minutes) {
  if (steps_.empty()) return;
  const auto row = std::ranges::lower_bound(minutes_, minutes);
  const std::size_t index = static_cast<std::size_t>(row - minutes_.begin());
  workbench_.session.selection().setCursor(steps_[std::min(index, steps_.size() - 1)]);
}

}  // namespace

Panel panel::machine() {
  return {"machine", "Machine", "Load of processor, memory, disk and GPUs: now, and while a run trained",
          [](const Workbench& workbench) -> PanelWidget* { return new MachinePanel(workbench); }};
}

}  // namespace uada
