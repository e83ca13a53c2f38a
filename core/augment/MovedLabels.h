#pragma once

#include <cstdint>
#include <span>

#include "core/data/Target.h"
#include "core/ops/Map.h"

namespace uada {

/// movedLabels() of one map after the other, for each pixel of the last picture alone: of a window of a large
/// picture only what it shows is looked up.
/// maps    in the order of rendering
/// throws  Error if a map reads beyond the labels that it is about
LabelMap movedLabels(LabelMapView labels, std::span<const Map> maps, std::uint8_t ignore);

}  // namespace uada
