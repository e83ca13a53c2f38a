#include "widgets/panels/compare/ComparePanel.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/TableExport.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

/// Whole rows are chosen, so that no single cell is framed.
class RowDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    QStyledItemDelegate::initStyleOption(option, index);
    option->state &= ~QStyle::State_HasFocus;
  }
};

}  // namespace

ComparePanel::ComparePanel(const Workbench& workbench, QWidget* parent) : PanelWidget(workbench, parent) {
  sorted_ = new QSortFilterProxyModel(this);
  sorted_->setSourceModel(&model_);
  sorted_->setSortRole(Qt::UserRole);
  table_ = new QTableView(this);
  table_->setObjectName("comparison");
  table_->setModel(sorted_);
  table_->setSortingEnabled(true);
  table_->sortByColumn(-1, Qt::AscendingOrder);  // the catalogue's order until a heading is clicked
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setShowGrid(false);
  table_->setItemDelegate(new RowDelegate(table_));
  table_->setAlternatingRowColors(true);
  table_->setFrameShape(QFrame::NoFrame);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table_->horizontalHeader()->setHighlightSections(false);
  curves_ = new Plot(workbench.theme, this);
  curves_->setObjectName("compare_curves");
  auto* split = new QSplitter(Qt::Vertical, this);
  split->addWidget(table_);
  split->addWidget(curves_);
  split->setChildrenCollapsible(false);
  split->setSizes({2000, 3000});  // shares: a comparison has few rows
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(makeBar());
  column->addWidget(split, 1);
  pages_ = new QStackedWidget(this);
  pages_->addWidget(emptyState(workbench,
                               tr("Finished runs side by side: mean, spread and cost of each group of seeds"),
                               tr("The first row appears when a run has finished."), "compare"));
  pages_->addWidget(page);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(pages_);

  const Session* session = &workbench.session;
  connect(session, &Session::checkedChanged, this, &ComparePanel::reload);
  connect(session, &Session::runsChanged, this, &ComparePanel::reload);
  connect(session, &Session::projectChanged, this, &ComparePanel::reload);
  connect(table_, &QTableView::doubleClicked, this, [this](const QModelIndex& index) {
    workbench_.session.select(model_.rows()[sorted_->mapToSource(index).row()].runs.front());
  });
  reload();
}

QWidget* ComparePanel::makeBar() {
  auto* bar = new QWidget(this);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  row->setSpacing(2 * kGrid);
  differing_ = new QCheckBox(tr("Only what differs"), bar);
  differing_->setObjectName("only_differing");
  differing_->setChecked(true);
  bySeed_ = new QCheckBox(tr("A row per seed"), bar);
  bySeed_->setObjectName("by_seed");
  note_ = new QLabel(bar);
  note_->setObjectName("muted");
  row->addWidget(differing_);
  row->addWidget(bySeed_);
  row->addWidget(note_, 1);
  row->addWidget(copyButton(this, [this](TableFormat format) { return writeComparison(groups_, format); }));
  row->addWidget(
      exportButton(this, [this](const QString& text) { Q_EMIT workbench_.session.problem(text); }));
  connect(differing_, &QCheckBox::toggled, this, &ComparePanel::fill);
  connect(bySeed_, &QCheckBox::toggled, this, &ComparePanel::fill);
  return bar;
}

/// Reads now if the panel is seen, else when it is shown.
void ComparePanel::reload() {
  stale_ = true;
  if (isVisible()) load();
}

void ComparePanel::showEvent(QShowEvent* event) {
  PanelWidget::showEvent(event);
  if (stale_) load();
}

void ComparePanel::load() {
  stale_ = false;
  Session& session = workbench_.session;
  groups_.clear();
  try {
    if (session.hasProject()) {
      const std::vector<qint64> checked = session.checkedRuns();
      groups_ = compareRuns(session.reader(), {checked.begin(), checked.end()});
    }
  } catch (const std::exception& error) {
    Q_EMIT session.problem(QString::fromStdString(problemText(error)));
  }
  fill();
}

void ComparePanel::fill() {
  pages_->setCurrentIndex(groups_.empty() ? 0 : 1);
  Session& session = workbench_.session;
  std::vector<CompareRow> rows;
  try {
    rows = compareRows(
        groups_, bySeed_->isChecked(), [&](qint64 run) { return session.reader().detail(run).config; },
        [&](qint64 run) { return session.nameOf(run); });
  } catch (const std::exception& error) {
    Q_EMIT session.problem(QString::fromStdString(problemText(error)));
  }
  std::vector<QColor> colours;
  for (const CompareRow& row : rows) colours.push_back(session.colour(row.runs.front()));
  model_.setRows(std::move(rows), std::move(colours), differing_->isChecked());
  table_->resizeColumnsToContents();
  sayWhatIsLeftOut();
  drawCurves();
}

void ComparePanel::sayWhatIsLeftOut() {
  int unfinished = 0;
  for (const qint64 run : workbench_.session.checkedRuns()) {
    const RunSummary* summary = workbench_.session.find(run);
    unfinished += summary && summary->state != RunState::finished ? 1 : 0;
  }
  const bool all = workbench_.session.checkedRuns().empty();
  QString text = all ? tr("All finished runs: check some in the list to compare only those") : QString();
  if (unfinished == 1) text = tr("One checked run is not finished and not counted");
  if (unfinished > 1) text = tr("%1 checked runs are not finished and not counted").arg(unfinished);
  note_->setText(text);
}

/// The main test metric of every run in the table, in the run's colour.
void ComparePanel::drawCurves() {
  Session& session = workbench_.session;
  Figure figure;
  figure.x.title = tr("Epoch");
  std::vector<RunSummary> shown;
  for (const RunGroup& group : groups_) shown.insert(shown.end(), group.runs.begin(), group.runs.end());
  const auto [title, unit] = metricTitle(shown);
  figure.left.title = tr("Test %1").arg(title);
  figure.left.unit = unit;
  figure.empty = tr("The curves appear with the first epoch");
  for (const CompareRow& row : model_.rows()) {
    for (const qint64 run : row.runs) {
      Curve curve;
      curve.name = session.nameOf(run);
      curve.colour = session.colour(run);
      for (const EpochReport& epoch : session.epochs(run)) {
        curve.x.push_back(epoch.epoch);
        const Metric& metric = row.metric;
        curve.y.push_back(metric.scale * metricOf(epoch.test, metric.name));
      }
      figure.curves.push_back(std::move(curve));
    }
  }
  curves_->show(std::move(figure));
}

QStringList ComparePanel::exportFilters() const { return tableFilters() << tr("Picture (*.png)"); }

void ComparePanel::writeExport(const QString& file, const std::string& ending) {
  if (stale_) load();
  if (ending == "png") return PanelWidget::writeExport(file, ending);
  writeFileAtomically(file.toStdString(), writeComparison(groups_, tableFormatFromName(ending)));
}

void ComparePanel::copy() const {
  QApplication::clipboard()->setText(QString::fromStdString(writeComparison(groups_, TableFormat::text)));
}

namespace panel {
Panel compare() {
  return {"compare", "Compare",
          "Finished runs side by side: mean, spread, cost and difference with its interval",
          [](const Workbench& workbench) -> PanelWidget* { return new ComparePanel(workbench); }};
}
}  // namespace panel

}  // namespace uada
