#pragma once

#include "core/weights/WeightsFile.h"

namespace uada {

/// What torch.save() wrote, as a ZIP archive (also one of TorchScript) or as one pickle after the other, as
/// versions before 1.6 did. See readWeights().
WeightsFile readPyTorchZip(std::shared_ptr<const RandomBytes> bytes, const std::string& where);
WeightsFile readPyTorchPickles(std::shared_ptr<const RandomBytes> bytes, const std::string& where);

}  // namespace uada
