#pragma once

#include <QDialog>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/Reports.h"
#include "core/store/Records.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/CheckpointChoice.h"
#include "widgets/session/Workbench.h"

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace uada {

class Landscaping;

/// Of one op: the mean loss over its levels with the standard error of that mean each way; at `level`
/// the slope there and UADA's probes of both deltas, each drawn on over the neighbouring levels; on the right
/// axis the share of the samples' probes that have the sign of the slope. Of two: a map. places  of one
/// landscape, whole or as far as they came; level: -1: no slope; delta: of the probes, in levels
Figure landscapeFigure(const std::vector<LandscapeReport>& places, int level, int delta, const Theme& theme);
/// "Level 5: slope +0.0120 a level, probe with δ = +1: +0.0150, ...", or what stands out in a map.
QString landscapeText(const std::vector<LandscapeReport>& places, int level, int delta);

/// The loss of the selected run's network over the levels of an op, or of two, on the first training images:
/// whether UADA's probes see the slope. The network is that of the checkpoint which is chosen.
class LandscapeDialog : public QDialog {
  Q_OBJECT
 public:
  /// ops  that the run's policy draws, by their names; one of them is chosen first
  LandscapeDialog(const Workbench& workbench, RunDetail run, const std::vector<std::string>& ops,
                  const std::string& chosen, QWidget* parent = nullptr);

 private:
  QComboBox* makeCheckpoints(QWidget* bar);
  QWidget* makeChoices(const std::vector<std::string>& ops, const std::string& chosen);
  void compute();
  void follow(Landscaping& live);
  void refresh();
  void showPlaces();
  void choose(double x);
  void save();

  const Workbench& workbench_;
  const RunDetail run_;
  const int delta_;  ///< of the run's probes
  std::vector<LandscapeReport> places_;
  std::int64_t step_ = 0;  ///< of the checkpoint; 0: nothing is computed yet
  int level_ = -1;
  std::vector<CheckpointChoice> checkpoints_;  ///< as they are offered
  QComboBox *op_ = nullptr, *other_ = nullptr, *checkpoint_ = nullptr;
  QSpinBox* samples_ = nullptr;
  QPushButton *compute_ = nullptr, *cancel_ = nullptr, *save_ = nullptr;
  QProgressBar* progress_ = nullptr;
  QLabel *state_ = nullptr, *text_ = nullptr;
  Plot* plot_ = nullptr;
};

}  // namespace uada
