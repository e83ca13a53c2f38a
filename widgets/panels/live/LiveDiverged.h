#pragma once

#include <string>

#include "widgets/plot/Plot.h"

namespace uada {

/// What a curve must be above to count as diverged: so many times the median of the last values of all.
constexpr double kDivergedTimes = 10;

/// Where the y axis of a plot of losses begins and ends so that diverged curves do not flatten the others.
struct DivergedCut {
  int curves = 0;  ///< that reach beyond it; 0: the axis needs no end
  double begin = 0, end = 0;
};
/// Just beyond the lowest and the highest value of the curves that have not diverged. A curve has if its last
/// value is no number, or more than kDivergedTimes the median of the last values of all.
DivergedCut divergedCut(const Figure& figure);
/// Whether such a number can grow without bound while others stay as they are.
bool mayDiverge(const std::string& scalar);

}  // namespace uada
