#include "app/gui/BenchOps.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QSlider>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "widgets/panels/ops/OpExplorer.h"
#include "widgets/panels/ops/PixelView.h"

namespace uada {
namespace {

constexpr int kSide = 512, kChanges = 20;

/// Counts the paint events of a widget.
class PaintCount : public QObject {
 public:
  explicit PaintCount(QObject* watched) { watched->installEventFilter(this); }
  int count = 0;

 protected:
  bool eventFilter(QObject*, QEvent* event) override {
    count += event->type() == QEvent::Paint ? 1 : 0;
    return false;
  }
};

/// Smooth shapes with some noise, so that no op finds it easy.
Image picture() {
  Image image(kSide, kSide);
  std::uint32_t state = 1;
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < 3 * kSide; ++x) {
      state = 1664525U * state + 1013904223U;
      const double wave = 90 * std::sin(0.011 * x) * std::cos(0.017 * y);
      image.span().row(y)[x] = static_cast<std::uint8_t>(110 + wave + (state >> 27));
    }
  return image;
}

/// From the slider's move to the end of the painting, the median.
double changeTime(QSlider& slider, const PaintCount& painted) {
  std::vector<double> times;
  for (int i = 0; i < kChanges; ++i) {
    const int before = painted.count;
    QElapsedTimer clock;
    clock.start();
    slider.setValue(slider.minimum() + (slider.value() + 1 - slider.minimum()) % (slider.maximum() + 1));
    while (painted.count == before && clock.elapsed() < 1000) QApplication::processEvents();
    times.push_back(1e-6 * static_cast<double>(clock.nsecsElapsed()));
    if (painted.count == before)
      throw Error("the op explorer was not painted within a second; is its window covered?");
  }
  std::nth_element(times.begin(), times.begin() + kChanges / 2, times.end());
  return times[kChanges / 2];
}

}  // namespace

void benchOps(const Workbench& workbench) {
  OpExplorer explorer(workbench);
  explorer.resize(1200, 800);
  OpsPicture shown;
  shown.image = picture();
  explorer.setPicture(shown, "Original");
  explorer.show();
  auto* slider = explorer.findChild<QSlider*>("op_level");
  const PaintCount painted(explorer.findChild<PixelView*>("op_result"));
  while (painted.count == 0) QApplication::processEvents();
  double slowest = 0;
  for (std::size_t i = 0; i < ops().size(); ++i) {
    if (!ops()[i].hasValue || !hasLevels(ops()[i], Grid::ra30)) continue;
    OpSetting setting;
    setting.op = i;
    setting.grid = Grid::ra30;
    explorer.setSetting(setting);
    slowest = std::max(slowest, changeTime(*slider, painted));
  }
  Json line = Json::object();
  line["kind"] = "bench";
  line["name"] = "window.op_change.512";
  line["value"] = slowest;
  line["unit"] = "ms";
  line["threads"] = 1;
  line["device"] = "cpu";
  std::puts(line.dump().c_str());
}

}  // namespace uada
