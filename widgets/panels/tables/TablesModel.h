#pragma once

#include <QAbstractTableModel>
#include <QStyledItemDelegate>
#include <memory>
#include <optional>

#include "core/tables/Table.h"

namespace uada {

class Theme;

/// Where the published value lies: +1 measured is higher, -1 lower, beyond the 95 % interval of the measured
/// mean; 0 within the noise, or not known (n < 2 or nothing published).
int outsidePaper(const Cell& cell);

/// +1: better than the reference row with p < 0.05 by Holm over the table, -1: worse; 0: neither is known.
/// Which numbers are better is the column's: Table::betterOf().
int betterThanReference(const Table& table, std::size_t row, std::size_t column);

/// A table of the paper as an item model. Qt::DisplayRole: "93.41 ± 0.12"; the cell itself through cellAt().
class TablesModel : public QAbstractTableModel {
 public:
  using QAbstractTableModel::QAbstractTableModel;
  void setTable(std::shared_ptr<const Table> table);
  const Table& table() const { return *table_; }
  const std::shared_ptr<const Table>& shared() const { return table_; }
  const Cell& cellAt(const QModelIndex& index) const { return table_->cells[index.row()][index.column()]; }

  /// The cells that a run counts in are told from others.
  void setMarked(qint64 run);
  bool isMarked(const QModelIndex& index) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  QString markText(const QModelIndex& index) const;  ///< "▲" better, "▼" worse than the reference row, or ""
  QString measuredText(const QModelIndex& index)
      const;  ///< "93.41 ± 0.12", "93.41" for one seed, ", 1 diverged" after it; "" for none
  /// "paper 97.08", as the paper prints it, with "≠" outside the noise, or "".
  QString paperText(const QModelIndex& index) const;
  /// What stands small under the measured value: the paper's, or of an own table what the cell mixes.
  QString lowerText(const QModelIndex& index) const;

 private:
  qint64 marked_ = 0;
  std::shared_ptr<const Table> table_ = std::make_shared<const Table>();  ///< never null
};

/// Paints a cell: the measured value large, bold where it is the best of its column; under it the published
/// one small and grey; a dot a seed, and marks where it differs from the reference row or from the published
/// value by more than the noise.
class TableCellDelegate : public QStyledItemDelegate {
 public:
  TableCellDelegate(const Theme& theme, const TablesModel& model, QObject* parent)
      : QStyledItemDelegate(parent), theme_(theme), model_(model) {}
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  bool showMeasured = true, showPaper = true;

 private:
  void paintMeasured(QPainter& painter, const QRect& line, const QModelIndex& index) const;
  void paintSeeds(QPainter& painter, const QRect& line, const Cell& cell) const;
  const Theme& theme_;
  const TablesModel& model_;
};

}  // namespace uada
