#include "widgets/panels/tables/OwnTableDialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <algorithm>

#include "core/base/Error.h"
#include "widgets/models/Words.h"
#include "widgets/panels/tables/NameList.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kTypingMs = 250;

/// "6 rows, 2 columns", and what some of its cells mix.
QString saidOf(const Table& table) {
  std::size_t mixed = 0;
  std::shared_ptr<const Mixture> first;
  for (const auto& row : table.cells)
    for (const Cell& cell : row)
      if (cell.mixture && ++mixed == 1) first = cell.mixture;
  if (table.rows.empty()) return QObject::tr("No finished run is of this table yet.");
  QString text = QObject::tr("Rows: %1, columns: %2.").arg(table.rows.size()).arg(table.columns.size());
  if (mixed > 0)
    text += QObject::tr(
                " %1 of its cells mix runs: the first %2. Take what differs as a row or a column, or "
                "leave runs out.")
                .arg(mixed)
                .arg(q(mixtureDetails(*first)));
  return text;
}

}  // namespace

OwnTableDialog::OwnTableDialog(const Workbench& workbench, const OwnTable& table, const QStringList& taken,
                               QWidget* parent)
    : QDialog(parent), workbench_(workbench), taken_(taken) {
  setObjectName("own_table");
  setWindowTitle(table.name.empty() ? tr("New table") : tr("Edit the table %1").arg(q(table.name)));
  buttons_ = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, this);
  auto* column = new QVBoxLayout(this);
  column->addWidget(makeHead());
  column->addWidget(makeLists());
  column->addWidget(makePreview(), 1);
  column->addWidget(buttons_);
  connect(buttons_, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
  name_->setText(q(table.name));
  where_->setText(q(table.where));
  offerReferences({table.reference});
  reference_->setCurrentIndex(reference_->findData(q(table.reference)));
  rows_->setNames(table.rows);
  columns_->setNames(table.columns);
  values_->setNames(table.values);
  later_.setSingleShot(true);
  later_.setInterval(kTypingMs);
  connect(&later_, &QTimer::timeout, this, &OwnTableDialog::refresh);
  for (QLineEdit* line : {name_, where_})
    connect(line, &QLineEdit::textChanged, &later_, qOverload<>(&QTimer::start));
  for (NameList* list : {rows_, columns_, values_})
    connect(list, &NameList::changed, this, &OwnTableDialog::refresh);
  connect(reference_, &QComboBox::currentIndexChanged, this, &OwnTableDialog::refresh);
  resize(100 * kGrid, 76 * kGrid);
  readKeys();
  refresh();
}

QWidget* OwnTableDialog::makeHead() {
  auto* head = new QWidget(this);
  auto* form = new QFormLayout(head);
  form->setContentsMargins(0, 0, 0, 0);
  name_ = new QLineEdit(head);
  name_->setObjectName("table_name");
  name_->setPlaceholderText(tr("What it is called in this project and by 'uada table NAME'"));
  where_ = new QLineEdit(head);
  where_->setObjectName("table_where");
  where_->setPlaceholderText(tr("All finished runs; or method=uada & epochs>=100"));
  where_->setToolTip(
      tr("As the filter over the list of runs: columns, settings and metrics with = != ~ < > "
         "<= >=, joined by & and |"));
  reference_ = new QComboBox(head);
  reference_->setObjectName("table_reference");
  reference_->setToolTip(tr(
      "The row that the others are compared with: difference, 95 % interval and p, by Holm over the table"));
  form->addRow(tr("Name"), name_);
  form->addRow(tr("Runs"), where_);
  form->addRow(tr("Reference row"), reference_);
  return head;
}

QWidget* OwnTableDialog::makeLists() {
  auto* lists = new QWidget(this);
  auto* row = new QHBoxLayout(lists);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(2 * kGrid);
  rows_ = new NameList("rows", tr("Rows"), tr("Runs that agree in all of these stand in one row"), lists);
  columns_ = new NameList("columns", tr("Columns"), tr("Runs that agree in all of these stand in one column"),
                          lists);
  values_ = new NameList("values", tr("Values"),
                         tr("What a cell says: the mean over its runs, with spread and their number"), lists);
  for (NameList* list : {rows_, columns_, values_}) row->addWidget(list, 1);
  lists->setMaximumHeight(26 * kGrid);
  std::vector<NameList::Entry> values;
  for (const OwnValue& value : ownValues()) values.push_back({q(value.name), q(value.title), q(value.help)});
  values_->offer(std::move(values), 10);
  return lists;
}

