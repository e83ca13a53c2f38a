#include "widgets/panels/tables/TablesPanel.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/engine/methods/MethodEntry.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/panels/TableExport.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kMostRunsSeen = 5;  // further ones by scrolling

}  // namespace

TablesPanel::TablesPanel(const Workbench& workbench, QWidget* parent) : PanelWidget(workbench, parent) {
  table_ = new QTableView(this);
  table_->setObjectName("paper_table");
  table_->setModel(&model_);
  delegate_ = new TableCellDelegate(workbench.theme, model_, this);
  table_->setItemDelegate(delegate_);
  table_->setShowGrid(false);
  table_->setFrameShape(QFrame::NoFrame);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->verticalHeader()->setDefaultSectionSize(2 * kRowHeight);
  table_->verticalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignTop);  // beside what was measured
  table_->horizontalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter |
                                                  Qt::Alignment(Qt::TextWordWrap));
  table_->horizontalHeader()->setFixedHeight(2 * kRowHeight);
  table_->horizontalHeader()->setMaximumSectionSize(24 * kGrid);
  table_->horizontalHeader()->setHighlightSections(false);
  table_->verticalHeader()->setHighlightSections(false);
  legend_ = new QLabel(this);
  legend_->setObjectName("muted");
  legend_->setWordWrap(true);
  legend_->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid);
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(makeBar());
  column->addWidget(table_, 1);
  column->addWidget(legend_);
  column->addWidget(makeDetails());
  pages_ = new QStackedWidget(this);
  pages_->addWidget(
      emptyState(workbench, tr("The paper's tables, with your own measurements beside the published numbers"),
                 tr("Open or create a project; cells fill as runs finish."), "tables"));
  pages_->addWidget(page);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(pages_);

  const Session* session = &workbench.session;
  connect(session, &Session::runsChanged, this, &TablesPanel::reload);
  connect(session, &Session::projectChanged, this, [this] {
    isChosen_ = false;
    reload();
  });
  connect(table_->selectionModel(), &QItemSelectionModel::currentChanged, this, &TablesPanel::showCell);
  reload();
}

QWidget* TablesPanel::makeBar() {
  auto* bar = new QWidget(this);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  row->setSpacing(2 * kGrid);
  which_ = new QComboBox(bar);
  which_->setObjectName("which_table");
  for (const TableEntry& entry : tables())
    which_->addItem(tr("Table %1: %2").arg(entry.number).arg(QString::fromStdString(entry.title)),
                    entry.number);
  which_->setCurrentIndex(which_->findData(2));  // any method has a row there; in Table 1 two have
  measured_ = new QCheckBox(tr("Measured"), bar);
  paper_ = new QCheckBox(tr("Paper"), bar);
  measured_->setObjectName("show_measured");
  paper_->setObjectName("show_paper");
  for (QCheckBox* box : {measured_, paper_}) box->setChecked(true);
  row->addWidget(which_);
  row->addWidget(measured_);
  row->addWidget(paper_);
  row->addStretch();
  row->addWidget(copyButton(this, [this](TableFormat format) { return text(format); }));
  row->addWidget(
      exportButton(this, [this](const QString& text) { Q_EMIT workbench_.session.problem(text); }));
  connect(which_, &QComboBox::currentIndexChanged, this, [this] {
    isChosen_ = true;
    load();
  });
  const auto refresh = [this] {
    delegate_->showMeasured = measured_->isChecked();
    delegate_->showPaper = paper_->isChecked();
    hideEmpty();
    table_->viewport()->update();
  };
  connect(measured_, &QCheckBox::toggled, this, refresh);
  connect(paper_, &QCheckBox::toggled, this, refresh);
  return bar;
}

