#include "widgets/panels/predictions/DenoisingView.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <cmath>
#include <utility>
#include <vector>

#include "core/engine/tasks/Task.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/panels/ops/PictureGrid.h"
#include "widgets/panels/predictions/PredictionPicture.h"
#include "widgets/panels/predictions/SampleBar.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

QString ratioTextOf(double decibels) {
  if (std::isinf(decibels)) return QObject::tr("∞ dB");
  return QObject::tr("%1 dB").arg(decibels, 0, 'f', 2);
}

}  // namespace

RestoredSample readRestored(const PredictionSet& set, std::uint32_t sample) {
  RestoredSample read;
  read.sample = sample;
  read.pictures = predictionOf<Restored>(set, sample);
  read.clean = cleanPictureOf(set, sample);
  read.before = peakRatio(read.pictures.degraded.view(), read.clean.view());
  read.after = peakRatio(read.pictures.picture.view(), read.clean.view());
  return read;
}

DenoisingView::DenoisingView(const Theme& theme, QWidget* parent) : PredictionView(theme, parent) {
  bar_ = new SampleBar(theme, this);
  factor_ = new QComboBox(this);
  factor_->setObjectName("difference_factor");
  factor_->setToolTip(tr("How much larger the difference is drawn than it is"));
  for (const int factor : {1, 2, 4, 8, 16, 32}) factor_->addItem(tr("Difference × %1").arg(factor), factor);
  factor_->setCurrentIndex(3);
  sum_ = new QLabel(this);
  sum_->setObjectName("measure");
  sum_->setWordWrap(true);
  const auto picture = [&](const char* name) {
    auto* made = new PredictionPicture(theme, zoom_, this);
    made->setObjectName(name);
    connect(made, &PredictionPicture::stepWanted, this, &DenoisingView::step);
    connect(made, &PixelView::saveFailed, this, &PredictionView::failed);
    return made;
  };
  before_ = picture("denoising_before");
  after_ = picture("denoising_after");
  clean_ = picture("denoising_clean");
  difference_ = picture("denoising_difference");
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid);
  auto* row = new QHBoxLayout;
  row->addWidget(bar_, 1);
  row->addWidget(factor_);
  column->addLayout(row);
  column->addWidget(sum_);
  column->addWidget(new PictureGrid({before_, after_, clean_, difference_}, this), 1);
  setFocusProxy(before_);
  connect(bar_, &SampleBar::chosen, this, &DenoisingView::ask);
  connect(factor_, &QComboBox::currentIndexChanged, this, &DenoisingView::showDifference);
  connect(&scores_, &Background::failed, this, &PredictionView::failed);
  connect(&pictures_, &Background::failed, this, [this](const QString& why) {
    sample_.reset();
    for (PredictionPicture* shown : {before_, after_, clean_, difference_}) shown->setPicture(QImage());
    before_->setCaption(tr("This sample cannot be shown"), why);
    Q_EMIT failed(why);
    if (isAgain_) ask();
  });
}

void DenoisingView::show(const Predictions& set) {
  pictures_.drop();
  scores_.drop();
  isAgain_ = false;
  set_ = set;
  sample_.reset();
  bar_->show(set_);
  sum_->clear();
  if (!set_) return;
  QStringList measures;
  for (const MetricValue& metric : set_->header.metrics)
    for (const Metric& known : findTask(set_->header.task).testMetrics)
      if (known.name == metric.name && known.higherIsBetter)
        measures << q(known.title) + ' ' + q(known.text(metric.value));
  sum_->setText(tr("All %1 samples: %2").arg(countText(set_->size()), measures.join(QStringLiteral(", "))));
  score();
}

void DenoisingView::step(int by) { bar_->step(by); }

void DenoisingView::score() {
  scores_.ask(
      [set = set_](const std::stop_token& stop) {
        std::vector<double> scores;
        for (std::uint32_t i = 0; i < set->size() && !stop.stop_requested(); ++i)
          scores.push_back(
              peakRatio(predictionOf<Restored>(*set, i).picture.view(), cleanPictureOf(*set, i).view()));
        return scores;
      },
      [this](std::vector<double> scores) { bar_->setScores(std::move(scores), tr("PSNR")); });
}

void DenoisingView::ask() {
  if (!set_ || !bar_->hasSample()) return;
  isAgain_ = pictures_.isBusy();
  if (isAgain_) return;
  pictures_.ask(
      [set = set_, wanted = bar_->sample()](const std::stop_token&) {
        return std::make_shared<const RestoredSample>(readRestored(*set, wanted));
      },
      [this](std::shared_ptr<const RestoredSample> sample) {
        sample_ = std::move(sample);
        take();
        if (isAgain_) ask();
      });
}

void DenoisingView::take() {
  before_->setPicture(pictureOf(sample_->pictures.degraded.view()));
  after_->setPicture(pictureOf(sample_->pictures.picture.view()));
  clean_->setPicture(pictureOf(sample_->clean.view()));
  before_->setCaption(tr("Before"), tr("PSNR %1").arg(ratioTextOf(sample_->before)));
  after_->setCaption(
      tr("After"),
      tr("PSNR %1, %2 dB").arg(ratioTextOf(sample_->after), signedText(sample_->after - sample_->before, 2)));
  clean_->setCaption(tr("Truth"), tr("%1 × %2 pixels").arg(sample_->clean.width).arg(sample_->clean.height));
  showDifference();
}

void DenoisingView::showDifference() {
  if (!sample_) return;
  const int factor = factor_->currentData().toInt();
  difference_->setPicture(differencePicture(sample_->pictures.picture.view(), sample_->clean.view(), factor));
  difference_->setCaption(tr("Difference × %1").arg(factor), tr("after and truth; black: none"));
}

}  // namespace uada
