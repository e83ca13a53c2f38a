#include "widgets/panels/compare/ComparePanel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <QToolButton>
#include <unordered_map>
#include <utility>

#include "core/base/Error.h"
#include "widgets/forms/FlowLayout.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/TableExport.h"
#include "widgets/panels/compare/GroupCurve.h"
#include "widgets/panels/compare/PinnedTable.h"
#include "widgets/panels/compare/Reference.h"
#include "widgets/plot/Plot.h"
#include "widgets/plot/ZoomEdits.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kRedrawMs = 100;

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

/// What their names need not say: what they share, else what most of the project's runs have.
CommonPart leftOut(const RunList& list, const std::vector<qint64>& runs) {
  CommonPart common = list.commonPart(runs);
  const CommonPart& usual = list.commonPart();
  for (const auto part :
       {&CommonPart::model, &CommonPart::dataset, &CommonPart::images, &CommonPart::training})
    if (!(common.*part)) common.*part = usual.*part;
  return common;
}

/// Called as in the list of all runs.
std::vector<RunGroup> namedGroups(const ProjectReader& project, const std::vector<std::int64_t>& runs,
                                  const RunList& list) {
  std::vector<RunGroup> groups = compareRuns(project, runs);
  for (RunGroup& group : groups)
    if (const SeedGroup* known = list.groupOf(group.runs.front().id)) group.label = known->name.label();
  return groups;
}

}  // namespace

ComparePanel::ComparePanel(const Workbench& workbench, QWidget* parent) : PanelWidget(workbench, parent) {
  makeTable();
  curves_ = new Plot(workbench.theme, this);
  curves_->setObjectName("compare_curves");
  keepZooms(*curves_, workbench.session);
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
  pages_->addWidget(
      emptyState(workbench, tr("Finished runs side by side: mean, spread and cost of each group of seeds"),
                 tr("The first row appears when a run that is ticked on the left has finished."), "compare"));
  pages_->addWidget(page);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(pages_);
  followSession();
  reload();
}

void ComparePanel::makeTable() {
  sorted_ = new QSortFilterProxyModel(this);
  sorted_->setSourceModel(&model_);
  sorted_->setSortRole(Qt::UserRole);
  table_ = new PinnedTable(this);
  table_->setObjectName("comparison");
  table_->setItemDelegate(new RowDelegate(table_));
  table_->setModel(sorted_);
  table_->setSortingEnabled(true);
  table_->sortByColumn(-1, Qt::AscendingOrder);  // the catalogue's order until a heading is clicked
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setShowGrid(false);
  table_->setAlternatingRowColors(true);
  table_->setFrameShape(QFrame::NoFrame);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table_->horizontalHeader()->setHighlightSections(false);
  table_->horizontalHeader()->setResizeContentsPrecision(0);  // what is seen: there may be thousands of rows
  connect(table_, &QTableView::doubleClicked, this, [this](const QModelIndex& index) {
    workbench_.session.selection().select(model_.rows()[sorted_->mapToSource(index).row()].runs.front());
  });
}

void ComparePanel::followSession() {
  Session* session = &workbench_.session;
  connect(&session->selection(), &Selection::checkedChanged, this, &ComparePanel::reload);
  connect(session, &Session::runsChanged, this, &ComparePanel::reload);
  for (const auto follow : {&ComparePanel::restore, &ComparePanel::reload})
    connect(session, &Session::projectChanged, this, follow);
  connect(&session->histories(), &Histories::curvesRead, this, [this] { redraw_.start(); });
  redraw_.setSingleShot(true);
  redraw_.setInterval(kRedrawMs);
  connect(&redraw_, &QTimer::timeout, this, [this] {
    if (isVisible()) drawCurves();
  });
}

