#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/weights/WeightsFile.h"

namespace uada {

/// The tensors of a file by the names of one of our networks.
struct NamedTensors {
  std::vector<WeightTensor> tensors;
  std::string naming;  ///< whose names the file has: "SemSeg's ResNet"; empty: ours
};

/// networkTensors(), and where the file has the names of a published network that is one of ours, or a part
/// of it, ours in their place. What has no counterpart keeps its name.
/// model   of the catalogue: "pspnet"
/// throws  as networkTensors()
NamedTensors tensorsFor(std::string_view model, const WeightsFile& file);

}  // namespace uada
