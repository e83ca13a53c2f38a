#include "widgets/panels/predictions/StripsView.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/Error.h"
#include "widgets/models/Saving.h"
#include "widgets/panels/predictions/DetectionView.h"
#include "widgets/panels/predictions/Overlays.h"
#include "widgets/panels/predictions/SampleBar.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kUsualWidth = 1200;  // of an exported figure, units
constexpr int kLeastSide = 1200;   // pixels of a picture that boxes are drawn on
constexpr double kLeastCut = 4;    // pixels of the screen: less is a click
constexpr double kScore = 0.5;     // of the boxes that are drawn

/// Lines and words of boxes would be coarse in the pixels of a small picture.
QImage withBoxes(const QImage& picture, const std::vector<DrawnBox>& boxes) {
  const int longest = std::max({1, picture.width(), picture.height()});
  const int scale = std::max(1, static_cast<int>(std::ceil(1.0 * kLeastSide / longest)));
  QImage drawn = picture.scaled(picture.size() * scale, Qt::KeepAspectRatio, Qt::SmoothTransformation)
                     .convertToFormat(QImage::Format_RGB32);
  QPainter painter(&drawn);
  QFont font = painter.font();
  font.setPixelSize(22);
  painter.setFont(font);
  painter.setRenderHint(QPainter::Antialiasing);
  paintBoxes(painter, boxes, {0, 0}, scale);
  return drawn;
}

std::vector<DrawnBox> truthBoxes(const DetectedSample& sample, const PredictionSet& set) {
  std::vector<DrawnBox> drawn;
  for (const ObjectBox& object : sample.truth) {
    const auto place = static_cast<std::size_t>(object.label);
    const ClassColour colour = place < set.colours.size() ? set.colours[place] : ClassColour{255, 255, 255};
    drawn.push_back({QRectF(QPointF(object.left, object.top), QPointF(object.right, object.bottom)),
                     BoxKind::plain, set.className(object.label), QColor(colour[0], colour[1], colour[2])});
  }
  return drawn;
}

std::vector<QImage> labelStrip(const std::vector<Predictions>& sets, std::uint32_t sample) {
  const PredictionSet& first = *sets.front();
  LabelStyle style;
  style.colours = first.colours;
  style.opacity = 1;
  const QImage picture = pictureOf(*first.data->image(sample));
  const Held<TargetView> truth = mapTargetOf(first, sample);
  std::vector<QImage> strip{picture, labelOverlay(picture, std::get<LabelMapView>(*truth), style)};
  for (const Predictions& set : sets)
    strip.push_back(labelOverlay(picture, predictionOf<LabelMap>(*set, sample).view(), style));
  return strip;
}

std::vector<QImage> boxStrip(const std::vector<Predictions>& sets, std::uint32_t sample) {
  std::vector<QImage> strip;
  for (const Predictions& set : sets) {
    const DetectedSample read = readDetected(*set, sample);
    if (strip.empty()) strip = {read.picture, withBoxes(read.picture, truthBoxes(read, *set))};
    strip.push_back(withBoxes(read.picture, drawnBoxes(read, *set, {kScore, -1, false})));
  }
  return strip;
}

std::vector<QImage> pictureStrip(const std::vector<Predictions>& sets, std::uint32_t sample) {
  std::vector<QImage> strip;
  for (const Predictions& set : sets) {
    const auto restored = predictionOf<Restored>(*set, sample);
    if (strip.empty())
      strip = {pictureOf(restored.degraded.view()), pictureOf(cleanPictureOf(*set, sample).view())};
    strip.push_back(pictureOf(restored.picture.view()));
  }
  return strip;
}

/// What runs differ in: without the words, divided by '-', that all begin and end with.
QStringList shortNames(const std::vector<Predictions>& sets) {
  QList<QStringList> names;
  qsizetype least = std::numeric_limits<qsizetype>::max();
  for (const Predictions& set : sets) {
    names << set->run.split('-');
    least = std::min(least, names.last().size());
  }
  const auto common = [&](auto wordOf) {
    qsizetype count = 0;
    while (count < least - 1 &&
           std::ranges::all_of(
               names,
               [&](const QStringList& name) { return wordOf(name, count) == wordOf(names.front(), count); }))
      ++count;
    return names.size() > 1 ? count : 0;
  };
  const qsizetype first = common([](const QStringList& name, qsizetype i) { return name[i]; });
  const qsizetype last =
      common([](const QStringList& name, qsizetype i) { return name[name.size() - 1 - i]; });
  QStringList shortened;
  for (const QStringList& name : names) {
    const QStringList rest = name.mid(first, std::max<qsizetype>(1, name.size() - first - last));
    shortened << rest.join('-');
  }
  return shortened;
}

}  // namespace

