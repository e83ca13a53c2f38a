#include "widgets/panels/predictions/StripsView.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/base/Error.h"
#include "widgets/models/Saving.h"
#include "widgets/panels/predictions/SampleBar.h"
#include "widgets/session/Theme.h"

namespace uada {

static constexpr int kUsualWidth = 1200;  // of an exported figure, units

StripsView::StripsView(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
  canvas_ = new StripsCanvas(theme, this);
  auto* scroll = new QScrollArea(this);
  scroll->setWidget(canvas_);
  scroll->setWidgetResizable(true);
  scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);  // so that the width does not depend on it
  none_ = new QLabel(this);
  none_->setObjectName("muted");
  none_->setAlignment(Qt::AlignCenter);
  none_->setWordWrap(true);
  pages_ = new QStackedWidget(this);
  pages_->addWidget(none_);
  pages_->addWidget(scroll);
  hint_ = new QLabel(this);
  hint_->setObjectName("strips_hint");
  hint_->setWordWrap(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid);
  column->setSpacing(kGrid / 2);
  column->addWidget(makeBar());
  column->addWidget(hint_);
  column->addWidget(pages_, 1);
  setFocusProxy(canvas_);
  connect(bar_, &SampleBar::chosen, this, &StripsView::choose);
  connect(canvas_, &StripsCanvas::cutDrawn, this, &StripsView::setCut);
  connect(&reading_, &Background::failed, this, [this](const QString& why) {
    canvas_->show({});
    Q_EMIT failed(why);
    if (isAgain_) ask();
  });
}

QWidget* StripsView::makeBar() {
  auto* bar = new QWidget(this);
  auto* rows = new QVBoxLayout(bar);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(kGrid / 2);
  rows->addWidget(bar_ = new SampleBar(theme_, bar));
  auto* row = new QHBoxLayout;
  row->setSpacing(kGrid);
  rows->addLayout(row);
  const auto button = [&](const char* name, const QString& text, const QString& tip, auto what) {
    auto* made = new QPushButton(text, bar);
    made->setObjectName(name);
    made->setToolTip(tip);
    connect(made, &QPushButton::clicked, this, what);
    return made;
  };
  add_ = button("add_row", tr("Add row"), tr("Keeps this sample and adds another row below"),
                &StripsView::addRow);
  remove_ = button("remove_row", tr("Remove row"), tr("Takes the last row away"), &StripsView::removeRow);
  clear_ =
      button("clear_cuts", tr("Clear rectangles"), tr("Takes all rectangles away"), &StripsView::clearCuts);
  export_ = button("export_strips", tr("Export…"), tr("Writes the strips as PNG, SVG or PDF"),
                   &StripsView::exportNow);
  width_ = new QSpinBox(bar);
  width_->setObjectName("strips_width");
  width_->setRange(200, 8000);
  width_->setSingleStep(100);
  width_->setValue(kUsualWidth);
  width_->setSuffix(tr(" px"));
  width_->setToolTip(tr("Width of the exported figure; 96 are an inch of a PDF"));
  scale_ = new QComboBox(bar);
  scale_->setObjectName("strips_scale");
  for (const int scale : {1, 2, 3}) scale_->addItem(tr("× %1").arg(scale), scale);
  scale_->setToolTip(tr("Pixels of a PNG for each of the width"));
  for (QWidget* widget : std::initializer_list<QWidget*>{add_, remove_, clear_}) row->addWidget(widget);
  row->addStretch();
  for (QWidget* widget : std::initializer_list<QWidget*>{width_, scale_, export_}) row->addWidget(widget);
  return bar;
}

