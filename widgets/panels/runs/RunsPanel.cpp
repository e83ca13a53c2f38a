#include "widgets/panels/runs/RunsPanel.h"

#include <QAction>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/base/Json.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/models/ContextMenu.h"
#include "widgets/models/Words.h"
#include "widgets/panels/runs/QueueBox.h"
#include "widgets/panels/runs/RunMenu.h"
#include "widgets/panels/runs/RunNames.h"
#include "widgets/panels/runs/RunsModel.h"
#include "widgets/panels/runs/RunsView.h"
#include "widgets/panels/runs/UndoBar.h"
#include "widgets/session/Remembered.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

const std::vector<std::string>& RunsPanel::usual() {
  static const std::vector<std::string> names{"state", "epoch", "last"};
  return names;
}

RunsPanel::RunsPanel(const Workbench& workbench)
    : PanelWidget(workbench),
      pages_(new QStackedWidget),
      list_(new RunsView),
      filter_(new QLineEdit),
      common_(new QLabel),
      fault_(new QLabel),
      newRun_(new QToolButton),
      view_(new QToolButton) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(makeHead());
  makeList();
  pages_->addWidget(list_);
  pages_->addWidget(
      emptyState(workbench, tr("Runs will be listed here"),
                 tr("New run (Ctrl+N) sets one up; Run > Run the demo trains six very small ones"), "runs"));
  layout->addWidget(pages_, 1);
  layout->addWidget(new UndoBar(workbench));
  layout->addWidget(new QueueBox(workbench));
  Session& session = workbench.session;
  connect(&session.selection(), &Selection::selectionChanged, this, &RunsPanel::followSelection);
  connect(&session, &Session::projectChanged, this, [this] {
    open_.clear();
    restore();
  });
  connect(&session, &Session::viewRestored, this, [this](const QString& view) {
    if (view == QStringLiteral("runs")) restore();
  });
  for (const auto signal : {&Session::runsChanged, &Session::projectChanged}) {
    connect(&session, signal, this, [this] {
      updateEmpty();
      updateCommon();
      followSelection();
    });
  }
  connect(&session, &Session::projectChanged, this, &RunsPanel::updateWritable);
  restore();
  updateEmpty();
  updateWritable();
  updateCommon();
  followSelection();
}

QWidget* RunsPanel::makeHead() {
  auto* head = new QWidget;
  auto* layout = new QVBoxLayout(head);
  layout->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  layout->setSpacing(2);
  auto* row = new QHBoxLayout;
  row->setSpacing(kGrid / 2);
  makeFilter();
  makeViewButton();
  newRun_->setObjectName("newRun");
  newRun_->setAutoRaise(true);
  newRun_->setIcon(workbench_.theme.icon("new"));
  connect(newRun_, &QToolButton::clicked, this, [this] { workbench_.newRun(); });
  row->addWidget(filter_, 1);
  row->addWidget(view_);
  row->addWidget(newRun_);
  layout->addLayout(row);
  for (QLabel* label : {fault_, common_}) {
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    layout->addWidget(label);
  }
  fault_->setObjectName("filterFault");
  common_->setObjectName("muted");
  fault_->hide();
  return head;
}

void RunsPanel::makeFilter() {
  filter_->setObjectName("filter");
  filter_->setPlaceholderText(tr("Filter: words, or acc>0.9"));
  filter_->setToolTip(
      tr("Words of name, method, data set, tag or state; or conditions on columns, settings and metrics:\n"
         "method=uada & dataset~cifar & acc>0.9 | epochs>=100\n"
         "= != ~ (contains) !~ < <= > >=, & | and parentheses, quotes around blanks"));
  filter_->setClearButtonEnabled(true);
  leaveUndoToTheForm(filter_);
  connect(filter_, &QLineEdit::textChanged, this, [this](const QString& text) {
    runs_->setFilter(text);
    remember();
  });
}

void RunsPanel::makeViewButton() {
  view_->setObjectName("listView");
  view_->setAutoRaise(true);
  view_->setIcon(workbench_.theme.icon("tables"));
  view_->setToolTip(tr("Columns, fold and ticks"));
  view_->setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(view_);
  connect(menu, &QMenu::aboutToShow, this, [this, menu] {
    menu->clear();
    fillViewMenu(*menu);
  });
  view_->setMenu(menu);
}

