#pragma once

#include <QAbstractItemModel>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/tables/RunQuery.h"
#include "widgets/session/RunList.h"

class QPixmap;

namespace uada {

class Session;
class Theme;

/// The project's runs as a tree: folded by group (all but the seed) or by any column, sorted by any column,
/// filtered by a query. Column 0 is the colour square, filled for compared runs; column i + 1 is
/// columns().all()[i]. GUI thread; what it is made of is read on the reader thread.
class RunsModel : public QAbstractItemModel {
  Q_OBJECT
 public:
  enum Column { square, title };                       ///< the first two; others by section()
  static constexpr int kRunRole = Qt::UserRole;        ///< the run's id; of a group that of its newest run
  static constexpr int kGroupRole = Qt::UserRole + 1;  ///< whether the row stands for several runs
  static constexpr int kFrontRole = Qt::UserRole + 2;  ///< letters of the name before its method
  static constexpr int kBriefRole = Qt::UserRole + 4;  ///< the most telling of them: RunList::briefRecipe()
  static constexpr int kTwinRole =
      Qt::UserRole + 3;                             ///< whether the run was trained in lock-step with others
  static constexpr const char* kByGroup = "group";  ///< the fold by all but the seed

  RunsModel(Session& session, const Theme& theme, QObject* parent);

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& index) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  /// A person's name for a run.
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;
  /// By a column; the square's, or another one that cannot be sorted by: newest first.
  void sort(int section, Qt::SortOrder order) override;

  const RunColumns& columns() const { return columns_; }
  /// Null: the settings are still being read.
  const std::shared_ptr<const SettingsOfRuns>& settings() const { return settings_; }
  /// Of a column, by its name; -1: there is none.
  int section(const std::string& name) const;
  /// By kByGroup, by a column's name, or not at all: "".
  void setFold(const std::string& fold);
  const std::string& fold() const { return fold_; }
  /// Groups show their mean alone, without the spread: for a narrow list.
  void setCompact(bool isCompact);
  /// Shows the runs for which the query holds. With a fault the last valid one holds on, and the fault is
  /// told by fault().
  void setFilter(const QString& query);
  const std::optional<QueryFault>& fault() const { return fault_; }

  /// Not valid: there is no such run, or it is filtered out.
  QModelIndex indexOf(qint64 run, int column = title) const;
  /// Of the row, or of all rows in the group.
  std::vector<qint64> runsAt(const QModelIndex& index) const;
  /// All that the filter lets through, in the order of the list.
  std::vector<qint64> shownRuns() const;
  /// What tells a group from the others, as long as the fold stays; "": the row is a run.
  std::string groupKey(const QModelIndex& index) const;

 Q_SIGNALS:
  /// Instead of dataChanged(), by which a tree looks for the place of each of thousands of rows.
  void cellsChanged();
  void columnsChanged();  ///< and with them the sections
  void faultChanged();

 private:
  /// A row at the top: one run, or several folded.
  struct Row {
    std::string key;  ///< of the group
    std::vector<qint64> runs;
    bool isGroup() const { return runs.size() > 1; }
    friend bool operator==(const Row&, const Row&) = default;
  };
  void takeList();
  void readSettings();
  void takeColumns();
  void readFilter();
  void rebuild();
  std::vector<Row> madeRows() const;
  void sortRows(std::vector<Row>& rows) const;
  std::string foldKey(const RunSummary& run) const;
  ListedRun listed(qint64 run) const { return listed(*list_->find(run)); }
  ListedRun listed(const RunSummary& run) const;
  std::vector<ListedRun> listedAll(const Row& row) const;
  const Row& rowAt(const QModelIndex& index) const;
  /// none: the index is of a group
  std::optional<qint64> runAt(const QModelIndex& index) const;
  QVariant runData(const RunSummary& run, int section, int role) const;
  QVariant groupData(const Row& row, int section, int role) const;
  QVariant groupText(const Row& row, const RunColumn& column) const;
  QVariant groupState(const Row& row, int role) const;
  /// What make() gives, until the rows or their runs change: of large groups it takes long.
  template <class Make>
  QVariant kept(const Row& row, int what, Make make) const {
    const auto place = std::pair(&row, what);
    if (const auto known = cells_.find(place); known != cells_.end()) return known->second;
    return cells_[place] = make();
  }
  QVariant squareIcon(const std::vector<qint64>& runs) const;
  QString groupName(const Row& row) const;
  qsizetype frontOf(qint64 run) const;
  QString tip(const RunSummary& run) const;

  Session& session_;
  const Theme& theme_;
  std::shared_ptr<const RunList> list_;
  std::vector<std::string> names_, recipes_;  ///< of each run of the list
  std::shared_ptr<const SettingsOfRuns> settings_;
  bool isReading_ = false;  ///< settings
  RunColumns columns_;
  RunQuery query_;
  QString filter_;  ///< as it was given
  std::optional<QueryFault> fault_;
  std::string fold_ = kByGroup;
  bool isCompact_ = false;
  std::string sortedBy_;  ///< a column; "": newest first
  Qt::SortOrder order_ = Qt::AscendingOrder;
  std::vector<Row> rows_;
  mutable std::map<std::pair<const Row*, int>, QVariant> cells_;  ///< of groups, by row and column
};

/// A square in a picture of 16 by 16 pixels: filled, outlined, or half filled.
enum class Filling { none, half, full };
QPixmap colourSquare(const QColor& colour, Filling filling);

}  // namespace uada
