#pragma once

#include <QAbstractTableModel>
#include <QStyledItemDelegate>
#include <QWidget>
#include <string>
#include <vector>

#include "widgets/panels/policy/PolicyBins.h"
#include "widgets/plot/Chart.h"

class QLabel;
class QSortFilterProxyModel;
class QTableView;

namespace uada {

class Theme;

/// What each op did over a span of steps, or of plans without ops each group of candidates: how many of its
/// probes won, and what they gained.
class OpTotalsModel : public QAbstractTableModel {
 public:
  enum Column { kOp, kWins, kGain, kColumns };
  static constexpr int kNumberRole = Qt::UserRole;      ///< to sort by; what is none comes last
  static constexpr int kBarRole = Qt::UserRole + 1;     ///< double: of the longest bar of the column, -1..1
  static constexpr int kNameRole = Qt::UserRole + 2;    ///< of the row, as PolicyBins has it
  static constexpr int kSignedRole = Qt::UserRole + 3;  ///< whether the column's bars begin in its middle
  using QAbstractTableModel::QAbstractTableModel;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  /// Of the columns first to last of the bins.
  void show(const PolicyBins& bins, int first, int last);
  struct Row {
    std::string name;
    OpSums sums;
  };
  const std::vector<Row>& rows() const { return rows_; }

 private:
  double number(const Row& row, int column) const;
  std::vector<Row> rows_;
  double longest_[kColumns] = {};
};

/// Draws a bar behind the number of a cell.
class BarDelegate : public QStyledItemDelegate {
 public:
  BarDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

 private:
  const Theme& theme_;
};

/// The table of totals, with what span they are of above it.
class OpTotals : public QWidget, public Chart {
  Q_OBJECT
 public:
  explicit OpTotals(const Theme& theme, QWidget* parent = nullptr);
  /// first, last  steps that are looked at; the bins' columns that meet them count
  void show(const PolicyBins& bins, std::int64_t first, std::int64_t last);
  using QWidget::show;
  const OpTotalsModel& model() const { return model_; }
  QString chartName() const override { return tr("Wins and gain of each op"); }
  bool hasContent() const override { return model_.rowCount() > 0; }
  void draw(QPainter& painter, QSize size) const override;
  /// A row an op, in the order that is seen, with the steps that are counted.
  QByteArray numbers() const override;

 Q_SIGNALS:
  void chosen(const QString& op);

 private:
  OpTotalsModel model_;
  QSortFilterProxyModel* sorted_;
  QTableView* table_;
  QLabel* span_;
  std::int64_t begin_ = 0, end_ = 0;  ///< the first and the last step that are counted
  bool isSorted_ = false;             ///< by a person, or once there was a gain to sort by
};

}  // namespace uada
