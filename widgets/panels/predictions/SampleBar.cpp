#include "widgets/panels/predictions/SampleBar.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSpinBox>
#include <QToolButton>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include "widgets/models/Numbers.h"
#include "widgets/session/Theme.h"

namespace uada {

std::vector<std::uint32_t> orderOf(std::uint32_t count, const std::vector<double>& scores, bool isRising) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  const auto keyOf = [&](std::uint32_t i) {
    const double score = i < scores.size() ? scores[i] : 0;
    return std::tuple(std::isnan(score), std::isnan(score) ? 0 : isRising ? score : -score, i);
  };
  if (!scores.empty()) std::ranges::sort(order, {}, keyOf);
  return order;
}

SampleBar::SampleBar(const Theme& theme, QWidget* parent) : QWidget(parent) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(kGrid / 2);
  const auto button = [&](const char* icon, const QString& tip, int by) {
    auto* made = new QToolButton(this);
    made->setObjectName(icon);
    made->setIcon(theme.icon(icon));
    made->setToolTip(tip);
    made->setAutoRaise(true);
    connect(made, &QToolButton::clicked, this, [this, by] { step(by); });
    row->addWidget(made);
    return made;
  };
  previous_ = button("previous", tr("Previous sample (Left)"), -1);
  next_ = button("next", tr("Next sample (Right)"), 1);
  number_ = new QSpinBox(this);
  number_->setObjectName("sample_number");
  number_->setToolTip(tr("Place of the sample in the order"));
  number_->setKeyboardTracking(false);
  sorting_ = new QComboBox(this);
  sorting_->setObjectName("sample_order");
  sorting_->setToolTip(tr("Order in which the samples are walked through"));
  sorting_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  name_ = new QLabel(this);
  name_->setObjectName("sample_name");
  name_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  name_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // a long one makes no room for itself
  row->addWidget(number_);
  row->addWidget(sorting_);
  row->addWidget(name_, 1);
  connect(number_, &QSpinBox::valueChanged, this,
          [this](int number) { moveTo(static_cast<std::size_t>(number) - 1); });
  connect(sorting_, &QComboBox::currentIndexChanged, this, [this] {
    reorder();
    place_ = order_.size();  // so that the first one counts as another
    moveTo(0);
  });
}

void SampleBar::show(const Predictions& set) {
  set_ = set;
  place_ = 0;
  order_ = orderOf(set ? set->size() : 0, {}, true);
  setScores({}, {});
  refresh();
  if (!order_.empty()) Q_EMIT chosen(sample());
}

void SampleBar::setScores(std::vector<double> scores, const QString& title) {
  scores_ = std::move(scores);
  const QSignalBlocker quiet(sorting_);
  sorting_->clear();
  sorting_->addItem(tr("In order"), static_cast<int>(Order::plain));
  if (!scores_.empty()) {
    sorting_->addItem(tr("Lowest %1 first").arg(title), static_cast<int>(Order::lowest));
    sorting_->addItem(tr("Highest %1 first").arg(title), static_cast<int>(Order::highest));
  }
  sorting_->setEnabled(!scores_.empty());
  reorder();
}

/// The sample stays, at its new place.
void SampleBar::reorder() {
  const std::uint32_t shown = sample();
  const auto wanted = static_cast<Order>(sorting_->currentData().toInt());
  const auto count = static_cast<std::uint32_t>(order_.size());
  order_ = orderOf(count, wanted == Order::plain ? std::vector<double>() : scores_, wanted == Order::lowest);
  place_ = static_cast<std::size_t>(std::ranges::find(order_, shown) - order_.begin());
  if (place_ >= order_.size()) place_ = 0;
  refresh();
}

void SampleBar::choose(std::uint32_t sample) {
  const auto found = std::ranges::find(order_, sample);
  if (found != order_.end()) moveTo(static_cast<std::size_t>(found - order_.begin()));
}

void SampleBar::step(int by) {
  if (order_.empty()) return;
  const auto last = static_cast<std::ptrdiff_t>(order_.size()) - 1;
  moveTo(static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(place_) + by, 0, last)));
}

void SampleBar::moveTo(std::size_t place) {
  if (place >= order_.size() || place == place_) return;
  place_ = place;
  refresh();
  Q_EMIT chosen(sample());
}

void SampleBar::refresh() {
  const QSignalBlocker quiet(number_);
  const auto count = static_cast<int>(order_.size());
  number_->setRange(count > 0 ? 1 : 0, count);
  number_->setValue(count > 0 ? static_cast<int>(place_) + 1 : 0);
  number_->setSuffix(tr(" of %1").arg(countText(count)));
  number_->setEnabled(count > 0);
  previous_->setEnabled(place_ > 0);
  next_->setEnabled(place_ + 1 < order_.size());
  name_->setText(set_ && count > 0 ? set_->sampleName(sample()) : QString());
  name_->setToolTip(name_->text());
}

}  // namespace uada
