#include "widgets/panels/predictions/SegmentationView.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/Error.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/ops/PictureGrid.h"
#include "widgets/panels/predictions/PredictionPicture.h"
#include "widgets/panels/predictions/SampleBar.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kSwatchSide = 12;
constexpr std::uint32_t kTold = 8;  // samples counted between two words about it
enum LabelColumn { kLabelName, kHere, kAll, kPixels, kLabelColumns };

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

QIcon swatchOf(const ClassColour& colour) {
  QPixmap swatch(kSwatchSide, kSwatchSide);
  swatch.fill(QColor(colour[0], colour[1], colour[2]));
  return swatch;
}

/// A cell that is ordered by its number; what is none comes last.
class NumberItem : public QTableWidgetItem {
 public:
  NumberItem() : QTableWidgetItem(kind()) { setTextAlignment(Qt::AlignRight | Qt::AlignVCenter); }
  static int kind() { return QTableWidgetItem::UserType + 1; }
  void set(double number, const QString& text) {
    number_ = number;
    setText(text);
  }
  bool operator<(const QTableWidgetItem& other) const override {
    const double own = number_, its = static_cast<const NumberItem&>(other).number_;
    return std::isnan(own) ? false : std::isnan(its) || own < its;
  }

 private:
  double number_ = kNone;
};

QTableWidget* makeClasses(QWidget* parent) {
  auto* classes = new QTableWidget(0, kLabelColumns, parent);
  classes->setObjectName("classes");
  classes->setHorizontalHeaderLabels(
      {QObject::tr("Class"), QObject::tr("IoU here"), QObject::tr("IoU all"), QObject::tr("Pixels")});
  classes->horizontalHeaderItem(kHere)->setToolTip(QObject::tr("Intersection over union in this sample"));
  classes->horizontalHeaderItem(kAll)->setToolTip(QObject::tr("Intersection over union over all samples"));
  classes->horizontalHeaderItem(kPixels)->setToolTip(
      QObject::tr("Share of this sample's pixels that are of it"));
  classes->verticalHeader()->hide();
  classes->verticalHeader()->setDefaultSectionSize(kRowHeight);
  classes->setShowGrid(false);
  classes->setEditTriggers(QAbstractItemView::NoEditTriggers);
  classes->setSelectionBehavior(QAbstractItemView::SelectRows);
  classes->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  classes->horizontalHeader()->setStretchLastSection(true);
  classes->horizontalHeader()->setSortIndicator(-1,
                                                Qt::AscendingOrder);  // in order until a title is clicked
  return classes;
}

QWidget* makeLegend(QWidget* side) {
  QPixmap red(28, 14);
  red.fill(QColor(kWrongColour[0], kWrongColour[1], kWrongColour[2]));
  QLabel* ignored = nullptr;
  QWidget* legend =
      legendOf({{QPixmap::fromImage(hatchSwatch({28, 14})), QObject::tr("of no class: not counted")},
                {red, QObject::tr("wrong")}},
               side, &ignored);
  ignored->setObjectName("ignored_legend");
  return legend;
}

/// NaN: neither the truth nor the prediction has the class.
double iouOf(const LabelCounts& counts, int label) {
  const ClassPixels& pixels = counts.pixels(label);
  return pixels.truth + pixels.predicted > 0 ? counts.iou(label) : kNone;
}

struct Scored {
  LabelCounts all{1};
  std::vector<double> perSample;  ///< mean IoU over the classes that the truth has; NaN: it has none
};

/// tell  how many were counted, now and then
Scored scoreAll(const PredictionSet& set, const std::stop_token& stop,
                const std::function<void(std::uint32_t)>& tell) {
  Scored scored{LabelCounts(set.header.classCount), {}};
  for (std::uint32_t i = 0; i < set.size() && !stop.stop_requested(); ++i) {
    LabelCounts own(set.header.classCount);
    const auto predicted = predictionOf<LabelMap>(set, i);
    const Held<TargetView> truth = mapTargetOf(set, i);
    own.add(predicted.view(), std::get<LabelMapView>(*truth));
    scored.all.merge(own);
    scored.perSample.push_back(own.counted() > 0 ? own.meanIouOccurring() : kNone);
    if (i % kTold == 0) tell(i);
  }
  return scored;
}

}  // namespace

