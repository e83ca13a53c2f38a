#pragma once

#include <algorithm>

#include "core/ops/Op.h"

namespace uada {

/// max * level / 9, the even grid of the authors' code (methods.md 1.2). A level outside 0..9 is clamped.
inline double uc10Even(double max, double level) { return max * std::clamp(level, 0.0, 9.0) / 9.0; }

/// -1 for a negative sign, else 1.
inline double signOf(int sign) { return sign < 0 ? -1.0 : 1.0; }

/// 1 +- 0.9 * level / 9: the four enhancers.
inline double uc10Factor(double level, int sign) { return 1.0 + signOf(sign) * uc10Even(0.9, level); }

}  // namespace uada
