#pragma once

#include <QDialog>
#include <QTimer>

#include "core/tables/OwnTable.h"
#include "widgets/panels/tables/TablesModel.h"
#include "widgets/session/LatestAnswer.h"
#include "widgets/session/Workbench.h"

class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QTableView;

namespace uada {

class NameList;

/// Makes or changes an own table: its name, which runs, the row that others are compared with, rows, columns
/// and values, and below how it looks with the runs that there are.
class OwnTableDialog : public QDialog {
  Q_OBJECT
 public:
  /// taken  names that it cannot have
  OwnTableDialog(const Workbench& workbench, const OwnTable& table, const QStringList& taken,
                 QWidget* parent);
  OwnTable table() const;
  const TablesModel& preview() const { return model_; }

 private:
  QWidget* makeHead();
  QWidget* makeLists();
  QWidget* makePreview();
  void readKeys();
  void offer(const std::vector<OwnKey>& keys);
  void refresh();
  struct Made;
  void take(Made made);
  void offerReferences(const std::vector<std::string>& rows);
  void say(const QString& fault, const QString& what);

  const Workbench& workbench_;
  const QStringList taken_;
  LatestAnswer keys_, made_;
  QTimer later_;  ///< until somebody has typed on
  TablesModel model_;
  TableCellDelegate* delegate_ = nullptr;
  QLineEdit *name_ = nullptr, *where_ = nullptr;
  QComboBox* reference_ = nullptr;
  NameList *rows_ = nullptr, *columns_ = nullptr, *values_ = nullptr;
  QTableView* view_ = nullptr;
  QLabel* note_ = nullptr;
  QDialogButtonBox* buttons_ = nullptr;
};

}  // namespace uada
