#pragma once

#include <QByteArray>
#include <QString>
#include <vector>

#include "widgets/plot/Plot.h"

namespace uada {

class ProjectReader;

/// One run whose losses are written out.
struct LossNumbers {
  qint64 run = 0;
  QString name;
  double unit = 1;         ///< steps of what the x axis counts
  bool isTime = false;     ///< x in minutes of training instead
  bool isSamples = false;  ///< x in samples instead
  bool hasGain = true;
};

/// "curve,step,loss" of every step, as the project has them: the window need not have them all in memory.
QByteArray lossNumbers(const ProjectReader& project, const std::vector<LossNumbers>& runs, const Axis& x);

}  // namespace uada