StripFigure readStrips(const std::vector<Predictions>& sets, const std::vector<StripSample>& samples) {
  StripFigure figure;
  if (sets.empty()) return figure;
  const TargetKind kind = sets.front()->header.kind;
  figure.titles = {kind == TargetKind::picture ? QObject::tr("Degraded") : QObject::tr("Image"),
                   QObject::tr("Truth")};
  figure.titles += shortNames(sets);
  figure.hasNames = samples.size() > 1;
  for (const StripSample& one : samples) {
    StripRow row{sets.front()->sampleName(one.sample), {}, one.cut};
    if (kind == TargetKind::labelMap) row.pictures = labelStrip(sets, one.sample);
    if (kind == TargetKind::boxes) row.pictures = boxStrip(sets, one.sample);
    if (kind == TargetKind::picture) row.pictures = pictureStrip(sets, one.sample);
    figure.rows.push_back(std::move(row));
  }
  return figure;
}

StripsCanvas::StripsCanvas(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
  setObjectName("strips_canvas");
  setCursor(Qt::CrossCursor);
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void StripsCanvas::show(StripFigure figure) {
  figure_ = std::move(figure);
  pressed_.reset();
  scaled_.clear();
  refit();
}

void StripsCanvas::refit() {
  layout_ = figure_.isEmpty() ? StripLayout() : layOut(figure_, std::max(1, width()));
  setFixedHeight(std::max(1, static_cast<int>(std::ceil(layout_.size.height()))));
  update();
}

QRectF StripsCanvas::placeOf(int row, int column) const {
  for (const StripPiece& piece : layout_.pieces)
    if (piece.kind == StripPiece::Kind::picture && !piece.isCut && piece.row == row && piece.column == column)
      return piece.place;
  return {};
}

/// A whole picture is made small once, not with every movement of the mouse.
const QImage& StripsCanvas::scaled(const StripPiece& piece, double ratio) {
  const QSize pixels = (piece.place.size() * ratio).toSize().expandedTo({1, 1});
  QImage& kept = scaled_[{piece.row, piece.column}];
  if (kept.size() != pixels)
    kept = scaledPart(
        figure_.rows[static_cast<std::size_t>(piece.row)].pictures[static_cast<std::size_t>(piece.column)],
        piece.source, pixels);
  return kept;
}

void StripsCanvas::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const double ratio = devicePixelRatioF();
  const StripColours colours{theme_.colour("base"), theme_.colour("text")};
  StripLayout rest = layout_;
  std::erase_if(rest.pieces, [](const StripPiece& piece) {
    return piece.kind == StripPiece::Kind::picture && !piece.isCut;
  });
  painter.fillRect(rect(), colours.background);
  for (const StripPiece& piece : layout_.pieces)
    if (piece.kind == StripPiece::Kind::picture && !piece.isCut)
      painter.drawImage(piece.place, scaled(piece, ratio));
  StripColours over = colours;
  over.background = Qt::transparent;
  paintStrips(painter, figure_, rest, over, ratio);
  if (!pressed_) return;
  painter.setPen(QPen(colours.frame, 1, Qt::DashLine));
  const QRectF cut = drawnCut();
  for (int column = 0; column < figure_.titles.size(); ++column) {
    const QRectF place = placeOf(pressed_->row, column);
    painter.drawRect(QRectF(place.left() + cut.left() * place.width(),
                            place.top() + cut.top() * place.height(), cut.width() * place.width(),
                            cut.height() * place.height()));
  }
}

void StripsCanvas::resizeEvent(QResizeEvent*) { refit(); }

/// In shares of the picture's sides.
QRectF StripsCanvas::drawnCut() const {
  const QRectF& place = pressed_->place;
  const QRectF drawn = QRectF(from_, to_).normalized().intersected(place);
  return {(drawn.left() - place.left()) / place.width(), (drawn.top() - place.top()) / place.height(),
          drawn.width() / place.width(), drawn.height() / place.height()};
}

void StripsCanvas::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return event->ignore();
  for (const StripPiece& piece : layout_.pieces)
    if (piece.kind == StripPiece::Kind::picture && !piece.isCut && piece.place.contains(event->position()))
      pressed_ = piece;
  from_ = to_ = event->position();
}

void StripsCanvas::mouseMoveEvent(QMouseEvent* event) {
  if (!pressed_) return;
  to_ = event->position();
  update();
}

void StripsCanvas::mouseReleaseEvent(QMouseEvent* event) {
  if (!pressed_ || event->button() != Qt::LeftButton) return;
  to_ = event->position();
  const QRectF shares = drawnCut();
  const QRectF drawn = QRectF(from_, to_).normalized();
  const int row = std::exchange(pressed_, std::nullopt)->row;
  update();
  if (std::min(drawn.width(), drawn.height()) >= kLeastCut && !shares.isEmpty()) Q_EMIT cutDrawn(row, shares);
}

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