QWidget* OwnTableDialog::makePreview() {
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  note_ = new QLabel(page);
  note_->setObjectName("table_note");
  note_->setTextFormat(Qt::RichText);
  note_->setWordWrap(true);
  view_ = new QTableView(page);
  view_->setObjectName("table_preview");
  view_->setAccessibleName(tr("How the table looks"));
  view_->setModel(&model_);
  delegate_ = new TableCellDelegate(workbench_.theme, model_, this);
  view_->setItemDelegate(delegate_);
  view_->setShowGrid(false);
  view_->setSelectionMode(QAbstractItemView::NoSelection);
  view_->verticalHeader()->setDefaultSectionSize(2 * kRowHeight);
  view_->verticalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  view_->horizontalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
  view_->horizontalHeader()->setResizeContentsPrecision(0);
  view_->verticalHeader()->setResizeContentsPrecision(0);
  column->addWidget(note_);
  column->addWidget(view_, 1);
  return page;
}

OwnTable OwnTableDialog::table() const {
  OwnTable table;
  table.name = name_->text().trimmed().toStdString();
  table.where = where_->text().trimmed().toStdString();
  table.rows = rows_->names();
  table.columns = columns_->names();
  table.values = values_->names();
  table.reference = reference_->currentData().toString().toStdString();
  return table;
}

/// The rows that there are, and the chosen one also where no run is of it.
void OwnTableDialog::offerReferences(const std::vector<std::string>& rows) {
  const QSignalBlocker quiet(reference_);
  const QString chosen = reference_->currentData().toString();
  reference_->clear();
  reference_->addItem(tr("None: nothing is compared"), QString());
  for (const std::string& row : rows)
    if (!row.empty()) reference_->addItem(q(row), q(row));
  if (reference_->findData(chosen) < 0) reference_->addItem(tr("%1 (no run here)").arg(chosen), chosen);
  reference_->setCurrentIndex(reference_->findData(chosen));
}

void OwnTableDialog::readKeys() {
  keys_.ask(
      workbench_.session, this,
      [](const OpenProject& project) { return ownKeys(project.reader.finishedRuns()); },
      [this](std::optional<std::vector<OwnKey>> keys) {
        if (keys) offer(*keys);
      });
}

/// Those in which runs differ before the others.
void OwnTableDialog::offer(const std::vector<OwnKey>& keys) {
  std::vector<NameList::Entry> entries;
  std::size_t usual = 0;
  for (const bool differs : {true, false}) {
    for (const OwnKey& key : keys)
      if (key.differs == differs) entries.push_back({q(key.name), q(key.title), q(key.help)});
    if (differs) usual = entries.size();
  }
  for (NameList* list : {rows_, columns_}) list->offer(entries, usual);
}

/// The table as it would be, or why it cannot be.
struct OwnTableDialog::Made {
  Table table;
  std::string fault;
};

void OwnTableDialog::refresh() {
  later_.stop();
  made_.ask(
      workbench_.session, this,
      [own = table()](const OpenProject& project) -> Made {
        try {
          return {makeOwnTable(own, project.reader, Epoch::best), {}};
        } catch (const std::exception& error) {
          return {{}, problemText(error)};
        }
      },
      [this](std::optional<Made> made) {
        if (made) take(std::move(*made));
      });
}

void OwnTableDialog::take(Made made) {
  QString fault = q(made.fault);
  const QString name = q(table().name);
  if (fault.isEmpty() && name.isEmpty()) fault = tr("Give it a name.");
  if (fault.isEmpty() && taken_.contains(name)) fault = tr("There is a table %1 already.").arg(name);
  if (fault.isEmpty()) {
    try {
      checkTableName(table().name);
    } catch (const Error& error) {
      fault = q(error.what());
    }
  }
  if (made.fault.empty()) {
    model_.setTable(std::make_shared<const Table>(std::move(made.table)));
    offerReferences(model_.table().rows);
    view_->resizeColumnsToContents();
  }
  say(fault, saidOf(model_.table()));
}

void OwnTableDialog::say(const QString& fault, const QString& what) {
  buttons_->button(QDialogButtonBox::Save)->setEnabled(fault.isEmpty());
  const QString colour = workbench_.theme.colour("bad").name();
  note_->setText(fault.isEmpty()
                     ? what.toHtmlEscaped()
                     : QStringLiteral("<span style='color:%1'>%2</span>").arg(colour, fault.toHtmlEscaped()));
}

}  // namespace uada
