#pragma once

#include <QTimer>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "widgets/panels/Panel.h"
#include "widgets/plot/CostBars.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/LatestAnswer.h"

class QCheckBox;
class QComboBox;
class QSlider;
class QStackedWidget;

namespace uada {

struct RunSummary;

/// Curves of the shown runs: training loss and gain on the left, the main test metric on the right, cost
/// below. Redrawn at most ten times a second, however fast the training.
class LivePanel : public PanelWidget {
  Q_OBJECT
 public:
  explicit LivePanel(const Workbench& workbench);
  QStringList exportFilters() const override;

 protected:
  /// csv: the loss plot's numbers; png: both plots side by side and the cost bars; pdf: the loss plot
  void writeExport(const QString& file, const std::string& ending) override;

 private:
  enum XAxis { step, epoch, time };
  QWidget* makePlots();
  QWidget* makeTools();
  void followSession();
  void schedule() {
    if (!redraw_.isActive()) redraw_.start();
  }
  void redraw();
  void addLoss(Figure& figure, qint64 run);
  void addTest(Figure& figure, qint64 run);
  std::vector<CostBars::Row> costs();
  void addRatio(CostBars::Row& row, const RunSummary& summary) const;
  /// The runs whose curves are drawn: as many as can be told apart.
  std::vector<qint64> drawnRuns() const;
  const History& history(qint64 run) { return workbench_.session.histories().of(run); }
  /// Position of a step on the chosen axis, and the step at a position.
  double placeOf(qint64 run, std::int64_t step);
  std::int64_t stepAt(qint64 run, double x);
  Curve curveOf(qint64 run, const Pyramid& raw, const Pyramid& smooth);
  std::optional<std::pair<double, double>> exactAt(qint64 run, double x, double StepReport::* value);
  void readAround(double x);
  void forgetAround(qint64 run);
  void writeNumbers(const QString& file);
  double stepsPerEpoch(qint64 run);  ///< 0: not known
  bool hasPlace(qint64 run);         ///< whether its steps have positions on the chosen axis
  Axis xAxis() const;
  QString nameOf(qint64 run) const;
  double smoothing() const;

  QTimer redraw_;
  std::map<qint64, std::vector<StepReport>> around_;  ///< the pointer: of runs of which not all is in memory
  LatestAnswer aroundAnswer_;
  QStackedWidget* pages_ = nullptr;
  QComboBox* x_ = nullptr;
  QCheckBox* log_ = nullptr;
  QSlider* smoothing_ = nullptr;
  Plot *loss_ = nullptr, *test_ = nullptr;
  CostBars* cost_ = nullptr;
};

}  // namespace uada