QWidget* ComparePanel::makeBar() {
  auto* bar = new QWidget(this);
  auto* row = new FlowLayout(bar, kGrid);
  row->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  differing_ = new QCheckBox(tr("Only what differs"), bar);
  differing_->setObjectName("only_differing");
  differing_->setChecked(true);
  bySeed_ = new QCheckBox(tr("A row per seed"), bar);
  bySeed_->setObjectName("by_seed");
  reference_ = new QComboBox(bar);
  reference_->setObjectName("reference");
  reference_->setToolTip(tr("What differences and ratios are to, among runs of the same recipe and images"));
  reference_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  reference_->setMinimumContentsLength(15);
  connect(reference_, &QComboBox::activated, this, &ComparePanel::fill);
  note_ = new QLabel(bar);
  note_->setObjectName("muted");
  auto* to = new QWidget(bar);
  auto* line = new QHBoxLayout(to);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(kGrid / 2);
  line->addWidget(new QLabel(tr("compared with"), to));
  line->addWidget(reference_);
  to->findChild<QLabel*>()->setObjectName("muted");
  for (QWidget* part : std::initializer_list<QWidget*>{differing_, bySeed_, to}) row->addWidget(part);
  Session* session = &workbench_.session;
  const auto failed = [session](const QString& text) { Q_EMIT session->problem(text); };
  const auto said = [session](const QString& text) { Q_EMIT session->logged(text); };
  copy_ = copyButton(
      this, tr("the comparison"), [this](TableFormat format) { return text(format); }, said, failed);
  row->addWidget(copy_);
  row->addWidget(exportButton(this, [] { return QStringLiteral("comparison.csv"); }, said, failed));
  row->addWidget(note_);  // last: it comes and goes
  connect(differing_, &QCheckBox::toggled, this, &ComparePanel::fill);
  connect(bySeed_, &QCheckBox::toggled, this, &ComparePanel::fill);
  keepChoices();
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
  groupsRead_.drop();
  if (!session.hasProject()) return take({});
  groupsRead_.ask(
      session, this,
      [runs = checkedRuns(), list = session.list()](const OpenProject& project) {
        return namedGroups(project.reader, runs, *list);
      },
      [this](std::optional<std::vector<RunGroup>> groups) {
        take(groups ? std::move(*groups) : std::vector<RunGroup>());
      });
  showReading();
}

void ComparePanel::showReading() {
  copy_->setEnabled(!isReading());
  copy_->setToolTip(isReading() ? tr("The comparison is being read") : QString());
}

void ComparePanel::requireRead() const {
  if (isReading()) throw Error("the comparison is being read: try again when its rows are there");
}

std::vector<std::int64_t> ComparePanel::checkedRuns() const {
  const std::vector<qint64> checked = workbench_.session.selection().checked();
  return {checked.begin(), checked.end()};
}

void ComparePanel::take(std::vector<RunGroup> groups) {
  groups_ = std::make_shared<const std::vector<RunGroup>>(std::move(groups));
  pages_->setCurrentIndex(groups_->empty() ? 0 : 1);
  fillReferences();
  fill();
}

/// By the groups' names: what was chosen stays while it is there.
void ComparePanel::fillReferences() {
  const QString chosen = reference_->currentIndex() > 0 ? reference_->currentText() : QString();
  const RunList& list = *workbench_.session.list();
  std::vector<qint64> runs;
  for (const RunGroup& group : *groups_) runs.push_back(group.runs.front().id);
  const CommonPart common = leftOut(list, runs);
  constexpr std::size_t kMost = 200;
  if (runs.size() > kMost) runs.resize(kMost);
  reference_->clear();
  reference_->addItem(tr("ra-uc, else plain"), 0);
  for (const qint64 run : runs)
    if (const SeedGroup* group = list.groupOf(run)) reference_->addItem(list.nameOf(*group, common), run);
  reference_->setCurrentIndex(std::max(0, chosen.isEmpty() ? 0 : reference_->findText(chosen)));
  chooseWanted();
}

qint64 ComparePanel::reference() const { return reference_->currentData().toLongLong(); }

namespace {

std::vector<CompareRow> rowsOf(const std::vector<RunGroup>& groups, bool bySeed, const RunList& list) {
  std::unordered_map<qint64, const RunConfig*> configs;
  for (const RunGroup& group : groups)
    for (const RunSummary& run : group.runs) configs[run.id] = group.config.get();
  std::vector<qint64> runs;
  for (const RunGroup& group : groups) runs.push_back(group.runs.front().id);
  const CommonPart common = leftOut(list, runs);
  std::vector<CompareRow> rows = compareRows(
      groups, bySeed, [&](qint64 run) { return *configs.at(run); },
      [&](qint64 run) { return list.nameOf(run, common); });
  for (CompareRow& row : rows)
    if (const SeedGroup* group = list.groupOf(row.runs.front()); group && !bySeed)
      row.label = list.nameOf(*group, common);
  return rows;
}

}  // namespace