SegmentedSample readSegmented(const PredictionSet& set, std::uint32_t sample) {
  SegmentedSample read;
  read.sample = sample;
  read.picture = pictureOf(*set.data->image(sample));
  const Held<TargetView> truth = mapTargetOf(set, sample);
  read.truth = LabelMap(std::get<LabelMapView>(*truth));
  read.predicted = predictionOf<LabelMap>(set, sample);
  read.counts = LabelCounts(set.header.classCount);
  read.counts.add(read.predicted.view(), read.truth.view());
  return read;
}

SegmentedPictures drawSegmented(const SegmentedSample& sample, const LabelStyle& style, QSize shown) {
  return {labelOverlay(sample.picture, sample.truth.view(), style, shown),
          labelOverlay(sample.picture, sample.predicted.view(), style, shown),
          errorOverlay(sample.picture, sample.truth.view(), sample.predicted.view(), style, shown)};
}

SegmentationView::SegmentationView(const Theme& theme, QWidget* parent) : PredictionView(theme, parent) {
  bar_ = new SampleBar(theme, this);
  const auto picture = [&](const char* name) {
    auto* made = new PredictionPicture(theme, zoom_, this);
    made->setObjectName(name);
    connect(made, &PredictionPicture::stepWanted, this, &SegmentationView::step);
    connect(made, &PixelView::saveFailed, this, &PredictionView::failed);
    return made;
  };
  image_ = picture("segmentation_image");
  truth_ = picture("segmentation_truth");
  predicted_ = picture("segmentation_prediction");
  errors_ = picture("segmentation_errors");
  auto* grid = new PictureGrid({image_, truth_, predicted_, errors_}, this);
  auto* left = new QWidget(this);
  auto* column = new QVBoxLayout(left);
  column->setContentsMargins(kGrid, kGrid / 2, 0, kGrid);
  column->addWidget(bar_);
  column->addWidget(grid, 1);
  auto* split = new QSplitter(Qt::Horizontal, this);
  split->addWidget(left);
  split->addWidget(makeSide());
  split->setStretchFactor(0, 1);
  split->setStretchFactor(1, 0);
  split->setSizes({900, 360});
  split->setChildrenCollapsible(false);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(split);
  setFocusProxy(image_);
  connect(bar_, &SampleBar::chosen, this, &SegmentationView::ask);
  connect(&pictures_, &Background::failed, this, [this](const QString& why) {
    sample_.reset();
    for (PredictionPicture* picture : {image_, truth_, predicted_, errors_}) picture->setPicture(QImage());
    image_->setCaption(tr("This sample cannot be shown"), why);
    Q_EMIT failed(why);
    if (isAgain_) ask();
  });
  connect(&scores_, &Background::failed, this, &PredictionView::failed);
  connect(&zoom_, &PixelZoom::changed, this, [this] {
    if (isOutOfDate()) ask();
  });
}

QWidget* SegmentationView::makeSide() {
  auto* side = new QWidget(this);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid);
  column->setSpacing(kGrid / 2);
  auto* row = new QHBoxLayout;
  opacity_ = new QSlider(Qt::Horizontal, side);
  opacity_->setObjectName("opacity");
  opacity_->setRange(0, 100);
  opacityText_ = new QLabel(side);
  auto* title = new QLabel(tr("Opacity"), side);
  title->setBuddy(opacity_);
  for (QWidget* widget : std::initializer_list<QWidget*>{title, opacity_, opacityText_})
    row->addWidget(widget);
  column->addLayout(row);
  auto* buttons = new QHBoxLayout;
  for (const bool isShown : {true, false}) {
    auto* button = new QPushButton(isShown ? tr("All") : tr("None"), side);
    button->setObjectName(isShown ? "show_all" : "show_none");
    button->setToolTip(isShown ? tr("Draws every class") : tr("Draws no class"));
    connect(button, &QPushButton::clicked, this, [this, isShown] { setAllShown(isShown); });
    buttons->addWidget(button);
  }
  palette_ = new QComboBox(side);
  palette_->setObjectName("palette");
  palette_->setAccessibleName(tr("Colours of the classes"));
  palette_->setToolTip(tr("The colours in which classes are drawn"));
  palette_->addItems({tr("Colours of the data"), tr("Distinct hues"), tr("Colour-blind safe")});
  connect(palette_, &QComboBox::currentIndexChanged, this,
          [this](int index) { setPalette(static_cast<ClassPalette>(index)); });
  buttons->addWidget(palette_, 1);
  column->addLayout(buttons);
  classes_ = makeClasses(side);
  column->addWidget(classes_, 1);
  column->addWidget(makeLegend(side));
  progress_ = new QLabel(side);
  progress_->setObjectName("segmentation_progress");
  progress_->setWordWrap(true);
  column->addWidget(progress_);
  connect(opacity_, &QSlider::valueChanged, this, [this](int percent) {
    style_.opacity = percent / 100.0;
    opacityText_->setText(tr("%1 %").arg(percent));
    ask();
  });
  connect(classes_, &QTableWidget::itemChanged, this, [this](QTableWidgetItem* item) {
    if (item->column() == kLabelName && !isFilling_)
      setShown(item->data(Qt::UserRole).toInt(), item->checkState() == Qt::Checked);
  });
  opacity_->setValue(60);
  return side;
}

