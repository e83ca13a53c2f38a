#pragma once

#include <QAbstractTableModel>
#include <QStyledItemDelegate>
#include <optional>

#include "core/tables/Table.h"

namespace uada {

class Theme;

/// Where the published value lies: +1 measured is higher, -1 lower, beyond the 95 % interval of the measured
/// mean; 0 within the noise, or not known (n < 2 or nothing published).
int outsidePaper(const Cell& cell);

/// "▲" or "▼": the first cell's mean is higher or lower than the second's, with a 95 % interval of the
/// difference that leaves out zero; else "".
QString noiseMark(const Cell& cell, const Cell& baseline);

/// The columns with something measured before the others, each in the table's order: for the eye. Exports
/// keep the paper's.
Table measuredFirst(const Table& table);

/// A table of the paper as an item model. Qt::DisplayRole: "93.41 ± 0.12"; the cell itself through cellAt().
class TablesModel : public QAbstractTableModel {
 public:
  using QAbstractTableModel::QAbstractTableModel;
  /// baselineRow: of plain training in the same space (ra-uc), which others are marked against; -1: not
  /// measured
  void setTable(Table table, int baselineRow = -1);
  const Table& table() const { return table_; }
  const Cell& cellAt(const QModelIndex& index) const { return table_.cells[index.row()][index.column()]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  /// The baseline's cell of the same column; null for itself, or where there is none.
  const Cell* baselineOf(const QModelIndex& index) const;
  QString markText(const QModelIndex& index) const;
  QString measuredText(const Cell& cell)
      const;  ///< "93.41 ± 0.12", "93.41" for one seed, ", 1 diverged" after it; "" for none
  QString paperText(const Cell& cell) const;  ///< "paper 97.08", with "≠" outside the noise, or ""
  QString number(double value) const;         ///< in the table's digits

 private:
  Table table_;
  int baselineRow_ = -1;
};

/// Paints a cell: the measured value large, under it the published one small and grey, a dot a
/// seed, and marks where it differs from ra-uc or from the published value by more than the noise.
class TableCellDelegate : public QStyledItemDelegate {
 public:
  TableCellDelegate(const Theme& theme, const TablesModel& model, QObject* parent)
      : QStyledItemDelegate(parent), theme_(theme), model_(model) {}
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  bool showMeasured = true, showPaper = true;

 private:
  void paintMeasured(QPainter& painter, const QRect& line, const QModelIndex& index) const;
  const Theme& theme_;
  const TablesModel& model_;
};

}  // namespace uada
