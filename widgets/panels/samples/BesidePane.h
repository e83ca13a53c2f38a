#pragma once

#include <QWidget>

#include "widgets/panels/Panel.h"
#include "widgets/panels/samples/SamplePages.h"
#include "widgets/panels/samples/SamplesModel.h"
#include "widgets/session/LatestAnswer.h"

class QComboBox;
class QLabel;
class QMenu;
class QModelIndex;

namespace uada {

class SamplesView;

/// Another run's decisions of the same samples at the same steps as the rows of a first view, or what is
/// nearest to them: its rows stand in the same order, and scroll along.
class BesidePane : public QWidget {
  Q_OBJECT
 public:
  /// first   of the run that it stands beside
  /// choice  is filled with the runs that can be chosen
  BesidePane(const Workbench& workbench, const SamplesModel& first, SamplesView& firstView, QComboBox* choice,
             QWidget* parent);

  qint64 run() const { return run_; }  ///< 0: none
  SamplesView* view() const { return view_; }
  /// The rows of the first model have changed, or the runs that can be chosen.
  void refill();
  void setFilter(const SampleFilter& filter);
  void setOrder(SampleOrder order);
  bool isReading() const { return answer_.isWaiting(); }

 Q_SIGNALS:
  void filled();

 private:
  void offerRuns();
  void choose(qint64 run);
  QString whyNot() const;
  void fillMenu(QMenu& menu, const QModelIndex& index, int column);
  void take(std::vector<SampleRow> rows, const std::vector<std::string>& classNames);

  const Workbench& workbench_;
  const SamplesModel& first_;
  SamplesModel model_;
  SamplesFilterModel filtered_;
  SamplesView* view_;
  QComboBox* choice_;
  QLabel* title_;
  qint64 run_ = 0;
  LatestAnswer answer_;
};

}  // namespace uada
