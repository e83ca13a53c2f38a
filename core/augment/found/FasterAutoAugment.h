#pragma once

#include <filesystem>
#include <string>

#include "core/augment/found/Published.h"
#include "core/base/Json.h"
#include "core/weights/WeightsFile.h"

namespace uada {

/// Whether the file begins as torch.save() begins it; false if there is none.
bool isTorchFile(const std::filesystem::path& file);

/// The policy whose state Faster AutoAugment's search saves (github.com/moskomule/dda, faster_autoaugment):
/// `policy`, the tensors of its sub-policies, stages and 15 operations, and `policy_kwargs`, their numbers.
/// Each op gets the probability with which its stage draws it, softmax(weights / temperature), and its own
/// probability, cut to 0 to 1; magnitudes stay as they were found.
/// returns  Json of the format uada-policy-stages on the grid fraa
/// throws   Error naming the file and the tensor or number: missing, unknown, of another shape, not finite,
///          or out of its range
Json fasterAutoAugmentPolicy(const WeightsFile& file, const std::string& name);

/// The same of a file, by the name faster-aa-20 for 20.pt: the search calls it by its epoch.
/// throws  UsageError if levels are given, which magnitudes are not
Published publishedState(const std::filesystem::path& file, Levels levels);

}  // namespace uada
