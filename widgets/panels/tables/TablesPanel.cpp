#include "widgets/panels/tables/TablesPanel.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QToolButton>
#include <algorithm>

#include "core/base/Error.h"
#include "widgets/models/Words.h"
#include "widgets/panels/TableExport.h"
#include "widgets/panels/tables/CellDetails.h"
#include "widgets/panels/tables/TexCheck.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

bool isMeasured(const Table& table) {
  return std::ranges::any_of(table.cells,
                             [](const auto& row) { return std::ranges::any_of(row, &Cell::isMeasured); });
}

}  // namespace

TablesPanel::TablesPanel(const Workbench& workbench, QWidget* parent) : PanelWidget(workbench, parent) {
  makeTable();
  details_ = new CellDetails(workbench, this);
  check_ = new TexCheck(workbench, this);
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  published_ = new QLabel(
      tr("The published numbers. Open or create a project, and cells fill as its runs finish."), page);
  published_->setObjectName("emptyTitle");
  published_->setWordWrap(true);
  published_->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column->addWidget(makeBar());
  column->addWidget(published_);
  column->addWidget(table_, 1);
  for (QWidget* below : {makeLegend(), static_cast<QWidget*>(details_), static_cast<QWidget*>(check_)})
    column->addWidget(below);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(page);
  setAcceptDrops(true);

  Session* session = &workbench.session;
  connect(session, &Session::runsChanged, this, &TablesPanel::reload);
  connect(session, &Session::projectChanged, this, [this] {
    restore();
    check_->hide();
    readNames();
    reload();
  });
  connect(table_->selectionModel(), &QItemSelectionModel::currentChanged, this, &TablesPanel::showCell);
  readNames();
  connect(&session->selection(), &Selection::selectionChanged, this,
          [this](qint64 run) { model_.setMarked(run); });
  model_.setMarked(workbench.session.selection().run());
  restore();
  reload();
}

void TablesPanel::makeTable() {
  table_ = new QTableView(this);
  table_->setObjectName("paper_table");
  table_->setAccessibleName(tr("Table of the paper"));
  table_->setModel(&model_);
  delegate_ = new TableCellDelegate(workbench_.theme, model_, this);
  table_->setItemDelegate(delegate_);
  table_->setShowGrid(false);
  table_->setFrameShape(QFrame::NoFrame);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->verticalHeader()->setDefaultSectionSize(2 * kRowHeight);
  // Beside what was measured; long names have several lines.
  table_->verticalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignTop |
                                                Qt::Alignment(Qt::TextWordWrap));
  table_->horizontalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignBottom |
                                                  Qt::Alignment(Qt::TextWordWrap));
  table_->horizontalHeader()->setMaximumSectionSize(24 * kGrid);
  table_->horizontalHeader()->setHighlightSections(false);
  table_->verticalHeader()->setHighlightSections(false);
}

/// Which table, of which epoch, and which numbers of it.
void TablesPanel::makeChoices(QWidget* bar) {
  which_ = new QComboBox(bar);
  which_->setObjectName("which_table");
  which_->setAccessibleName(tr("Table"));
  for (const TableEntry& entry : tables())
    addPaperTable(tr("Table %1: %2").arg(entry.number).arg(q(entry.title)), QString::number(entry.number));
  which_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  which_->setMinimumContentsLength(12);  // in a narrow window; else as wide as there is room
  which_->setMaximumWidth(48 * kGrid);
  which_->setCurrentIndex(which_->findData("2"));  // any method has a row there; in Table 1 two have
  epoch_ = new QComboBox(bar);
  epoch_->setObjectName("table_epoch");
  epoch_->setAccessibleName(tr("Epoch"));
  epoch_->addItem(tr("Best epoch"), static_cast<int>(Epoch::best));
  epoch_->addItem(tr("Last epoch"), static_cast<int>(Epoch::last));
  epoch_->addItem(tr("Best and last"), static_cast<int>(Epoch::both));
  epoch_->setToolTip(tr(
      "Whose test counts: that of the best epoch, as the paper, which selects on the test set; that of the "
      "last one; or both, side by side"));
  measured_ = new QCheckBox(tr("Measured"), bar);
  paper_ = new QCheckBox(tr("Paper"), bar);
  measured_->setObjectName("show_measured");
  paper_->setObjectName("show_paper");
  for (QCheckBox* box : {measured_, paper_}) {
    box->setChecked(true);
    connect(box, &QCheckBox::toggled, this, &TablesPanel::refresh);
  }
  connect(which_, &QComboBox::currentIndexChanged, this, [this] {
    isChosen_ = true;
    wanted_.clear();
    load();
  });
  connect(epoch_, &QComboBox::currentIndexChanged, this, &TablesPanel::load);
  for (QComboBox* box : {which_, epoch_}) connect(box, &QComboBox::activated, this, &TablesPanel::remember);
}

