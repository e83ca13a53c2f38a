#include "widgets/panels/samples/SampleFilters.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QPushButton>
#include <QSignalBlocker>
#include <algorithm>
#include <set>

#include "core/augment/Space.h"
#include "core/ops/Op.h"
#include "widgets/forms/FlowLayout.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr double kAnyGain = -100;

/// From "any" the first step up is to 0, and the first below the least that is asked for is back to "any".
class GainBox : public QDoubleSpinBox {
 public:
  using QDoubleSpinBox::QDoubleSpinBox;
  void stepBy(int steps) override {
    if (value() > kAnyGain) return QDoubleSpinBox::stepBy(steps);
    if (steps > 0) setValue(0);
  }
};

QString classTitle(int label, const std::vector<std::string>& names) {
  const bool isNamed = label >= 0 && label < static_cast<int>(names.size());
  return isNamed ? q(names[static_cast<std::size_t>(label)]) : QObject::tr("class %1").arg(label);
}

}  // namespace

SampleFilters::SampleFilters(QWidget* parent) : QWidget(parent) {
  auto* row = new FlowLayout(this, kGrid);
  row->setContentsMargins(kGrid, kGrid / 2, kGrid, 0);
  op_ = combo("filter_op", tr("Any op"), tr("Op of the plan"));
  winner_ = combo("filter_winner", tr("Any winner"), tr("What was trained on"));
  class_ = combo("filter_class", tr("Any class"), tr("Class"));
  gain_ = new GainBox(this);
  gain_->setObjectName("filter_gain");
  gain_->setAccessibleName(tr("Least gain"));
  gain_->setRange(kAnyGain, 100);
  gain_->setSingleStep(0.1);
  gain_->setSpecialValueText(tr("Any gain"));
  gain_->setPrefix(tr("Gain ≥ "));
  gain_->setToolTip(tr("Loss of the chosen candidate minus loss of the unperturbed plan"));
  gain_->setValue(kAnyGain);
  order_ = new QComboBox(this);
  order_->setObjectName("samples_order");
  order_->setAccessibleName(tr("Order"));
  order_->addItem(tr("Newest first"), static_cast<int>(SampleOrder::newest));
  order_->addItem(tr("Most gain first"), static_cast<int>(SampleOrder::gain));
  order_->addItem(tr("Highest loss first"), static_cast<int>(SampleOrder::loss));
  order_->setToolTip(tr("Which of the stored samples come first; the loss is of the image trained on"));
  oneSample_ = new QPushButton(this);
  oneSample_->setObjectName("one_sample");
  oneSample_->setToolTip(tr("Show all samples again"));
  oneSample_->hide();
  for (QWidget* widget : std::initializer_list<QWidget*>{op_, winner_, class_, gain_, order_, oneSample_})
    row->addWidget(widget);
  for (QComboBox* box : {op_, winner_, class_})
    connect(box, &QComboBox::currentIndexChanged, this, &SampleFilters::changed);
  connect(gain_, &QDoubleSpinBox::valueChanged, this, &SampleFilters::changed);
  connect(order_, &QComboBox::currentIndexChanged, this, &SampleFilters::orderChanged);
  connect(oneSample_, &QPushButton::clicked, this, [this] {
    setSample(std::nullopt);
    Q_EMIT sampleChanged();
  });
}

QComboBox* SampleFilters::combo(const char* name, const QString& any, const QString& accessible) {
  auto* box = new QComboBox(this);
  box->setObjectName(name);
  box->setAccessibleName(accessible);
  box->addItem(any);
  return box;
}

void SampleFilters::offer(const SamplesModel& model, const std::vector<std::string>& classNames) {
  if (auto groups = model.groups(); !groups.empty()) groups_ = std::move(groups);
  offerOps(model);
  offerWinners();
  offerClasses(model, classNames);
  const bool isDecided = !groups_.empty();
  winner_->setEnabled(isDecided);
  gain_->setEnabled(isDecided);
}

void SampleFilters::forget() {
  ops_.clear();
  labels_.clear();
  groups_.clear();
}

/// Those that the samples' plans have, in the catalogue's order.
void SampleFilters::offerOps(const SamplesModel& model) {
  const QVariant wanted = op_->currentData();
  for (int row = 0; row < model.rowCount(); ++row)
    for (const Part& step : model.at(row).plan.chain()) ops_.insert(step.op);
  const QSignalBlocker blocker(op_);
  op_->clear();
  op_->addItem(tr("Any op"));
  for (std::size_t op = 0; op < ops().size(); ++op)
    if (ops_.contains(op) || q(ops()[op].name) == wanted.toString())
      op_->addItem(q(ops()[op].title), q(ops()[op].name));
  op_->setCurrentIndex(wanted.isValid() ? std::max(0, op_->findData(wanted)) : 0);
}

/// The run's groups, in candidate order. A winner that is asked for stays so, as long as the run has it.
void SampleFilters::offerWinners() {
  const QVariant wanted = winner_->currentData();
  const QSignalBlocker blocker(winner_);
  winner_->clear();
  winner_->addItem(tr("Any winner"), QString());
  for (const std::string& name : groups_) winner_->addItem(tr("%1′ won").arg(q(groupTitle(name))), q(name));
  winner_->addItem(tr("Unperturbed won"), "unperturbed");
  winner_->setCurrentIndex(std::max(0, winner_->findData(wanted)));
}

/// Those of the samples; hidden where they have none.
void SampleFilters::offerClasses(const SamplesModel& model, const std::vector<std::string>& names) {
  const QVariant wanted = class_->currentData();
  for (int row = 0; row < model.rowCount(); ++row)
    if (model.at(row).label >= 0) labels_.insert(model.at(row).label);
  const QSignalBlocker blocker(class_);
  class_->clear();
  class_->addItem(tr("Any class"));
  for (const int label : labels_) class_->addItem(classTitle(label, names), label);
  class_->setCurrentIndex(wanted.isValid() ? std::max(0, class_->findData(wanted)) : 0);
  class_->setVisible(!labels_.empty());
}

SampleFilter SampleFilters::filter() const {
  SampleFilter filter;
  filter.op = op_->currentData().toString().toStdString();
  filter.winner = winner_->currentData().toString().toStdString();
  if (gain_->value() > kAnyGain) filter.minGain = gain_->value();
  if (class_->currentData().isValid()) filter.label = class_->currentData().toInt();
  filter.index = sample_;
  return filter;
}

SampleOrder SampleFilters::order() const { return static_cast<SampleOrder>(order_->currentData().toInt()); }

void SampleFilters::setSample(std::optional<std::uint32_t> sample) {
  sample_ = sample;
  oneSample_->setVisible(sample.has_value());
  if (sample) oneSample_->setText(tr("Sample %1  ✕").arg(countText(*sample)));
}

void SampleFilters::showOnly(const QString& op) {
  winner_->setCurrentIndex(0);
  class_->setCurrentIndex(0);
  gain_->setValue(kAnyGain);
  order_->setCurrentIndex(0);
  setSample(std::nullopt);
  if (!op.isEmpty() && op_->findData(op) < 0) op_->addItem(q(findOp(op.toStdString()).title), op);
  op_->setCurrentIndex(op.isEmpty() ? 0 : op_->findData(op));
}

}  // namespace uada
