#include "widgets/panels/predictions/DetectionView.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSlider>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/engine/tasks/Task.h"
#include "widgets/forms/FlowLayout.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/panels/predictions/SampleBar.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kScores = 100;  // steps of the slider
constexpr double kFirstScore = 0.5;
enum ObjectColumn { kClassName, kObjects, kRightly, kWrongly, kMissed, kPrecision, kRecall, kObjectColumns };

QRectF placeOf(const ObjectBox& box) { return {QPointF(box.left, box.top), QPointF(box.right, box.bottom)}; }

BoxKind kindOf(Verdict verdict) {
  return verdict == Verdict::right   ? BoxKind::right
         : verdict == Verdict::wrong ? BoxKind::wrong
                                     : BoxKind::difficult;
}

QString textOf(const FoundBox& found, BoxKind kind, const PredictionSet& set) {
  const QString mark = kind == BoxKind::right   ? QStringLiteral("✓")
                       : kind == BoxKind::wrong ? QStringLiteral("✗")
                                                : QStringLiteral("–");
  return QStringLiteral("%1 %2 %3").arg(mark, set.className(found.box.label)).arg(found.score, 0, 'f', 2);
}

bool isWanted(const ObjectBox& box, const BoxFilter& filter) {
  return filter.label < 0 || box.label == filter.label;
}

/// Of each object whether a right box with the score belongs to it.
std::vector<bool> foundObjects(const DetectedSample& sample, const BoxFilter& filter) {
  std::vector<bool> isFound(sample.truth.size());
  for (std::size_t i = 0; i < sample.found.size(); ++i)
    if (sample.judged[i].verdict == Verdict::right && sample.found[i].score >= filter.score)
      isFound[static_cast<std::size_t>(sample.judged[i].object)] = true;
  return isFound;
}

BoxCounts countAll(const PredictionSet& set, const std::stop_token& stop) {
  BoxCounts counts(set.header.classCount);
  for (std::uint32_t i = 0; i < set.size() && !stop.stop_requested(); ++i) {
    const auto found = predictionOf<FoundBoxes>(set, i);
    const Held<TargetView> target = set.data->target(i);
    const BoxesView truth = std::get<BoxesView>(*target);
    counts.add(found, judged(found, truth, set.rule), truth);
  }
  counts.finish();
  return counts;
}

QTableWidget* makeTable(QWidget* parent) {
  auto* table = new QTableWidget(0, kObjectColumns, parent);
  table->setObjectName("class_counts");
  table->setHorizontalHeaderLabels({QObject::tr("Class"), QObject::tr("Objects"), QObject::tr("TP"),
                                    QObject::tr("FP"), QObject::tr("FN"), QObject::tr("Precision"),
                                    QObject::tr("Recall")});
  table->verticalHeader()->hide();
  table->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table->setShowGrid(false);
  table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table->horizontalHeader()->setStretchLastSection(true);
  return table;
}

}  // namespace

DetectedSample readDetected(const PredictionSet& set, std::uint32_t sample) {
  DetectedSample read{sample, pictureOf(*set.data->image(sample)), {}, {}, {}};
  const Held<TargetView> target = set.data->target(sample);
  const BoxesView truth = std::get<BoxesView>(*target);
  read.truth.assign(truth.begin(), truth.end());
  read.found = predictionOf<FoundBoxes>(set, sample);
  read.judged = judged(read.found, read.truth, set.rule);
  return read;
}

std::vector<DrawnBox> drawnBoxes(const DetectedSample& sample, const PredictionSet& set,
                                 const BoxFilter& filter) {
  std::vector<DrawnBox> drawn;
  const std::vector<bool> isFound = foundObjects(sample, filter);
  for (std::size_t t = 0; t < sample.truth.size(); ++t) {
    const ObjectBox& object = sample.truth[t];
    if (!isWanted(object, filter)) continue;
    if (!isFound[t] && !object.difficult)
      drawn.push_back(
          {placeOf(object), BoxKind::missed, QObject::tr("? %1").arg(set.className(object.label)), {}});
    else if (filter.hasTruth)
      drawn.push_back({placeOf(object), BoxKind::truth, {}, {}});
  }
  // The surest last: on top.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < sample.found.size(); ++i)
    if (sample.found[i].score >= filter.score && isWanted(sample.found[i].box, filter)) order.push_back(i);
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(sample.found[i].score, i); });
  for (const std::size_t i : order) {
    const BoxKind kind = kindOf(sample.judged[i].verdict);
    drawn.push_back({placeOf(sample.found[i].box), kind, textOf(sample.found[i], kind, set), {}});
  }
  return drawn;
}

