#include <QComboBox>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>
#include <cmath>
#include <functional>
#include <limits>

#include "widgets/panels/Panel.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/MachineWatch.h"
#include "widgets/session/Theme.h"

namespace uada {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr int kPlotWidth = 280, kPlotHeight = 176;  // pixels, at least
constexpr int kSecondsAMinute = 60;

using Value = std::function<double(const MachineReading&)>;

double gigabytes(std::uint64_t bytes) { return 1e-9 * static_cast<double>(bytes); }

/// What the machine did lately, once a second: processor, memory, disk, each GPU.
class MachinePanel : public PanelWidget {
 public:
  explicit MachinePanel(const Workbench& workbench);

 protected:
  void showEvent(QShowEvent* event) override {
    PanelWidget::showEvent(event);
    draw();
  }
  void resizeEvent(QResizeEvent* event) override {
    PanelWidget::resizeEvent(event);
    arrange();
  }

 private:
  struct Line {
    QString name;
    Value value;
    bool isRight = false;
  };
  void draw();
  void arrange();
  void drawGpu(std::size_t index);
  void show(const QString& name, const QString& title, const Axis& left, const std::optional<Axis>& right,
            const std::vector<Line>& lines);
  Plot* plotOf(const QString& name);

  const MachineWatch& watch_;
  QComboBox* span_ = new QComboBox;
  QLabel* note_ = new QLabel;
  QGridLayout* grid_ = new QGridLayout;
  std::vector<Plot*> plots_;
};

MachinePanel::MachinePanel(const Workbench& workbench)
    : PanelWidget(workbench), watch_(MachineWatch::of(workbench.session)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(kGrid, 0, kGrid, 0);
  layout->setSpacing(kGrid / 2);
  auto* bar = new QHBoxLayout;
  bar->setSpacing(kGrid);
  span_->setObjectName("machineSpan");
  span_->setAccessibleName(tr("How far back"));
  for (const int minutes : {2, 10, 60}) span_->addItem(tr("Last %1 minutes").arg(minutes), minutes);
  note_->setObjectName("muted");
  bar->addWidget(span_);
  bar->addWidget(note_, 1);
  auto* area = new QScrollArea;
  area->setWidgetResizable(true);
  area->setFrameShape(QFrame::NoFrame);
  auto* page = new QWidget;
  page->setLayout(grid_);
  grid_->setContentsMargins(0, 0, 0, 0);
  grid_->setSpacing(kGrid);
  area->setWidget(page);
  layout->addLayout(bar);
  layout->addWidget(area, 1);
  connect(span_, &QComboBox::currentIndexChanged, this, &MachinePanel::draw);
  connect(&watch_, &MachineWatch::read, this, [this] {
    if (isVisible()) draw();
  });
}

Plot* MachinePanel::plotOf(const QString& name) {
  for (Plot* plot : plots_)
    if (plot->objectName() == name) return plot;
  auto* plot = new Plot(workbench_.theme);
  plot->setObjectName(name);
  plot->setMinimumSize(kPlotWidth, kPlotHeight);
  plots_.push_back(plot);
  arrange();
  return plot;
}

/// As many beside each other as there is room for.
void MachinePanel::arrange() {
  const int columns = std::max(1, width() / (kPlotWidth + kGrid));
  for (Plot* plot : plots_) grid_->removeWidget(plot);
  for (int i = 0; i < static_cast<int>(plots_.size()); ++i)
    grid_->addWidget(plots_[static_cast<std::size_t>(i)], i / columns, i % columns);
}

void MachinePanel::show(const QString& name, const QString& title, const Axis& left,
                        const std::optional<Axis>& right, const std::vector<Line>& lines) {
  const double span = span_->currentData().toDouble();
  Figure figure;
  figure.title = title;
  figure.x = {tr("Time before now"), tr("min"), false, -span, 0};
  figure.left = left;
  figure.right = right;
  figure.empty = tr("The first reading comes in a second");
  const auto& readings = watch_.readings();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Curve curve;
    curve.name = lines[i].name;
    curve.colour = workbench_.theme.category(i == 0 ? 0 : 4);
    curve.right = lines[i].isRight;
    for (const MachineReading& reading : readings) {
      const double x = (reading.time - readings.back().time) / kSecondsAMinute;
      if (x < -span) continue;
      curve.x.push_back(x);
      curve.y.push_back(lines[i].value(reading));
    }
    if (!curve.x.empty()) figure.curves.push_back(std::move(curve));
  }
  plotOf(name)->show(std::move(figure));
}

