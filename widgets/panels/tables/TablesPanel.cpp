#include "widgets/panels/tables/TablesPanel.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMimeData>
#include <QTableView>
#include <QToolButton>
#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "widgets/models/Words.h"
#include "widgets/panels/TableExport.h"
#include "widgets/panels/tables/CellDetails.h"
#include "widgets/panels/tables/TexCheck.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kNameWidth = 20 * kGrid;  // of a row's name, pixels

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

  const Session* session = &workbench.session;
  connect(session, &Session::runsChanged, this, &TablesPanel::reload);
  connect(session, &Session::projectChanged, this, [this] {
    isChosen_ = false;
    check_->hide();
    reload();
  });
  connect(table_->selectionModel(), &QItemSelectionModel::currentChanged, this, &TablesPanel::showCell);
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
    which_->addItem(tr("Table %1: %2").arg(entry.number).arg(q(entry.title)), entry.number);
  which_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  which_->setMinimumContentsLength(12);  // in a narrow window; else as wide as there is room
  which_->setMaximumWidth(48 * kGrid);
  which_->setCurrentIndex(which_->findData(2));  // any method has a row there; in Table 1 two have
  epoch_ = new QComboBox(bar);
  epoch_->setObjectName("table_epoch");
  epoch_->setAccessibleName(tr("Epoch"));
  epoch_->addItem(tr("Best epoch"));
  epoch_->addItem(tr("Last epoch"));
  epoch_->setToolTip(
      tr("Whose test counts: that of the best epoch, as the paper, which selects on the test set; or that of "
         "the last one"));
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
    load();
  });
  connect(epoch_, &QComboBox::currentIndexChanged, this, &TablesPanel::load);
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
  which->addStretch();
  what->addWidget(measured_);
  what->addWidget(paper_);
  what->addStretch();
  what->addWidget(check);
  what->addWidget(copyButton(this, [this](TableFormat format) { return text(format); }));
  what->addWidget(
      exportButton(this, [this](const QString& text) { Q_EMIT workbench_.session.problem(text); }));
  return bar;
}

