#pragma once

#include <QWidget>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "widgets/panels/samples/SamplesModel.h"

class QComboBox;
class QDoubleSpinBox;
class QPushButton;

namespace uada {

/// The bar that says which of the stored samples are shown, and in which order.
class SampleFilters : public QWidget {
  Q_OBJECT
 public:
  explicit SampleFilters(QWidget* parent = nullptr);

  /// Offers the ops, winners and classes that samples of the run have, as far as they were seen; what is
  /// asked for stays.
  void offer(const SamplesModel& model, const std::vector<std::string>& classNames);
  void forget();  ///< what was seen: another run comes
  SampleFilter filter() const;
  SampleOrder order() const;
  /// One training image over the steps; none: all of them.
  std::optional<std::uint32_t> sample() const { return sample_; }
  void setSample(std::optional<std::uint32_t> sample);
  /// The op alone; empty: everything. The newest first.
  void showOnly(const QString& op);

 Q_SIGNALS:
  void changed();        ///< filter()
  void orderChanged();   ///< order()
  void sampleChanged();  ///< sample(), by a person

 private:
  QComboBox* combo(const char* name, const QString& any, const QString& accessible);
  void offerOps(const SamplesModel& model);
  void offerWinners();
  void offerClasses(const SamplesModel& model, const std::vector<std::string>& names);

  QComboBox *op_, *winner_, *class_, *order_;
  QDoubleSpinBox* gain_;
  QPushButton* oneSample_;
  std::optional<std::uint32_t> sample_;
  std::set<std::size_t> ops_;        ///< seen, by their places in the catalogue
  std::set<int> labels_;             ///< likewise
  std::vector<std::string> groups_;  ///< in candidate order
};

}  // namespace uada