void SegmentationView::show(const Predictions& set) {
  pictures_.drop();
  scores_.drop();
  isAgain_ = false;
  set_ = set;
  sample_.reset();
  all_.reset();
  if (set_) {
    style_.colours = classColours(static_cast<ClassPalette>(palette_->currentIndex()), set_->colours);
    style_.shown.assign(set_->colours.size(), true);
  }
  fillClasses();
  bar_->show(set_);
  if (set_) score();
}

void SegmentationView::step(int by) { bar_->step(by); }

void SegmentationView::fillClasses() {
  isFilling_ = true;
  classes_->setSortingEnabled(false);
  classes_->setRowCount(set_ ? static_cast<int>(set_->classes.size()) : 0);
  for (int c = 0; c < classes_->rowCount(); ++c) {
    auto* name =
        new QTableWidgetItem(swatchOf(style_.colours[static_cast<std::size_t>(c)]), set_->classes[c]);
    name->setFlags(name->flags() | Qt::ItemIsUserCheckable);
    name->setCheckState(Qt::Checked);
    name->setData(Qt::UserRole, c);
    classes_->setItem(c, kLabelName, name);
    for (const int column : {kHere, kAll, kPixels}) classes_->setItem(c, column, new NumberItem);
  }
  isFilling_ = false;
}

/// Counts all samples, by which they can then be ordered.
void SegmentationView::score() {
  progress_->setText(tr("Counting the pixels of %1 samples").arg(countText(set_->size())));
  scores_.ask(
      [this, set = set_](const std::stop_token& stop) {
        return scoreAll(*set, stop, [&](std::uint32_t done) {
          scores_.tell(stop, [this, done, set] {
            progress_->setText(
                tr("Counting the pixels: %1 of %2 samples").arg(countText(done), countText(set->size())));
          });
        });
      },
      [this](Scored scored) {
        all_ = std::move(scored.all);
        progress_->setText(tr("All %1 samples: mIoU %2, mAcc %3, allAcc %4")
                               .arg(countText(set_->size()), shareText(all_->meanIouOccurring()),
                                    shareText(all_->meanAccuracyOccurring()),
                                    shareText(all_->overallAccuracy())));
        progress_->setToolTip(tr("Means over the classes that the truth has"));
        bar_->setScores(std::move(scored.perSample), tr("mIoU"));
        showNumbers();
      });
}

