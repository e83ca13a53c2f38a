#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/panels/predictions/DetectionView.h"
#include "widgets/panels/predictions/Overlays.h"
#include "widgets/panels/predictions/StripsView.h"

// What the strips of predictions show.
namespace uada {
namespace {

constexpr int kLeastSide = 1200;     // pixels of a picture that boxes are drawn on
constexpr double kDrawnScore = 0.5;  // of the boxes that are drawn

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
    strip.push_back(withBoxes(read.picture, drawnBoxes(read, *set, {kDrawnScore, -1, false})));
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

}  // namespace uada
