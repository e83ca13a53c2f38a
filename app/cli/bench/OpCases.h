#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/ops/Op.h"

namespace uada::cli {

/// A fill that is neither black nor grey, so that a wrong one shows.
constexpr std::array<std::uint8_t, 3> kFill{120, 130, 140};

/// An operation as it is measured.
struct OpCase {
  std::string name;  ///< "rotate", "rotate.bilinear"
  const Op* op;
  double value;
  Sampling sampling;
};

/// Every op, about two thirds of the way to the strongest level of the first grid that has it; geometric ones
/// with a value with each filter.
/// side  of the images, which some values depend on
std::vector<OpCase> opCases(int side);

}  // namespace uada::cli