void RunsPanel::makeList() {
  runs_ = new RunsModel(workbench_.session, workbench_.theme, this);
  list_->setObjectName("runs");
  list_->setModel(runs_);
  list_->setItemDelegateForColumn(RunsModel::title, new RunNameDelegate(list_));
  list_->setSortingEnabled(true);
  list_->header()->setSortIndicator(-1, Qt::AscendingOrder);
  list_->installEventFilter(this);
  followHeader();
  followList();
  followModel();
  auto* remove = new QAction(tr("Delete"), list_);
  remove->setShortcut(Qt::Key_Delete);
  remove->setShortcutContext(Qt::WidgetShortcut);
  list_->addAction(remove);
  connect(remove, &QAction::triggered, this,
          [this] { guardedAction(workbench_, [this] { workbench_.session.deleteRuns(chosen()); }); });
}

/// Order, columns, and all ticks at once.
void RunsPanel::followHeader() {
  QHeaderView* header = list_->header();
  new ContextMenu(header, [this](QMenu& menu, std::optional<QPoint>) { fillViewMenu(menu); });
  connect(header, &QHeaderView::sortIndicatorChanged, this, [this](int section, Qt::SortOrder order) {
    if (isRestoring_) return;
    const bool isColumn = section > RunsModel::square && section < runs_->columnCount();
    sorted_ = isColumn ? runs_->columns().all()[static_cast<std::size_t>(section) - 1].name : std::string();
    isDown_ = order == Qt::DescendingOrder;
    remember();
  });
  connect(header, &QHeaderView::sectionMoved, this, [this] {
    if (isRestoring_) return;
    columns_ = shownColumns();
    isUsual_ = false;
    remember();
  });
  connect(header, &QHeaderView::sectionClicked, this, [this](int section) {
    if (section == RunsModel::square) tickAllShown();
  });
}

void RunsPanel::followList() {
  connect(list_, &RunsView::squareClicked, this, [this](const QModelIndex& index) {
    const std::vector<qint64> runs = runs_->runsAt(index);
    Selection& selection = workbench_.session.selection();
    const bool isAll = std::ranges::all_of(runs, [&](qint64 run) { return selection.isChecked(run); });
    selection.setChecked(runs, !isAll);
  });
  connect(list_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& index) {
            if (!isRestoring_ && index.isValid())
              workbench_.session.selection().select(index.data(RunsModel::kRunRole).toLongLong());
          });
  new ContextMenu(list_, [this](QMenu& menu, std::optional<QPoint> at) {
    fillMenu(menu, at ? list_->indexAt(*at) : list_->currentIndex());
  });
  connect(list_, &QTreeView::expanded, this,
          [this](const QModelIndex& i) { open_.insert(runs_->groupKey(i)); });
  connect(list_, &QTreeView::collapsed, this,
          [this](const QModelIndex& i) { open_.erase(runs_->groupKey(i)); });
}

void RunsPanel::followModel() {
  connect(runs_, &RunsModel::modelAboutToBeReset, this, &RunsPanel::keepPlace);
  connect(runs_, &RunsModel::modelReset, this, &RunsPanel::restorePlace);
  connect(runs_, &RunsModel::columnsChanged, this, [this] {
    applyColumns();
    applyOrder();
  });
  connect(runs_, &RunsModel::cellsChanged, list_, &RunsView::refreshCells);
  connect(runs_, &RunsModel::faultChanged, this, &RunsPanel::showFault);
  connect(runs_, &RunsModel::modelReset, this, &RunsPanel::showFault);
}

// ---- columns

std::vector<std::string> RunsPanel::shownColumns() const {
  std::vector<std::string> names;
  const QHeaderView* header = list_->header();
  for (int visual = 0; visual < header->count(); ++visual) {
    const int section = header->logicalIndex(visual);
    if (section <= RunsModel::title || header->isSectionHidden(section)) continue;
    names.push_back(runs_->columns().all()[static_cast<std::size_t>(section) - 1].name);
  }
  return names;
}

void RunsPanel::showColumns(const std::vector<std::string>& names) {
  columns_ = names;
  isUsual_ = names == usual();
  applyColumns();
  remember();
}