void StripsView::show(std::vector<Predictions> sets, const QString& remark) {
  const auto sizeOf = [](const std::vector<Predictions>& all) {
    std::uint32_t least = all.empty() ? 0 : all.front()->size();
    for (const Predictions& set : all) least = std::min(least, set->size());
    return least;
  };
  const bool isSameData = !sets.empty() && !sets_.empty() && sizeOf(sets) == sizeOf(sets_) &&
                          sets.front()->header.dataHash == sets_.front()->header.dataHash;
  reading_.drop();
  isAgain_ = false;
  sets_ = std::move(sets);
  const bool isOfPictures = !sets_.empty() && sets_.front()->header.kind != TargetKind::label;
  if (!isOfPictures) sets_.clear();
  none_->setText(
      tr("Strips show the image, the truth and the predictions of runs side by side, for a figure. "
         "They need predictions with pictures: label maps, boxes or restored pictures."));
  pages_->setCurrentIndex(sets_.empty() ? 0 : 1);
  hint_->setText((sets_.empty()
                      ? QString()
                      : tr("Draw a rectangle with the mouse on any picture: what is inside is enlarged "
                           "below each. Tick runs in the list to compare them. ")) +
                 remark);
  for (QWidget* widget :
       std::initializer_list<QWidget*>{bar_, add_, remove_, clear_, width_, scale_, export_})
    widget->setEnabled(!sets_.empty());
  canvas_->show({});
  if (isSameData && !samples_.empty()) return ask();
  samples_.clear();
  const auto shortest = std::ranges::min_element(sets_, {}, [](const auto& set) { return set->size(); });
  bar_->show(sets_.empty() ? nullptr : *shortest);  // as far as all have the samples
}

void StripsView::step(int by) { bar_->step(by); }

void StripsView::choose(std::uint32_t sample) {
  if (samples_.empty())
    samples_.push_back({sample, {}});
  else
    samples_.back() = {sample, {}};
  ask();
}

/// Below the last one, the next sample.
void StripsView::addRow() {
  if (!bar_->hasSample()) return;
  samples_.push_back({bar_->sample(), {}});
  const std::uint32_t before = bar_->sample();
  bar_->step(1);
  if (bar_->sample() == before) ask();
}

void StripsView::removeRow() {
  if (samples_.size() < 2) return;
  samples_.pop_back();
  StripFigure left = canvas_->figure();
  if (left.rows.size() > samples_.size()) left.rows.resize(samples_.size());
  left.hasNames = samples_.size() > 1;
  canvas_->show(std::move(left));  // at once: nothing can be drawn on a row that is gone
  const StripSample last = samples_.back();
  bar_->choose(last.sample);
  samples_.back() = last;  // with its rectangle
  ask();
}

void StripsView::clearCuts() {
  for (StripSample& one : samples_) one.cut = {};
  ask();
}

void StripsView::setCut(int row, const QRectF& shares) {
  const auto place = static_cast<std::size_t>(row);
  if (place >= samples_.size()) return;  // drawn on what is being replaced
  samples_[place].cut = shares;
  ask();
}

void StripsView::ask() {
  remove_->setEnabled(samples_.size() > 1);
  isAgain_ = reading_.isBusy();
  if (isAgain_ || sets_.empty()) return;
  // Where only rectangles changed, the pictures are there already.
  StripFigure known = canvas_->figure();
  const auto isKnown = [&] {
    if (known.rows.size() != samples_.size()) return false;
    for (std::size_t i = 0; i < samples_.size(); ++i)
      if (known.rows[i].name != sets_.front()->sampleName(samples_[i].sample)) return false;
    return true;
  };
  if (isKnown()) {
    for (std::size_t i = 0; i < samples_.size(); ++i) known.rows[i].cut = samples_[i].cut;
    return canvas_->show(std::move(known));
  }
  reading_.ask(
      [sets = sets_, samples = samples_](const std::stop_token&) { return readStrips(sets, samples); },
      [this](StripFigure figure) {
        canvas_->show(std::move(figure));
        if (isAgain_) ask();
      });
}

void StripsView::save(const QString& file) const {
  saveStrips(canvas_->figure(), width_->value(), scale_->currentData().toInt(), file);
}

void StripsView::exportNow() {
  const QString file = askWhere(this, tr("Export strips"), QStringLiteral("strips.png"), stripFilters());
  if (file.isEmpty()) return;
  try {
    save(file);
  } catch (const std::exception& error) {
    Q_EMIT failed(QString::fromStdString(problemText(error)));
  }
}

}  // namespace uada
