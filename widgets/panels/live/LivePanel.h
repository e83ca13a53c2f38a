#pragma once

#include <QTimer>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "widgets/panels/Panel.h"
#include "widgets/panels/live/LiveCurves.h"
#include "widgets/plot/CostBars.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/AroundSteps.h"
#include "widgets/session/StepScalars.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QMenu;
class QScrollArea;
class QSlider;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace uada {

class LiveLegend;

/// Curves of the shown runs, a plot for each number that is chosen, all with one x axis; the legend beside
/// them, with the values under the pointer; what a step costs below. Redrawn at most ten times a second,
/// however fast the training.
class LivePanel : public PanelWidget {
  Q_OBJECT
 public:
  explicit LivePanel(const Workbench& workbench);
  QStringList exportFilters() const override;

 protected:
  /// csv: the numbers of the loss; png: the view; pdf: the loss
  void writeExport(const QString& file, const std::string& ending) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  /// Stands for the test of whatever metric is the main one.
  static constexpr const char* kMainTest = "main";
  QWidget* makeParts();
  QWidget* makeCurves();
  QWidget* makeTools();
  QWidget* makeX();
  QWidget* makeMinus();
  QWidget* makeSmoothing();
  std::vector<QWidget*> makeSwitches();
  QWidget* makeDiverged();
  QWidget* makeChoices();
  void followSession();
  void schedule() {
    if (!redraw_.isActive()) redraw_.start();
  }
  void keepSettings();
  void redraw();
  void choosePlots();
  void fillMenu();
  void arrange();
  Plot* makePlot();
  bool isShown(const LiveScalar& scalar);
  void showLegend();
  void showCosts();
  void point(const Plot* plot, std::optional<double> x);
  void zoomLike(const Plot* plot);
  void drawCursor();
  void offerMinus();
  LiveValues legendValues(const LiveScalar& scalar, const LiveLine& line);
  QString testing() const;
  /// The runs whose curves are drawn: as many as can be told apart.
  std::vector<qint64> drawnRuns() const;
  const LiveScalar* scalarOf(const Plot* plot) const;
  /// Of a number, as its plot shows it. The plots stay as they are meanwhile. Throws Error.
  QByteArray numbersOf(const std::string& scalar);

  QTimer redraw_;
  StepScalars scalars_;
  AroundSteps around_;
  LiveCurves curves_;
  LiveSettings settings_;
  std::set<std::string> chosen_;      ///< names of scalars; "main": the main metric's test
  std::vector<LiveScalar> recorded_;  ///< that can be chosen
  std::vector<LiveLine> lines_;
  std::map<std::string, Plot*> plots_;  ///< of scalars, by name
  std::vector<std::string> drawn_;      ///< names, in their order
  const Plot* pointedPlot_ = nullptr;   ///< under the pointer
  std::optional<double> pointedX_;
  QStackedWidget* pages_ = nullptr;
  QComboBox *x_ = nullptr, *minus_ = nullptr;
  QCheckBox *log_ = nullptr, *groups_ = nullptr, *clip_ = nullptr;
  QSlider* smoothing_ = nullptr;
  QLabel *weight_ = nullptr, *note_ = nullptr;
  QToolButton* diverged_ = nullptr;
  QMenu* menu_ = nullptr;
  QScrollArea* area_ = nullptr;
  bool isReadingNumbers_ = false;
  QGridLayout* grid_ = nullptr;
  LiveLegend* legend_ = nullptr;
  CostBars* cost_ = nullptr;
  QSplitter* parts_ = nullptr;  ///< curves, costs
  bool isPartsMoved_ = false;   ///< by a person
};

}  // namespace uada