/// A column that does not exist yet, or no more, keeps its place in the list for when it does.
void RunsPanel::applyColumns() {
  const bool wasRestoring = std::exchange(isRestoring_, true);
  QHeaderView* header = list_->header();
  std::vector<int> sections;
  for (const std::string& name : columns_)
    if (const int section = runs_->section(name); section > RunsModel::title) sections.push_back(section);
  for (int section = RunsModel::title + 1; section < header->count(); ++section)
    header->setSectionHidden(section, std::ranges::find(sections, section) == sections.end());
  for (std::size_t i = 0; i < sections.size(); ++i)
    header->moveSection(header->visualIndex(sections[i]), static_cast<int>(i) + RunsModel::title + 1);
  for (const int section : {static_cast<int>(RunsModel::square), runs_->section("state")}) {
    header->setSectionResizeMode(section, QHeaderView::Fixed);
    header->resizeSection(section, 3 * kGrid);
  }
  isRestoring_ = wasRestoring;
  usualColumns();
  list_->fitName();
}

/// In a narrow list the spread of groups gives its room to the name, and so does the epoch, unless somebody
/// wants it.
void RunsPanel::usualColumns() {
  constexpr int kNarrow = 42 * kGrid;  // of a list with room for all columns and the usual names
  runs_->setCompact(list_->width() < kNarrow);
  if (isUsual_) list_->header()->setSectionHidden(runs_->section("epoch"), list_->width() < kNarrow);
}

bool RunsPanel::eventFilter(QObject* watched, QEvent* event) {
  if (watched == list_ && event->type() == QEvent::Resize) usualColumns();
  return PanelWidget::eventFilter(watched, event);
}

// ---- what is remembered

void RunsPanel::remember() {
  if (isRestoring_) return;
  Json columns = Json::array();
  for (const std::string& name : columns_) columns.push(name);
  Json json = Json::object();
  json["columns"] = std::move(columns);
  json["fold"] = runs_->fold();
  json["sort"] = sorted_;
  json["descending"] = isDown_;
  json["filter"] = filter_->text().toStdString();
  const Json before = workbench_.session.remembered("runs");
  const auto isOther = [&](const char* key) {
    const Json *was = before.find(key), *is = json.find(key);
    return was && *was != *is;
  };
  QString what = tr("Changed the columns of the runs"), goesOn;
  if (isOther("filter") || (before.isNull() && !filter_->text().isEmpty())) {
    const bool isEmpty = filter_->text().isEmpty();
    what =
        isEmpty ? tr("Took the filter of the runs away") : tr("Filtered the runs by %1").arg(filter_->text());
    if (!isEmpty) goesOn = QStringLiteral("filter");  // letters that are typed one after the other
  } else if (isOther("fold")) {
    what = tr("Folded the runs otherwise");
  } else if (isOther("sort") || isOther("descending") || (before.isNull() && !sorted_.empty())) {
    what = tr("Sorted the runs");
  }
  workbench_.session.editView("runs", std::move(json), what, goesOn);
}

/// Another project: its list as it was left.
void RunsPanel::restore() {
  isRestoring_ = true;
  const Json json = workbench_.session.remembered("runs");
  const auto text = [&](const char* key, const char* usual) {
    return rememberedText(json, key, usual).toStdString();
  };
  columns_.clear();
  if (const Json* columns = json.find("columns"); columns && columns->isArray()) {
    for (const Json& name : columns->asArray())
      if (name.isString()) columns_.push_back(name.asString());
  } else {
    columns_ = usual();
  }
  isUsual_ = columns_ == usual();
  const std::string fold = text("fold", RunsModel::kByGroup);
  if (fold != runs_->fold()) open_.clear();
  runs_->setFold(fold);
  sorted_ = text("sort", "");
  isDown_ = rememberedFlag(json, "descending");
  filter_->setText(q(text("filter", "")));
  runs_->setFilter(filter_->text());
  isRestoring_ = false;
  applyColumns();
  applyOrder();
}

/// By a setting only once the settings are there.
void RunsPanel::applyOrder() {
  const bool wasRestoring = std::exchange(isRestoring_, true);
  const int section = sorted_.empty() ? -1 : runs_->section(sorted_);
  list_->header()->setSortIndicator(section, isDown_ ? Qt::DescendingOrder : Qt::AscendingOrder);
  isRestoring_ = wasRestoring;
}

