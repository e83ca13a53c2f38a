#pragma once

#include <QAbstractListModel>
#include <QImage>
#include <QListView>
#include <QStyledItemDelegate>
#include <unordered_map>
#include <vector>

#include "widgets/panels/predictions/ConfusionView.h"
#include "widgets/panels/predictions/PredictionSet.h"
#include "widgets/session/Background.h"

namespace uada {

class Theme;

/// A sample of classification and what it was taken for.
struct Case {
  std::uint32_t sample = 0;
  Guess guess;
  double chance = 0;  ///< of the predicted class, 0..1; NaN: none
  double loss = 0;
  bool isRight() const { return guess.truth == guess.predicted; }
};
/// All samples, in order. Throws Error.
std::vector<Case> casesOf(const PredictionSet& set);
/// Those that a cell of the confusion matrix, or a whole row or column, counts. Without a cell, and of rows
/// and columns: those that are wrong. By falling loss; what has none comes first, since its chances are no
/// numbers.
std::vector<Case> casesIn(const std::vector<Case>& all, const std::optional<ConfusionCell>& cell);

/// Some samples with their pictures, which are read in the background when they are seen.
class CasesModel : public QAbstractListModel {
  Q_OBJECT
 public:
  static constexpr int kSide = 96;  ///< of a picture, pixels of the screen
  explicit CasesModel(QObject* parent = nullptr);

  void show(const Predictions& set);
  void setCases(std::vector<Case> cases);
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  const Case& at(int row) const { return cases_[static_cast<std::size_t>(row)]; }
  const PredictionSet* set() const { return set_.get(); }
  /// Null: it is still being read. ratio  pixels of the screen for one of the window
  QImage picture(std::uint32_t sample, double ratio) const;
  bool isReading() const { return reading_.isBusy(); }

 Q_SIGNALS:
  void failed(const QString& why);

 private:
  void readWanted();

  Predictions set_;
  std::vector<Case> cases_;
  mutable std::unordered_map<std::uint32_t, QImage> pictures_;
  mutable std::vector<std::uint32_t> wanted_;  ///< seen, and not read yet
  mutable bool isAsked_ = false;               ///< for wanted_ to be read
  mutable double ratio_ = 1;
  Background reading_;
};

/// The samples as a grid of pictures with the true and the predicted class, its chance and the loss.
class CasesView : public QListView {
  Q_OBJECT
 public:
  CasesView(const Theme& theme, QWidget* parent = nullptr);
};

}  // namespace uada
