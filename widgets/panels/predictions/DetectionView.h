#pragma once

#include <memory>
#include <optional>

#include "widgets/panels/ops/PixelView.h"
#include "widgets/panels/predictions/BoxCounts.h"
#include "widgets/panels/predictions/PredictionPicture.h"
#include "widgets/panels/predictions/PredictionView.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QSlider;
class QTableWidget;

namespace uada {

class SampleBar;

/// A sample of detection as it was read.
struct DetectedSample {
  std::uint32_t sample = 0;
  QImage picture;
  Boxes truth;
  FoundBoxes found;
  std::vector<JudgedBox> judged;  ///< of `found`
};
DetectedSample readDetected(const PredictionSet& set, std::uint32_t sample);

/// What of a sample's boxes is drawn.
struct BoxFilter {
  double score = 0.5;  ///< the least
  int label = -1;      ///< -1: all classes
  bool hasTruth = false;
};
/// The boxes with the score, and the objects that none of them found; with `hasTruth` all other objects, too.
std::vector<DrawnBox> drawnBoxes(const DetectedSample& sample, const PredictionSet& set,
                                 const BoxFilter& filter);
/// Of the sample alone.
BoxTally tallyOf(const DetectedSample& sample, const BoxFilter& filter);

/// A picture with the boxes that were found in it and those that were not, above a score that can be moved.
/// The numbers follow the score; average precision, which is of all scores, does not.
class DetectionView : public PredictionView {
  Q_OBJECT
 public:
  DetectionView(const Theme& theme, QWidget* parent);

  void show(const Predictions& set) override;
  using QWidget::show;
  void step(int by) override;
  bool isReading() const override { return pictures_.isBusy() || counting_.isBusy(); }

 private:
  QWidget* makeSide();
  QWidget* makeScore(QWidget* side);
  QWidget* makeFilters(QWidget* side);
  QWidget* makeLegend();
  void count();
  void ask();
  void redraw();
  void showNumbers();

  Predictions set_;
  std::shared_ptr<const DetectedSample> sample_;  ///< shown; null: none yet
  std::optional<BoxCounts> counts_;               ///< of all samples; none: still being counted
  BoxFilter filter_;
  bool isAgain_ = false;  ///< another sample is wanted than the one that is being read
  PixelZoom zoom_;
  SampleBar* bar_ = nullptr;
  QSlider* score_ = nullptr;
  QComboBox* class_ = nullptr;
  QCheckBox* truth_ = nullptr;
  QLabel *scoreText_ = nullptr, *sum_ = nullptr, *measure_ = nullptr;
  PredictionPicture* picture_ = nullptr;
  QTableWidget* table_ = nullptr;
  Background pictures_, counting_;  ///< last: they stop before what they tell goes
};

}  // namespace uada
