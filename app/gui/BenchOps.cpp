#include "app/gui/BenchOps.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QSlider>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "widgets/panels/ops/OpExplorer.h"
#include "widgets/panels/ops/PixelView.h"

namespace uada {
namespace {

constexpr int kSide = 512, kChanges = 20, kMostWait = 1000;

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

void waitForPaint(const PaintCount& painted, int before) {
  QElapsedTimer clock;
  clock.start();
  while (painted.count == before && clock.elapsed() < kMostWait) QApplication::processEvents();
  if (painted.count == before)
    throw Error("the op explorer was not painted within a second; is its window covered?");
}

/// The setting at which an op is measured: on a grid that has levels for it, else by its raw value.
OpSetting settingOf(std::size_t op, std::optional<Filter> filter) {
  OpSetting setting;
  setting.op = op;
  setting.filter = filter;
  setting.partner = 1;
  const auto has = [&](const GridInfo& info) { return hasLevels(ops()[op], info.grid); };
  const auto grid = std::ranges::find_if(grids(), has);
  if (hasLevels(ops()[op], Grid::ra30))
    setting.grid = Grid::ra30;
  else if (grid != grids().end())
    setting.grid = grid->grid;
  else
    setting.typed = ops()[op].min;
  return setting;
}

/// From a change to the end of the painting, the median. The slider goes once over its whole range; an op
/// without magnitude is chosen again.
double changeTime(OpExplorer& explorer, const PaintCount& painted, const OpSetting& setting) {
  explorer.setSetting(setting);
  QSlider& slider = *explorer.findChild<QSlider*>("op_level");
  std::vector<double> times;
  for (int i = 1; i <= kChanges; ++i) {
    const int before = painted.count;
    QElapsedTimer clock;
    clock.start();
    if (slider.isEnabled())
      slider.setValue(slider.minimum() + (slider.maximum() - slider.minimum()) * i / kChanges);
    else
      explorer.setSetting(setting);
    waitForPaint(painted, before);
    times.push_back(1e-6 * static_cast<double>(clock.nsecsElapsed()));
  }
  std::nth_element(times.begin(), times.begin() + kChanges / 2, times.end());
  return times[kChanges / 2];
}

/// Two pictures as a data set, for the ops that mix.
OpsPicture shown() {
  OpsPicture shown;
  shown.image = picture();
  ResidentDataset data = *oneImageSet(shown.image);
  data.rgb.insert(data.rgb.end(), shown.image.rgb.rbegin(), shown.image.rgb.rend());
  data.labels = {0, 0};
  shown.data = std::make_shared<const ResidentDataset>(std::move(data));
  return shown;
}

struct Slowest {
  double milliseconds = 0;
  std::string op, filter;  ///< filter empty: the op does not read one
};

Slowest slowestOf(OpExplorer& explorer, const PaintCount& painted) {
  Slowest slowest;
  for (std::size_t i = 0; i < ops().size(); ++i) {
    std::vector<std::optional<Filter>> filters{std::nullopt};
    if (ops()[i].geometric && ops()[i].hasValue)
      filters = {Filter::nearest, Filter::bilinear, Filter::bicubic};
    for (const auto& filter : filters) {
      const double time = changeTime(explorer, painted, settingOf(i, filter));
      if (time > slowest.milliseconds)
        slowest = {time, ops()[i].name, filter ? std::string(filterName(*filter)) : std::string()};
    }
  }
  return slowest;
}

}  // namespace

void benchOps(const Workbench& workbench) {
  OpExplorer explorer(workbench);
  explorer.resize(1200, 800);
  explorer.setPicture(shown(), "Original");
  const PaintCount painted(explorer.findChild<PixelView*>("op_result"));
  explorer.show();
  waitForPaint(painted, 0);
  const Slowest slowest = slowestOf(explorer, painted);
  Json line = Json::object();
  line["kind"] = "bench";
  line["name"] = "window.op_change.512";
  line["value"] = slowest.milliseconds;
  line["unit"] = "ms";
  line["op"] = slowest.op;
  line["filter"] = slowest.filter;
  line["threads"] = 1;
  line["device"] = "cpu";
  std::puts(line.dump().c_str());
}

}  // namespace uada