/// In two lines, so that it fits beside two docks on a small screen.
QWidget* TablesPanel::makeBar() {
  auto* bar = new QWidget(this);
  auto* lines = new QVBoxLayout(bar);
  lines->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  lines->setSpacing(kGrid / 2);
  auto *which = new QHBoxLayout, *what = new QHBoxLayout;
  for (QHBoxLayout* line : {which, what}) {
    line->setSpacing(kGrid);
    lines->addLayout(line);
  }
  makeChoices(bar);
  auto* check = new QToolButton(bar);
  check->setObjectName("check_tex");
  check->setText(tr("Check…"));
  check->setToolTip(
      tr("Says which cells of a table that was exported as LaTeX are no longer what this project "
         "has; a .tex can also be dropped here"));
  connect(check, &QToolButton::clicked, this, [this] { check_->ask(); });
  which->addWidget(which_, 1);
  which->addWidget(epoch_);
  which->addWidget(makeOwnMenu(bar));
  which->addStretch();
  what->addWidget(measured_);
  what->addWidget(paper_);
  what->addStretch();
  what->addWidget(check);
  Session* session = &workbench_.session;
  const auto failed = [session](const QString& text) { Q_EMIT session->problem(text); };
  const auto said = [session](const QString& text) { Q_EMIT session->logged(text); };
  what->addWidget(
      copyButton(this, tr("the table"), [this](TableFormat format) { return text(format); }, said, failed));
  what->addWidget(exportButton(this, [this] { return exportName() + QStringLiteral(".csv"); }, said, failed));
  return bar;
}

void TablesPanel::refresh() {
  delegate_->showMeasured = measured_->isChecked() || model_.table().isOwn();
  delegate_->showPaper = paper_->isChecked();
  hideEmpty();
  table_->viewport()->update();
}

/// Two lines, and the rest when it is asked for.
QWidget* TablesPanel::makeLegend() {
  auto* bar = new QWidget(this);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid);
  row->setSpacing(kGrid);
  legend_ = new QLabel(bar);
  legend_->setObjectName("muted");
  legend_->setWordWrap(true);
  more_ = new QToolButton(bar);
  more_->setObjectName("more_legend");
  more_->setText(tr("More"));
  more_->setToolTip(tr("All of how the cells are made"));
  more_->setCheckable(true);
  connect(more_, &QToolButton::toggled, this, &TablesPanel::showLegend);
  row->addWidget(legend_, 1);
  row->addWidget(more_, 0, Qt::AlignTop);
  return bar;
}

/// Reads now if the panel is seen, else when it is shown.
void TablesPanel::reload() {
  stale_ = true;
  if (isVisible()) load();
}

void TablesPanel::showEvent(QShowEvent* event) {
  PanelWidget::showEvent(event);
  if (stale_) load();
}

/// A table, which it is, and what the project has beside it.
struct TablesPanel::Made {
  QString which;
  Table table;
  std::vector<MeasuredRate> rates;
  std::vector<OwnTable> own;
  std::string fault;  ///< why an own table cannot be made; empty: it is there
};

void TablesPanel::load() {
  stale_ = false;
  Session& session = workbench_.session;
  published_->setVisible(!session.hasProject());
  showOwnMenu();
  const QString which = wanted_.isEmpty() ? this->which() : wanted_;
  const auto epoch = static_cast<Epoch>(epoch_->currentData().toInt());
  if (!session.hasProject()) {
    answer_.drop();
    const TableEntry* const entry = numberedTable(which.toStdString());
    take({which, (entry ? *entry : findTable(2)).published(), {}, {}, {}});
    return;
  }
  answer_.ask(
      session, this,
      [which, epoch, isChosen = isChosen_](const OpenProject& project) {
        return made(project.reader, which, epoch, isChosen);
      },
      [this](std::optional<Made> answer) {
        if (answer) take(std::move(*answer));
      });
}

/// isChosen  false: the first with something measured, where the one that is asked for has nothing
TablesPanel::Made TablesPanel::made(const ProjectReader& project, const QString& which, Epoch epoch,
                                    bool isChosen) {
  Made wanted{which, {}, ratesOfThisMachine(project), ownTables(project), {}};
  try {
    wanted.table = uada::makeTable(project, which.toStdString(), epoch);
  } catch (const Error& error) {
    if (numberedTable(which.toStdString())) throw;
    wanted.fault = problemText(error);
  }
  if (isChosen || isMeasured(wanted.table) || !wanted.fault.empty()) return wanted;
  for (const TableEntry& entry : tables())
    if (Table other = entry.make(project, epoch); isMeasured(other)) {
      wanted.which = QString::number(entry.number);
      wanted.table = std::move(other);
      break;
    }
  return wanted;
}