QWidget* TablesPanel::makeDetails() {
  details_ = new QWidget(this);
  auto* layout = new QVBoxLayout(details_);
  layout->setContentsMargins(kGrid, 0, kGrid, kGrid);
  layout->setSpacing(kGrid / 2);
  summary_ = new QLabel(details_);
  summary_->setObjectName("cell_summary");
  summary_->setWordWrap(true);
  runs_ = new QListWidget(details_);
  runs_->setObjectName("cell_runs");
  runs_->setUniformItemSizes(true);
  runs_->setFrameShape(QFrame::NoFrame);
  runs_->setToolTip(tr("Enter or double click: show this run"));
  connect(runs_, &QListWidget::itemActivated, this, [this](const QListWidgetItem* item) {
    workbench_.session.selection().select(item->data(Qt::UserRole).toLongLong());
  });
  layout->addWidget(summary_);
  layout->addWidget(runs_);
  details_->hide();
  return details_;
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

/// A table and its number.
struct TablesPanel::Made {
  int number = 0;
  Table table;
};

static bool isMeasured(const Table& table) {
  return std::ranges::any_of(table.cells,
                             [](const auto& row) { return std::ranges::any_of(row, &Cell::isMeasured); });
}

void TablesPanel::load() {
  stale_ = false;
  Session& session = workbench_.session;
  pages_->setCurrentIndex(session.hasProject() ? 1 : 0);
  if (!session.hasProject() || which_->count() == 0) return;
  const int number = which_->currentData().toInt();
  answer_.ask(
      session, this,
      [number, isChosen = isChosen_](const OpenProject& project) {
        Made wanted{number, findTable(number).make(project.reader)};
        if (isChosen || isMeasured(wanted.table)) return wanted;
        for (const TableEntry& entry : tables())
          if (Made other{entry.number, entry.make(project.reader)}; isMeasured(other.table)) return other;
        return wanted;
      },
      [this](std::optional<Made> made) {
        if (made) take(std::move(*made));
      });
}

void TablesPanel::choose(int number) {
  findTable(number);
  which_->setCurrentIndex(which_->findData(number));
  isChosen_ = true;
}

void TablesPanel::take(Made made) {
  Table& table = made.table;
  if (!isChosen_) {  // until one has something to show
    const QSignalBlocker quiet(which_);
    which_->setCurrentIndex(which_->findData(made.number));
    isChosen_ = isMeasured(table);
  }
  const QModelIndex current = table_->currentIndex();
  const std::string column = current.isValid() ? model_.table().columns[current.column()] : "";
  asMade_ = std::move(table);
  model_.setTable(measuredFirst(asMade_), baselineRow(asMade_));
  const auto& columns = model_.table().columns;
  const auto place = std::ranges::find(columns, column);
  const bool isThere = current.isValid() && place != columns.end();
  const QModelIndex chosen =
      isThere ? model_.index(current.row(), static_cast<int>(place - columns.begin())) : QModelIndex();
  setColumnWidths();
  legend_->setText(tr("<b>Bold</b>: measured, mean ± sample spread, a dot a seed; – not measured. ▲ ▼: "
                      "higher or lower than ra-uc in "
                      "the same column, with a 95 % interval that leaves out zero. ≠: the published value "
                      "lies outside the 95 % "
                      "interval of the measured mean.<br>") +
                   QString::fromStdString(model_.table().rule).toHtmlEscaped());
  hideEmpty();
  if (!chosen.isValid()) table_->scrollTo(firstMeasured(), QAbstractItemView::PositionAtCenter);
  showCell(chosen);
}

/// As resizeColumnsToContents(), which takes seconds for thousands of columns: only the first ones are
/// measured.
void TablesPanel::setColumnWidths() {
  constexpr int kMeasured = 100;
  int widest = table_->horizontalHeader()->defaultSectionSize();
  for (int column = 0; column < model_.columnCount(); ++column) {
    if (column < kMeasured) {
      table_->resizeColumnToContents(column);
      widest = std::max(widest, table_->columnWidth(column));
    } else {
      table_->setColumnWidth(column, widest);
    }
  }
}

/// The row of the reference method, which the others are marked against; -1: not measured.
int TablesPanel::baselineRow(const Table& table) const {
  const auto row = std::ranges::find(table.methods, referenceMethod().name);
  return row == table.methods.end() ? -1 : static_cast<int>(row - table.methods.begin());
}

QModelIndex TablesPanel::firstMeasured() const {
  for (int row = 0; row < model_.rowCount(); ++row) {
    for (int column = 0; column < model_.columnCount(); ++column) {
      if (model_.cellAt(model_.index(row, column)).isMeasured()) return model_.index(row, column);
    }
  }
  return {};
}

/// Leaves out rows and columns in which nothing that is asked for stands.
void TablesPanel::hideEmpty() {
  const bool measured = measured_->isChecked(), paper = paper_->isChecked();
  const auto shown = [&](int row, int column) {
    const Cell& cell = model_.cellAt(model_.index(row, column));
    return (measured && cell.isMeasured()) || (paper && cell.paper);
  };
  for (int row = 0; row < model_.rowCount(); ++row) {
    bool any = false;
    for (int column = 0; column < model_.columnCount(); ++column) any = any || shown(row, column);
    table_->setRowHidden(row, !any);
  }
  for (int column = 0; column < model_.columnCount(); ++column) {
    bool any = false;
    for (int row = 0; row < model_.rowCount(); ++row) any = any || shown(row, column);
    table_->setColumnHidden(column, !any);
  }
}

QString TablesPanel::cellSummary(const QModelIndex& index) const {
  const Cell& cell = model_.cellAt(index);
  QString text = tr("%1, n = %2").arg(model_.measuredText(cell)).arg(cell.values.size());
  if (const std::optional<Interval> interval = meanInterval(cell.values))
    text += tr(", 95 % interval of the mean %1 to %2")
                .arg(model_.number(interval->low), model_.number(interval->high));
  else if (!cell.values.empty())
    text += tr(", no interval: %1").arg(q(whyNoInterval(cell.values)));
  if (cell.paper && cell.mean())
    text += tr(", measured minus paper %1").arg(signedText(*cell.mean() - *cell.paper, 2));
  const Cell* baseline = model_.baselineOf(index);
  const std::optional<Difference> d = baseline ? difference(cell.values, baseline->values) : std::nullopt;
  if (d && d->interval)
    text +=
        tr(", minus ra-uc %1 [%2, %3], p = %4")
            .arg(signedText(d->mean, 2), signedText(d->interval->low, 2), signedText(d->interval->high, 2))
            .arg(*d->p, 0, 'g', 2);
  else if (d)
    text += tr(", minus ra-uc %1, no interval: %2").arg(signedText(d->mean, 2), q(d->why));
  return text;
}

/// The runs behind a cell, under the table.
void TablesPanel::showCell(const QModelIndex& index) {
  runs_->clear();
  details_->setVisible(index.isValid());
  if (!index.isValid()) return;
  const Cell& cell = model_.cellAt(index);
  const QString place =
      QStringLiteral("<b>%1, %2</b>: ")
          .arg(QString::fromStdString(model_.table().rows[index.row()]).toHtmlEscaped(),
               QString::fromStdString(model_.table().columns[index.column()]).toHtmlEscaped());
  runs_->setVisible(cell.isMeasured());
  if (!cell.isMeasured()) {
    summary_->setText(
        place + tr("not measured yet. It fills when a run of this data set, network and method finishes."));
    return;
  }
  summary_->setText(place + cellSummary(index));
  const auto add = [&](const QString& value, std::int64_t run) {
    auto* item = new QListWidgetItem(tr("%1   %2").arg(value, workbench_.session.nameOf(run)), runs_);
    item->setData(Qt::UserRole, static_cast<qlonglong>(run));
    item->setSizeHint({0, kRowHeight});
  };
  for (std::size_t i = 0; i < cell.runs.size() && i < cell.values.size(); ++i)
    add(model_.number(cell.values[i]), cell.runs[i]);
  for (const std::int64_t run : cell.diverged) add(tr("diverged"), run);
  runs_->setFixedHeight(std::min(runs_->count(), kMostRunsSeen) * kRowHeight);
}

std::string TablesPanel::text(TableFormat format) const {
  return write(asMade_, format, {.paper = paper_->isChecked(), .measured = measured_->isChecked()});
}

QStringList TablesPanel::exportFilters() const { return tableFilters() << tr("Picture (*.png)"); }

void TablesPanel::writeExport(const QString& file, const std::string& ending) {
  if (stale_) load();
  if (ending == "png") return PanelWidget::writeExport(file, ending);
  writeFileAtomically(file.toStdString(), text(tableFormatFromName(ending)));
}

void TablesPanel::copy() const {
  QApplication::clipboard()->setText(QString::fromStdString(text(TableFormat::text)));
}

namespace panel {
Panel tables() {
  return {"tables", "Tables", "The paper's tables with your measurements beside the published numbers",
          [](const Workbench& workbench) -> PanelWidget* { return new TablesPanel(workbench); }};
}
}  // namespace panel

}  // namespace uada
