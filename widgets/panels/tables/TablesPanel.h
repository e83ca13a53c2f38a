#pragma once

#include "core/tables/Estimate.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/tables/TablesModel.h"
#include "widgets/session/LatestAnswer.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QTableView;
class QToolButton;

namespace uada {

class CellDetails;
class TexCheck;

/// The paper's tables with what was measured in them; without a project the published numbers. A click on a
/// cell lists the runs behind it, says what they mean, and offers to queue further ones. A table that was
/// exported as LaTeX can be dropped here: which of its cells have changed is said.
class TablesPanel : public PanelWidget {
  Q_OBJECT
 public:
  explicit TablesPanel(const Workbench& workbench, QWidget* parent = nullptr);

  QStringList exportFilters() const override;
  void copy() const override;  ///< as text
  const TablesModel& model() const { return model_; }
  /// Shows the table of that number. Throws Error listing those that there are.
  void choose(int number);

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void writeExport(const QString& file, const std::string& ending) override;
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* makeBar();
  QWidget* makeLegend();
  void makeChoices(QWidget* bar);
  void refresh();
  void makeTable();
  void reload();
  void load();
  struct Made;
  void take(Made made);
  void setColumnWidths();
  void showCell(const QModelIndex& index);
  void showLegend();
  std::string text(TableFormat format) const;
  void hideEmpty();
  QSize nameSize(int row) const;
  QModelIndex firstMeasured() const;

  bool stale_ = true;      ///< to be read again when seen
  bool isChosen_ = false;  ///< by a person, or because it has measured cells
  LatestAnswer answer_;
  Table asMade_;  ///< with the columns in the paper's order
  TablesModel model_;
  TableCellDelegate* delegate_ = nullptr;
  std::shared_ptr<const std::vector<MeasuredRate>> rates_;
  QComboBox *which_ = nullptr, *epoch_ = nullptr;
  QCheckBox *measured_ = nullptr, *paper_ = nullptr;
  QTableView* table_ = nullptr;
  QLabel *published_ = nullptr, *legend_ = nullptr;
  QToolButton* more_ = nullptr;
  CellDetails* details_ = nullptr;
  TexCheck* check_ = nullptr;
};

}  // namespace uada