/// The rows are made on the reader thread, too: there may be thousands.
void ComparePanel::fill() {
  Session& session = workbench_.session;
  rowsMade_.drop();
  shown_ = reference() == 0
               ? groups_
               : std::make_shared<const std::vector<RunGroup>>(comparedWith(*groups_, reference()));
  if (!session.hasProject()) return showRows({});
  rowsMade_.ask(
      session, this,
      [groups = shown_, bySeed = bySeed_->isChecked(), list = session.list()](const OpenProject&) {
        return rowsOf(*groups, bySeed, *list);
      },
      [this](std::optional<std::vector<CompareRow>> rows) {
        showRows(rows ? std::move(*rows) : std::vector<CompareRow>());
      });
  showReading();
}

void ComparePanel::showRows(std::vector<CompareRow> rows) {
  std::vector<QColor> colours;
  const Session& session = workbench_.session;
  for (const CompareRow& row : rows)
    colours.push_back(bySeed_->isChecked() ? session.colour(row.runs.front())
                                           : session.groupColour(row.runs.front()));
  model_.setRows(std::move(rows), std::move(colours), differing_->isChecked());
  table_->resizeColumnsToContents();
  table_->setColumnWidth(0, std::min(table_->columnWidth(0), 40 * kGrid));
  table_->pin();
  sayWhatIsLeftOut();
  showReading();
  drawCurves();
  writeAwaited();
}

void ComparePanel::sayWhatIsLeftOut() {
  int unfinished = 0;
  for (const qint64 run : workbench_.session.selection().checked()) {
    const RunSummary* summary = workbench_.session.find(run);
    unfinished += summary && summary->state != RunState::finished ? 1 : 0;
  }
  const bool all = workbench_.session.selection().checked().empty();
  QString text = all ? tr("All finished runs: check some in the list to compare only those") : QString();
  if (unfinished == 1) text = tr("One checked run is not finished and not counted");
  if (unfinished > 1) text = tr("%1 checked runs are not finished and not counted").arg(unfinished);
  note_->setText(text);
}

/// The main test metric of each row in its colour, with the spread over its seeds: of as many runs as can be
/// told apart.
void ComparePanel::drawCurves() {
  constexpr std::size_t kMost = 100;
  Session& session = workbench_.session;
  Figure figure;
  figure.x = {.title = tr("Epoch"), .unit = {}, .isWhole = true};
  figure.empty = tr("The curves appear with the first epoch");
  std::vector<RunSummary> shown;
  for (const CompareRow& row : model_.rows()) {
    if (shown.size() >= kMost) break;
    std::vector<const std::vector<EpochReport>*> epochs;
    for (const qint64 run : row.runs) {
      const RunSummary* summary = session.find(run);
      if (!summary || shown.size() >= kMost) continue;
      shown.push_back(*summary);
      epochs.push_back(&session.histories().epochsOf(run));
    }
    GroupCurve group = groupCurve(epochs, row.metric);
    if (group.mean.x.empty()) continue;
    group.mean.name = row.label;
    group.mean.points = group.mean.x.size() <= 40;
    group.mean.colour = group.spread.colour =
        bySeed_->isChecked() ? session.colour(row.runs.front()) : session.groupColour(row.runs.front());
    group.spread.name = row.label;
    group.spread.inLegend = false;
    if (!group.spread.x.empty()) figure.bands.push_back(std::move(group.spread));
    figure.curves.push_back(std::move(group.mean));
  }
  constexpr std::size_t kMostInLegend = 10;  // of more the table's colours are the legend
  figure.legend = figure.curves.size() <= kMostInLegend;
  const auto [title, unit] = metricTitle(shown);
  figure.left = {tr("Test %1").arg(title), unit};
  figure.title = tr("Test %1").arg(title);
  if (!figure.bands.empty()) figure.title = tr("Mean over seeds, ± sample standard deviation");
  if (shown.size() >= kMost) figure.title = tr("The first %1 runs: mean over seeds").arg(kMost);
  curves_->show(std::move(figure));
}

namespace panel {
Panel compare() {
  return {"compare", "Compare",
          "Finished runs side by side: mean, spread, cost and difference with its interval",
          [](const Workbench& workbench) -> PanelWidget* { return new ComparePanel(workbench); }};
}
}  // namespace panel

}  // namespace uada
