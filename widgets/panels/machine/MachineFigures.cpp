#include "widgets/panels/machine/MachineFigures.h"

#include <QObject>
#include <functional>
#include <optional>
#include <utility>

#include "widgets/session/Theme.h"

namespace uada {
namespace {

using Value = std::function<double(const MachineReading&)>;

constexpr double kGiga = 1e-9, kMega = 1e-6;

struct Line {
  QString name;
  Value value;
  bool isRight = false;
};

Axis fromZero(const QString& title, const QString& unit) {
  Axis axis{title, unit};
  axis.min = 0;
  return axis;
}

class Drawing {
 public:
  Drawing(const std::vector<MachinePoint>& points, const Axis& x, const QString& empty, const Theme& theme)
      : points_(points), x_(x), empty_(empty), theme_(theme) {}

  Figure& add(const QString& name, const QString& title, const Axis& left, const std::optional<Axis>& right,
              const std::vector<Line>& lines) {
    Figure figure;
    figure.title = title;
    figure.x = x_;
    figure.left = left;
    figure.right = right;
    figure.empty = empty_;
    for (std::size_t i = 0; i < lines.size() && !points_.empty(); ++i) {
      Curve curve;
      curve.name = lines[i].name;
      curve.colour = theme_.category(i == 0 ? 0 : 4);
      curve.right = lines[i].isRight;
      for (const MachinePoint& point : points_) {
        curve.x.push_back(point.x);
        curve.y.push_back(lines[i].value(point.reading));
      }
      figure.curves.push_back(std::move(curve));
    }
    return made_.emplace_back(name, std::move(figure)).figure;
  }
  void addGpu(std::size_t index, const QString& name);
  std::vector<NamedFigure> take() { return std::move(made_); }

 private:
  void markThrottling(std::size_t index, Figure& figure) const;

  const std::vector<MachinePoint>& points_;
  const Axis& x_;
  const QString& empty_;
  const Theme& theme_;
  std::vector<NamedFigure> made_;
};

/// A GPU that has gone is a gap.
Value ofGpu(std::size_t index, double (*get)(const GpuLoad&)) {
  return [index, get](const MachineReading& at) {
    return index < at.gpus.size() ? get(at.gpus[index]) : MachineReading::kUnknown;
  };
}

void Drawing::addGpu(std::size_t index, const QString& name) {
  Axis percent = fromZero(QObject::tr("Share"), "%");
  percent.max = 100;
  add(QStringLiteral("gpu%1").arg(index), QObject::tr("GPU %1, %2").arg(index).arg(name), percent, {},
      {{QObject::tr("Computing"), ofGpu(index, [](const GpuLoad& gpu) { return gpu.percent; })},
       {QObject::tr("Memory"), ofGpu(index, [](const GpuLoad& gpu) { return 100 * gpu.used / gpu.total; })}});
  Figure& power =
      add(QStringLiteral("gpu%1Power").arg(index), QObject::tr("GPU %1, power and temperature").arg(index),
          Axis{QObject::tr("Power"), "W"}, Axis{QObject::tr("Temperature"), QObject::tr("°C")},
          {{QObject::tr("Power"), ofGpu(index, [](const GpuLoad& gpu) { return gpu.watts; })},
           {QObject::tr("Temperature"), ofGpu(index, [](const GpuLoad& gpu) { return gpu.celsius; }), true}});
  markThrottling(index, power);
}

/// Where it begins, ends, or has another reason.
void Drawing::markThrottling(std::size_t index, Figure& figure) const {
  std::string last;
  bool isHeldEver = false;
  for (const MachinePoint& point : points_) {
    if (index >= point.reading.gpus.size()) continue;
    const GpuLoad& gpu = point.reading.gpus[index];
    const std::string now = gpu.isThrottled() ? gpu.throttle : std::string();
    isHeldEver = isHeldEver || !now.empty();
    if (now == std::exchange(last, now)) continue;
    figure.markers.push_back(
        {point.x,
         now.empty() ? QObject::tr("clock no longer held down")
                     : QObject::tr("clock held down from here: %1").arg(QString::fromStdString(now)),
         theme_.colour(now.empty() ? "muted" : "warning")});
  }
  if (isHeldEver) figure.title += QObject::tr(" (its clock was held down at times)");
}

}  // namespace

std::vector<NamedFigure> machineFigures(const std::vector<MachinePoint>& points, const Axis& axis,
                                        const QString& empty, const Theme& theme) {
  Drawing drawing(points, axis, empty, theme);
  const QString program = QObject::tr("This program"), all = QObject::tr("All that runs");
  drawing.add("processor", QObject::tr("Processor (100 % is one core)"), fromZero(QObject::tr("Load"), "%"),
              {},
              {{program, [](const MachineReading& at) { return at.programPercent; }},
               {all, [](const MachineReading& at) { return at.machinePercent; }}});
  drawing.add(
      "memory", QObject::tr("Memory"), fromZero(QObject::tr("In use"), "GB"), {},
      {{program, [](const MachineReading& at) { return kGiga * static_cast<double>(at.memory.program); }},
       {all, [](const MachineReading& at) { return kGiga * static_cast<double>(at.memory.used); }}});
  drawing.add(
      "disk", QObject::tr("Disk of the project"), fromZero(QObject::tr("Written"), "MB/s"),
      fromZero(QObject::tr("Free"), "GB"),
      {{QObject::tr("Written by this program"), [](const MachineReading& at) { return kMega * at.written; }},
       {QObject::tr("Free"), [](const MachineReading& at) { return kGiga * at.diskFree; }, true}});
  std::vector<QString> gpus;  // also those that have gone
  for (const MachinePoint& point : points)
    for (std::size_t i = gpus.size(); i < point.reading.gpus.size(); ++i)
      gpus.push_back(QString::fromStdString(point.reading.gpus[i].name));
  for (std::size_t i = 0; i < gpus.size(); ++i) drawing.addGpu(i, gpus[i]);
  return drawing.take();
}

}  // namespace uada
