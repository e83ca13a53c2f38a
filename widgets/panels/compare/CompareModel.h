#pragma once

#include <QAbstractTableModel>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/tables/Comparison.h"

namespace uada {

/// One row of the comparison: a group of repeats, or one run of it.
struct CompareRow {
  QString label;
  std::vector<qint64> runs;
  Metric metric;                   ///< the main one of the task
  std::vector<double> last, best;  ///< of it as shown (top-1 in percent), a run each that did not diverge
  int diverged = 0;                ///< runs whose numbers are none
  double seconds = 0;
  std::optional<double> timeRatio, forwardRatio, chainRatio;  ///< to the reference of the same recipe
  std::string reference;  ///< "ra-uc", "plain", or what was chosen; empty: neither
  std::string recipe;     ///< equal for rows that may be compared
  bool isBest = false;  ///< of the rows of its recipe, by the last epoch and beyond the noise (bestGroups())
  std::optional<Difference> toReference;
  std::map<std::string, QString> settings;  ///< "training.epochs" -> "30"; "images" -> their hash
};

/// Every setting that defines the result, flattened; keys as in files, without "recipe.".
std::map<std::string, QString> flatSettings(const RunConfig& config);
/// A row a group, or a row a run by its name.
std::vector<CompareRow> compareRows(const std::vector<RunGroup>& groups, bool bySeed,
                                    const std::function<RunConfig(qint64)>& configOf,
                                    const std::function<QString(qint64)>& nameOf);

/// The comparison as a table. Sort keys are in Qt::UserRole.
class CompareModel : public QAbstractTableModel {
 public:
  using QAbstractTableModel::QAbstractTableModel;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  /// colours: of a row's first run; onlyDiffering: leave out settings that are the same in every row
  void setRows(std::vector<CompareRow> rows, std::vector<QColor> colours, bool onlyDiffering);
  const std::vector<CompareRow>& rows() const { return rows_; }
  /// Those that have a column, with the values of these rows.
  std::vector<ComparedSetting> settings(const std::vector<int>& rows) const;

 private:
  struct Column {
    QString title, help;
    std::function<QString(const CompareRow&)> text;
    std::function<double(const CompareRow&)> number;     ///< null: a text column
    std::function<QString(const CompareRow&)> why = {};  ///< what a cell's tool tip adds; null: nothing
    bool isJudged = false;                               ///< the best row stands out in it
    std::string setting = {};                            ///< its key; "": it has no setting
  };
  void addSettings(bool onlyDiffering);
  void addNumber(const QString& title, const QString& help, std::function<double(const CompareRow&)> number,
                 QString (*text)(double));
  void addNumbers();
  void addResults(const QString& unit);
  void addDifference(const QString& reference, bool arePercent);
  void addCosts(const QString& reference);

  std::vector<CompareRow> rows_;
  std::vector<QColor> colours_;
  std::vector<Column> columns_;
};

}  // namespace uada
