#pragma once

#include <memory>

#include "widgets/panels/ops/PixelView.h"
#include "widgets/panels/predictions/Overlays.h"
#include "widgets/panels/predictions/PredictionView.h"

class QComboBox;
class QLabel;

namespace uada {

class PredictionPicture;
class SampleBar;

/// A restored picture beside what it was made of and what it should be.
struct RestoredSample {
  std::uint32_t sample = 0;
  Restored pictures;
  Image clean;
  double before = 0, after = 0;  ///< peak signal-to-noise ratio to the clean picture, dB
};
RestoredSample readRestored(const PredictionSet& set, std::uint32_t sample);

/// Before, after, the clean picture, and how far after and clean are apart, with one zoom.
class DenoisingView : public PredictionView {
  Q_OBJECT
 public:
  DenoisingView(const Theme& theme, QWidget* parent);

  void show(const Predictions& set) override;
  using QWidget::show;
  void step(int by) override;
  bool isReading() const override { return pictures_.isBusy(); }

 private:
  void ask();
  void take();
  void showDifference();
  void score();

  Predictions set_;
  std::shared_ptr<const RestoredSample> sample_;  ///< shown; null: none yet
  bool isAgain_ = false;
  PixelZoom zoom_;
  SampleBar* bar_ = nullptr;
  QComboBox* factor_ = nullptr;
  QLabel* sum_ = nullptr;
  PredictionPicture *before_ = nullptr, *after_ = nullptr, *clean_ = nullptr, *difference_ = nullptr;
  Background pictures_, scores_;  ///< last: they stop before what they tell goes
};

}  // namespace uada