void MachinePanel::draw() {
  const auto axis = [](const QString& title, const QString& unit) {
    Axis made{title, unit};
    made.min = 0;
    return made;
  };
  show("processor", tr("Processor (100 % is one core)"), axis(tr("Load"), "%"), {},
       {{tr("This program"), [](const MachineReading& at) { return at.programPercent; }},
        {tr("All that runs"), [](const MachineReading& at) { return at.machinePercent; }}});
  show("memory", tr("Memory"), axis(tr("In use"), "GB"), {},
       {{tr("This program"), [](const MachineReading& at) { return gigabytes(at.memory.program); }},
        {tr("All that runs"), [](const MachineReading& at) { return gigabytes(at.memory.used); }}});
  show("disk", tr("Disk of the project"), axis(tr("Written"), "MB/s"), axis(tr("Free"), "GB"),
       {{tr("Written by this program"), [](const MachineReading& at) { return 1e-6 * at.written; }},
        {tr("Free"),
         [](const MachineReading& at) {
           return at.diskFree < 0 ? kNone : gigabytes(static_cast<std::uint64_t>(at.diskFree));
         },
         true}});
  const auto& readings = watch_.readings();
  const std::size_t gpus = readings.empty() ? 0 : readings.back().gpus.size();
  for (std::size_t i = 0; i < gpus; ++i) drawGpu(i);
  note_->setText(gpus > 0                      ? QString()
                 : watch_.whyNoGpu().isEmpty() ? QString()
                                               : tr("No GPU is shown: %1").arg(watch_.whyNoGpu()));
}

void MachinePanel::drawGpu(std::size_t index) {
  // A value that the driver did not tell, or a GPU that has gone, is a gap.
  const auto of = [index](auto get) -> Value {
    return [index, get](const MachineReading& at) {
      return index < at.gpus.size() ? get(at.gpus[index]) : kNone;
    };
  };
  const auto number = [](const std::optional<int>& value) { return value ? *value : kNone; };
  const QString name = QString::fromStdString(watch_.readings().back().gpus[index].name);
  Axis percent{tr("Share"), "%"};
  percent.min = 0;
  percent.max = 100;
  show(QStringLiteral("gpu%1").arg(index), tr("GPU %1, %2").arg(index).arg(name), percent, {},
       {{tr("Computing"), of([number](const GpuLoad& gpu) { return number(gpu.percent); })},
        {tr("Memory"), of([](const GpuLoad& gpu) {
           return gpu.used && gpu.total && *gpu.total > 0
                      ? 100 * static_cast<double>(*gpu.used) / static_cast<double>(*gpu.total)
                      : kNone;
         })}});
  show(QStringLiteral("gpu%1Power").arg(index), tr("GPU %1, power and temperature").arg(index),
       Axis{tr("Power"), "W"}, Axis{tr("Temperature"), tr("°C")},
       {{tr("Power"), of([number](const GpuLoad& gpu) { return number(gpu.watts); })},
        {tr("Temperature"), of([number](const GpuLoad& gpu) { return number(gpu.celsius); }), true}});
}

}  // namespace

Panel panel::machine() {
  return {"machine", "Machine", "Load of processor, memory, disk and GPUs, once a second",
          [](const Workbench& workbench) -> PanelWidget* { return new MachinePanel(workbench); }};
}

}  // namespace uada
