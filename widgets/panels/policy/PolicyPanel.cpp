#include "widgets/panels/policy/PolicyPanel.h"

#include <QApplication>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <cmath>
#include <utility>

#include "core/base/Error.h"
#include "core/ops/Op.h"
#include "widgets/panels/policy/LandscapeDialog.h"
#include "widgets/panels/policy/OpTotals.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

PolicyPanel::PolicyPanel(const Workbench& workbench, QWidget* parent) : PanelWidget(workbench, parent) {
  heat_ = new Plot(workbench.theme, this);
  heat_->setObjectName("policy_heat");
  levels_ = new Plot(workbench.theme, this);
  levels_->setObjectName("policy_levels");
  winners_ = new Plot(workbench.theme, this);
  winners_->setObjectName("policy_winners");
  totals_ = new OpTotals(workbench.theme, this);
  auto* top = new QSplitter(Qt::Horizontal, this);
  top->addWidget(heat_);
  top->addWidget(totals_);
  auto* bottom = new QSplitter(Qt::Horizontal, this);
  bottom->addWidget(levels_);
  bottom->addWidget(winners_);
  auto* split = new QSplitter(Qt::Vertical, this);
  split->addWidget(top);
  split->addWidget(bottom);
  for (QSplitter* one : {top, bottom, split}) {
    one->setStretchFactor(0, 3);
    one->setStretchFactor(1, 2);
    one->setSizes({300, 200});  // a share each, whatever they would like
    one->setChildrenCollapsible(false);
  }
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(makeBar());
  column->addWidget(split, 1);
  pages_ = new QStackedWidget(this);
  pages_->addWidget(
      emptyState(workbench, tr("How the augmentation moves: levels, gradient signs and winners of each op"),
                 tr("It fills while a run trains. Start one, or choose one in the list of runs."), "policy"));
  pages_->addWidget(page);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(pages_);
  redrawTimer_.setSingleShot(true);
  redrawTimer_.setInterval(200);
  connect(&redrawTimer_, &QTimer::timeout, this, &PolicyPanel::redraw);

  Session* session = &workbench.session;
  connect(&session->selection(), &Selection::selectionChanged, this, &PolicyPanel::reload);
  connect(session, &Session::projectChanged, this, &PolicyPanel::reload);
  connect(session, &Session::reloaded, this, [this](qint64 run) {
    if (run == run_) reload();
  });
  connect(session, &Session::policyMoved, this, &PolicyPanel::add);
  connect(&session->selection(), &Selection::cursorChanged, this, &PolicyPanel::markStep);
  connect(heat_, &Plot::clicked, this, &PolicyPanel::choose);
  connect(heat_, &Plot::zoomed, this, [this] {
    samplesTimer_.stop();
    showTotals();
  });
  connect(totals_, &OpTotals::chosen, this,
          [this](const QString& op) { op_->setCurrentIndex(op_->findData(op)); });
  samplesTimer_.setSingleShot(true);
  samplesTimer_.setInterval(QApplication::doubleClickInterval());
  connect(&samplesTimer_, &QTimer::timeout, this, &PolicyPanel::showSamples);
  reload();
}

QWidget* PolicyPanel::makeBar() {
  auto* bar = new QWidget(this);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  row->setSpacing(kGrid);
  quantity_ = new QComboBox(bar);
  quantity_->setObjectName("quantity");
  for (const PolicyQuantityText& text : policyQuantities()) {
    quantity_->addItem(tr(text.title), QString(text.name));
    quantity_->setItemData(quantity_->count() - 1, tr(text.help), Qt::ToolTipRole);
  }
  op_ = new QComboBox(bar);
  op_->setObjectName("op");
  op_->setMinimumContentsLength(14);
  auto* show = new QLabel(tr("Show"), bar);
  show->setBuddy(quantity_);
  auto* of = new QLabel(tr("Levels of"), bar);
  of->setBuddy(op_);
  row->addWidget(show);
  row->addWidget(quantity_);
  row->addSpacing(2 * kGrid);
  row->addWidget(of);
  row->addWidget(op_);
  row->addStretch();
  auto* landscape = new QPushButton(tr("Landscape…"), bar);
  landscape->setObjectName("open_landscape");
  landscape->setToolTip(tr(
      "The loss of the run's network over all levels of this op, and whether UADA's probes see its slope"));
  row->addWidget(landscape);
  connect(landscape, &QPushButton::clicked, this, &PolicyPanel::openLandscape);
  connect(quantity_, &QComboBox::currentIndexChanged, this, [this] {
    chosen_ = true;
    redraw();
  });
  connect(op_, &QComboBox::currentIndexChanged, this, &PolicyPanel::redraw);
  return bar;
}

/// A line at the cursor's step; none while it follows the live run, where it would only mark the edge.
void PolicyPanel::markStep(qint64 step) {
  const bool marked = step > 0 && !workbench_.session.selection().followsLive();
  const std::optional<double> x = marked ? std::optional<double>(static_cast<double>(step)) : std::nullopt;
  if (x == marked_) return;
  marked_ = x;
  for (Plot* plot : {heat_, levels_, winners_}) plot->setCursor(x);
}

