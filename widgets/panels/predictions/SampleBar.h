#pragma once

#include <QWidget>
#include <cstdint>
#include <vector>

#include "widgets/panels/predictions/PredictionSet.h"

class QComboBox;
class QLabel;
class QSpinBox;
class QToolButton;

namespace uada {

class Theme;

/// The samples below a number in ascending or descending order of their scores; NaN last, equal ones in
/// order. No scores: in order.
std::vector<std::uint32_t> orderOf(std::uint32_t count, const std::vector<double>& scores, bool isRising);

/// Walks through the samples of a set: previous, next, the place in the order, and the order itself.
class SampleBar : public QWidget {
  Q_OBJECT
 public:
  explicit SampleBar(const Theme& theme, QWidget* parent = nullptr);

  /// Its first sample is then chosen.
  void show(const Predictions& set);
  using QWidget::show;
  /// By which they can be ordered; the sample stays. title  "IoU", within a sentence
  void setScores(std::vector<double> scores, const QString& title);
  bool hasSample() const { return !order_.empty(); }
  std::uint32_t sample() const { return order_.empty() ? 0 : order_[place_]; }
  void choose(std::uint32_t sample);
  void step(int by);

 Q_SIGNALS:
  void chosen(quint32 sample);

 private:
  enum class Order { plain, lowest, highest };
  void reorder();
  void moveTo(std::size_t place);
  void refresh();

  Predictions set_;
  std::vector<std::uint32_t> order_;
  std::vector<double> scores_;
  std::size_t place_ = 0;
  QToolButton *previous_ = nullptr, *next_ = nullptr;
  QSpinBox* number_ = nullptr;
  QComboBox* sorting_ = nullptr;
  QLabel* name_ = nullptr;
};

}  // namespace uada
