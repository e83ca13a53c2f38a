#include "widgets/panels/live/LossNumbers.h"

#include <QObject>

#include "core/store/Project.h"
#include "widgets/plot/PlotText.h"

namespace uada {

QByteArray lossNumbers(const ProjectReader& project, const std::vector<LossNumbers>& runs, const Axis& x) {
  Figure figure;
  for (const LossNumbers& wanted : runs) {
    Curve loss, gain;
    loss.name = wanted.name;
    gain.name = QObject::tr("%1 gain").arg(wanted.name);
    double seconds = 0, samples = 0;
    for (const StepReport& step : project.steps(wanted.run)) {
      seconds += step.timings.total();
      samples += step.count;
      const double x = wanted.isTime      ? seconds / 60
                       : wanted.isSamples ? samples
                                          : static_cast<double>(step.step) / wanted.unit;
      loss.x.push_back(x);
      loss.y.push_back(step.loss);
      gain.x.push_back(x);
      gain.y.push_back(step.gain);
    }
    if (wanted.hasGain) figure.curves.push_back(std::move(gain));
    figure.curves.push_back(std::move(loss));
  }
  figure.x = x;
  figure.left.title = QObject::tr("Loss");
  return csvOf(figure);
}

}  // namespace uada
