#pragma once

#include <optional>
#include <vector>

#include "widgets/panels/Panel.h"
#include "widgets/session/Background.h"
#include "widgets/panels/predictions/FindPredictions.h"
#include "widgets/session/LatestAnswer.h"

class QComboBox;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTabBar;

namespace uada {

class PredictPage;
class PredictionView;
class StripsView;

/// What networks say of each image: the predictions of the selected run, those that are kept in its folder or
/// new ones, and strips that set them beside those of the other runs that are ticked.
class PredictionsPanel : public PanelWidget {
  Q_OBJECT
 public:
  explicit PredictionsPanel(const Workbench& workbench, QWidget* parent = nullptr);

  /// A picture of what is seen; as SVG or PDF the strips, where there are any.
  QStringList exportFilters() const override;
  void prepareExport() override;
  bool isReading() const override;
  const Predictions& shown() const { return shown_; }

 protected:
  void writeExport(const QString& file, const std::string& ending) override;
  void showEvent(QShowEvent* event) override;
  bool event(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  enum Page { kPredict, kBusy, kSamples, kStrips };
  QWidget* makeBar();
  void reload();
  void find();
  void take(std::vector<PredictableRun> runs);
  void fillChoice();
  void openChosen();
  void showSet(Predictions set);
  void showProblem(const QString& why);
  void refreshPage();
  void openStrips();
  struct OpenedStrips;
  void takeStrips(OpenedStrips opened);
  void step(int by);
  void focusPage();
  void watchPredicting();
  void takePredicted(const QString& folder, const QString& why);

  bool isStale_ = true;  ///< to be read again when seen
  LatestAnswer answer_;
  std::vector<PredictableRun> runs_;        ///< the selected one first, then the ticked ones; empty: none
  std::optional<FoundPredictions> wanted_;  ///< to be shown once they are found
  Predictions shown_;
  std::filesystem::path shownFolder_;
  OpenData data_;
  QString problem_;
  bool isPredictAsked_ = false;  ///< the page for new predictions was asked for
  bool areStripsStale_ = true;
  bool isExporting_ = false;  ///< the strips are got ready behind the samples
  QComboBox* choice_ = nullptr;
  QPushButton* predict_ = nullptr;
  QTabBar* tabs_ = nullptr;
  QLabel* busy_ = nullptr;
  QStackedWidget* pages_ = nullptr;
  QWidget* samples_ = nullptr;  ///< page that holds view_
  PredictPage* page_ = nullptr;
  PredictionView* view_ = nullptr;  ///< of the task of shown_; null: nothing was shown yet
  StripsView* strips_ = nullptr;
  Background opening_, others_;  ///< last: they stop before what they tell goes
};

}  // namespace uada
