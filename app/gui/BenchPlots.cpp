#include "app/gui/BenchPlots.h"

#include <time.h>

#include <QApplication>
#include <QElapsedTimer>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/Pyramid.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kFrames = 30, kPatience = 20'000;

/// A noisy loss.
double valueAt(std::int64_t step, int run) {
  const auto noise = static_cast<double>((step * 7919 + run * 104729) % 1000) / 1000;
  return 2.5 * std::exp(-static_cast<double>(step) / 4000) + 0.4 * noise + 0.02 * run;
}

/// Counts what has been painted of a plot.
class Watch : public QObject {
 public:
  explicit Watch(Plot& plot) {
    for (QWidget* child : plot.findChildren<QWidget*>()) child->installEventFilter(this);
  }
  bool eventFilter(QObject*, QEvent* event) override {
    painted += event->type() == QEvent::Paint ? 1 : 0;
    return false;
  }
  int painted = 0;
};

double cpuMilliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

/// change  makes the frame of that number
void measure(const char* name, Plot& plot, const std::function<void(int)>& change) {
  Watch watch(plot);
  std::vector<double> times;
  double cpu = 0;
  for (int i = 0; i <= kFrames; ++i) {
    const int before = watch.painted;
    const double start = cpuMilliseconds();
    QElapsedTimer clock;
    clock.start();
    change(i);
    while (watch.painted == before) {
      if (clock.elapsed() > kPatience) throw Error("the plot was not painted; is its window covered?");
      QApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
    }
    if (i == 0) continue;  // the first one is laid out, too
    times.push_back(1e-6 * static_cast<double>(clock.nsecsElapsed()));
    cpu += (cpuMilliseconds() - start) / kFrames;
  }
  std::ranges::sort(times);
  Json line = Json::object();
  line["kind"] = "bench";
  line["name"] = name;
  line["value"] = times[times.size() / 2];
  line["unit"] = "ms";
  line["cpu_ms"] = cpu;
  line["longest"] = times.back();
  line["threads"] = 1;
  line["device"] = "cpu";
  std::puts(line.dump().c_str());
}

void benchManyCurves(const Theme& theme) {
  constexpr int kRuns = 100, kSteps = 10'000;
  Plot plot(theme);
  plot.resize(900, 500);
  static_cast<QWidget&>(plot).show();
  Figure figure;
  figure.legend = false;
  for (int run = 0; run < kRuns; ++run) {
    Curve curve;
    curve.colour = theme.groupColour(run);
    curve.smoothing = 0.9;
    for (int step = 1; step <= kSteps; ++step) {
      curve.x.push_back(step);
      curve.y.push_back(valueAt(step, run));
    }
    figure.curves.push_back(std::move(curve));
  }
  plot.show(std::move(figure));
  measure("plot.frame.100x10k", plot, [&](int i) {
    const double width = kSteps / (1.0 + i), first = 100.0 * i;
    plot.showX(std::pair(first, first + width));
  });
}

void benchLongCurve(const Theme& theme) {
  constexpr std::int64_t kSteps = 10'000'000;
  constexpr std::size_t kMost = 16'384;  // as Live draws one run
  Pyramid loss;
  for (std::int64_t step = 1; step <= kSteps; ++step) loss.append(step, valueAt(step, 0));
  Plot plot(theme);
  plot.resize(900, 500);
  static_cast<QWidget&>(plot).show();
  measure("plot.frame.10m", plot, [&](int i) {
    const std::int64_t first = 100'000 * i, last = first + kSteps / (1 + i);
    Figure figure;
    figure.legend = false;
    Curve curve;
    curve.colour = theme.groupColour(0);
    for (const Pyramid::Value& value : loss.points(first, last, kMost)) {
      curve.x.push_back(static_cast<double>(value.step));
      curve.y.push_back(value.y);
    }
    figure.curves.push_back(std::move(curve));
    plot.show(std::move(figure));
    plot.showX(std::pair(static_cast<double>(first), static_cast<double>(last)));
  });
}

}  // namespace

void benchPlots(const Theme& theme) {
  benchManyCurves(theme);
  benchLongCurve(theme);
}

}  // namespace uada
