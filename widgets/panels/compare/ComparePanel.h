#pragma once

#include <QTimer>
#include <memory>

#include "core/tables/Table.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/compare/CompareModel.h"
#include "widgets/session/LatestAnswer.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QSortFilterProxyModel;
class QStackedWidget;
class QToolButton;

namespace uada {

class PinnedTable;
class Plot;

/// The checked runs (all finished ones if none is checked) side by side: mean, spread and cost of each group
/// of repeats, the settings in which they differ, and their curves.
class ComparePanel : public PanelWidget {
  Q_OBJECT
 public:
  explicit ComparePanel(const Workbench& workbench, QWidget* parent = nullptr);

  QStringList exportFilters() const override;
  QString exportName() const override { return QStringLiteral("comparison"); }
  void copy() const override;  ///< as text
  const CompareModel& model() const { return model_; }
  /// What is there is still the previous comparison.
  bool isReading() const override { return groupsRead_.isWaiting() || rowsMade_.isWaiting(); }

 protected:
  void writeExport(const QString& file, const std::string& ending) override;
  void showEvent(QShowEvent* event) override;

 private:
  void makeTable();
  QWidget* makeBar();
  void followSession();
  void reload();
  void load();
  void take(std::vector<RunGroup> groups);
  std::vector<std::int64_t> checkedRuns() const;
  /// What is seen: its rows in their order, its settings.
  std::string text(TableFormat format) const;
  void writeAwaited();
  void fill();
  void showRows(std::vector<CompareRow> rows);
  void drawCurves();
  void sayWhatIsLeftOut();
  void showReading();
  void requireRead() const;
  void fillReferences();
  void chooseWanted();
  void keepChoices();
  void remember();
  void restore();
  qint64 reference() const;

  bool stale_ = true;                   ///< to be read again when seen
  LatestAnswer groupsRead_, rowsMade_;  ///< the rows are made of the groups
  std::shared_ptr<const std::vector<RunGroup>> groups_ = std::make_shared<const std::vector<RunGroup>>();
  /// The same, with differences to the chosen reference.
  std::shared_ptr<const std::vector<RunGroup>> shown_ = groups_;
  std::vector<std::pair<QString, TableFormat>> awaited_;  ///< files that are written once it is read
  QTimer redraw_;                                         ///< when curves have been read
  QString wantedReference_;  ///< key of a run of the group, remembered until groups are read; empty: none
  CompareModel model_;
  QSortFilterProxyModel* sorted_ = nullptr;
  QStackedWidget* pages_ = nullptr;
  PinnedTable* table_ = nullptr;
  QComboBox* reference_ = nullptr;
  QCheckBox *differing_ = nullptr, *bySeed_ = nullptr;
  QLabel* note_ = nullptr;
  QToolButton* copy_ = nullptr;
  Plot* curves_ = nullptr;
};

}  // namespace uada