void RunsPanel::keepPlace() {
  kept_.clear();
  keptGroups_.clear();
  for (const QModelIndex& index : list_->selectionModel()->selectedRows()) {
    if (const std::string key = runs_->groupKey(index); !key.empty())
      keptGroups_.insert(key);
    else
      kept_.insert(index.data(RunsModel::kRunRole).toLongLong());
  }
  scrolled_ = list_->verticalScrollBar()->value();
}

/// After a reset: groups that were open, runs that were selected, and what was in sight.
void RunsPanel::restorePlace() {
  const bool wasRestoring = std::exchange(isRestoring_, true);
  const std::set<std::string> open = open_;
  for (int row = 0; row < runs_->rowCount() && !open.empty(); ++row) {
    const QModelIndex index = runs_->index(row, 0);
    if (open.contains(runs_->groupKey(index)) && !runs_->groupKey(index).empty()) list_->expand(index);
  }
  followSelection();
  constexpr std::size_t kMost = 200;  // rows that are selected again: each is looked for
  const std::size_t kept = kept_.size() + keptGroups_.size();
  const auto select = [this](const QModelIndex& index) {
    list_->selectionModel()->select(index, QItemSelectionModel::Select | QItemSelectionModel::Rows);
  };
  if (kept > 1 && kept <= kMost) {
    for (const qint64 run : kept_) select(runs_->indexOf(run));
    for (int row = 0; row < runs_->rowCount() && !keptGroups_.empty(); ++row)
      if (const QModelIndex index = runs_->index(row, 0); keptGroups_.contains(runs_->groupKey(index)))
        select(index);
  }
  list_->verticalScrollBar()->setValue(scrolled_);
  isRestoring_ = wasRestoring;
}

// ---- following the session

/// Of a folded group its newest run is shown by the group's row.
QModelIndex RunsPanel::rowToShow(qint64 run) const {
  const QModelIndex index = runs_->indexOf(run);
  const QModelIndex group = index.parent().siblingAtColumn(RunsModel::title);
  const bool isFolded = group.isValid() && !list_->isExpanded(group.siblingAtColumn(0));
  return isFolded && group.data(RunsModel::kRunRole).toLongLong() == run ? group : index;
}

void RunsPanel::followSelection() {
  const bool wasRestoring = std::exchange(isRestoring_, true);
  const qint64 selected = workbench_.session.selection().run();
  const std::vector<qint64> current = runs_->runsAt(list_->currentIndex());
  if (std::ranges::find(current, selected) == current.end())
    if (const QModelIndex index = rowToShow(selected); index.isValid()) list_->setCurrentIndex(index);
  isRestoring_ = wasRestoring;
}

void RunsPanel::updateEmpty() { pages_->setCurrentIndex(workbench_.session.runs().empty() ? 1 : 0); }

/// What the names of all runs leave out.
void RunsPanel::updateCommon() {
  const QString text = workbench_.session.list()->commonPart().text;
  common_->setText(text);
  common_->setVisible(!text.isEmpty());
}

void RunsPanel::showFault() {
  const auto& fault = runs_->fault();
  const bool fitsNone = !filter_->text().trimmed().isEmpty() && runs_->shownRuns().empty();
  fault_->setVisible(fault.has_value() || fitsNone);
  if (!fault) return fault_->setText(tr("No run fits this filter"));
  const QString before = filter_->text().toUtf8().left(static_cast<qsizetype>(fault->place));
  fault_->setText(tr("At character %1: %2").arg(before.size() + 1).arg(q(fault->what())));
}

/// What changes the project is not to be had where that can only be read, and says why.
void RunsPanel::updateWritable() {
  const QString why = workbench_.session.readOnly();
  newRun_->setEnabled(why.isEmpty());
  newRun_->setToolTip(why.isEmpty() ? tr("New run (Ctrl+N)") : why);
}

Panel panel::runs() {
  return {"runs", "Runs", "The project's runs: state, progress and main test metric; the queue",
          [](const Workbench& workbench) -> PanelWidget* { return new RunsPanel(workbench); }};
}

}  // namespace uada
