#pragma once

#include <QString>
#include <vector>

#include "core/machine/MachineReading.h"
#include "widgets/plot/Plot.h"

namespace uada {

/// A look at the machine, and where it is drawn.
struct MachinePoint {
  double x = 0;
  MachineReading reading;
};

struct NamedFigure {
  QString name;  ///< "processor", "memory", "disk", "gpu0", "gpu0Power"
  Figure figure;
};

/// Processor, memory and disk, and two of each GPU; moments from which a GPU's clock was held down are
/// marked. What is not known is a gap.
/// points  in the order of x
/// axis    of x
/// empty   said where there is no point
std::vector<NamedFigure> machineFigures(const std::vector<MachinePoint>& points, const Axis& axis,
                                        const QString& empty, const Theme& theme);

}  // namespace uada
