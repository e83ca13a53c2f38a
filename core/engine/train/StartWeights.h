#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/engine/models/Network.h"
#include "core/weights/WeightsFile.h"

namespace uada {

/// Copies the tensors of a file into those of a network that have the same name and shape; names of published
/// networks are turned into ours (core/weights/PublishedNames.h). A classifier of another number of classes
/// stays as it is.
/// model    of the catalogue; classes: of the network
/// returns  lines for the log: what was taken, what the file lacks, what of it was not used
/// throws   Error naming the tensor where another shape or type differs, where numbers are not finite, and
///          where no name fits
std::vector<std::string> startFrom(const WeightsFile& file, const Network& network, std::string_view model,
                                   int classes);

}  // namespace uada