/// In the list, and by name in the palette.
void TablesPanel::addPaperTable(const QString& title, const QString& number) {
  which_->addItem(title, number);
  auto* action = new QAction(title, this);
  action->setObjectName("show_table" + number);
  connect(action, &QAction::triggered, this, [this, number] {
    workbench_.show("tables");
    choose(number);
  });
}

QString TablesPanel::which() const { return which_->currentData().toString(); }

void TablesPanel::choose(int number) {
  findTable(number);
  choose(QString::number(number));
}

void TablesPanel::choose(const QString& which) {
  isChosen_ = true;
  wanted_ = which;
  if (const int place = which_->findData(which); place >= 0 && place != which_->currentIndex())
    which_->setCurrentIndex(place);
  else
    reload();
}

/// The own ones after the paper's; the one that is shown stays.
void TablesPanel::listTables(const std::vector<OwnTable>& own) {
  if (own_ == own) return;
  own_ = own;
  const QSignalBlocker quiet(which_);
  const QString shown = which();
  while (which_->count() > static_cast<int>(tables().size())) which_->removeItem(which_->count() - 1);
  if (!own_.empty()) which_->insertSeparator(which_->count());
  for (const OwnTable& table : own_) which_->addItem(q(table.name), q(table.name));
  listShowing();
  which_->setCurrentIndex(std::max(0, which_->findData(shown)));
}

void TablesPanel::take(Made made) {
  listTables(made.own);
  wanted_.clear();
  const QSignalBlocker quiet(which_);
  if (const int place = which_->findData(made.which); place >= 0) which_->setCurrentIndex(place);
  isChosen_ = isChosen_ || isMeasured(made.table);
  fault_ = q(made.fault);
  const QModelIndex current = table_->currentIndex();
  const std::string column =
      current.isValid() ? model_.table().columns[static_cast<std::size_t>(current.column())] : "";
  const std::string row =
      current.isValid() ? model_.table().rows[static_cast<std::size_t>(current.row())] : "";
  asMade_ = std::move(made.table);
  rates_ = std::make_shared<const std::vector<MeasuredRate>>(std::move(made.rates));
  model_.setTable(
      std::make_shared<const Table>(asMade_.isOwn() ? asMade_ : ordered(asMade_, measuredFirst(asMade_))));
  epoch_->setEnabled(workbench_.session.hasProject() && asMade_.epoch.has_value());
  for (QCheckBox* box : {measured_, paper_}) box->setVisible(!asMade_.isOwn());
  showOwnMenu();
  showAgain(row, column);
}

/// The cell of these names, if there still is one.
void TablesPanel::showAgain(const std::string& row, const std::string& column) {
  const auto place = [](const std::vector<std::string>& names, const std::string& name) {
    return static_cast<int>(std::ranges::find(names, name) - names.begin());
  };
  const QModelIndex chosen =
      row.empty() ? QModelIndex()
                  : model_.index(place(model_.table().rows, row), place(model_.table().columns, column));
  setColumnWidths();
  showLegend();
  hideEmpty();
  if (chosen.isValid())
    table_->setCurrentIndex(chosen);
  else
    table_->scrollTo(firstMeasured(), QAbstractItemView::PositionAtCenter);
  showCell(chosen);
}

void TablesPanel::showLegend() {
  const Table& table = model_.table();
  if (!fault_.isEmpty()) return legend_->setText(fault_);
  if (table.isOwn())
    return legend_->setText(ownLegend() + (more_->isChecked() ? '\n' + q(table.details) : QString()));
  if (table.rows.empty()) return;
  const QString reference =
      table.reference < 0 ? QString() : q(table.rows[static_cast<std::size_t>(table.reference)]);
  QString text =
      tr("Mean ± deviation, a dot a seed; small: the paper's, † cited by it, ≠ outside our 95 % interval.\n");
  text += table.unit == "×"
              ? tr("▲ costs less, ▼ costs more than %1 with p < 0.05 (Holm over the table).").arg(reference)
              : tr("▲ better, ▼ worse than %1 with p < 0.05 (Holm over the table). Bold: better than every "
                   "other row.")
                    .arg(reference);
  if (table.epoch == Epoch::both) text += tr(" Best and last epoch: each by itself.");
  if (more_->isChecked()) text += '\n' + q(table.details);
  legend_->setText(text);
}

void TablesPanel::showCell(const QModelIndex& index) {
  if (!index.isValid()) return details_->clear();
  details_->showCell(model_.shared(), static_cast<std::size_t>(index.row()),
                     static_cast<std::size_t>(index.column()), rates_);
}

namespace panel {
Panel tables() {
  return {"tables", "Tables", "The paper's tables with your measurements beside the published numbers",
          [](const Workbench& workbench) -> PanelWidget* { return new TablesPanel(workbench); }};
}
}  // namespace panel

}  // namespace uada