void TablesPanel::refresh() {
  delegate_->showMeasured = measured_->isChecked();
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

/// A table, its number, and the rates of the project's runs.
struct TablesPanel::Made {
  int number = 0;
  Table table;
  std::vector<MeasuredRate> rates;
};

void TablesPanel::load() {
  stale_ = false;
  Session& session = workbench_.session;
  published_->setVisible(!session.hasProject());
  if (which_->count() == 0) return;
  const int number = which_->currentData().toInt();
  const Epoch epoch = epoch_->currentIndex() == 1 ? Epoch::last : Epoch::best;
  if (!session.hasProject()) {
    answer_.drop();
    take({number, findTable(number).published(), {}});
    return;
  }
  answer_.ask(
      session, this,
      [number, epoch, isChosen = isChosen_](const OpenProject& project) {
        auto rates = ratesOfThisMachine(project.reader);
        Made wanted{number, findTable(number).make(project.reader, epoch), rates};
        if (isChosen || isMeasured(wanted.table)) return wanted;
        for (const TableEntry& entry : tables())
          if (Made other{entry.number, entry.make(project.reader, epoch), rates}; isMeasured(other.table))
            return other;
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
  if (!isChosen_) {  // until one has something to show
    const QSignalBlocker quiet(which_);
    which_->setCurrentIndex(which_->findData(made.number));
    isChosen_ = isMeasured(made.table);
  }
  const QModelIndex current = table_->currentIndex();
  const std::string column =
      current.isValid() ? model_.table().columns[static_cast<std::size_t>(current.column())] : "";
  const std::string row =
      current.isValid() ? model_.table().rows[static_cast<std::size_t>(current.row())] : "";
  asMade_ = std::move(made.table);
  rates_ = std::make_shared<const std::vector<MeasuredRate>>(std::move(made.rates));
  model_.setTable(std::make_shared<const Table>(ordered(asMade_, measuredFirst(asMade_))));
  epoch_->setEnabled(workbench_.session.hasProject() && asMade_.epoch.has_value());
  const auto place = [](const std::vector<std::string>& names, const std::string& name) {
    return static_cast<int>(std::ranges::find(names, name) - names.begin());
  };
  const QModelIndex chosen =
      current.isValid() ? model_.index(place(model_.table().rows, row), place(model_.table().columns, column))
                        : QModelIndex();
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
  if (more_->isChecked()) text += '\n' + q(table.details);
  legend_->setText(text);
}

/// As resizeColumnsToContents(), which takes seconds for thousands of columns: only the first ones are
/// measured. The head has as many lines as the names need.
void TablesPanel::setColumnWidths() {
  constexpr int kMeasured = 100;
  QHeaderView* const head = table_->horizontalHeader();
  const QFontMetrics metrics(head->font());
  int widest = head->defaultSectionSize(), lines = 1;
  for (int column = 0; column < model_.columnCount(); ++column) {
    if (column < kMeasured) {
      int width = delegate_->sizeHint({}, model_.index(0, column)).width();
      for (int row = 0; row < model_.rowCount(); ++row)
        width = std::max(width, table_->itemDelegate()->sizeHint({}, model_.index(row, column)).width());
      const QString name = model_.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
      for (const QString& word : name.split(' '))
        width = std::max(width, metrics.horizontalAdvance(word) + 3 * kGrid);
      table_->setColumnWidth(column, width);
      const QRect text = metrics.boundingRect(QRect(0, 0, table_->columnWidth(column) - 2 * kGrid, 10000),
                                              Qt::AlignRight | Qt::TextWordWrap, name);
      lines = std::max(lines, (text.height() + metrics.lineSpacing() - 1) / metrics.lineSpacing());
      widest = std::max(widest, table_->columnWidth(column));
    } else {
      table_->setColumnWidth(column, widest);
    }
  }
  int names = 0;
  for (int row = 0; row < model_.rowCount(); ++row) names = std::max(names, nameSize(row).width());
  table_->verticalHeader()->setFixedWidth(names + 3 * kGrid);
  head->setFixedHeight(std::max(2 * kRowHeight, lines * metrics.lineSpacing() + 2 * kGrid));
}

/// Of a row's name, in as many lines as it needs.
QSize TablesPanel::nameSize(int row) const {
  const QFontMetrics metrics(table_->verticalHeader()->font());
  return metrics
      .boundingRect(QRect(0, 0, kNameWidth, 10000), Qt::AlignLeft | Qt::TextWordWrap,
                    model_.headerData(row, Qt::Vertical, Qt::DisplayRole).toString())
      .size();
}

QModelIndex TablesPanel::firstMeasured() const {
  for (int row = 0; row < model_.rowCount(); ++row) {
    for (int column = 0; column < model_.columnCount(); ++column) {
      if (model_.cellAt(model_.index(row, column)).isMeasured()) return model_.index(row, column);
    }
  }
  return {};
}

/// Leaves out rows and columns in which nothing that is asked for stands; a row is as high as its cells need.
void TablesPanel::hideEmpty() {
  const bool measured = measured_->isChecked(), paper = paper_->isChecked();
  const auto shown = [&](int row, int column) {
    const Cell& cell = model_.cellAt(model_.index(row, column));
    return (measured && cell.isMeasured()) || (paper && cell.paper);
  };
  const auto hasTwoLines = [&](const Cell& cell) {
    return measured && cell.isMeasured() && paper && cell.paper;
  };
  for (int row = 0; row < model_.rowCount(); ++row) {
    bool any = false;
    for (int column = 0; column < model_.columnCount() && !any; ++column) any = shown(row, column);
    table_->setRowHidden(row, !any);
    const auto& cells = model_.table().cells[static_cast<std::size_t>(row)];
    const int height = std::ranges::any_of(cells, hasTwoLines) ? 2 * kRowHeight : kRowHeight;
    table_->setRowHeight(row, std::max(height, nameSize(row).height() + kGrid));
  }
  for (int column = 0; column < model_.columnCount(); ++column) {
    bool any = false;
    for (int row = 0; row < model_.rowCount() && !any; ++row) any = shown(row, column);
    table_->setColumnHidden(column, !any);
  }
}

void TablesPanel::showCell(const QModelIndex& index) {
  if (!index.isValid()) return details_->clear();
  details_->showCell(model_.shared(), static_cast<std::size_t>(index.row()),
                     static_cast<std::size_t>(index.column()), rates_);
}

void TablesPanel::dragEnterEvent(QDragEnterEvent* event) {
  if (!TexCheck::texOf(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void TablesPanel::dropEvent(QDropEvent* event) {
  const QString file = TexCheck::texOf(event->mimeData());
  if (file.isEmpty()) return;
  event->acceptProposedAction();
  check_->check(file);
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
