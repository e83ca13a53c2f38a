#pragma once

#include <limits>

#include "core/ops/Op.h"

namespace uada {

// The formulas of docs/methods.md, "Levels", one function for each kind of op. A level outside the grid is
// clamped, one that is not a number counts as 0.

/// What an op answers on a grid that does not have it.
constexpr double kNoLevel = std::numeric_limits<double>::quiet_NaN();

/// -1 for a negative sign, else 1.
inline double signOf(int sign) { return sign < 0 ? -1.0 : 1.0; }

/// The share of `span` that a level means, in the order of operations and precision of the grid's code.
double scaled(Grid grid, double level, double span);
/// The same, cut to a whole number as most codes do.
double wholeScaled(Grid grid, double level, double span);
/// sign * scaled; on a continuous grid sign * (-span .. span).
double symmetric(Grid grid, double level, int sign, double span);

double shearLevel(Grid grid, double level, int sign);
/// side: of the image along the shift, pixels.
double translateLevel(Grid grid, double level, int sign, int side);
double rotateLevel(Grid grid, double level, int sign);
/// Of the four enhancers.
double factorLevel(Grid grid, double level, int sign);
/// Of color, which OHL takes from other factors.
double colorLevel(Grid grid, double level, int sign);
/// What these have in common: their value is a factor, 1 leaves the image as it is.
Op enhancer(const char* name, const char* title, const char* source);
double posterizeLevel(Grid grid, double level);
double solarizeLevel(Grid grid, double level);
double solarizeAddLevel(Grid grid, double level);
double addBelowLevel(Grid grid, double level);
double cutoutLevel(Grid grid, double level, int side);
double samplePairingLevel(Grid grid, double level);
double mixupLevel(Grid grid, double level);

}  // namespace uada