PolicyQuantity PolicyPanel::quantity() const {
  return policyQuantities()[std::max(0, quantity_->currentIndex())].quantity;
}

/// Reads now if the panel is seen, else when it is shown.
void PolicyPanel::reload() {
  run_ = workbench_.session.selection().run();
  meanwhile_.clear();
  stale_ = true;
  if (isVisible()) load();
}

void PolicyPanel::load() {
  stale_ = false;
  Session& session = workbench_.session;
  bins_.clear();
  answer_.drop();
  if (run_ && session.hasProject()) {
    answer_.ask(
        session, this, [run = run_](const OpenProject& project) { return project.reader.policy(run); },
        [this](std::optional<std::vector<PolicyReport>> stored) {
          take(stored.value_or(std::vector<PolicyReport>()));
        });
  }
  redraw();
}

/// What was reported meanwhile comes after what was stored.
void PolicyPanel::take(const std::vector<PolicyReport>& stored) {
  bins_.clear();
  for (const PolicyReport& report : stored) bins_.add(report);
  add(run_, std::exchange(meanwhile_, {}));
  redraw();
}

void PolicyPanel::add(qint64 run, const std::vector<PolicyReport>& reports) {
  if (run != run_ || stale_) return;
  if (answer_.isWaiting()) {
    meanwhile_.insert(meanwhile_.end(), reports.begin(), reports.end());
    return;
  }
  for (const PolicyReport& report : reports) {
    if (report.step > bins_.lastStep()) bins_.add(report);  // the project may have been read with it
  }
  if (!redrawTimer_.isActive()) redrawTimer_.start();
}

void PolicyPanel::showEvent(QShowEvent* event) {
  PanelWidget::showEvent(event);
  stale_ ? load() : redraw();
}

void PolicyPanel::redraw() {
  pages_->setCurrentIndex(bins_.isEmpty() ? 0 : 1);
  if (bins_.isEmpty()) return;
  if (!chosen_) showUsual();
  fillOps();
  if (!isVisible()) return;  // drawn when it is shown
  heat_->show(policyHeat(bins_, quantity()));
  levels_->show(levelTrajectory(bins_, op_->currentData().toString().toStdString(), workbench_.theme));
  winners_->show(winnerShares(bins_, workbench_.theme));
  showTotals();
}

/// Over what is seen of the strip.
void PolicyPanel::showTotals() {
  const auto seen = heat_->zoomedTo();
  totals_->setVisible(!bins_.ops().empty());
  totals_->show(bins_, seen ? std::llround(std::ceil(seen->first)) : 1,
                seen ? std::llround(std::floor(seen->second)) : bins_.lastStep());
}

/// Until something is chosen: what each op gained, or its levels where nothing was tried.
void PolicyPanel::showUsual() {
  const QSignalBlocker quiet(quantity_);
  quantity_->setCurrentIndex(quantity_->findData(QString(bins_.groups().empty() ? "before" : "gain")));
}

/// The ops that occurred, in the catalogue's order; the chosen one stays chosen.
void PolicyPanel::fillOps() {
  const std::vector<std::string> names = bins_.ops();
  if (op_->count() == static_cast<int>(names.size())) return;
  const QSignalBlocker quiet(op_);
  const QString chosen = op_->currentData().toString();
  op_->clear();
  for (const std::string& name : names)
    op_->addItem(QString::fromStdString(findOp(name).title), QString::fromStdString(name));
  op_->setCurrentIndex(std::max(0, op_->findData(chosen)));
}

/// A click on the strip: the levels of that op, the cursor at that step, and its samples.
void PolicyPanel::choose(double step, double y) {
  const int rows = static_cast<int>(bins_.ops().size());
  const int row = rows - 1 - static_cast<int>(std::lround(y));
  if (row < 0 || row >= rows) return;
  op_->setCurrentIndex(row);
  workbench_.session.selection().setCursor(std::clamp<qint64>(std::llround(step), 1, bins_.lastStep()));
  samplesTimer_.start();
}

void PolicyPanel::showSamples() {
  workbench_.showSamples(op_->currentData().toString(), workbench_.session.selection().cursor());
}

void PolicyPanel::openLandscape() {
  workbench_.session.ask(
      this, [run = run_](const OpenProject& project) { return project.reader.detail(run); },
      [this](std::optional<RunDetail> run) {
        if (!run) return;
        auto* dialog = new LandscapeDialog(workbench_, std::move(*run), bins_.ops(),
                                           op_->currentData().toString().toStdString(), this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->show();
      });
}

QStringList PolicyPanel::exportFilters() const { return {tr("Picture (*.png)"), tr("Numbers (*.csv)")}; }

void PolicyPanel::writeExport(const QString& file, const std::string& ending) {
  if (stale_) load();
  if (ending != "csv") return PanelWidget::writeExport(file, ending);
  heat_->show(policyHeat(bins_, quantity()));
  heat_->exportTo(file);
}

namespace panel {
Panel policy() {
  return {"policy", "Policy",
          "How the level of each op moves, which way the gradient points, and which group wins",
          [](const Workbench& workbench) -> PanelWidget* { return new PolicyPanel(workbench); }};
}
}  // namespace panel

}  // namespace uada
