#include "widgets/panels/runs/RunsModel.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "core/base/Error.h"
#include "widgets/session/Session.h"

namespace uada {
namespace {

constexpr quintptr kTop = 0;  ///< internal id of a row at the top; of a row in a group: the group's row + 1

}  // namespace

RunsModel::RunsModel(Session& session, const Theme& theme, QObject* parent)
    : QAbstractItemModel(parent), session_(session), theme_(theme), list_(session.list()) {
  connect(&session, &Session::runsChanged, this, [this] {
    if (list_ != session_.list()) return takeList();
    cells_.clear();
    Q_EMIT cellsChanged();
  });
  connect(&session, &Session::projectChanged, this, [this] {
    settings_.reset();
    takeList();
  });
  connect(&session.selection(), &Selection::checkedChanged, this, &RunsModel::cellsChanged);
  takeList();
}

// ---- what it is made of

void RunsModel::takeList() {
  list_ = session_.list();
  names_.clear();
  recipes_.clear();
  for (const RunSummary& run : list_->runs) {
    names_.push_back(list_->nameOf(run.id, list_->commonPart()).toStdString());
    recipes_.push_back(list_->groupOf(run.id)->name.recipe());
  }
  takeColumns();
  readSettings();
}

/// Those of configurations that are not known yet; many take longer than the window may wait.
void RunsModel::readSettings() {
  if (isReading_ || !session_.hasProject()) return;
  const std::size_t known = settings_ ? settings_->byHash.size() : 0;
  if (!list_->isNamed() || list_->configs().size() <= known) return;
  isReading_ = true;
  session_.ask(
      this,
      [list = list_, known = settings_](const OpenProject&) {
        return settingsOfRuns(list->configs(), known);
      },
      [this](std::optional<std::shared_ptr<const SettingsOfRuns>> settings) {
        isReading_ = false;
        if (!settings) return;
        settings_ = std::move(*settings);
        takeColumns();
      });
}

/// Columns may come and go with metrics and settings.
void RunsModel::takeColumns() {
  RunColumns columns(list_->runs, settings_);
  const bool isSame =
      std::ranges::equal(columns.all(), columns_.all(), {}, &RunColumn::name, &RunColumn::name);
  if (!isSame) beginResetModel();
  columns_ = std::move(columns);
  readFilter();
  if (isSame) return rebuild();
  rows_ = madeRows();
  cells_.clear();
  endResetModel();
  Q_EMIT columnsChanged();
}

ListedRun RunsModel::listed(const RunSummary& run) const {
  const auto place = static_cast<std::size_t>(&run - list_->runs.data());
  const FlatSettings* settings = nullptr;
  if (settings_) {
    const auto found = settings_->byHash.find(run.configHash);
    if (found != settings_->byHash.end()) settings = found->second.get();
  }
  return {run, names_[place], recipes_[place], settings, &list_->reference};
}

std::vector<ListedRun> RunsModel::listedAll(const Row& row) const {
  std::vector<ListedRun> all;
  for (const qint64 run : row.runs) all.push_back(listed(run));
  return all;
}

// ---- filter, fold, order

void RunsModel::setFilter(const QString& query) {
  if (query == filter_) return;
  filter_ = query;
  readFilter();
  rebuild();
}

void RunsModel::readFilter() {
  const bool hadFault = fault_.has_value();
  fault_.reset();
  try {
    query_ = RunQuery(filter_.toStdString(), columns_);
  } catch (const QueryFault& fault) {
    fault_ = fault;
  }
  if (hadFault || fault_) Q_EMIT faultChanged();
}

void RunsModel::setFold(const std::string& fold) {
  if (fold == fold_) return;
  fold_ = fold;
  rebuild();
}

void RunsModel::setCompact(bool isCompact) {
  if (isCompact == std::exchange(isCompact_, isCompact)) return;
  cells_.clear();
  Q_EMIT cellsChanged();
}

void RunsModel::sort(int section, Qt::SortOrder order) {
  sortedBy_ = section > square && section < columnCount() ? columns_.all()[section - 1].name : std::string();
  order_ = order;
  rebuild();
}

std::string RunsModel::foldKey(const RunSummary& run) const {
  if (fold_ == kByGroup) {
    const SeedGroup* group = list_->groupOf(run.id);
    return group->configHash + group->dataHash + group->origin;
  }
  const RunColumn* column = columns_.find(fold_);
  return column ? column->shown(listed(run)) : std::string();
}

std::vector<RunsModel::Row> RunsModel::madeRows() const {
  std::vector<Row> rows;
  std::unordered_map<std::string, std::size_t> places;
  const bool isFolded = fold_ == kByGroup || columns_.find(fold_);
  for (const RunSummary& run : list_->runs) {
    if (!query_.matches(listed(run))) continue;
    if (!isFolded) {
      rows.push_back({{}, {run.id}});
      continue;
    }
    std::string key = foldKey(run);
    const auto [found, isNew] = places.try_emplace(key, rows.size());
    if (isNew) rows.push_back({std::move(key), {}});
    rows[found->second].runs.push_back(run.id);
  }
  sortRows(rows);
  return rows;
}

/// Rows without a value stand last, whatever the order; within a group the runs are ordered likewise.
void RunsModel::sortRows(std::vector<Row>& rows) const {
  const RunColumn* column = columns_.find(sortedBy_);
  if (!column) return;
  struct Key {
    std::optional<double> number;
    std::string text;
    std::size_t index = 0;
    bool isNone() const { return !number && text.empty(); }
  };
  const bool isDown = order_ == Qt::DescendingOrder;
  const auto isBefore = [&](const Key& a, const Key& b) {
    if (a.isNone() || b.isNone()) return !a.isNone() && b.isNone();
    if (a.number && b.number && *a.number != *b.number) return (*a.number < *b.number) != isDown;
    return a.text != b.text && (a.text < b.text) != isDown;
  };
  const auto order = [&](auto& items, auto key) {
    std::vector<Key> keys;
    for (std::size_t i = 0; i < items.size(); ++i) {
      keys.push_back(key(items[i]));
      keys.back().index = i;
    }
    std::ranges::sort(keys, [&](const Key& a, const Key& b) {
      return isBefore(a, b) || (!isBefore(b, a) && a.index < b.index);
    });
    auto sorted = items;
    for (std::size_t i = 0; i < keys.size(); ++i) sorted[i] = std::move(items[keys[i].index]);
    items = std::move(sorted);
  };
  const auto keyOf = [&](qint64 run) {
    Key key;
    if (column->isNumber()) {
      key.number = column->number(listed(run));
      if (key.number && std::isnan(*key.number)) key.number.reset();
    } else {
      key.text = lowered(column->shown(listed(run)));
    }
    return key;
  };
  for (Row& row : rows)
    if (row.isGroup()) order(row.runs, keyOf);
  order(rows, [&](const Row& row) {
    if (!row.isGroup() || !column->isNumber()) return keyOf(row.runs.front());
    Key key;
    key.number = meanOfAll(*column, listedAll(row));
    return key;
  });
}

void RunsModel::rebuild() {
  std::vector<Row> rows = madeRows();
  cells_.clear();
  if (rows == rows_) return Q_EMIT cellsChanged();
  beginResetModel();
  rows_ = std::move(rows);
  endResetModel();
}

// ---- as a tree

QModelIndex RunsModel::index(int row, int column, const QModelIndex& parent) const {
  if (row < 0 || column < 0 || row >= rowCount(parent) || column >= columnCount()) return {};
  return createIndex(row, column, parent.isValid() ? static_cast<quintptr>(parent.row()) + 1 : kTop);
}

QModelIndex RunsModel::parent(const QModelIndex& index) const {
  if (!index.isValid() || index.internalId() == kTop) return {};
  return createIndex(static_cast<int>(index.internalId()) - 1, 0, kTop);
}

int RunsModel::rowCount(const QModelIndex& parent) const {
  if (!parent.isValid()) return static_cast<int>(rows_.size());
  if (parent.internalId() != kTop) return 0;
  const Row& row = rowAt(parent);
  return row.isGroup() ? static_cast<int>(row.runs.size()) : 0;
}

int RunsModel::columnCount(const QModelIndex&) const { return 1 + static_cast<int>(columns_.all().size()); }

const RunsModel::Row& RunsModel::rowAt(const QModelIndex& index) const {
  return rows_.at(index.internalId() == kTop ? static_cast<std::size_t>(index.row())
                                             : static_cast<std::size_t>(index.internalId()) - 1);
}

std::optional<qint64> RunsModel::runAt(const QModelIndex& index) const {
  const Row& row = rowAt(index);
  if (index.internalId() != kTop) return row.runs.at(static_cast<std::size_t>(index.row()));
  return row.isGroup() ? std::nullopt : std::optional(row.runs.front());
}

std::vector<qint64> RunsModel::runsAt(const QModelIndex& index) const {
  if (!index.isValid()) return {};
  if (const auto run = runAt(index)) return {*run};
  return rowAt(index).runs;
}

std::string RunsModel::groupKey(const QModelIndex& index) const {
  return index.isValid() && !runAt(index) ? rowAt(index).key : std::string();
}

std::vector<qint64> RunsModel::shownRuns() const {
  std::vector<qint64> runs;
  for (const Row& row : rows_) runs.insert(runs.end(), row.runs.begin(), row.runs.end());
  std::ranges::sort(runs, std::greater());
  return runs;
}

QModelIndex RunsModel::indexOf(qint64 run, int column) const {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto found = std::ranges::find(rows_[i].runs, run);
    if (found == rows_[i].runs.end()) continue;
    const QModelIndex top = index(static_cast<int>(i), column);
    if (!rows_[i].isGroup()) return top;
    return index(static_cast<int>(found - rows_[i].runs.begin()), column, index(static_cast<int>(i), 0));
  }
  return {};
}

int RunsModel::section(const std::string& name) const {
  const auto place = columns_.place(name);
  return place ? static_cast<int>(*place) + 1 : -1;
}

// ---- what is changed

Qt::ItemFlags RunsModel::flags(const QModelIndex& index) const {
  Qt::ItemFlags flags = QAbstractItemModel::flags(index);
  if (index.isValid() && index.column() == title && runAt(index) && session_.readOnly().isEmpty())
    flags |= Qt::ItemIsEditable;
  return flags;
}

// A user action starts here, so its errors end here.
bool RunsModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  const QString name = value.toString().trimmed();
  if (role != Qt::EditRole || index.column() != title || name.isEmpty()) return false;
  if (name == data(index, Qt::EditRole).toString()) return false;
  try {
    session_.renameRun(runsAt(index).front(), name);
    return true;
  } catch (const std::exception& error) {
    Q_EMIT session_.problem(QString::fromStdString(problemText(error)));
    return false;
  }
}

}  // namespace uada
