#pragma once

#include <memory>
#include <optional>

#include "core/data/LabelCounts.h"
#include "widgets/panels/ops/PixelView.h"
#include "widgets/panels/predictions/Overlays.h"
#include "widgets/panels/predictions/PredictionPicture.h"
#include "widgets/panels/predictions/PredictionView.h"

class QComboBox;
class QLabel;
class QSlider;
class QTableWidget;

namespace uada {

class SampleBar;

/// A sample of segmentation as it was read.
struct SegmentedSample {
  std::uint32_t sample = 0;
  QImage picture;  ///< as pictureOf() gives it
  LabelMap truth, predicted;
  LabelCounts counts{1};
};
SegmentedSample readSegmented(const PredictionSet& set, std::uint32_t sample);

/// The four pictures of a sample. throws  Error if maps and picture differ in size
struct SegmentedPictures {
  QImage truth, predicted, errors;
};
/// shown  their size, as of labelOverlay()
SegmentedPictures drawSegmented(const SegmentedSample& sample, const LabelStyle& style, QSize shown = {});

/// Image, truth, prediction and errors of a sample of segmentation with one zoom, and its classes.
class SegmentationView : public PredictionView {
  Q_OBJECT
 public:
  SegmentationView(const Theme& theme, QWidget* parent);

  void show(const Predictions& set) override;
  using QWidget::show;
  void step(int by) override;
  bool isReading() const override { return pictures_.isBusy(); }
  const LabelStyle& style() const { return style_; }

 private:
  QWidget* makeSide();
  void fillClasses();
  void score();
  void ask();
  /// size  that the pictures were asked for at
  void take(std::shared_ptr<const SegmentedSample> sample, SegmentedPictures pictures, QSize size);
  void showNumbers();
  void setShown(int row, bool isShown);
  void setAllShown(bool isShown);
  void setPalette(ClassPalette palette);
  /// What is seen is no longer what was drawn: another zoom, or room.
  bool isOutOfDate() const { return sample_ && image_->shownSize(sample_->picture.size()) != drawn_; }

  Predictions set_;
  std::shared_ptr<const SegmentedSample> sample_;  ///< shown; null: none yet
  std::optional<LabelCounts> all_;                 ///< of all samples; none: still being counted
  LabelStyle style_;
  QSize drawn_;           ///< of the overlays
  bool isAgain_ = false;  ///< what is being drawn is no longer what is wanted
  bool isFilling_ = false;
  PixelZoom zoom_;
  SampleBar* bar_ = nullptr;
  QSlider* opacity_ = nullptr;
  QLabel *opacityText_ = nullptr, *progress_ = nullptr;
  PredictionPicture *image_ = nullptr, *truth_ = nullptr, *predicted_ = nullptr, *errors_ = nullptr;
  QTableWidget* classes_ = nullptr;
  QComboBox* palette_ = nullptr;
  Background pictures_, scores_;  ///< last: they stop before what they tell goes
};

}  // namespace uada
