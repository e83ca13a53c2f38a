#pragma once

#include <set>
#include <string>
#include <vector>

#include "widgets/panels/Panel.h"

class QLabel;
class QLineEdit;
class QMenu;
class QStackedWidget;
class QToolButton;

namespace uada {

class RunsModel;
class RunsView;

/// The list of runs with its filter, and the queue under it. Columns, order, fold and filter are remembered
/// with the project.
class RunsPanel : public PanelWidget {
  Q_OBJECT
 public:
  explicit RunsPanel(const Workbench& workbench);

  RunsModel& model() { return *runs_; }
  /// By their names, in this order; the square and the name are always shown. Unknown ones are passed over.
  void showColumns(const std::vector<std::string>& names);
  /// In the order in which they stand.
  std::vector<std::string> shownColumns() const;
  /// Columns of a list that nobody has changed.
  static const std::vector<std::string>& usual();

 private:
  QWidget* makeHead();
  void makeFilter();
  void makeViewButton();
  void makeList();
  void followHeader();
  void followList();
  void followModel();
  void applyColumns();
  void usualColumns();
  void followSelection();
  void updateEmpty();
  void updateWritable();
  void updateCommon();
  void showFault();
  void fillMenu(QMenu& menu, const QModelIndex& index);
  void fillViewMenu(QMenu& menu);
  void addFolds(QMenu& menu, const std::vector<std::string>& differing);
  void addColumns(QMenu& menu, const QString& title, const std::vector<std::string>& names);
  void setColumnShown(const std::string& name, bool isShown);
  void tickAllShown();
  void remember();
  void restore();
  void applyOrder();
  QModelIndex rowToShow(qint64 run) const;
  void keepPlace();
  void restorePlace();
  std::vector<qint64> chosen() const;
  bool eventFilter(QObject* watched, QEvent* event) override;

  QStackedWidget* pages_;
  RunsView* list_;
  RunsModel* runs_ = nullptr;
  QLineEdit* filter_;
  QLabel *common_, *fault_;
  QToolButton *newRun_, *view_;
  std::vector<std::string> columns_;  ///< that are shown
  bool isUsual_ = true;               ///< they are those that nobody has chosen
  std::string sorted_;                ///< by this column, where it was remembered
  bool isDown_ = false;               ///< likewise
  bool isRestoring_ = false;
  std::set<std::string> open_;        ///< groups that are unfolded
  std::set<qint64> kept_;             ///< runs that were selected before a reset
  std::set<std::string> keptGroups_;  ///< likewise
  int scrolled_ = 0;                  ///< before a reset
};

}  // namespace uada