BoxTally tallyOf(const DetectedSample& sample, const BoxFilter& filter) {
  BoxTally tally;
  for (std::size_t i = 0; i < sample.found.size(); ++i) {
    if (sample.found[i].score < filter.score || !isWanted(sample.found[i].box, filter)) continue;
    const Verdict verdict = sample.judged[i].verdict;
    ++(verdict == Verdict::right ? tally.right : verdict == Verdict::wrong ? tally.wrong : tally.neither);
  }
  const std::vector<bool> isFound = foundObjects(sample, filter);
  for (std::size_t t = 0; t < sample.truth.size(); ++t)
    if (!isFound[t] && !sample.truth[t].difficult && isWanted(sample.truth[t], filter)) ++tally.missed;
  return tally;
}

DetectionView::DetectionView(const Theme& theme, QWidget* parent) : PredictionView(theme, parent) {
  picture_ = new PredictionPicture(theme, zoom_, this);
  picture_->setObjectName("detection_picture");
  auto* left = new QWidget(this);
  auto* column = new QVBoxLayout(left);
  column->setContentsMargins(kGrid, kGrid / 2, 0, kGrid);
  column->setSpacing(kGrid / 2);
  column->addWidget(bar_ = new SampleBar(theme, left));
  column->addWidget(picture_, 1);
  column->addWidget(makeLegend());
  auto* split = new QSplitter(Qt::Horizontal, this);
  split->addWidget(left);
  split->addWidget(makeSide());
  split->setStretchFactor(0, 1);
  split->setSizes({800, 440});
  split->setChildrenCollapsible(false);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(split);
  setFocusProxy(picture_);
  connect(bar_, &SampleBar::chosen, this, &DetectionView::ask);
  connect(picture_, &PredictionPicture::stepWanted, this, &DetectionView::step);
  connect(picture_, &PixelView::saveFailed, this, &PredictionView::failed);
  connect(&counting_, &Background::failed, this, &PredictionView::failed);
  connect(&pictures_, &Background::failed, this, [this](const QString& why) {
    sample_.reset();
    picture_->setPicture(QImage());
    picture_->setBoxes({});
    picture_->setCaption(tr("This sample cannot be shown"), why);
    Q_EMIT failed(why);
    if (isAgain_) ask();
  });
}

QWidget* DetectionView::makeLegend() {
  std::vector<std::pair<QPixmap, QString>> lines;
  for (const BoxKind kind : {BoxKind::right, BoxKind::wrong, BoxKind::missed, BoxKind::difficult})
    lines.emplace_back(lineSwatch(kind, devicePixelRatioF()), wordOf(kind));
  return legendOf(lines, this);
}

QWidget* DetectionView::makeSide() {
  auto* side = new QWidget(this);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid);
  column->setSpacing(kGrid / 2);
  sum_ = new QLabel(side);
  sum_->setObjectName("counts");
  measure_ = new QLabel(side);
  measure_->setObjectName("measure");
  for (QLabel* text : {sum_, measure_}) text->setWordWrap(true);
  table_ = makeTable(side);
  column->addWidget(makeScore(side));
  column->addWidget(makeFilters(side));
  column->addWidget(sum_);
  column->addWidget(table_, 1);
  column->addWidget(measure_);
  score_->setValue(static_cast<int>(kFirstScore * kScores));
  return side;
}

/// The least confidence of the boxes that count.
QWidget* DetectionView::makeScore(QWidget* side) {
  auto* box = new QWidget(side);
  auto* row = new QHBoxLayout(box);
  row->setContentsMargins(0, 0, 0, 0);
  score_ = new QSlider(Qt::Horizontal, box);
  score_->setObjectName("score");
  score_->setRange(0, kScores);
  score_->setToolTip(tr("Boxes with a lower confidence are neither drawn nor counted"));
  scoreText_ = new QLabel(box);
  scoreText_->setObjectName("score_text");
  auto* title = new QLabel(tr("Confidence at least"), box);
  title->setBuddy(score_);
  for (QWidget* widget : std::initializer_list<QWidget*>{title, score_, scoreText_}) row->addWidget(widget);
  connect(score_, &QSlider::valueChanged, this, [this](int value) {
    filter_.score = 1.0 * value / kScores;
    scoreText_->setText(QString::number(filter_.score, 'f', 2));
    redraw();
    showNumbers();
  });
  return box;
}

