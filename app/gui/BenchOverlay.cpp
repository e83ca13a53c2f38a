#include "app/gui/BenchOverlay.h"

#include <time.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QSlider>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "widgets/panels/predictions/SegmentationView.h"

namespace uada {
namespace {

constexpr int kWidth = 2048, kHeight = 1024, kClasses = 19, kChanges = 40, kPatience = 5000;

/// One image with stripes of classes.
class OneMap final : public Dataset {
 public:
  OneMap() : image_(kWidth, kHeight), map_(kWidth, kHeight) {
    for (std::size_t i = 0; i < image_.rgb.size(); ++i)
      image_.rgb[i] = static_cast<std::uint8_t>(i * 37 + i / 91);
    for (std::size_t i = 0; i < map_.labels.size(); ++i) {
      const std::size_t x = i % kWidth, y = i / kWidth, label = (x / 40 + y / 23) % (kClasses + 1);
      map_.labels[i] = label == kClasses ? kIgnoredLabel : static_cast<std::uint8_t>(label);
    }
  }
  std::size_t size() const override { return 1; }
  ImageSize imageSize(std::uint32_t) const override { return {kWidth, kHeight}; }
  Held<ImageView> image(std::uint32_t, const PixelBox*) const override {
    return Held<ImageView>(image_.view());
  }
  Held<TargetView> target(std::uint32_t) const override { return Held<TargetView>(map_.view()); }
  TargetKind targetKind() const override { return TargetKind::labelMap; }
  int classes() const override { return kClasses; }
  std::string identity() const override { return {}; }
  const LabelMap& map() const { return map_; }

 private:
  Image image_;
  LabelMap map_;
};

Predictions madeUp() {
  const auto data = std::make_shared<OneMap>();
  auto set = std::make_shared<PredictionSet>();
  set->header.task = "segmentation";
  set->header.kind = TargetKind::labelMap;
  set->header.classCount = kClasses;
  set->header.samples = {"made up"};
  set->header.sizes = {{kWidth, kHeight}};
  for (int c = 0; c < kClasses; ++c) {
    set->classes << QString::number(c);
    set->colours.push_back({static_cast<std::uint8_t>(13 * c), static_cast<std::uint8_t>(255 - 7 * c), 90});
  }
  LabelMap predicted(kWidth, kHeight);
  for (std::size_t i = 0; i < predicted.labels.size(); ++i)
    predicted.labels[i] = static_cast<std::uint8_t>((i % kWidth / 41 + i / kWidth / 23) % kClasses);
  set->read = [predicted](std::uint32_t) { return Prediction(predicted); };
  set->data = data;
  return set;
}

/// Counts the paint events of a widget.
class Watch : public QObject {
 public:
  explicit Watch(QObject* watched) { watched->installEventFilter(this); }
  int painted = 0;

 protected:
  bool eventFilter(QObject*, QEvent* event) override {
    painted += event->type() == QEvent::Paint ? 1 : 0;
    return false;
  }
};

void waitFor(const auto& condition) {
  QElapsedTimer clock;
  clock.start();
  while (!condition()) {
    if (clock.elapsed() > kPatience)
      throw Error("the overlay was not painted within five seconds; is its window covered?");
    QApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
  }
}

double cpuMilliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

double median(std::vector<double> times) {
  std::ranges::nth_element(times, times.begin() + std::ssize(times) / 2);
  return times[times.size() / 2];
}

}  // namespace

void benchOverlay(const Theme& theme) {
  SegmentationView view(theme, nullptr);
  view.resize(1440, 900);
  static_cast<QWidget&>(view).show();
  Watch watch(view.findChild<QWidget*>("segmentation_errors"));
  view.show(madeUp());
  waitFor([&] { return watch.painted > 0 && !view.isReading(); });
  auto& opacity = *view.findChild<QSlider*>("opacity");
  std::vector<double> times;
  const double cpu = cpuMilliseconds();
  for (int i = 0; i < kChanges; ++i) {
    const int before = watch.painted;
    QElapsedTimer clock;
    clock.start();
    opacity.setValue(20 + 60 * i / kChanges);
    waitFor([&] { return watch.painted > before && !view.isReading(); });
    times.push_back(1e-6 * static_cast<double>(clock.nsecsElapsed()));
  }
  Json line = Json::object();
  line["kind"] = "bench";
  line["name"] = "window.overlay.2048";
  line["value"] = median(times);
  line["unit"] = "ms";
  line["cpu_ms"] = (cpuMilliseconds() - cpu) / kChanges;  // of all threads, a change
  line["longest"] = *std::ranges::max_element(times);
  line["threads"] = 1;
  line["device"] = "cpu";
  std::puts(line.dump().c_str());
}

}  // namespace uada
