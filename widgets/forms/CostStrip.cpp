#include "widgets/forms/CostStrip.h"

#include <fmt/core.h>

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>
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

/// "6 runs, one after the other: ra-uc; uada, ε=1; uada, ε=2; 2 seeds each. "
std::string groupsText(const PlanCost& cost) {
  if (cost.groups.empty()) return "";
  const std::size_t seeds = cost.runs / cost.groups.size();
  const std::string each = seeds == 1 ? "one seed" : fmt::format("{} seeds", seeds);
  return fmt::format("{}: {}; {}{}.",
                     cost.runs == 1 ? "One run" : fmt::format("{} runs, one after the other", cost.runs),
                     joined(cost.groups, "; "), each, cost.groups.size() > 1 ? " each" : "");
}

/// "0.12 s", "85 ms"
std::string stepText(double seconds) {
  return seconds < 0.1 ? fmt::format("{:.1f} ms", 1000 * seconds) : fmt::format("{:.2f} s", seconds);
}

std::string timeText(const PlanCost& cost) {
  if (!cost.stepTimes.empty()) {
    std::vector<std::string> parts;
    for (const auto& [group, seconds] : cost.stepTimes) parts.push_back(group + " " + stepText(seconds));
    return fmt::format("A step, timed here: {}.", joined(parts, "; "));
  }
  if (cost.seconds) return "Time from " + cost.measuredOn + ".";
  return cost.steps == 0
             ? "How many images and classes the folder has is known once a run has read it."
             : "The time is known once a run of this data set and network has finished here, or once "
               "it is timed.";
}

void setText(QLabel* label, const std::string& text) { label->setText(QString::fromStdString(text)); }

}  // namespace

CostStrip::CostStrip(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
  auto* page = new QVBoxLayout(this);
  page->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, kGrid);
  page->setSpacing(2);
  auto* grid = grid_ = new QGridLayout;
  grid->setHorizontalSpacing(3 * kGrid);
  grid->setVerticalSpacing(2);
  grid->addWidget(headingLabel(tr("3  Cost"), this), 0, 0, 2, 1, Qt::AlignTop);
  runs_ = addNumber(tr("Runs"), tr("Each is a recipe, a method and a seed"), "cost_runs");
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
  time_ = addNumber(
      tr("Time"),
      tr("Predicted from finished runs of the same data set and network on this machine, or from steps "
         "that were timed"),
      "cost_time");
  disk_ = addNumber(tr("Disk"), tr("Checkpoints, pictures and rows, about"), "cost_disk");
  note_ = quietLabel({}, theme, this);
  note_->setObjectName("cost_note");
  timeIt_ = new QPushButton(tr("Time it"), this);
  timeIt_->setObjectName("time_it");
  timeIt_->setAutoDefault(false);
  const int last = grid->columnCount();
  grid->addWidget(timeIt_, 0, last, 2, 1, Qt::AlignTop | Qt::AlignRight);
  page->addLayout(grid);
  page->addWidget(note_);
  page->addWidget(makeTiming());
  connect(timeIt_, &QPushButton::clicked, this, &CostStrip::timingWanted);
}

/// What is seen of a timing while it goes on.
QWidget* CostStrip::makeTiming() {
  timing_ = new QWidget(this);
  auto* row = new QHBoxLayout(timing_);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(kGrid);
  timingText_ = new QLabel(timing_);
  timingText_->setObjectName("timing_text");
  progress_ = new QProgressBar(timing_);
  progress_->setRange(0, 100);
  progress_->setMaximumWidth(160);
  progress_->setAccessibleName(tr("Progress of the timing"));
  auto* cancel = new QPushButton(tr("Cancel"), timing_);
  cancel->setObjectName("cancel_timing");
  cancel->setAccessibleName(tr("Cancel the timing"));
  cancel->setAutoDefault(false);
  row->addWidget(timingText_, 1);
  row->addWidget(progress_);
  row->addWidget(cancel);
  timing_->hide();
  connect(cancel, &QPushButton::clicked, this, &CostStrip::cancelWanted);
  return timing_;
}

void CostStrip::allowTiming(const QString& whyNot) {
  timeIt_->setEnabled(whyNot.isEmpty());
  timeIt_->setToolTip(whyNot.isEmpty()
                          ? tr("Trains a few steps of each recipe and method, of which nothing is kept")
                          : whyNot);
}

void CostStrip::showTiming(const QString& text, double share) {
  timing_->show();
  timingText_->setText(text);
  progress_->setValue(static_cast<int>(100 * share));
}

void CostStrip::endTiming() { timing_->hide(); }

QLabel* CostStrip::addNumber(const QString& title, const QString& help, const char* name) {
  const int column = grid_->columnCount();
  auto* caption = quietLabel(title, theme_, this);
  caption->setWordWrap(false);
  auto* number = new QLabel(this);
  number->setObjectName(name);
  QFont font = number->font();
  font.setBold(true);
  number->setFont(font);
  caption->setToolTip(help);
  number->setToolTip(help);
  grid_->addWidget(caption, 0, column);
  grid_->addWidget(number, 1, column);
  grid_->setColumnStretch(column, 1);
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
  setText(runs_, groupedText(static_cast<long long>(cost.runs)));
  const std::string methods =
      cost.methods.size() > 1 ? fmt::format("Relative to ra-uc: {}.", methodsText(cost.methods)) : "";
  tell({QString::fromStdString(groupsText(cost)), QString::fromStdString(methods),
        QString::fromStdString(timeText(cost))});
}

/// A part that is long is cut here, and whole in the tool tip.
void CostStrip::tell(const QStringList& parts) {
  constexpr qsizetype kMost = 220;  // letters: two lines of a narrow window
  QStringList shown;
  for (const QString& part : parts)
    if (!part.isEmpty())
      shown << (part.size() <= kMost ? part
                                     : part.left(part.lastIndexOf(';', kMost)) + QStringLiteral("; …"));
  note_->setText(shown.join(' '));
  note_->setToolTip(parts.join('\n'));
}

void CostStrip::showUnknown(const QString& why) {
  for (QLabel* label : {runs_, steps_, equivalents_, relative_, parameters_, time_, disk_})
    label->setText(QStringLiteral("–"));
  tell({why});
}

}  // namespace uada
