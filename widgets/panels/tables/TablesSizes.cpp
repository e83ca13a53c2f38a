// How large the rows and columns of TablesPanel are, and which of them are shown.
#include <QCheckBox>
#include <QHeaderView>
#include <QTableView>
#include <algorithm>

#include "widgets/panels/tables/TablesPanel.h"
#include "widgets/session/Theme.h"

namespace uada {

static constexpr int kNameWidth = 20 * kGrid;  // of a row's name, pixels

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
  const bool measured = measured_->isChecked() || model_.table().isOwn(), paper = paper_->isChecked();
  const auto shown = [&](int row, int column) {
    const Cell& cell = model_.cellAt(model_.index(row, column));
    return (measured && cell.isMeasured()) || (paper && cell.paper);
  };
  const auto hasTwoLines = [&](const Cell& cell) {
    return measured && cell.isMeasured() && ((paper && cell.paper) || cell.mixture);
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

}  // namespace uada