QWidget* DetectionView::makeFilters(QWidget* side) {
  auto* filters = new QWidget(side);
  auto* flow = new FlowLayout(filters, kGrid / 2);
  class_ = new QComboBox(filters);
  class_->setObjectName("class_filter");
  class_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  truth_ = new QCheckBox(tr("Show the truth, too"), filters);
  truth_->setObjectName("show_truth");
  flow->addWidget(class_);
  flow->addWidget(truth_);
  connect(class_, &QComboBox::currentIndexChanged, this, [this] {
    filter_.label = class_->currentData().toInt();
    redraw();
    showNumbers();
  });
  connect(truth_, &QCheckBox::toggled, this, [this](bool isOn) {
    filter_.hasTruth = isOn;
    redraw();
  });
  return filters;
}

void DetectionView::show(const Predictions& set) {
  pictures_.drop();
  counting_.drop();
  isAgain_ = false;
  set_ = set;
  sample_.reset();
  counts_.reset();
  const QSignalBlocker quiet(class_);
  class_->clear();
  class_->addItem(tr("All classes"), -1);
  if (set_)
    for (int c = 0; c < set_->classes.size(); ++c) class_->addItem(set_->classes[c], c);
  filter_.label = -1;
  table_->setRowCount(set_ ? static_cast<int>(set_->classes.size()) : 0);
  for (int c = 0; c < table_->rowCount(); ++c)
    for (int column = 0; column < kObjectColumns; ++column) {
      auto* item = new QTableWidgetItem(column == kClassName ? set_->classes[c] : QString());
      if (column != kClassName) item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
      table_->setItem(c, column, item);
    }
  bar_->show(set_);
  showNumbers();
  if (set_) count();
}

void DetectionView::step(int by) { bar_->step(by); }

void DetectionView::count() {
  QStringList measures;
  for (const MetricValue& metric : set_->header.metrics)
    for (const Metric& known : findTask(set_->header.task).testMetrics)
      if (known.name == metric.name && known.higherIsBetter)
        measures << q(known.title) + ' ' + q(known.text(metric.value));
  measure_->setText(measures.isEmpty() ? QString()
                                       : tr("%1: over all scores, so the slider does not change it")
                                             .arg(measures.join(QStringLiteral(", "))));
  counting_.ask([set = set_](const std::stop_token& stop) { return countAll(*set, stop); },
                [this](BoxCounts counts) {
                  counts_ = std::move(counts);
                  showNumbers();
                });
}

void DetectionView::ask() {
  if (!set_ || !bar_->hasSample()) return;
  isAgain_ = pictures_.isBusy();
  if (isAgain_) return;
  pictures_.ask(
      [set = set_, wanted = bar_->sample()](const std::stop_token&) {
        return std::make_shared<const DetectedSample>(readDetected(*set, wanted));
      },
      [this](std::shared_ptr<const DetectedSample> sample) {
        sample_ = std::move(sample);
        picture_->setPicture(sample_->picture);
        redraw();
        if (isAgain_) ask();
      });
}

void DetectionView::redraw() {
  if (!sample_) return;
  picture_->setBoxes(drawnBoxes(*sample_, *set_, filter_));
  const BoxTally here = tallyOf(*sample_, filter_);
  picture_->setCaption(
      tr("Sample %1").arg(set_->sampleName(sample_->sample)),
      tr("%1 right, %2 wrong, %3 missed")
          .arg(countText(static_cast<long long>(here.right)), countText(static_cast<long long>(here.wrong)),
               countText(static_cast<long long>(here.missed))));
}

void DetectionView::showNumbers() {
  if (!counts_) {
    sum_->setText(set_ ? tr("Counting the boxes of %1 samples").arg(countText(set_->size())) : QString());
    return;
  }
  const BoxTally all = counts_->tally(filter_.label, filter_.score);
  const auto count = [](std::size_t number) { return countText(static_cast<long long>(number)); };
  sum_->setText(tr("All samples: %1 right, %2 wrong, %3 missed; precision %4, recall %5")
                    .arg(count(all.right), count(all.wrong), count(all.missed), shareText(all.precision()),
                         shareText(all.recall())));
  for (int c = 0; c < table_->rowCount(); ++c) {
    const BoxTally own = counts_->tally(c, filter_.score);
    table_->item(c, kObjects)->setText(count(counts_->objects(c)));
    table_->item(c, kRightly)->setText(count(own.right));
    table_->item(c, kWrongly)->setText(count(own.wrong));
    table_->item(c, kMissed)->setText(count(own.missed));
    table_->item(c, kPrecision)->setText(shareText(own.precision()));
    table_->item(c, kRecall)->setText(shareText(own.recall()));
  }
}

}  // namespace uada
