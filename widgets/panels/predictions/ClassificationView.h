#pragma once

#include <optional>
#include <vector>

#include "widgets/panels/ops/PixelView.h"
#include "widgets/panels/predictions/Cases.h"
#include "widgets/panels/predictions/PredictionView.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace uada {

/// The confusion matrix, and the samples behind it as pictures, the worst first. A click on a cell shows its
/// samples; a click on a picture shows it larger with the likeliest classes.
class ClassificationView : public PredictionView {
  Q_OBJECT
 public:
  ClassificationView(const Theme& theme, QWidget* parent);

  void show(const Predictions& set) override;
  using QWidget::show;
  void step(int by) override;  ///< to another case of the grid
  bool isReading() const override { return counting_.isBusy() || picture_.isBusy() || model_.isReading(); }
  const CasesModel& model() const { return model_; }

 private:
  QWidget* makeMatrix();
  QWidget* makeGrid();
  void sort();
  void filter(const std::optional<ConfusionCell>& cell);
  void showCase();

  Predictions set_;
  std::vector<Case> all_;
  Confusion confusion_;
  CasesModel model_;
  ConfusionView* matrix_ = nullptr;
  QComboBox* order_ = nullptr;
  QLabel *sum_ = nullptr, *shown_ = nullptr, *chances_ = nullptr;
  QPushButton* clear_ = nullptr;
  CasesView* cases_ = nullptr;
  PixelZoom zoom_;
  PixelView* large_ = nullptr;
  Background counting_, picture_;  ///< last: they stop before what they tell goes
};

}  // namespace uada
