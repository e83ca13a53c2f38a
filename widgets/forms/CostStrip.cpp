#include "widgets/forms/CostStrip.h"

#include <fmt/core.h>

#include <QGridLayout>
#include <QLabel>
#include <algorithm>
#include <cmath>

#include "core/base/Text.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

/// "1,200", "3.4 million": readable at any size.
std::string amountText(double amount) {
  if (amount < 1e6) return groupedText(std::llround(amount));
  if (amount < 1e9) return fmt::format("{:.1f} million", amount / 1e6);
  return fmt::format("{:.1f} billion", amount / 1e9);
}

/// "4.00", or "1.00 to 4.00" where they differ.
std::string rangeText(const std::vector<MethodCost>& methods) {
  const auto [least, most] = std::ranges::minmax(methods, {}, &MethodCost::relativeToRaUc);
  const std::string low = fmt::format("{:.2f}", least.relativeToRaUc);
  const std::string high = fmt::format("{:.2f}", most.relativeToRaUc);
  return low == high ? low : low + " to " + high;
}

/// "ra-uc 1.00 ×; uada 4.00 ×"
std::string methodsText(const std::vector<MethodCost>& methods) {
  std::vector<std::string> parts;
  for (const MethodCost& method : methods)
    parts.push_back(fmt::format("{} {:.2f} ×", method.label, method.relativeToRaUc));
  return joined(parts, "; ");
}

void setText(QLabel* label, const std::string& text) { label->setText(QString::fromStdString(text)); }

}  // namespace

CostStrip::CostStrip(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, kGrid);
  grid->setHorizontalSpacing(3 * kGrid);
  grid->setVerticalSpacing(2);
  grid->addWidget(headingLabel(tr("3  Cost"), this), 0, 0, 2, 1, Qt::AlignTop);
  steps_ = addNumber(
      tr("Steps"),
      tr("Batches trained on, all runs, by the published size of the data set. Once a run has read its "
         "data, it says how many there are"),
      "cost_steps");
  equivalents_ = addNumber(tr("Forward-equivalents"), tr("Batch forwards, a backward counting two, all runs"),
                           "cost_equivalents");
  relative_ = addNumber(tr("Relative to ra-uc"),
                        tr("Forward-equivalents of a step over those of ra-uc, plain training with the same "
                           "recipe; below, of each method"),
                        "cost_relative");
  parameters_ = addNumber(tr("Parameters"), tr("Trainable ones of the network"), "cost_parameters");
  time_ =
      addNumber(tr("Time"), tr("Predicted from finished runs of the same data set and network"), "cost_time");
  disk_ = addNumber(tr("Disk"), tr("Checkpoints, pictures and rows, about"), "cost_disk");
  note_ = quietLabel({}, theme, this);
  note_->setObjectName("cost_note");
  grid->addWidget(note_, 2, 1, 1, 6);
}

QLabel* CostStrip::addNumber(const QString& title, const QString& help, const char* name) {
  auto* grid = static_cast<QGridLayout*>(layout());
  const int column = grid->columnCount();
  auto* caption = quietLabel(title, theme_, this);
  caption->setWordWrap(false);
  auto* number = new QLabel(this);
  number->setObjectName(name);
  QFont font = number->font();
  font.setBold(true);
  number->setFont(font);
  caption->setToolTip(help);
  number->setToolTip(help);
  grid->addWidget(caption, 0, column);
  grid->addWidget(number, 1, column);
  grid->setColumnStretch(column, 1);
  return number;
}

void CostStrip::show(const PlanCost& cost) {
  const auto known = [isKnown = cost.steps > 0](const std::string& text) {
    return isKnown ? "about " + text : "not known yet";
  };
  setText(steps_, known(amountText(static_cast<double>(cost.steps))));
  setText(equivalents_, known(amountText(cost.forwardEquivalents)));
  setText(relative_, cost.methods.empty() ? "–" : rangeText(cost.methods) + " ×");
  setText(parameters_, cost.steps == 0 || cost.leastParameters == 0
                           ? "not known yet"  // they depend on the classes, or on a file
                       : cost.leastParameters == cost.mostParameters
                           ? groupedText(cost.mostParameters)
                           : groupedText(cost.leastParameters) + " to " + groupedText(cost.mostParameters));
  setText(time_, cost.seconds ? "about " + durationText(*cost.seconds) : "not known yet");
  setText(disk_, known(bytesText(cost.bytes)));
  const std::string runs =
      cost.runs == 1 ? "One run. " : fmt::format("{} runs, one after the other. ", cost.runs);
  const std::string methods =
      cost.methods.size() > 1 ? fmt::format("Relative to ra-uc: {}. ", methodsText(cost.methods)) : "";
  const std::string time =
      cost.steps == 0 ? "How many images and classes the folder has is known once a run has read it."
      : cost.seconds  ? "Time from " + cost.measuredOn + "."
                      : "The time is known once a run of this data set and network has finished.";
  setText(note_, runs + methods + time);
}

void CostStrip::showUnknown(const QString& why) {
  for (QLabel* label : {steps_, equivalents_, relative_, parameters_, time_, disk_})
    label->setText(QStringLiteral("–"));
  note_->setText(why);
}

}  // namespace uada
