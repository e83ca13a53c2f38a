#include <QMenu>
#include <algorithm>

#include "widgets/models/Words.h"
#include "widgets/panels/runs/RunMenu.h"
#include "widgets/panels/runs/RunsModel.h"
#include "widgets/panels/runs/RunsPanel.h"
#include "widgets/panels/runs/RunsView.h"
#include "widgets/session/Session.h"

// The menus of the list of runs: columns, fold and ticks; and what is done with chosen runs.

namespace uada {

void RunsPanel::setColumnShown(const std::string& name, bool isShown) {
  std::vector<std::string> names = columns_;
  std::erase(names, name);
  if (isShown) names.push_back(name);
  showColumns(names);
}

void RunsPanel::addColumns(QMenu& menu, const QString& title, const std::vector<std::string>& names) {
  QMenu* columns = menu.addMenu(title);
  columns->setEnabled(!names.empty());
  columns->setToolTipsVisible(true);
  for (const std::string& name : names) {
    const RunColumn& column = *runs_->columns().find(name);
    QAction* action = columns->addAction(q(column.title).replace('&', "&&"));
    action->setToolTip(q(column.help));
    action->setCheckable(true);
    action->setChecked(std::ranges::find(columns_, name) != columns_.end());
    connect(action, &QAction::toggled, this, [this, name](bool on) { setColumnShown(name, on); });
  }
}

void RunsPanel::fillViewMenu(QMenu& menu) {
  const auto& settings = runs_->settings();
  std::vector<std::string> own, metrics, differing, others;
  for (const RunColumn& column : runs_->columns().all()) {
    const auto isIn = [&](const std::vector<std::string>& keys) {
      return std::ranges::find(keys, column.name) != keys.end();
    };
    if (column.name == "name") continue;
    if (column.name.starts_with("test."))
      metrics.push_back(column.name);
    else if (settings && isIn(settings->differing))
      differing.push_back(column.name);
    else if (settings && isIn(settings->keys))
      others.push_back(column.name);
    else
      own.push_back(column.name);
  }
  addColumns(menu, tr("Columns"), own);
  addColumns(menu, tr("Metrics"), metrics);
  addColumns(menu, tr("Settings that differ"), differing);
  addColumns(menu, tr("Other settings"), others);
  menu.addAction(tr("Usual columns"), this, [this] { showColumns(usual()); });
  addFolds(menu, differing);
  menu.addAction(tr("Unfold all"), list_, &QTreeView::expandAll);
  menu.addAction(tr("Fold all"), list_, &QTreeView::collapseAll);
  menu.addSeparator();
  Selection& selection = workbench_.session.selection();
  menu.addAction(tr("Compare all shown"), this,
                 [this, &selection] { selection.setChecked(runs_->shownRuns(), true); });
  menu.addAction(tr("Compare only those shown"), this,
                 [this, &selection] { selection.setOnlyChecked(runs_->shownRuns()); });
  menu.addAction(tr("Compare none"), this, [&selection] { selection.setOnlyChecked({}); });
}

/// differing  settings in which runs differ
void RunsPanel::addFolds(QMenu& menu, const std::vector<std::string>& differing) {
  QMenu* fold = menu.addMenu(tr("Fold"));
  const auto addFold = [&](const QString& text, const std::string& key) {
    QAction* action = fold->addAction(text, this, [this, key] {
      open_.clear();
      runs_->setFold(key);
      remember();
    });
    action->setCheckable(true);
    action->setChecked(runs_->fold() == key);
  };
  addFold(tr("Not"), "");
  addFold(tr("By group: all but the seed"), RunsModel::kByGroup);
  fold->addSeparator();
  for (const char* key :
       {"method", "recipe", "dataset", "network", "state", "experiment", "tags", "device", "host"})
    addFold(q(runs_->columns().find(key)->title), key);
  fold->addSeparator();
  for (const std::string& key : differing) addFold(q(key), key);
}

/// All that the filter lets through; where they are all ticked, none of them.
void RunsPanel::tickAllShown() {
  Selection& selection = workbench_.session.selection();
  const std::vector<qint64> runs = runs_->shownRuns();
  const bool isAll = std::ranges::all_of(runs, [&](qint64 run) { return selection.isChecked(run); });
  selection.setChecked(runs, !isAll);
}

std::vector<qint64> RunsPanel::chosen() const {
  std::vector<qint64> runs;
  std::set<qint64> known;  // a group and a run of it may both be selected
  for (const QModelIndex& index : list_->selectionModel()->selectedRows())
    for (const qint64 run : runs_->runsAt(index))
      if (known.insert(run).second) runs.push_back(run);
  return runs;
}

void RunsPanel::fillMenu(QMenu& menu, const QModelIndex& index) {
  const std::vector<qint64> runs = index.isValid() ? chosen() : std::vector<qint64>();
  fillRunMenu(menu, workbench_, runs, this, [this, runs] {  // by its number: rows come and go meanwhile
    const QModelIndex row = rowToShow(runs.front()).siblingAtColumn(RunsModel::title);
    if (row.isValid()) list_->edit(row);
  });
}

}  // namespace uada