/// Reads the sample, if it is another one, and draws it; if something is being drawn, once more behind that,
/// so that a slider or a key that is held down is followed.
void SegmentationView::ask() {
  if (!set_ || !bar_->hasSample()) return;
  isAgain_ = pictures_.isBusy();
  if (isAgain_) return;
  const std::uint32_t wanted = bar_->sample();
  const bool isSame = sample_ && sample_->sample == wanted;
  struct Drawn {
    std::shared_ptr<const SegmentedSample> sample;
    SegmentedPictures pictures;
    QSize size;
  };
  // How large the next sample is shown is known when it is there; most are as large as the one before.
  const QSize shown = sample_ ? image_->shownSize(sample_->picture.size()) : QSize();
  pictures_.ask(
      [set = set_, wanted, known = isSame ? sample_ : nullptr, style = style_, shown,
       like = sample_ ? sample_->picture.size() : QSize()](const std::stop_token&) {
        Drawn drawn{known, {}, {}};
        if (!known) drawn.sample = std::make_shared<const SegmentedSample>(readSegmented(*set, wanted));
        const bool isAlike = drawn.sample->picture.size() == like;
        drawn.size = isAlike ? shown : drawn.sample->picture.size();
        drawn.pictures = drawSegmented(*drawn.sample, style, drawn.size);
        return drawn;
      },
      [this](Drawn drawn) { take(std::move(drawn.sample), std::move(drawn.pictures), drawn.size); });
}

void SegmentationView::take(std::shared_ptr<const SegmentedSample> sample, SegmentedPictures pictures,
                            QSize size) {
  const bool isNew = sample != sample_;
  sample_ = std::move(sample);
  drawn_ = size;
  const QSize whole = sample_->picture.size();
  if (isNew) image_->setPicture(sample_->picture);
  const auto give = [&](PredictionPicture* to, QImage SegmentedPictures::* which) {
    to->setPicture(std::move(pictures.*which), whole, [sample = sample_, style = style_, which] {
      return drawSegmented(*sample, style).*which;
    });
  };
  give(truth_, &SegmentedPictures::truth);
  give(predicted_, &SegmentedPictures::predicted);
  give(errors_, &SegmentedPictures::errors);
  if (isNew) showNumbers();
  if (isAgain_ || isOutOfDate()) ask();
}

void SegmentationView::showNumbers() {
  if (!sample_) return;
  const LabelCounts& here = sample_->counts;
  const double counted = static_cast<double>(here.counted());
  const double all = static_cast<double>(sample_->truth.labels.size());
  image_->setCaption(tr("Image"), tr("%1 × %2 pixels").arg(sample_->truth.width).arg(sample_->truth.height));
  truth_->setCaption(
      tr("Truth"), tr("%1 of the pixels ignored").arg(shareText(static_cast<double>(here.ignored()) / all)));
  predicted_->setCaption(tr("Prediction"),
                         tr("mIoU %1").arg(shareText(counted > 0 ? here.meanIouOccurring() : kNone)));
  errors_->setCaption(
      tr("Errors"),
      tr("%1 of the pixels wrong").arg(shareText(counted > 0 ? 1 - here.overallAccuracy() : kNone)));
  isFilling_ = true;
  classes_->setSortingEnabled(false);
  for (int row = 0; row < classes_->rowCount(); ++row) {
    const int c = classes_->item(row, kLabelName)->data(Qt::UserRole).toInt();
    const auto set = [&](LabelColumn column, double number) {
      static_cast<NumberItem*>(classes_->item(row, column))->set(number, shareText(number));
    };
    set(kHere, iouOf(here, c));
    set(kAll, all_ ? iouOf(*all_, c) : kNone);
    set(kPixels, here.pixels(c).truth > 0 ? static_cast<double>(here.pixels(c).truth) / all : kNone);
  }
  classes_->setSortingEnabled(true);
  isFilling_ = false;
}

void SegmentationView::setShown(int label, bool isShown) {
  style_.shown[static_cast<std::size_t>(label)] = isShown;
  ask();
}

void SegmentationView::setPalette(ClassPalette palette) {
  if (!set_) return;
  style_.colours = classColours(palette, set_->colours);
  isFilling_ = true;
  for (int row = 0; row < classes_->rowCount(); ++row) {
    QTableWidgetItem* name = classes_->item(row, kLabelName);
    name->setIcon(swatchOf(style_.colours[static_cast<std::size_t>(name->data(Qt::UserRole).toInt())]));
  }
  isFilling_ = false;
  ask();
}

void SegmentationView::setAllShown(bool isShown) {
  isFilling_ = true;
  for (int row = 0; row < classes_->rowCount(); ++row)
    classes_->item(row, kLabelName)->setCheckState(isShown ? Qt::Checked : Qt::Unchecked);
  isFilling_ = false;
  style_.shown.assign(style_.shown.size(), isShown);
  ask();
}

}  // namespace uada
