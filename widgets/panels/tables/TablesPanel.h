#pragma once

#include "widgets/panels/Panel.h"
#include "widgets/panels/tables/TablesModel.h"
#include "widgets/session/LatestAnswer.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QListWidget;
class QStackedWidget;
class QTableView;

namespace uada {

/// The paper's tables with what was measured in them. A click on a cell lists the runs behind it.
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
  void writeExport(const QString& file, const std::string& ending) override;
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* makeBar();
  QWidget* makeDetails();
  void reload();
  void load();
  struct Made;
  void take(Made made);
  void setColumnWidths();
  void showCell(const QModelIndex& index);
  std::string text(TableFormat format) const;
  int baselineRow(const Table& table) const;
  void hideEmpty();
  QModelIndex firstMeasured() const;
  QString cellSummary(const QModelIndex& index) const;

  bool stale_ = true;      ///< to be read again when seen
  bool isChosen_ = false;  ///< by a person, or because it has measured cells
  LatestAnswer answer_;
  Table asMade_;  ///< with the columns in the paper's order
  TablesModel model_;
  TableCellDelegate* delegate_ = nullptr;
  QStackedWidget* pages_ = nullptr;
  QComboBox* which_ = nullptr;
  QCheckBox *measured_ = nullptr, *paper_ = nullptr;
  QTableView* table_ = nullptr;
  QLabel *legend_ = nullptr, *summary_ = nullptr;
  QListWidget* runs_ = nullptr;
  QWidget* details_ = nullptr;
};

}  // namespace uada
