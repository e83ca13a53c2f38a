#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "core/tables/CellPlan.h"
#include "core/tables/Table.h"
#include "widgets/session/LatestAnswer.h"
#include "widgets/session/Workbench.h"

class QLabel;
class QListWidget;
class QPushButton;
class QSpinBox;

namespace uada {

/// What a cell's numbers say, all that is known of them in one sentence.
QString cellSummary(const Table& table, std::size_t row, std::size_t column);

/// Under a table: the runs of a cell, what their numbers say, and how many more seeds it needs, which a click
/// adds to the queue. Hidden while no cell is shown.
class CellDetails : public QWidget {
  Q_OBJECT
 public:
  explicit CellDetails(const Workbench& workbench, QWidget* parent = nullptr);
  /// rates  of the project: what the time of further runs is told from
  void showCell(std::shared_ptr<const Table> table, std::size_t row, std::size_t column,
                std::shared_ptr<const std::vector<MeasuredRate>> rates);
  void clear();

 private:
  QWidget* makeQueueRow();
  void listRuns(const Cell& cell);
  void plan();
  void showPlan(CellPlan plan);
  void queue();
  const Cell& cell() const { return table_->cells[row_][column_]; }

  const Workbench& workbench_;
  std::shared_ptr<const Table> table_;
  std::shared_ptr<const std::vector<MeasuredRate>> rates_;
  std::size_t row_ = 0, column_ = 0;
  CellPlan plan_;
  LatestAnswer answer_;  ///< the plan: whether its images are there is for the disk to say
  QLabel *summary_ = nullptr, *note_ = nullptr;
  QListWidget* runs_ = nullptr;
  QSpinBox* seeds_ = nullptr;
  QPushButton* queue_ = nullptr;
};

}  // namespace uada
