#pragma once

#include <filesystem>

#include "core/engine/train/Checkpoint.h"

namespace uada {

/// Writes the network of a checkpoint as ONNX, ready to be used: see docs/formats.md, "ONNX".
/// weights  by the network's own names: the averaged ones where they are kept
/// throws   Error for a network that is a file itself, and where the checkpoint is of a version that did not
///          store what its network was made for and the images are not at hand
void exportOnnx(const Checkpoint& checkpoint, const TensorFile& weights, const std::filesystem::path& out);

}  // namespace uada
