#pragma once

#include "core/tables/Estimate.h"
#include "core/tables/OwnTable.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/tables/TablesModel.h"
#include "widgets/session/LatestAnswer.h"

class QAction;
class QCheckBox;
class QComboBox;
class QLabel;
class QMenu;
class QTableView;
class QToolButton;

namespace uada {

class CellDetails;
class TexCheck;

/// The paper's tables with what was measured in them, and tables that people have made of the project's runs;
/// without a project the published numbers. A click on a
/// cell lists the runs behind it, says what they mean, and offers to queue further ones. A table that was
/// exported as LaTeX can be dropped here: which of its cells have changed is said.
class TablesPanel : public PanelWidget {
  Q_OBJECT
 public:
  explicit TablesPanel(const Workbench& workbench, QWidget* parent = nullptr);

  QStringList exportFilters() const override;
  QString exportName() const override;  ///< of the table that is shown
  void copy() const override;           ///< as text
  const TablesModel& model() const { return model_; }
  /// Shows the table of that number. Throws Error listing those that there are.
  void choose(int number);
  /// The same, or an own one of that name: one that is not there is said in place of the table.
  void choose(const QString& which);
  QString which() const;  ///< "2", or the name of an own one

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void writeExport(const QString& file, const std::string& ending) override;
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* makeBar();
  QWidget* makeLegend();
  void makeChoices(QWidget* bar);
  QToolButton* makeOwnMenu(QWidget* bar);
  void showOwnMenu();
  enum class Editing { none, changed, copied };  ///< what of the shown table: none: a new one
  void edit(Editing what);
  QString ownLegend() const;
  void keep(const OwnTable& table, const QString& before);
  void remove();
  void listTables(const std::vector<OwnTable>& own);
  void addPaperTable(const QString& title, const QString& number);
  void listShowing();
  void readNames();
  const OwnTable* shownOwn() const;
  void refresh();
  void makeTable();
  void reload();
  void load();
  void remember();
  void restore();
  struct Made;
  static Made made(const ProjectReader& project, const QString& which, Epoch epoch, bool isChosen);
  void take(Made made);
  void showAgain(const std::string& row, const std::string& column);
  void setColumnWidths();
  void showCell(const QModelIndex& index);
  void showLegend();
  std::string text(TableFormat format) const;
  void hideEmpty();
  QSize nameSize(int row) const;
  QModelIndex firstMeasured() const;

  bool stale_ = true;      ///< to be read again when seen
  bool isChosen_ = false;  ///< by a person, or because it has measured cells
  QString fault_;          ///< why the table cannot be made; empty: it is there
  LatestAnswer answer_, names_;
  Table asMade_;  ///< with the columns in the paper's order
  TablesModel model_;
  TableCellDelegate* delegate_ = nullptr;
  std::shared_ptr<const std::vector<MeasuredRate>> rates_;
  std::vector<OwnTable> own_;  ///< of the project
  QString wanted_;             ///< asked for before it was read that there is such a table
  QMenu* ownMenu_ = nullptr;
  QList<QAction*> showing_;  ///< one for each own table
  QAction *edit_ = nullptr, *remove_ = nullptr, *new_ = nullptr, *copy_ = nullptr;
  QComboBox *which_ = nullptr, *epoch_ = nullptr;
  QCheckBox *measured_ = nullptr, *paper_ = nullptr;
  QTableView* table_ = nullptr;
  QLabel *published_ = nullptr, *legend_ = nullptr;
  QToolButton* more_ = nullptr;
  CellDetails* details_ = nullptr;
  TexCheck* check_ = nullptr;
};

}  // namespace uada
